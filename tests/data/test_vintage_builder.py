"""New workbooks are archived as a vintage, together with the tables they lack."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pandas as pd
import pytest
from data_building import weather_book, xlsx
from vintage_building import (
    DECEMBER,
    EMPTY_RECORD,
    JANUARY,
    NOW,
    WEATHER,
    cover,
    energy,
    take,
    weather,
)

from energy.data.archive import list_vintages, newest_vintage
from energy.data.frame import read_frame
from energy.data.vintage_builder import NewVintage, UnchangedVintage, ingest_vintage
from energy.data.vintages import VintageRecord, describe_file, open_vintage, read_record
from energy.errors import DataError, NoData


def test_the_first_vintage(root: Path) -> None:
    (vintage,) = list_vintages(root)
    assert sorted(path.name for path in vintage.folder.iterdir()) == [
        "ET.xlsx",
        "W.xlsx",
        "checks.json",
        "revisions.csv",
        "vintage.json",
    ]
    assert all(
        entry["passed"] for entry in json.loads((vintage.folder / "checks.json").read_text())
    )
    record = read_record(vintage.folder)
    assert record is not None
    assert (record.release, record.found, record.before) == ("February 2005", "2005-03-10", "")
    assert record.kept_at == "2005-03-10T12:00:00.000000+00:00"
    assert record.files["ET.xlsx"].tables == ("1.2",)
    assert record.files["ET.xlsx"].published == "2005-02-24"
    assert (root / "quarantine").exists() is False


def test_a_record_is_completed_and_archived(tmp_path: Path) -> None:
    fields = {"url": "https://x/ET.xlsx", "etag": '"1"', "last_modified": "Thu", "found_at": "now"}
    files = {"ET.xlsx": describe_file(DECEMBER, "https://page", "2005-02-25", **fields)}
    record = VintageRecord("A name", "2005-02-26", files)
    outcome = ingest_vintage(tmp_path, {"ET.xlsx": DECEMBER, "W.xlsx": WEATHER}, record, now=NOW)
    assert isinstance(outcome, NewVintage)
    archived = read_record(outcome.vintage.folder)
    assert archived is not None
    assert (archived.release, archived.found) == ("A name", "2005-02-26")
    assert archived.files["ET.xlsx"] == msgspec.structs.replace(files["ET.xlsx"], tables=("1.2",))
    assert archived.files["W.xlsx"].source == "given by hand"


def test_the_other_workbook_is_carried_over(root: Path) -> None:
    before = newest_vintage(root)
    outcome = take(root, ET=JANUARY)
    assert isinstance(outcome, NewVintage)
    assert (outcome.before, outcome.vintage.month) == (before.vintage_id, "2005-01")
    assert list_vintages(root) == [before, outcome.vintage]
    changed = outcome.revisions[outcome.revisions["column"] != "total"]
    assert [*zip(changed["month"].astype(str), changed["column"], strict=True)] == [
        ("2004-06", "natural_gas"),
        ("2004-12", "petroleum"),
    ]
    pd.testing.assert_frame_equal(outcome.vintage.revisions(), outcome.revisions)
    frame = read_frame(open_vintage(outcome.vintage.folder))
    assert str(frame["total"].last_valid_index()) == "2005-01"
    assert outcome.vintage.hashes["W.xlsx"] == before.hashes["W.xlsx"]
    assert take(root, W=xlsx({**weather(), "More": [["x"]]})).vintage.hashes.keys() == {  # type: ignore[union-attr]
        "ET.xlsx",
        "W.xlsx",
    }


def test_a_clock_that_goes_back_does_not_change_the_order(root: Path) -> None:
    first = newest_vintage(root)
    again = {**energy(), "More": [["x"]]}
    files = {"ET.xlsx": xlsx(again)}
    outcome = ingest_vintage(root, files, EMPTY_RECORD, now=NOW - timedelta(days=400))
    assert isinstance(outcome, NewVintage)
    assert (first.month, newest_vintage(root)) == (outcome.vintage.month, outcome.vintage)
    assert outcome.vintage.kept_at == "2005-03-10T12:00:00.000001+00:00"


def test_the_other_tables_are_carried_over(root: Path) -> None:
    """The office publishes the weather tables in one ods, and each in its own xlsx."""
    book = weather_book(2006)
    alone = {"Cover Sheet": cover("January 2006"), "7.1a": book["7_1a"]}
    outcome = take(root, W=xlsx(alone))
    assert isinstance(outcome, NewVintage)
    record = read_record(outcome.vintage.folder)
    assert record is not None
    assert {file.tables for file in record.files.values()} == {
        ("1.2",),
        ("7.1a",),
        ("7.1b", "7.2", "7.3", "7.4"),
    }
    frame = read_frame(open_vintage(outcome.vintage.folder))
    assert str(frame["temperature"].last_valid_index()) == "2006-01"
    assert str(frame["rainfall"].last_valid_index()) == "2005-01"


def test_archived_bytes_under_any_name_are_nothing_new(root: Path) -> None:
    assert take(root, ET=DECEMBER, W=WEATHER) == UnchangedVintage(newest_vintage(root))
    assert take(root, other=DECEMBER) == UnchangedVintage(newest_vintage(root))
    later = take(root, ET=JANUARY)
    assert isinstance(later, NewVintage)
    assert take(root, ET=DECEMBER) == UnchangedVintage(later.vintage)
    assert len(list_vintages(root)) == 2


def test_the_published_workbooks_give_the_embedded_figures(
    raw: Path, shared: Path, tmp_path: Path
) -> None:
    shutil.copytree(raw, tmp_path / "raw")
    files = {path.name: path.read_bytes() for path in (shared / "2022-09").iterdir()}
    outcome = ingest_vintage(tmp_path, files, EMPTY_RECORD)
    assert isinstance(outcome, NewVintage)
    assert outcome.revisions.empty
    assert {check.name for check in outcome.checks if not check.passed} <= {"stale"}
    frame = read_frame(open_vintage(outcome.vintage.folder))
    pd.testing.assert_frame_equal(frame, read_frame(open_vintage(raw)), check_exact=True)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ET",
        "../ET.xlsx",
        ".ET.xlsx",
        "~$ET.xlsx",
        "a/b.xlsx",
        "a\\b.xlsx",
        "con:.xlsx",
        "ET\n.xlsx",
        "vintage.json",
        "Reason.JSON",
        "x" * 200 + ".xlsx",
    ],
)
def test_an_unsafe_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is not a file name for a workbook"):
        ingest_vintage(tmp_path, {name: DECEMBER}, EMPTY_RECORD)
    assert list(tmp_path.iterdir()) == []


def test_wrong_arguments_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(NoData):
        ingest_vintage(tmp_path, {}, EMPTY_RECORD)
    with pytest.raises(DataError, match="Cannot accept older"):
        ingest_vintage(tmp_path, {"ET.xlsx": DECEMBER}, EMPTY_RECORD, accept=["older"])
    assert list(tmp_path.iterdir()) == []


def test_an_altered_archive_is_not_blamed_on_new_workbooks(root: Path) -> None:
    (newest_vintage(root).folder / "ET.xlsx").write_bytes(JANUARY)
    with pytest.raises(DataError, match="was altered"):
        take(root, ET=xlsx(energy("2005-02")))
    assert not (root / "quarantine").exists()
