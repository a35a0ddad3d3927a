import hashlib
import json
import pickle
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest
from data_building import FIRST, energy_book, write, xlsx

from energy import legacy_errors
from energy.data.frame import read_frame
from energy.data.vintages import Vintage, open_vintage, read_record
from energy.errors import NoData, TableNotFound, WrongTitle

ENERGY = "ET_1.2_SEP_22.xlsx"
WEATHER = "Weather_SEP_22.ods"


@pytest.fixture
def copy(raw: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(raw, tmp_path / "raw"))


def edit(folder: Path, change) -> None:
    path = folder / "vintage.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def test_the_embedded_vintage_says_what_it_is(vintage: Vintage) -> None:
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


def test_reading_it_all_is_quick(raw: Path, vintage: Vintage) -> None:
    read_frame(vintage)  # what is imported on the way does not count
    start = time.process_time()
    read_frame(open_vintage(raw))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("name", [ENERGY, WEATHER])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(legacy_errors.MissingFile) as caught:
        open_vintage(copy)
    assert (caught.value.file, caught.value.folder) == (name, copy)


@pytest.mark.parametrize("content", [b"", b"<html>Gone</html>", b"PK\x03\x04 cut"])
def test_what_is_no_workbook_is_refused(copy: Path, content: bytes) -> None:
    (copy / ENERGY).write_bytes(content)
    with pytest.raises(legacy_errors.NotAWorkbook) as caught:
        open_vintage(copy)
    assert caught.value.file == ENERGY


def test_a_truncated_workbook_is_refused(copy: Path) -> None:
    (copy / WEATHER).write_bytes((copy / WEATHER).read_bytes()[:-500])
    with pytest.raises(legacy_errors.NotAWorkbook) as caught:
        open_vintage(copy)
    assert caught.value.file == WEATHER


def test_a_bad_figure_is_told_before_the_hash(copy: Path) -> None:
    book = energy_book()
    book["Month"][FIRST + 1][2] = "lots"
    (copy / ENERGY).write_bytes(xlsx(book))
    with pytest.raises(legacy_errors.BadCell) as caught:
        open_vintage(copy)
    assert (caught.value.file, caught.value.cell, caught.value.found) == (ENERGY, "C8", "lots")


def test_a_workbook_that_reads_well_but_was_altered_is_refused(copy: Path) -> None:
    (copy / ENERGY).write_bytes(xlsx(energy_book()))
    with pytest.raises(legacy_errors.AlteredFile) as caught:
        open_vintage(copy)
    record = read_record(copy)
    assert record is not None
    assert caught.value.expected == record.files[ENERGY].sha256
    assert caught.value.found == hashlib.sha256((copy / ENERGY).read_bytes()).hexdigest()
    assert "git checkout" in str(caught.value)


def test_without_a_record_workbooks_are_known_by_content(tmp_path: Path) -> None:
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
    with pytest.raises(legacy_errors.RepeatedTable) as caught:
        open_vintage(folder)
    assert (caught.value.table, caught.value.found) == ("1.2", ["ET_1.2.xlsx", "Later.xlsx"])


def test_a_table_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine")
    (folder / "Weather.xlsx").unlink()
    with pytest.raises(TableNotFound) as caught:
        open_vintage(folder)
    assert (caught.value.table, caught.value.files) == ("7.1a", ["ET_1.2.xlsx"])


def test_a_table_of_another_unit_is_refused(tmp_path: Path) -> None:
    book = energy_book()
    book["Month"][0] = [str(book["Month"][0][0]).replace("million tonnes of oil equivalent", "GWh")]
    with pytest.raises(WrongTitle) as caught:
        open_vintage(write(tmp_path / "mine", energy=book))
    assert (caught.value.file, caught.value.sheet) == ("ET_1.2.xlsx", "Month")


def test_no_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    for folder, found in ((tmp_path / "none", "does not exist"), (tmp_path, "holds no workbook")):
        with pytest.raises(NoData) as caught:
            open_vintage(folder)
        assert caught.value.found.startswith(found)
    (tmp_path / "file").write_text("")
    with pytest.raises(NoData):
        open_vintage(tmp_path / "file")


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("files"),
        lambda record: record["files"][ENERGY].pop("sha256"),
        lambda record: record["files"].update({"../raw/x.xlsx": record["files"][ENERGY]}),
        lambda record: record.update(files=[]),
    ],
)
def test_a_record_that_says_too_little_or_too_much_is_refused(copy: Path, change) -> None:
    edit(copy, change)
    with pytest.raises(legacy_errors.BadRecord) as caught:
        open_vintage(copy)
    assert caught.value.file == copy / "vintage.json"


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null"])
def test_a_record_that_is_no_record_is_refused(copy: Path, text: str) -> None:
    (copy / "vintage.json").write_text(text)
    with pytest.raises(legacy_errors.BadRecord):
        open_vintage(copy)
