"""What is wrong in a workbook is refused by its file, its sheet and, if it has one, its cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from data_building import (
    ENERGY,
    ENERGY_TITLE,
    FIRST,
    LABELS,
    MATRIX,
    TEMPERATURE,
    Book,
    energy_book,
    opened,
    weather_book,
)

from energy import errors
from energy.data.parser import read_table
from energy.errors import DataError


def put(row: int, column: int, value: object) -> Callable[[Book], None]:
    def spoil(book: Book) -> None:
        book[next(name for name in ("Month", "7_1a") if name in book)][row][column] = value

    return spoil


def emptied(book: Book) -> None:
    del book["Month"][FIRST:]


def without_coal(book: Book) -> None:
    for row in book["Month"][FIRST:]:
        row[2] = "[x]"


def coal_twice(book: Book) -> None:
    for row in book["Month"][LABELS:]:
        row.insert(5, row[2])


def no_first_label(book: Book) -> None:
    for row in book["7_1a"]:
        row[0] = "Period" if row[0] == "Calendar period" else row[0]


def eleven_months(book: Book) -> None:
    del book["7_1a"][MATRIX + 12 :]


def hot(book: Book) -> None:
    for row in book["7_1a"][MATRIX + 1 : MATRIX + 13]:
        row[2:] = [28.0 if isinstance(cell, float) else cell for cell in row[2:]]


IN_ENERGY: list[tuple[str, Callable[[Book], None], str]] = [
    ("WrongTitle", put(0, 0, ENERGY_TITLE.replace("1.2", "1.3")), ""),
    ("MissingLabels", put(LABELS, 4, "Gases"), ""),
    ("RepeatedLabel", coal_twice, ""),
    ("UnreadableMonth", emptied, "A7"),
    ("UnreadableMonth", put(FIRST + 5, 0, "Juni"), "A12"),
    ("MonthGap", put(FIRST + 5, 0, "August 1995"), "A12"),
    ("LateStart", put(FIRST, 0, "March 1995"), "A7"),
    ("BadCell", put(FIRST + 3, 2, "4.0"), "C10"),
    ("BlankCell", put(FIRST + 3, 2, ""), "C10"),
    ("NoFigures", without_coal, "C7"),
    ("ImplausibleFigure", put(FIRST + 7, 2, 48.0), "C14"),
    ("TotalMismatch", put(FIRST + 7, 2, 1.0), "B14"),
]
IN_WEATHER: list[tuple[str, Callable[[Book], None], str]] = [
    ("MissingLabels", no_first_label, ""),
    ("MonthGap", put(MATRIX + 3, 0, "April"), "A8"),
    ("UnreadableMonth", eleven_months, "A17"),
    ("ImplausibleFigure", hot, "C6"),
]


@pytest.mark.parametrize(
    ("spec", "make", "sheet", "kind", "spoil", "cell"),
    [
        *((ENERGY, energy_book, "Month", *one) for one in IN_ENERGY),
        *((TEMPERATURE, weather_book, "7_1a", *one) for one in IN_WEATHER),
    ],
)
def test_what_is_wrong_is_named_by_file_sheet_and_cell(
    spec: Any, make: Callable[[], Book], sheet: str, kind: str, spoil: Any, cell: str
) -> None:
    book = make()
    spoil(book)
    with pytest.raises(getattr(errors, kind)) as caught:
        read_table(opened(book, "A.xlsx"), spec)
    error: Any = caught.value
    assert isinstance(error, DataError)
    assert (error.file, error.sheet, getattr(error, "cell", "")) == ("A.xlsx", sheet, cell)
    for told in ("A.xlsx", sheet, cell):
        assert told in str(error)
