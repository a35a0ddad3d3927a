"""A monthly CSV of one's own: from bytes to the monthly frame, or a refusal that names the line.

The first row names the columns; each row after it is a month (`2022-08`, or a date in it such as
`2022-08-01`), one after the other and none left out. A column may begin late or end early, and is
whole in between. Nothing is guessed: numbers have a point and no separators of thousands.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from energy.contract.months import after, named
from energy.contract.months import count as count_of
from energy.data.dataset import Csv, Dataset, Measure
from energy.data.monthly import validate
from energy.errors import (
    BlankFigure,
    NotACsv,
    PartsApart,
    WrongFigure,
    WrongHeader,
    WrongMonth,
    WrongRow,
)

_MONTH = re.compile(r"([1-9]\d{3}-(?:0[1-9]|1[0-2]))(-\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"PK")


@dataclass(frozen=True, slots=True)
class _Row:
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


def read_csv(content: bytes, dataset: Dataset, source: Csv) -> pd.DataFrame:
    """Read and check every cell.

    Args:
        content: The file's bytes.
        dataset: What its columns are.
        source: What they are called in the file.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`; float64 columns of the data
        set, in its order, NaN where there is no figure; a bool column `provisional`, false.

    Raises:
        NotACsv: It is empty, no text in UTF-8, or has no commas between its columns.
        WrongHeader, WrongRow: A column is missing, unknown or there twice; a row is no row.
        WrongMonth: A month cannot be read, is repeated, out of order, or comes after a gap.
        WrongFigure, BlankFigure: A cell is no number or out of its range, or is empty amid figures.
        PartsApart: The target is not the sum of its parts.
    """
    rows = list(_rows(_text(content, source), source))
    if not rows:
        raise NotACsv(source.file, "a row of names and no months")
    first = _months(rows, source)
    months = pd.period_range(first, periods=len(rows), freq="M", name="month")
    frame = pd.DataFrame(
        {one.name: _figures(rows, one, first, source) for one in dataset.columns},
        months,
        dtype="float64",
    )
    _whole(frame, rows, dataset, source)
    _adds_up(frame, rows, dataset, source)
    frame["provisional"] = False
    return validate(frame, {one.name: (one.lowest, one.highest) for one in dataset.columns})


def _text(content: bytes, source: Csv) -> str:
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


def _rows(text: str, source: Csv) -> Iterator[_Row]:
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
            yield _Row(reader.line_num, dict(zip(header, stripped, strict=True)))
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
        raise WrongHeader(source.file, line, cells, missing, unknown, repeated)
    return cells


def _months(rows: Sequence[_Row], source: Csv) -> str:
    """The first month, if every row's follows the one before."""
    before = ""
    for row in rows:
        found = row.cells[source.month]
        month = _month(found)
        if month is None:
            expected = "a month such as 2022-08, or a date such as 2022-08-01"
            raise WrongMonth(source.file, row.line, source.month, found, expected)
        if before and month != after(before, 1):
            expected = f"{after(before, 1)}, the month after {before}{_why(before, month)}"
            raise WrongMonth(source.file, row.line, source.month, found, expected)
        before = month
    return named(count_of(before) - len(rows) + 1)


def _month(text: str) -> str | None:
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    try:
        date.fromisoformat(f"{found[1]}{found[2] or '-01'}")
    except ValueError:
        return None
    return found[1]


def _why(before: str, month: str) -> str:
    away = count_of(month) - count_of(before)
    if away == 0:
        return ": this one is there twice"
    if away < 0:
        return ": rows must ascend in time"
    return f": {away - 1} left out"


def _figures(rows: Sequence[_Row], one: Measure, first: str, source: Csv) -> list[float]:
    """The figures of a column, NaN before its first and after its last."""
    header = source.headers[one.name]
    cells = [row.cells[header] for row in rows]
    filled = [place for place, cell in enumerate(cells) if cell]
    if not filled:
        expected = "at least one figure in this column"
        raise BlankFigure(source.file, rows[0].line, header, first, expected)
    for place in range(filled[0], filled[-1]):
        if not cells[place]:
            expected = "one in every month between a column's first and its last"
            raise BlankFigure(source.file, rows[place].line, header, after(first, place), expected)
    return [
        _figure(cell, row.line, header, one, source) if cell else math.nan
        for cell, row in zip(cells, rows, strict=True)
    ]


def _figure(cell: str, line: int, header: str, one: Measure, source: Csv) -> float:
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


def _whole(frame: pd.DataFrame, rows: Sequence[_Row], dataset: Dataset, source: Csv) -> None:
    """Weather must be known wherever there is a figure that it may explain."""
    needed = frame[list(dataset.targets)].notna().any(axis="columns")
    for one in dataset.weather:
        for place in (needed & frame[one.name].isna()).to_numpy().nonzero()[0][:1]:
            expected = "weather in every month that another column has a figure for"
            header, month = source.headers[one.name], str(frame.index[place])
            raise BlankFigure(source.file, rows[place].line, header, month, expected)


def _adds_up(frame: pd.DataFrame, rows: Sequence[_Row], dataset: Dataset, source: Csv) -> None:
    if not dataset.parts:
        return
    total = frame[dataset.target]
    parts = frame[list(dataset.parts)].sum(axis="columns", skipna=False)
    # Where a part has not begun yet, there is nothing that could add up.
    apart = ((total - parts).abs() > dataset.tolerance).to_numpy()
    for place in apart.nonzero()[0][:1]:
        raise PartsApart(
            source.file,
            rows[place].line,
            source.headers[dataset.target],
            str(frame.index[place]),
            float(total.iloc[place]),
            float(parts.iloc[place]),
            dataset.tolerance,
        )
