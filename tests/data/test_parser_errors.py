"""A fault in a workbook is reported with its file, sheet and cell, in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from data_building import (
    ENERGY,
    ENERGY_TITLE,
    FIRST,
    LABELS,
    LAST,
    MATRIX,
    TEMPERATURE,
    Book,
    energy_book,
    opened,
    weather_book,
    xlsx,
)

from energy.data.parser import read_table
from energy.data.workbook import open_workbook
from energy.errors import DataError, TableNotFound, WrongTitle

Spoil = Callable[[Book], None]


def put(row: int, column: int, value: object) -> Spoil:
    def spoil(book: Book) -> None:
        book[next(name for name in ("Month", "7_1a") if name in book)][row][column] = value

    return spoil


def keep_rows(*parts: slice) -> Spoil:
    def spoil(book: Book) -> None:
        name = next(name for name in ("Month", "7_1a") if name in book)
        book[name] = [row for part in parts for row in book[name][part]]

    return spoil


def without_coal(book: Book) -> None:
    for row in book["Month"][FIRST:]:
        row[2] = "[x]"


def coal_twice(book: Book) -> None:
    for row in book["Month"][LABELS:]:
        row.insert(5, row[2])


def adjusted_first(book: Book) -> None:
    rows = book["Month"]
    rows[LABELS + 1 :] = [[row[0], *row[9:17], *row[1:9]] for row in rows[LABELS + 1 :]]


def another_title_between(book: Book) -> None:
    titles = [[ENERGY_TITLE], ["Table 1.9 Something else (Mtoe)"]]
    book["Month"] = [*titles, *book["Month"][LABELS:]]


def no_first_label(book: Book) -> None:
    for row in book["7_1a"]:
        row[0] = "Period" if row[0] == "Calendar period" else row[0]


def hot(book: Book) -> None:
    for row in book["7_1a"][MATRIX + 1 : MATRIX + 13]:
        row[2:] = [28.0 if isinstance(cell, float) else cell for cell in row[2:]]


def copy(book: Book) -> None:
    book["Copy"] = book["Month"]


NO_MONTH = "expected a month such as 'July 2022'"
IN_ENERGY: list[tuple[Spoil, list[str]]] = [
    (put(0, 0, ENERGY_TITLE.replace("1.2", "1.3")), ["title 'Table 1.3", "'Table 1.2'"]),
    (put(0, 0, ENERGY_TITLE.replace("million tonnes of oil equivalent", "TWh")), ["TWh", "Mtoe"]),
    (another_title_between, ["title 'Table 1.9"]),
    (put(LABELS, 4, "Gases"), ["table 1.2 has no label 'Natural gas'", "Gases"]),
    (coal_twice, ["label 'coal' of table 1.2 is in cells C6, F6"]),
    (copy, ["Table 1.2", "A.xlsx (Month), A.xlsx (Copy)"]),
    (keep_rows(slice(0, FIRST)), ["cell A7", "the months from 1995-01 on"]),
    (keep_rows(slice(0, FIRST), slice(-48, None)), ["cell A7", "'2001-01'", "expected 1995-01"]),
    (put(FIRST, 0, "March 1995"), ["cell A7", "is a late start"]),
    (put(FIRST + 5, 0, "August 1995"), ["cell A12", "after a gap", "expected 1995-06"]),
    (keep_rows(slice(0, FIRST + 30), slice(FIRST + 31, None)), ["'1997-08'", "expected 1997-07"]),
    (put(FIRST + 5, 0, "May 1995"), ["cell A12", "is there twice", "expected 1995-06"]),
    (put(FIRST + 5, 0, "June 1985"), ["cell A12", "goes back in time", "expected 1995-06"]),
    (put(FIRST + 5, 0, "Juni 1995"), ["cell A12", "'Juni 1995' is not a month", NO_MONTH]),
    (put(FIRST + 5, 0, ""), ["cell A12", NO_MONTH]),
    (put(FIRST + 5, 0, 34851.0), ["cell A12", NO_MONTH]),
    *(
        (put(FIRST + 3, 2, value), ["cell C10", repr(value), "expected a number or [x]"])
        for value in ("4.0", "..", "4.32 [provisional]", True, date(2022, 7, 1), "#REF!")
    ),
    (put(FIRST + 40, 2, ""), ["cell C47", "blank", "coal of 1998-05"]),
    (put(LAST, 2, ""), ["coal of 2004-12"]),
    (without_coal, ["no figure of coal from cell C7 on"]),
    (put(FIRST + 7, 2, 48.0), ["cell C14", "coal is 48 Mtoe", "expected 0 to 10"]),
    (adjusted_first, ["cell B7", "total is", "Mtoe"]),
    (put(FIRST + 7, 2, 1.0), ["cell B14", "total of 1995-08", "at most 0.05 Mtoe"]),
    (put(FIRST + 7, 1, "[x]"), ["cell B14", "total of 1995-08 is nan"]),
]
IN_WEATHER: list[tuple[Spoil, list[str]]] = [
    (no_first_label, ["no label 'Calendar period'"]),
    (keep_rows(slice(0, MATRIX), slice(MATRIX + 18, None)), ["no label '<year> average'"]),
    (keep_rows(slice(0, MATRIX + 1), slice(MATRIX + 19, None)), ["the mean of temperature is"]),
    (hot, ["cell C6", "the mean of temperature is"]),
    (put(MATRIX + 3, 0, "April"), ["cell A8", "after a gap", "expected March"]),
    (put(MATRIX + 3, 0, "February"), ["cell A8", "is there twice"]),
    (put(MATRIX + 3, 0, "Maerz"), ["cell A8", "is not a month"]),
    (keep_rows(slice(0, MATRIX + 12)), ["cell A17", "twelve months"]),
    (put(MATRIX + 3, 4, ""), ["cell E8", "temperature of 1993-03"]),
    (put(MATRIX, 4, "1993 mean"), ["'1994-01'", "expected 1993-01"]),
    # Only the label shows that the months of a year are missing at the end.
    *(
        (put(MATRIX, -1, label), ["no label '<year> average'"])
        for label in ("", "2005", "2005 deviation", "2005 mean")
    ),
]


@pytest.mark.parametrize(("spoil", "facts"), IN_ENERGY)
def test_a_fault_in_table_1_2(spoil: Spoil, facts: list[str]) -> None:
    book = energy_book()
    spoil(book)
    with pytest.raises(DataError) as caught:
        read_table(opened(book, "A.xlsx"), ENERGY)
    check(caught.value, ["A.xlsx", "Month", *facts])
    assert isinstance(caught.value, WrongTitle) == ("title '" in str(caught.value))


@pytest.mark.parametrize(("spoil", "facts"), IN_WEATHER)
def test_a_fault_in_a_weather_table(spoil: Spoil, facts: list[str]) -> None:
    book = weather_book()
    spoil(book)
    with pytest.raises(DataError) as caught:
        read_table(opened(book, "A.xlsx"), TEMPERATURE)
    check(caught.value, ["A.xlsx, sheet 7_1a", *facts])


def check(error: DataError, facts: list[str]) -> None:
    assert [fact for fact in facts if fact not in str(error)] == [], str(error)
    assert "\n" not in str(error)


def test_formulas_saved_without_their_values() -> None:
    book = energy_book()
    book["Month"][FIRST + 40][2] = "=1+2"
    with pytest.raises(DataError, match="cell C47: found a blank"):
        read_table(open_workbook("ET.xlsx", xlsx(book)), ENERGY)
    for row in book["Month"][FIRST:]:
        row[2] = "=1+2"
    with pytest.raises(DataError, match="no figure of coal from cell C7 on; "):
        read_table(open_workbook("ET.xlsx", xlsx(book)), ENERGY)


def test_a_workbook_of_something_else() -> None:
    with pytest.raises(TableNotFound, match=r"Table 1\.2 not found in W\.ods"):
        read_table(opened(weather_book(), "W.ods"), ENERGY)


@pytest.mark.parametrize("rows", [[["a\nb"]], [[f"{ENERGY_TITLE}\n[note 1]"]]])
def test_every_error_is_one_line(rows: list[list[object]]) -> None:
    with pytest.raises(DataError) as caught:
        read_table(opened({"Month": rows}), ENERGY)
    assert "\n" not in str(caught.value)
