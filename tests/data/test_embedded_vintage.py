"""The embedded workbooks against the published ones, figure by figure.

Both are read here by other means than the project's own reader: XML for ods, openpyxl for xlsx.
"""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

Cells = list[list[float | str]]
WEATHER_SHEETS = ["7_1a", "7_1b", "7_2", "7_3", "7_4"]
_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_P = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"


def ods(path: Path, names: list[str]) -> dict[str, Cells]:
    """Sheets of an ods by name; repeated cells unrolled, blank ends cut off."""
    with zipfile.ZipFile(path) as archive:
        root = ET.fromstring(archive.read("content.xml"))  # noqa: S314 - our own and the office's
    tables = {table.get(f"{_T}name", ""): table for table in root.iter(f"{_T}table")}
    return {name: list(map(_row, tables[name].iter(f"{_T}table-row"))) for name in names}


def _row(row: ET.Element) -> list[float | str]:
    cells: list[float | str] = []
    for cell in row:
        if cell.tag not in (f"{_T}table-cell", f"{_T}covered-table-cell"):
            continue
        number = cell.get(f"{_O}value")
        text = " ".join("".join(p.itertext()) for p in cell.findall(_P))
        value: float | str = float(number) if number is not None else " ".join(text.split())
        repeated = int(cell.get(f"{_T}number-columns-repeated", "1"))
        cells += [value] * (repeated if repeated < 1000 else 1)
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def figures(rows: Cells, first: str) -> Cells:
    """From the first label on, without blank rows."""
    start = next(i for i, row in enumerate(rows) if row and row[0] == first)
    return [row for row in rows[start:] if row]


@pytest.fixture(scope="module")
def month(raw: Path) -> Cells:
    sheet = openpyxl.load_workbook(raw / "ET_1.2_SEP_22.xlsx")["Month"]
    rows = [[" ".join(v.split()) if isinstance(v, str) else v for v in r] for r in sheet.values]
    return [["" if v is None else v for v in row] for row in rows]


def test_table_1_2_has_every_published_figure(month: Cells, shared: Path) -> None:
    path = shared / "2022-09" / "Total_Energy_ODS.ods"
    published = figures(ods(path, ["1_2"])["1_2"], "Month")
    ours = figures(month, "Month")
    assert len(ours) == len(published) == 332
    assert {len(row) for row in ours} == {17}
    assert ours == published
    assert sum(isinstance(v, float | int) for row in ours for v in row) == 5176


def test_weather_tables_have_every_published_figure(raw: Path, shared: Path) -> None:
    published = ods(shared / "2022-09" / "Weather_ODS.ods", WEATHER_SHEETS)
    ours = ods(raw / "Weather_SEP_22.ods", WEATHER_SHEETS)
    for name in WEATHER_SHEETS:
        expected = figures(published[name], "Calendar period")
        assert len(expected) == 36
        assert figures(ours[name], "Calendar period") == expected


def test_annual_sums_follow_from_the_months(raw: Path, month: Cells) -> None:
    sheet = openpyxl.load_workbook(raw / "ET_1.2_SEP_22.xlsx")["Annual"]
    rows = [list(row) for row in sheet.values][6:]
    assert [row[0] for row in rows] == list(range(1995, 2022))
    of_year = [row for row in month if str(row[0]).endswith("2010")]
    totals = [sum(float(row[c]) for row in of_year) for c in range(1, 17)]
    expected = totals[:8] + [total / 12 for total in totals[8:]]
    assert rows[15][1:] == pytest.approx(expected)
    assert rows[0][7] == "[x]"


def test_the_layout_is_the_published_one(raw: Path) -> None:
    book = openpyxl.load_workbook(raw / "ET_1.2_SEP_22.xlsx")
    assert book.sheetnames == ["Cover Sheet", "Contents", "Notes", "Annual", "Month"]
    assert book["Month"]["A6"].value == "Month"
    assert book["Month"]["A5"].value.startswith("Freeze panes")
    assert book["Month"]["F6"].value == "Bioenergy & waste [note 5 ] [note 6] [note 7]"
    assert book["Month"].cell(book["Month"].max_row, 1).value == "July 2022 [provisional]"
    assert book["Month"].freeze_panes == "B7"
    sheets = ["Cover_Sheet", "Contents", "Notes", *WEATHER_SHEETS]
    weather = ods(raw / "Weather_SEP_22.ods", sheets)
    for name in WEATHER_SHEETS:
        assert [i for i, r in enumerate(weather[name]) if r and r[0] == "Calendar period"] == [
            4,
            22,
        ]
    for cover in (book["Cover Sheet"].values, weather["Cover_Sheet"]):
        text = " ".join(str(value) for row in cover for value in row)
        assert "29th September 2022" in text
        assert "not the file of the statistics office" in text
        assert (
            "Contains public sector information licensed under the Open Government Licence v3.0."
            in text
        )


def test_nothing_of_a_person_or_a_machine_is_in_them(raw: Path) -> None:
    for path in sorted(raw.iterdir()):
        texts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts = [archive.read(name) for name in archive.namelist()]
                assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for text in texts:
            assert not re.search(rb"/work\b|/home/|/tmp/|\.\./shared|[\w.]+@[\w.]+\.\w|020 7", text)


def test_our_words_are_not_the_published_sentences(raw: Path, shared: Path) -> None:
    names = ["Cover_Sheet", "Notes"]
    ours = ods(raw / "Weather_SEP_22.ods", names)
    published = ods(shared / "2022-09" / "Weather_ODS.ods", names)
    for name in names:
        sentences = {str(v) for row in published[name] for v in row if len(str(v).split()) > 4}
        assert sentences.isdisjoint({str(v) for row in ours[name] for v in row})
