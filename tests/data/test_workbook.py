import hashlib
import io
from pathlib import Path

import openpyxl
import pytest
from data_building import energy_book, xlsx
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from energy import legacy_errors
from energy.data.workbook import address, open_workbook


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_an_address_is_what_a_spreadsheet_shows(row: int, column: int) -> None:
    assert address(row, column) == f"{get_column_letter(column + 1)}{row + 1}"


def test_xlsx_and_ods_open_alike(raw: Path) -> None:
    for name, sheet in (("ET_1.2_SEP_22.xlsx", "Month"), ("Weather_SEP_22.ods", "7_1a")):
        content = (raw / name).read_bytes()
        book = open_workbook(name, content)
        assert book.sha256 == hashlib.sha256(content).hexdigest()
        assert book.bytes == len(content)
        assert sheet in [s.name for s in book.sheets]
        assert {s.file for s in book.sheets} == {name}


def test_cells_stand_where_a_person_sees_them() -> None:
    book = openpyxl.Workbook()
    book.active["C3"] = "Coal [note 2]"
    content = io.BytesIO()
    book.save(content)
    (sheet,) = open_workbook("a.xlsx", content.getvalue()).sheets
    assert sheet.labels == {(2, 2): "coal"}
    assert sheet.cell(2, 2) == "Coal [note 2]"
    assert sheet.cell(99, 99) == ""
    assert sheet.cell(-1, 0) == ""


def test_a_hidden_sheet_is_no_table() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(energy_book())))
    book["Annual"].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    found = [sheet.name for sheet in open_workbook("a.xlsx", content.getvalue()).sheets]
    assert found == ["Cover Sheet", "Month"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n<!DOCTYPE html><html><body>Moved</body></html>", "a web page (HTML)"),
        (b"Month,Total\n", "12 bytes that start with b'Month,Total\\n'"),
    ],
)
def test_other_content_is_refused_by_name(content: bytes, found: str) -> None:
    with pytest.raises(legacy_errors.NotAWorkbook) as caught:
        open_workbook("ET_1.2.xlsx", content)
    assert caught.value.file == "ET_1.2.xlsx"
    assert caught.value.found == found


@pytest.mark.parametrize("name", ["ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"])
def test_a_workbook_cut_short_is_refused(raw: Path, name: str) -> None:
    content = (raw / name).read_bytes()[:20_000]
    with pytest.raises(legacy_errors.NotAWorkbook) as caught:
        open_workbook(name, content)
    assert caught.value.found == "a ZIP archive cut short after 20000 bytes"


WHOLE = xlsx({"Month": energy_book()["Month"][:20]})


@settings(max_examples=60)
@given(st.data())
def test_damaged_bytes_open_or_are_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(WHOLE) - 1))
    junk = data.draw(st.binary(max_size=20))
    damaged = WHOLE[:start] + junk + WHOLE[start + data.draw(st.integers(0, 200)) :]
    try:
        open_workbook("a.xlsx", damaged)
    except legacy_errors.NotAWorkbook as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
