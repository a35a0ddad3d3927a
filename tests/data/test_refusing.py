"""What is refused is set aside, and what is held stays as it was."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from data_building import xlsx
from vintage_building import (
    DECEMBER,
    JANUARY,
    NOTHING_KNOWN,
    NOW,
    cover,
    energy,
    take,
    weather,
)

from energy import legacy_errors
from energy.data.archive import list_vintages
from energy.data.vintage_builder import (
    NewVintage,
    RejectedVintage,
    UnchangedVintage,
    ingest_vintage,
)
from energy.data.vintages import VintageRecord, describe_file, read_record
from energy.errors import DataError, TableNotFound


def refused(root: Path, kind: type[DataError], **files: bytes) -> RejectedVintage:
    """The refusal of files, which are set aside while what is held stays as it was."""
    before = list_vintages(root)
    outcome = take(root, **files)
    assert isinstance(outcome, RejectedVintage)
    assert type(outcome.error) is kind, outcome.error
    assert list_vintages(root) == before
    reason = json.loads((outcome.folder / "reason.json").read_text())
    assert (reason["error"], reason["message"]) == (kind.__name__, str(outcome.error))
    assert reason["checks"] == [asdict(one) for one in outcome.checks]
    assert reason["refused_at"] == "2005-03-10T12:00:00+00:00"
    assert {f"{name}.xlsx" for name in files} == set(reason["files"])
    for name, body in files.items():
        assert (outcome.folder / f"{name}.xlsx").read_bytes() == body
    return outcome


def test_an_older_file_is_refused(root: Path) -> None:
    assert isinstance(take(root, ET=JANUARY), NewVintage)
    november = refused(root, legacy_errors.OlderThanHeld, ET=xlsx(energy("2004-11")))
    assert "table 1.2" in str(november.error)
    assert next(one.name for one in november.checks if not one.passed) == "older"
    refused(root, legacy_errors.OlderThanHeld, W=xlsx(weather(2004)))


def test_a_table_shorter_than_its_cover_says_is_refused_until_accepted(root: Path) -> None:
    book = {**energy("2005-01"), "Cover Sheet": cover("February 2005")}
    refused(root, legacy_errors.BehindCover, ET=xlsx(book))
    files = {"ET.xlsx": xlsx(book)}
    outcome = ingest_vintage(root, files, NOTHING_KNOWN, accept=["cover"], now=NOW)
    assert isinstance(outcome, NewVintage)
    record = read_record(outcome.vintage.folder)
    assert record is not None
    assert record.accepted == ("cover",)
    assert take(root, ET=files["ET.xlsx"]) == UnchangedVintage(outcome.vintage)


def altered(column: int, value: object) -> bytes:
    book = energy("2005-01")
    book["Month"][30][column] = value
    return xlsx(book)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><html>Moved</html>", legacy_errors.NotAWorkbook),
        (b"\x05alice" + b" " * 159, legacy_errors.NotAWorkbook),  # what `~$ET.xlsx` holds
        (JANUARY[:-2000], legacy_errors.NotAWorkbook),
        (altered(2, 5.0), legacy_errors.TotalMismatch),
        (altered(2, "=1+2"), legacy_errors.BlankCell),
        (altered(8, "[x]"), legacy_errors.FiguresWithdrawn),
        (xlsx(energy("2005-01", {("1998-02", 3): 3.0})), legacy_errors.RevisedTooFar),
        (xlsx({"Sheet": [["Month", "Total"]]}), TableNotFound),
    ],
)
def test_an_altered_or_a_foreign_file_is_refused(
    root: Path, content: bytes, kind: type[DataError]
) -> None:
    refused(root, kind, ET=content)


def test_one_bad_file_refuses_the_good_one_beside_it(root: Path) -> None:
    refused(root, TableNotFound, ET=JANUARY, other=xlsx({"Sheet": [["Month", "Total"]]}))
    refused(root, legacy_errors.RepeatedTable, ET=JANUARY, other=xlsx(energy("2005-02")))


def test_bytes_that_are_not_those_recorded_are_refused(root: Path) -> None:
    record = VintageRecord("", "", {"ET.xlsx": describe_file(DECEMBER, "https://page")})
    outcome = ingest_vintage(root, {"ET.xlsx": JANUARY}, record, now=NOW)
    assert isinstance(outcome, RejectedVintage)
    assert isinstance(outcome.error, legacy_errors.UnrecordedBytes)
    reason = json.loads((outcome.folder / "reason.json").read_text())
    assert reason["files"]["ET.xlsx"]["source"] == "https://page"
    assert reason["files"]["ET.xlsx"]["sha256"] == outcome.error.found


def test_what_was_refused_before_is_set_aside_once(root: Path) -> None:
    folders = {refused(root, legacy_errors.NotAWorkbook, ET=b"junk").folder for _ in range(2)}
    assert len(folders) == 1
    assert folders.pop().name.startswith("20050310T120000Z-")
    refused(root, legacy_errors.NotAWorkbook, ET=b"other junk")
    assert len([*(root / "quarantine").glob("2*")]) == 2


def test_half_a_vintage_is_refused_where_none_is_held(tmp_path: Path) -> None:
    refused(tmp_path, TableNotFound, ET=DECEMBER)
    assert list_vintages(tmp_path) == []
