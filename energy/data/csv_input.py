"""Read a CSV of your own: one column per series, or one row per series and month."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from energy import legacy_errors
from energy.contract.months import month_name, months_after
from energy.contract.months import month_number as count_of
from energy.data.dataset import SERIES, SERIES_NAME, VALUE, CsvLayout, Dataset, Measure
from energy.data.frame import validate_frame

FIRST_YEAR, LAST_YEAR = 1700, 2100
"""A month beyond them is a slip of the pen, and all that lies between would have to be held."""
_MONTH = re.compile(r"([1-9]\d{3}-(?:0[1-9]|1[0-2]))(-\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"PK")


@dataclass(frozen=True, slots=True)
class CsvRow:
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
        raise legacy_errors.NotACsv(file, f"no readable file ({error.strerror})") from error


def decode_text(content: bytes, source: CsvLayout) -> str:
    """The file as text.

    Raises:
        NotACsv: It is empty, or no text in UTF-8.
    """
    if content.startswith(_OTHER_ENCODINGS):
        raise legacy_errors.NotACsv(
            source.file, "a workbook, or text in UTF-16: save it as CSV in UTF-8"
        )
    try:
        text = content.decode("utf-8-sig")  # spreadsheet programs put a mark of order before it
    except UnicodeDecodeError as error:
        raise legacy_errors.NotACsv(
            source.file, f"bytes that are not UTF-8 from byte {error.start} on"
        ) from error
    if not text.strip():
        raise legacy_errors.NotACsv(source.file, "nothing: it is empty")
    return text


def read_rows(text: str, source: CsvLayout) -> Iterator[CsvRow]:
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
                raise legacy_errors.WrongRow(
                    source.file, reader.line_num, len(stripped), len(header)
                )
            yield CsvRow(reader.line_num, dict(zip(header, stripped, strict=True)))
    except csv.Error as error:
        raise legacy_errors.NotACsv(
            source.file, f"a broken row at line {reader.line_num} ({error})"
        ) from error


def _header(cells: list[str], line: int, source: CsvLayout) -> list[str]:
    expected = [source.month, *source.headers.values()]
    missing = [name for name in expected if name not in cells]
    for mark, told in ((";", "semicolons"), ("\t", "tabs")):
        if missing and any(mark in cell for cell in cells):
            raise legacy_errors.NotACsv(source.file, f"{told} between the columns")
    unknown = [cell for cell in cells if cell not in expected]
    repeated = sorted({cell for cell in cells if cells.count(cell) > 1})
    if missing or unknown or repeated:
        raise legacy_errors.WrongHeader(
            source.file, line, cells, expected, missing, unknown, repeated
        )
    return cells


A_MONTH = "a month such as 2022-08, or a date such as 2022-08-01"
"""What a cell that names none should have held."""


def follows(before: str, month: str) -> str:
    """Why a month cannot come after the one before: '' if it is the next.

    >>> follows("2022-08", "2022-11")
    '2022-09, the month after 2022-08: 2 left out'
    """
    if not before or month == months_after(before, 1):
        return ""
    away = count_of(month) - count_of(before)
    why = f"{away - 1} left out"
    if away <= 0:
        why = "rows must ascend in time" if away else "this one is there twice"
    return f"{months_after(before, 1)}, the month after {before}: {why}"


def parse_csv_month(text: str) -> str | None:
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


def parse_figure(cell: str, line: int, header: str, one: Measure, source: CsvLayout) -> float:
    """The number in a cell.

    Raises:
        WrongFigure: It is none, or out of its range.
    """
    if not _NUMBER.fullmatch(cell):
        expected = "a number such as 1234.5"
        if re.fullmatch(r"[+-]?[\d.]+(,\d+)+", cell):
            expected += ", with a point and no commas"
        raise legacy_errors.WrongFigure(source.file, line, header, cell, expected)
    value = float(cell)
    if not one.lowest <= value <= one.highest:
        expected = f"{one.lowest:g} to {one.highest:g} ({one.unit})"
        raise legacy_errors.WrongFigure(source.file, line, header, cell, expected)
    return value


def read_monthly_csv(content: bytes, dataset: Dataset, source: CsvLayout) -> pd.DataFrame:
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
    rows = list(read_rows(decode_text(content, source), source))
    if not rows:
        raise legacy_errors.NotACsv(source.file, "a row of names and no months")
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
    return validate_frame(frame, {one.name: (one.lowest, one.highest) for one in dataset.columns})


def _months(rows: Sequence[CsvRow], source: CsvLayout) -> str:
    """The first month, if every row's follows the one before."""
    before = ""
    for row in rows:
        found = row.cells[source.month]
        month = parse_csv_month(found)
        if month is None:
            raise legacy_errors.WrongMonth(source.file, row.line, source.month, found, A_MONTH)
        if expected := follows(before, month):
            raise legacy_errors.WrongMonth(source.file, row.line, source.month, found, expected)
        before = month
    return month_name(count_of(before) - len(rows) + 1)


def _figures(rows: Sequence[CsvRow], one: Measure, first: str, source: CsvLayout) -> list[float]:
    """The figures of a column, NaN before its first and after its last."""
    header = source.headers[one.name]
    cells = [row.cells[header] for row in rows]
    filled = [place for place, cell in enumerate(cells) if cell]
    if not filled:
        expected = "at least one figure in this column"
        raise legacy_errors.BlankFigure(source.file, rows[0].line, header, first, expected)
    for place in range(filled[0], filled[-1]):
        if not cells[place]:
            expected = "one in every month between a column's first and its last"
            raise legacy_errors.BlankFigure(
                source.file, rows[place].line, header, months_after(first, place), expected
            )
    return [
        parse_figure(cell, row.line, header, one, source) if cell else math.nan
        for cell, row in zip(cells, rows, strict=True)
    ]


def _whole(
    frame: pd.DataFrame, rows: Sequence[CsvRow], dataset: Dataset, source: CsvLayout
) -> None:
    """Weather must be known wherever there is a figure that it may explain."""
    needed = frame[list(dataset.targets)].notna().any(axis="columns")
    for one in dataset.weather:
        for place in (needed & frame[one.name].isna()).to_numpy().nonzero()[0][:1]:
            expected = "weather in every month that another column has a figure for"
            header, month = source.headers[one.name], str(frame.index[place])
            raise legacy_errors.BlankFigure(source.file, rows[place].line, header, month, expected)


def _adds_up(
    frame: pd.DataFrame, rows: Sequence[CsvRow], dataset: Dataset, source: CsvLayout
) -> None:
    if not dataset.parts:
        return
    total = frame[dataset.target]
    parts = frame[list(dataset.parts)].sum(axis="columns", skipna=False)
    # Where a part has not begun yet, there is nothing that could add up.
    apart = ((total - parts).abs() > dataset.tolerance).to_numpy()
    for place in apart.nonzero()[0][:1]:
        raise legacy_errors.PartsApart(
            source.file,
            rows[place].line,
            source.headers[dataset.target],
            str(frame.index[place]),
            float(total.iloc[place]),
            float(parts.iloc[place]),
            dataset.tolerance,
        )


RESERVED = {"all", "month", "provisional"}


def read_long_csv(content: bytes, dataset: Dataset, source: CsvLayout) -> pd.DataFrame:
    """Read and check every cell.

    Args:
        content: The file's bytes.
        dataset: What its series are.
        source: What its columns are called in the file.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`, a float64 column for each
        series in the order they first appear, NaN before its first month and after its last; a
        bool column `provisional`, false.

    Raises:
        NotACsv: It is empty, no text in UTF-8, or has no commas between its columns.
        WrongHeader, WrongRow: A column is missing, unknown or there twice; a row is no row.
        WrongSeries: A name that no series can have.
        WrongMonth: A month cannot be read, or does not follow the one before of its series.
        WrongFigure, BlankFigure: A cell is no number, out of range, or empty.
    """
    assert dataset.each is not None  # noqa: S101 - `opening` calls this for long tables alone
    named, valued = source.headers[SERIES], source.headers[VALUE]
    last: dict[str, str] = {}
    figures: dict[str, list[float]] = {}
    months: dict[str, str | None] = {}  # the same few hundred texts again and again
    for row in read_rows(decode_text(content, source), source):
        name, told, cell = row.cells[named], row.cells[source.month], row.cells[valued]
        if name not in figures:
            if not SERIES_NAME.fullmatch(name) or name in RESERVED:
                raise legacy_errors.WrongSeries(source.file, row.line, named, name)
            figures[name], last[name] = [], ""
        if told not in months:
            months[told] = parse_csv_month(told)
        month = months[told]
        if month is None:
            raise legacy_errors.WrongMonth(source.file, row.line, source.month, told, A_MONTH)
        if expected := follows(last[name], month):
            raise legacy_errors.WrongMonth(
                source.file, row.line, source.month, told, f"{expected} (of series {name})"
            )
        if not cell:
            expected = "one in every row: leave out the rows of months that have none"
            raise legacy_errors.BlankFigure(source.file, row.line, valued, month, expected)
        figures[name].append(parse_figure(cell, row.line, valued, dataset.each, source))
        last[name] = month
    if not figures:
        raise legacy_errors.NotACsv(source.file, "a row of names and no months")
    return _frame(figures, last)


def _frame(figures: dict[str, list[float]], last: dict[str, str]) -> pd.DataFrame:
    ends = {name: count_of(month) for name, month in last.items()}
    first = min(ends[name] - len(values) + 1 for name, values in figures.items())
    count = max(ends.values()) - first + 1
    table = np.full((count, len(figures)), np.nan)
    for place, (name, values) in enumerate(figures.items()):
        end = ends[name] - first + 1
        table[end - len(values) : end, place] = values
    start = next(m for n, m in last.items() if ends[n] == max(ends.values()))
    months = pd.period_range(end=start, periods=count, freq="M", name="month")
    frame = pd.DataFrame(table, months, columns=list(figures))
    return frame.assign(provisional=False)
