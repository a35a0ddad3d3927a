"""Vintages: workbooks read and checked together, and their record."""

import hashlib
import pickle
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest
from data_building import FIRST, energy_book, write, xlsx

from energy.data.frame import read_frame
from energy.data.vintages import (
    RECORD,
    Vintage,
    VintageRecord,
    describe_file,
    open_vintage,
    read_record,
)
from energy.errors import DataError, NoData, WrongTitle

ENERGY = "ET_1.2_SEP_22.xlsx"
WEATHER = "Weather_SEP_22.ods"


@pytest.fixture
def copy(raw: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(raw, tmp_path / "raw"))


def test_the_embedded_vintage(vintage: Vintage) -> None:
    assert [file.path.name for file in vintage.files] == [ENERGY, WEATHER]
    assert [file.tables for file in vintage.files] == [
        ("1.2",),
        ("7.1a", "7.1b", "7.2", "7.3", "7.4"),
    ]
    assert vintage.hashes == {file.path.name: file.sha256 for file in vintage.files}
    assert (vintage.release, vintage.found) == ("September 2022", "2022-09-29")
    assert "Open Government Licence v3.0" in vintage.attribution
    for file in vintage.files:
        assert file.record is not None
        assert file.record.source.startswith("https://www.gov.uk/")
        assert (file.record.bytes, file.record.sha256) == (file.bytes, file.sha256)


def test_a_vintage_pickles_small(vintage: Vintage) -> None:
    content = pickle.dumps(vintage)
    assert len(content) < 100_000
    again = pickle.loads(content)  # noqa: S301 - our own, of a line above
    pd.testing.assert_frame_equal(read_frame(again), read_frame(vintage))


def test_reading_a_vintage_is_quick(raw: Path, vintage: Vintage) -> None:
    read_frame(vintage)  # what is imported on the way does not count
    start = time.process_time()
    read_frame(open_vintage(raw))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", [ENERGY, WEATHER])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DataError, match=f"{name} is missing from {copy}"):
        open_vintage(copy)


def test_a_bad_figure_is_reported_before_the_hash(copy: Path) -> None:
    book = energy_book()
    book["Month"][FIRST + 1][2] = "lots"
    (copy / ENERGY).write_bytes(xlsx(book))
    with pytest.raises(DataError, match=f"{ENERGY}, sheet Month, cell C8: found 'lots'"):
        open_vintage(copy)


def test_a_sound_workbook_that_was_altered_is_refused(copy: Path) -> None:
    content = xlsx(energy_book())
    (copy / ENERGY).write_bytes(content)
    record = read_record(copy)
    assert record is not None
    with pytest.raises(DataError, match=r"was altered.*git checkout") as caught:
        open_vintage(copy)
    for sha256 in (record.files[ENERGY].sha256, hashlib.sha256(content).hexdigest()):
        assert sha256 in str(caught.value)


def test_without_a_record_workbooks_are_recognised_by_content(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine")
    (folder / "~$ET_1.2.xlsx").write_bytes(b"lock")
    (folder / ".~lock.Weather.ods#").write_bytes(b"lock")
    (folder / ".~lock.Weather.ods").write_bytes(b"lock")
    (folder / "notes.txt").write_text("mine")
    (folder / "Other.xlsx").write_bytes(xlsx({"Sheet": [["Month", "Total"]]}))
    vintage = open_vintage(folder)
    assert [file.path.name for file in vintage.files] == ["ET_1.2.xlsx", "Weather.xlsx"]
    assert (vintage.release, vintage.found, vintage.files[0].record) == ("", "", None)
    assert read_frame(vintage).shape == (15 * 12 - 11, 14)


def test_two_workbooks_with_one_table_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine")
    (folder / "Later.xlsx").write_bytes(xlsx(energy_book()))
    with pytest.raises(DataError, match=r"Table 1\.2 found in ET_1\.2\.xlsx, Later\.xlsx"):
        open_vintage(folder)


def test_a_table_of_another_unit_is_refused(tmp_path: Path) -> None:
    book = energy_book()
    book["Month"][0] = [str(book["Month"][0][0]).replace("million tonnes of oil equivalent", "GWh")]
    with pytest.raises(WrongTitle, match=r"ET_1\.2\.xlsx, sheet Month"):
        open_vintage(write(tmp_path / "mine", energy=book))


def test_a_folder_without_workbooks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder, reason in (
        (tmp_path / "none", "does not exist"),
        (tmp_path / "file", "is not a folder"),
        (tmp_path, "has no workbook"),
    ):
        with pytest.raises(NoData, match=f"{folder} {reason}"):
            open_vintage(folder)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = describe_file(b"bytes", "https://page", "2022-09-29", etag='"1"', tables=("1.2", "7.1a"))
    record = VintageRecord(
        "September 2022", "2022-09-29", {"a.xlsx": file}, before="2022-06-0123abcd"
    )
    (tmp_path / RECORD).write_text(record.to_json(), "utf-8")
    assert read_record(tmp_path) == record
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own


def test_empty_optional_fields_are_not_written() -> None:
    text = VintageRecord("", "", {"a.xlsx": describe_file(b"bytes", "")}).to_json()
    assert not [name for name in ("kept_at", "before", "accepted", "etag") if f'"{name}"' in text]


def test_the_embedded_record_is_written_with_the_same_bytes(raw: Path) -> None:
    record = read_record(raw)
    assert record is not None
    assert record.to_json() == (raw / RECORD).read_text()


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None


FILE = b'{"sha256": "0", "bytes": 1, "source": "", "published": ""}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'{"release": "\xff"}', "no JSON"),
        (b"[" * 100_000, "a wrong field"),
        (b"null", "a wrong field"),
        (b"[]", "a wrong field"),
        (b"{}", "a wrong field"),
        (b'{"release": "", "found": "", "files": []}', r"a wrong field.*\$\.files"),
        (b'{"release": "", "found": "", "files": {"a": {}}}', "a wrong field.*sha256"),
        (b'{"release": 5, "found": "", "files": {}}', "a wrong field.*release"),
        (b'{"release": "", "found": "", "files": {}, "colour": 1}', "colour"),
        (b'{"release": "", "found": "", "files": {"../a": %b}}' % FILE, r"'\.\./a'"),
        (b'{"release": "", "found": "", "files": {"..": %b}}' % FILE, r"'\.\.'"),
        (b'{"release": "", "found": "", "files": {"": %b}}' % FILE, "''"),
    ],
)
def test_a_wrong_record_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / RECORD).write_bytes(content)
    with pytest.raises(DataError, match=rf"{RECORD}: found .*{message}"):
        read_record(tmp_path)


def test_a_record_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / RECORD).mkdir()
    with pytest.raises(DataError, match="no readable file"):
        read_record(tmp_path)
