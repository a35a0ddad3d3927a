"""The cells of a CSV of one's own: bytes to rows, rows to months and numbers, or a refusal.

Nothing is guessed: text is UTF-8, commas stand between columns, numbers have a point and no
separators of thousands, and whatever is refused is named by its file, line and column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from energy.contract.months import after
from energy.contract.months import count as count_of
from energy.data.dataset import Csv, Measure
from energy.errors import NotACsv, WrongFigure, WrongHeader, WrongRow

FIRST_YEAR, LAST_YEAR = 1700, 2100
"""A month beyond them is a slip of the pen, and all that lies between would have to be held."""
_MONTH = re.compile(r"([1-9]\d{3}-(?:0[1-9]|1[0-2]))(-\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"PK")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its line, and its cells by the file's own names."""

    line: int
    cells: dict[str, str]


def read_bytes(file: Path) -> bytes:
    """The bytes of a CSV.

    Raises:
        NotACsv: There is no such file, or it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotACsv(file, f"no readable file ({error.strerror})") from error


def text_of(content: bytes, source: Csv) -> str:
    """The file as text.

    Raises:
        NotACsv: It is empty, or no text in UTF-8.
    """
    if content.startswith(_OTHER_ENCODINGS):
        raise NotACsv(source.file, "a workbook, or text in UTF-16: save it as CSV in UTF-8")
    try:
        text = content.decode("utf-8-sig")  # spreadsheet programs put a mark of order before it
    except UnicodeDecodeError as error:
        raise NotACsv(
            source.file, f"bytes that are not UTF-8 from byte {error.start} on"
        ) from error
    if not text.strip():
        raise NotACsv(source.file, "nothing: it is empty")
    return text


def rows_of(text: str, source: Csv) -> Iterator[Row]:
    """Every row after the names, blank ones left out.

    Raises:
        NotACsv: It has no commas between its columns, or quotes that do not close.
        WrongHeader: A column is missing, unknown or there twice.
        WrongRow: A row has more or fewer cells than there are columns.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if not header:
                header = _header(stripped, reader.line_num, source)
                continue
            if len(stripped) != len(header):
                raise WrongRow(source.file, reader.line_num, len(stripped), len(header))
            yield Row(reader.line_num, dict(zip(header, stripped, strict=True)))
    except csv.Error as error:
        raise NotACsv(source.file, f"a broken row at line {reader.line_num} ({error})") from error


def _header(cells: list[str], line: int, source: Csv) -> list[str]:
    expected = [source.month, *source.headers.values()]
    missing = [name for name in expected if name not in cells]
    for mark, told in ((";", "semicolons"), ("\t", "tabs")):
        if missing and any(mark in cell for cell in cells):
            raise NotACsv(source.file, f"{told} between the columns")
    unknown = [cell for cell in cells if cell not in expected]
    repeated = sorted({cell for cell in cells if cells.count(cell) > 1})
    if missing or unknown or repeated:
        raise WrongHeader(source.file, line, cells, expected, missing, unknown, repeated)
    return cells


A_MONTH = "a month such as 2022-08, or a date such as 2022-08-01"
"""What a cell that names none should have held."""


def follows(before: str, month: str) -> str:
    """Why a month cannot come after the one before: '' if it is the next.

    >>> follows("2022-08", "2022-11")
    '2022-09, the month after 2022-08: 2 left out'
    """
    if not before or month == after(before, 1):
        return ""
    away = count_of(month) - count_of(before)
    why = f"{away - 1} left out"
    if away <= 0:
        why = "rows must ascend in time" if away else "this one is there twice"
    return f"{after(before, 1)}, the month after {before}: {why}"


def month_of(text: str) -> str | None:
    """The month that a cell names, such as `2022-08`; None if it names none.

    >>> month_of("2022-08-31")
    '2022-08'
    """
    found = _MONTH.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1][:4]) <= LAST_YEAR:
        return None
    try:
        date.fromisoformat(f"{found[1]}{found[2] or '-01'}")
    except ValueError:
        return None
    return found[1]


def figure_of(cell: str, line: int, header: str, one: Measure, source: Csv) -> float:
    """The number in a cell.

    Raises:
        WrongFigure: It is none, or out of its range.
    """
    if not _NUMBER.fullmatch(cell):
        expected = "a number such as 1234.5"
        if re.fullmatch(r"[+-]?[\d.]+(,\d+)+", cell):
            expected += ", with a point and no commas"
        raise WrongFigure(source.file, line, header, cell, expected)
    value = float(cell)
    if not one.lowest <= value <= one.highest:
        expected = f"{one.lowest:g} to {one.highest:g} ({one.unit})"
        raise WrongFigure(source.file, line, header, cell, expected)
    return value
