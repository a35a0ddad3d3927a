"""Vintages in small workbooks, for tests of what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from data_building import FIRST, Book, energy_book, opened, weather_book, xlsx

from energy.data.parser import read_table
from energy.data.tables import TABLES
from energy.data.vintage_builder import (
    NewVintage,
    RejectedVintage,
    UnchangedVintage,
    ingest_vintage,
)
from energy.data.vintages import RawFile, Vintage, VintageRecord
from energy.data.workbook import read_cover_sheet

NOW = datetime(2005, 3, 10, 12, tzinfo=UTC)
EMPTY_RECORD = VintageRecord("", "", {})
Revisions = Mapping[tuple[str, int], float]
"""What to add to figures, by month and column of the sheet."""


def cover(month: str, published: str = "24th February 2005", following: str = "31st March 2005"):
    return [
        ["Energy Trends"],
        ["Publication dates "],
        [
            f"This data was published on Thursday {published}\n"
            f"The next publication date is Thursday {following}"
        ],
        ["Data period"],
        [f"This spreadsheet contains monthly data including new data for {month}."],
    ]


def energy(last: str = "2004-12", revised: Revisions | None = None) -> Book:
    """Table 1.2 up to a month, with its cover; a figure revised keeps the total the sum."""
    months = pd.period_range("1995-01", last, freq="M")
    book = energy_book(months)
    for (month, column), change in (revised or {}).items():
        row = book["Month"][FIRST + list(months.astype(str)).index(month)]
        row[column] = float(str(row[column])) + change
        row[1] = float(str(row[1])) + change
    book["Cover Sheet"] = cover(months[-1].strftime("%B %Y"))
    return book


def weather(last: int = 2005) -> Book:
    """Tables 7.1a to 7.4 up to January of a year, with their cover."""
    return {**weather_book(last), "Cover_Sheet": cover(f"January {last}")}


def vintage(energy_tables: Book | None = None, weather_tables: Book | None = None) -> Vintage:
    """As reading it would give it, without any bytes."""
    books = [
        opened(energy_tables or energy(), "ET.xlsx"),
        opened(weather_tables or weather(), "W.xlsx"),
    ]
    numbers = [("1.2",), tuple(spec.number for spec in TABLES[1:])]
    tables = {
        spec.number: read_table(book, spec)
        for book, held in zip(books, numbers, strict=True)
        for spec in TABLES
        if spec.number in held
    }
    files = tuple(
        RawFile(Path(book.file), book.sha256, 0, held, None, read_cover_sheet(book))
        for book, held in zip(books, numbers, strict=True)
    )
    return Vintage(Path(), files, "", "", "", "", tables)


def shortened(whole: Vintage, number: str, months: int) -> Vintage:
    """The vintage without the last months of a table."""
    table = whole.tables[number]
    short = replace(table, figures=table.figures[:-months], provisional=table.provisional[:-months])
    return replace(whole, tables={**whole.tables, number: short})


def take(root: Path, **files: bytes) -> NewVintage | UnchangedVintage | RejectedVintage:
    """Ingest files, `ET=...` as `ET.xlsx`."""
    contents = {f"{name}.xlsx": body for name, body in files.items()}
    return ingest_vintage(root, contents, EMPTY_RECORD, now=NOW)


DECEMBER = xlsx(energy())
JANUARY = xlsx(energy("2005-01", {("2004-12", 3): 0.25, ("2004-06", 4): -0.125}))
WEATHER = xlsx(weather())
