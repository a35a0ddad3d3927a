"""Workbooks: cells, labels and cover sheets."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from data_building import energy_book, opened, xlsx
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from vintage_building import cover

from energy.data.workbook import (
    CoverSheet,
    address,
    is_blank,
    is_missing,
    normalise,
    open_workbook,
    parse_month,
    read_cover_sheet,
)
from energy.errors import DataError


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_an_address_is_what_a_spreadsheet_shows(row: int, column: int) -> None:
    assert address(row, column) == f"{get_column_letter(column + 1)}{row + 1}"


def test_cells_have_the_addresses_that_a_person_sees() -> None:
    book = openpyxl.Workbook()
    book.active["C3"] = "Coal [note 2]"
    content = io.BytesIO()
    book.save(content)
    (sheet,) = open_workbook("a.xlsx", content.getvalue()).sheets
    assert sheet.labels == {(2, 2): "coal"}
    assert sheet.cell(2, 2) == "Coal [note 2]"
    assert sheet.cell(99, 99) == ""
    assert sheet.cell(-1, 0) == ""


def test_hidden_sheets_are_left_out() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(energy_book())))
    book["Annual"].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    names = [sheet.name for sheet in open_workbook("a.xlsx", content.getvalue()).sheets]
    assert names == ["Cover Sheet", "Month"]


@pytest.mark.parametrize(
    ("content", "actual"),
    [
        (b"", "an empty file"),
        (b"\n<!DOCTYPE html><html><body>Moved</body></html>", "a web page (HTML)"),
        # Excel's lock file names a person.
        (b"\x05alice" + b" " * 159, "165 bytes of another kind"),
    ],
)
def test_other_content_is_refused(content: bytes, actual: str) -> None:
    with pytest.raises(DataError) as caught:
        open_workbook("ET_1.2.xlsx", content)
    assert f"ET_1.2.xlsx is not a workbook: found {actual}; expected" in str(caught.value)
    assert "alice" not in str(caught.value)


@pytest.mark.parametrize("name", ["ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"])
def test_a_workbook_cut_short_is_refused(raw: Path, name: str) -> None:
    content = (raw / name).read_bytes()[:20_000]
    with pytest.raises(DataError, match=f"{name} .* a ZIP archive cut short after 20000 bytes"):
        open_workbook(name, content)


COMPLETE = xlsx({"Month": energy_book()["Month"][:20]})


@settings(max_examples=60)
@given(st.data())
def test_damaged_bytes_open_or_are_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(COMPLETE) - 1))
    junk = data.draw(st.binary(max_size=20))
    damaged = COMPLETE[:start] + junk + COMPLETE[start + data.draw(st.integers(0, 200)) :]
    try:
        open_workbook("a.xlsx", damaged)
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


SPACE = st.sampled_from([" ", "  ", "\n", "\xa0", " \n", "\u2009"])
NOTES = st.lists(
    st.sampled_from(["[note 5 ]", "[note 1][note 2]", "[Note 12]", "[provisional]", "{note 3]"]),
    max_size=3,
)


@pytest.mark.parametrize(
    ("text", "month", "provisional"),
    [
        ("July 2022", "2022-07", False),
        ("July 2022 [provisional]", "2022-07", True),
        ("June 2022 [Provisional]", "2022-06", True),
        ("June 2022 [provisional][note 6]", "2022-06", True),
        ("June 2022 {provisional]", "2022-06", True),
        ("May 2011 r", "2011-05", False),
        ("Sep 2011", "2011-09", False),
        (datetime(2022, 7, 1), "2022-07", False),
        (date(2022, 7, 31), "2022-07", False),
    ],
)
def test_a_month_is_read_as_published(text: object, month: str, provisional: bool) -> None:
    label = parse_month(text)
    assert label is not None
    assert (label.month, label.provisional) == (pd.Period(month, "M"), provisional)


@pytest.mark.parametrize(
    "text", ["", "2022", 2022.0, "Jully 2022", "Quarter 1 2022", "July", "Total"]
)
def test_other_text_is_no_month(text: object) -> None:
    assert parse_month(text) is None


def test_a_year_in_its_own_cell() -> None:
    label = parse_month("June*", 2012)
    assert label is not None
    assert label.month == pd.Period("2012-06", "M")
    assert parse_month("June 2011", 2012) is None


@pytest.mark.parametrize("year", [0, -1, 10_000, 10**10, 10**30])
def test_a_number_that_is_not_a_year(year: int) -> None:
    assert parse_month("June", year) is None
    assert parse_month("June 0000") is None


@given(st.dates(date(1970, 1, 1), date(2099, 1, 1)), SPACE, NOTES, st.booleans())
def test_noise_never_changes_a_month(day: date, space: str, notes: list[str], upper: bool) -> None:
    text = space + day.strftime("%B") + space + str(day.year) + space.join(["", *notes])
    label = parse_month(text.upper() if upper else text)
    assert label is not None
    assert label.month == pd.Period(day, "M")
    assert label.provisional == ("[provisional]" in notes)


@given(
    SPACE,
    NOTES,
    st.sampled_from(["-", ":", "\u2013", " "]),
    st.sampled_from(["&", "and"]),
    st.booleans(),
)
def test_noise_never_changes_a_label(
    space: str, notes: list[str], dash: str, also: str, upper: bool
) -> None:
    words = f"Primary electricity {dash} wind, solar {also} hydro".replace(" ", space)
    text = space + words + space.join(["", *notes])
    expected = "primary electricity wind solar and hydro"
    assert normalise(text.upper() if upper else text) == expected


def test_missing_and_blank() -> None:
    assert all(is_missing(mark) for mark in ("[x]", "[X] ", "n/a", "-", "", " \xa0", None))
    assert not any(is_missing(mark) for mark in ("x?", "..", 0.0, False, "[c]"))
    assert is_blank("\xa0")
    assert not is_blank("[x]")


def read_text(text: str) -> CoverSheet:
    sheet = read_cover_sheet(opened({"Cover Sheet": [["Energy Trends"], ["", text]]}))
    assert sheet is not None
    return sheet


def test_a_cover_is_read() -> None:
    sheet = read_cover_sheet(opened({**energy_book(), "Cover Sheet": cover("December 2004")}))
    assert sheet == CoverSheet("Cover Sheet", "2004-12", "A5", date(2005, 2, 24), date(2005, 3, 31))


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("contains monthly data including new data for August 2022.", "2022-08"),
        ("new data for\xa0 July 2022 ", "2022-07"),
        (
            "including new monthly data for July 2022 and new quarterly data for Q2 2022 "
            "(April to September 2022).",
            "2022-07",
        ),
        ("New data for May and June 2022", "2022-06"),
        ("new data for December 2022, January 2023", "2023-01"),
        ("new data for the last quarter", None),
        ("The revisions period is for January to June 2022", None),
        ("", None),
    ],
)
def test_the_announced_month(text: str, month: str | None) -> None:
    sheet = read_text(text)
    assert (sheet.month, sheet.cell) == (month, "B2" if month else "")


@pytest.mark.parametrize(
    ("text", "published", "following"),
    [
        ("Published: 2nd June 2022", date(2022, 6, 2), None),
        (
            "published on 28 Feb 2023. Next publication on 30 March 2023",
            date(2023, 2, 28),
            date(2023, 3, 30),
        ),
        ("Next publication: Thursday 31st June 2022", None, None),
        ("Published: 00 June 2022. Next publication: 30 June 2022", None, date(2022, 6, 30)),
        ("Published: 2nd June 0000", None, None),
        ("Published: 2nd Juno 2022", None, None),
        ("published last month", None, None),
    ],
)
def test_the_dates_of_releases(text: str, published: date | None, following: date | None) -> None:
    assert (read_text(text).published, read_text(text).following) == (published, following)


def test_a_workbook_without_a_cover() -> None:
    assert read_cover_sheet(opened({"Month": energy_book()["Month"]})) is None


def test_the_published_covers(shared: Path) -> None:
    months = {}
    for path in sorted(shared.rglob("*.??s*")):
        sheet = read_cover_sheet(open_workbook(path.name, path.read_bytes()))
        assert sheet is not None
        months[path.name] = (sheet.month, str(sheet.published), str(sheet.following))
    september = ("2022-09-29", "2022-10-27")
    assert months == {
        "ET_5.5_AUG_22.xlsx": ("2022-06", "2022-08-25", "2022-09-29"),
        "Total_Energy_ODS.ods": ("2022-07", *september),
        "Weather_ODS.ods": ("2022-08", *september),
    }
