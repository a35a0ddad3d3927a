"""Refused workbooks are quarantined, and the archive stays as it was."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from data_building import xlsx
from vintage_building import DECEMBER, EMPTY_RECORD, JANUARY, NOW, cover, energy, take, weather

from energy.data.archive import list_vintages
from energy.data.vintage_builder import (
    NewVintage,
    RejectedVintage,
    UnchangedVintage,
    ingest_vintage,
)
from energy.data.vintages import VintageRecord, describe_file, read_record


def refused(root: Path, message: str, **files: bytes) -> RejectedVintage:
    """The refusal of files, which are quarantined while the archive stays as it was."""
    before = list_vintages(root)
    outcome = take(root, **files)
    assert isinstance(outcome, RejectedVintage)
    assert message in str(outcome.error)
    assert list_vintages(root) == before
    reason = json.loads((outcome.folder / "reason.json").read_text())
    assert (reason["error"], reason["message"]) == (
        type(outcome.error).__name__,
        str(outcome.error),
    )
    assert reason["checks"] == [asdict(check) for check in outcome.checks]
    assert reason["refused_at"] == "2005-03-10T12:00:00+00:00"
    assert {f"{name}.xlsx" for name in files} == set(reason["files"])
    for name, body in files.items():
        assert (outcome.folder / f"{name}.xlsx").read_bytes() == body
    return outcome


def test_an_older_file_is_refused(root: Path) -> None:
    assert isinstance(take(root, ET=JANUARY), NewVintage)
    november = refused(root, "ET.xlsx, table 1.2: found 2004-11", ET=xlsx(energy("2004-11")))
    assert next(check.name for check in november.checks if not check.passed) == "older"
    refused(root, "This file is older", W=xlsx(weather(2004)))


def test_a_table_shorter_than_its_cover_says_is_refused_until_accepted(root: Path) -> None:
    book = {**energy("2005-01"), "Cover Sheet": cover("February 2005")}
    refused(root, "accept the check 'cover'", ET=xlsx(book))
    files = {"ET.xlsx": xlsx(book)}
    outcome = ingest_vintage(root, files, EMPTY_RECORD, accept=["cover"], now=NOW)
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
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>Moved</html>", "a web page"),
        (JANUARY[:-2000], "cut short"),
        (altered(2, 5.0), "its parts sum to"),
        (altered(2, "=1+2"), "a formula without a value"),
        (altered(8, "[x]"), "accept the check 'withdrawn'"),
        (xlsx(energy("2005-01", {("1998-02", 3): 3.0})), "accept the check 'revisions'"),
        (xlsx({"Sheet": [["Month", "Total"]]}), "not found in ET.xlsx"),
    ],
)
def test_an_altered_or_a_foreign_file_is_refused(root: Path, content: bytes, message: str) -> None:
    refused(root, message, ET=content)


def test_a_bad_file_refuses_the_good_file_beside_it(root: Path) -> None:
    refused(
        root, "not found in other.xlsx", ET=JANUARY, other=xlsx({"Sheet": [["Month", "Total"]]})
    )
    refused(root, "found in ET.xlsx, other.xlsx", ET=JANUARY, other=xlsx(energy("2005-02")))


def test_other_bytes_than_recorded_are_refused(root: Path) -> None:
    record = VintageRecord("", "", {"ET.xlsx": describe_file(DECEMBER, "https://page")})
    outcome = ingest_vintage(root, {"ET.xlsx": JANUARY}, record, now=NOW)
    assert isinstance(outcome, RejectedVintage)
    assert "altered on the way" in str(outcome.error)
    reason = json.loads((outcome.folder / "reason.json").read_text())
    assert reason["files"]["ET.xlsx"]["source"] == "https://page"
    assert reason["files"]["ET.xlsx"]["sha256"] == hashlib.sha256(JANUARY).hexdigest()


def test_the_same_bytes_are_quarantined_once(root: Path) -> None:
    folders = {refused(root, "is not a workbook", ET=b"junk").folder for _ in range(2)}
    assert len(folders) == 1
    assert folders.pop().name.startswith("20050310T120000Z-")
    refused(root, "is not a workbook", ET=b"other junk")
    assert len([*(root / "quarantine").glob("2*")]) == 2


def test_an_incomplete_first_vintage_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "Table 7.1a not found", ET=DECEMBER)
    assert list_vintages(tmp_path) == []
