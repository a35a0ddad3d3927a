"""Read a CSV of your own: one column per series, or one row per series and month."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from energy.contract.months import month_name, month_number, months_after
from energy.data.dataset import SERIES, SERIES_NAME, VALUE, CsvLayout, Dataset, Measure
from energy.data.frame import validate_frame
from energy.errors import MAX_LISTED, DataError, join_names, quote_value

FIRST_YEAR, LAST_YEAR = 1700, 2100
"""A month outside them is a typing error, and the frame would have to span all years up to it."""
MAX_CELLS = 50_000_000
"""Largest frame, 400 MB: a short file can spread its series over four centuries."""
RESERVED = {"all", "month", "provisional"}
"""Names that no series of a long table can have."""
_MONTH = re.compile(r"([1-9]\d{3}-(?:0[1-9]|1[0-2]))(-\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"PK")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row of the file: its line, and its cells by header."""

    file: Path
    line: int
    cells: dict[str, str]

    def error(self, header: str, expected: str, actual: str = "") -> DataError:
        """The error for a cell; `actual` is its text by default."""
        actual = actual or quote_value(self.cells[header])
        place = f"{self.file}, line {self.line}, column {header}"
        return DataError(f"{place}: found {actual}; expected {expected}.")


def read_bytes(file: Path) -> bytes:
    """The bytes of a CSV; DataError if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise _not_a_csv(file, f"no readable file ({error.strerror})") from error


def read_monthly_csv(content: bytes, dataset: Dataset, layout: CsvLayout) -> pd.DataFrame:
    """Read a CSV with a column for each series, and check every cell.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`; float64 columns of the data
        set, in its order, NaN where there is no figure; a bool column `provisional`, false.

    Raises:
        DataError: It is not a CSV in UTF-8; a column is missing, unknown or repeated; a month is
            not the one after the month before; a cell is not a figure within its range, or is
            empty between figures; the target is not the sum of its parts.
    """
    rows = list(read_rows(content, layout))
    if not rows:
        raise _not_a_csv(layout.file, "a row of names and no months")
    last = ""
    for row in rows:
        last = _read_month(row, layout, last)
    first = months_after(last, 1 - len(rows))
    months = pd.period_range(first, periods=len(rows), freq="M", name="month")
    columns = {measure.name: _column(rows, measure, first, layout) for measure in dataset.columns}
    frame = pd.DataFrame(columns, months, dtype="float64")
    _check_weather(frame, rows, dataset, layout)
    _check_total(frame, rows, dataset, layout)
    frame["provisional"] = False
    return validate_frame(frame, {m.name: (m.lowest, m.highest) for m in dataset.columns})


def read_long_csv(content: bytes, dataset: Dataset, layout: CsvLayout) -> pd.DataFrame:
    """Read a CSV with a row for each series and month, and check every cell.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`, a float64 column for each
        series in the order they first appear, NaN before its first month and after its last; a
        bool column `provisional`, false.

    Raises:
        DataError: As `read_monthly_csv`, or the name of a series is not allowed.
    """
    assert dataset.each is not None  # noqa: S101 - `load_dataset` calls this for long tables only
    name_header, value_header = layout.headers[SERIES], layout.headers[VALUE]
    last: dict[str, str] = {}
    figures: dict[str, list[float]] = {}
    for row in read_rows(content, layout):
        name, cell = row.cells[name_header], row.cells[value_header]
        if name not in figures:
            if not SERIES_NAME.fullmatch(name) or name in RESERVED:
                expected = (
                    "a name of up to 40 letters, digits, spaces and `_.-` that begins with a "
                    "letter or a digit, other than all, month and provisional"
                )
                raise row.error(name_header, expected)
            figures[name], last[name] = [], ""
        last[name] = _read_month(row, layout, last[name], f" (of series {name})")
        if not cell:
            expected = "a figure in every row: leave out the rows of months without one"
            raise row.error(value_header, expected, f"no figure for {last[name]}")
        figures[name].append(parse_figure(row, value_header, dataset.each))
    if not figures:
        raise _not_a_csv(layout.file, "a row of names and no months")
    return _long_frame(figures, last, layout.file)


def read_rows(content: bytes, layout: CsvLayout) -> Iterator[CsvRow]:
    """Every row after the header, blank rows left out.

    Raises:
        DataError: It is not text in UTF-8, has no commas between its columns, quotes that do not
            close, a column that is missing, unknown or repeated, or a row with more or fewer cells.
    """
    text = _decode(content, layout.file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not header:
                header = _check_header(cells, reader.line_num, layout)
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{layout.file}, line {reader.line_num}: found {len(cells)} cells; expected "
                    f"{len(header)}. Look for a decimal comma, or a comma between thousands."
                )
            yield CsvRow(layout.file, reader.line_num, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        reason = f"a broken row at line {reader.line_num} ({error})"
        raise _not_a_csv(layout.file, reason) from error


@lru_cache(maxsize=5000)
def parse_csv_month(text: str) -> str | None:
    """The month that a cell names, such as `2022-08`; None if it names none.

    >>> parse_csv_month("2022-08-31")
    '2022-08'
    """
    match = _MONTH.fullmatch(text)
    if match is None or not FIRST_YEAR <= int(match[1][:4]) <= LAST_YEAR:
        return None
    try:
        date.fromisoformat(f"{match[1]}{match[2] or '-01'}")
    except ValueError:
        return None
    return match[1]


def parse_figure(row: CsvRow, header: str, measure: Measure) -> float:
    """The number in a cell; DataError if it is none, or out of the measure's range."""
    cell = row.cells[header]
    if not _NUMBER.fullmatch(cell):
        expected = "a number such as 1234.5"
        if re.fullmatch(r"[+-]?[\d.]+(,\d+)+", cell):
            expected += ", with a point and no commas"
        raise row.error(header, expected)
    value = float(cell)
    if not measure.lowest <= value <= measure.highest:
        raise row.error(header, f"{measure.lowest:g} to {measure.highest:g} ({measure.unit})")
    return value


def _decode(content: bytes, file: Path) -> str:
    if content.startswith(_OTHER_ENCODINGS):
        raise _not_a_csv(file, "a workbook, or text in UTF-16: save it as CSV in UTF-8")
    try:
        text = content.decode("utf-8-sig")  # Spreadsheet programs write a byte order mark.
    except UnicodeDecodeError as error:
        reason = f"bytes that are not UTF-8 from byte {error.start} on"
        raise _not_a_csv(file, reason) from error
    if not text.strip():
        raise _not_a_csv(file, "nothing: it is empty")
    return text


def _check_header(cells: list[str], line: int, layout: CsvLayout) -> list[str]:
    """The header, if it has each column of the settings file once and no other."""
    expected = dict.fromkeys([layout.month, *layout.headers.values()])
    counts = Counter(cells)
    missing = [name for name in expected if name not in counts]
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if missing and any(separator in cell for cell in cells):
            raise _not_a_csv(layout.file, f"{name} between the columns")
    faults = {
        "missing": missing,
        "not in the settings file:": [name for name in counts if name not in expected],
        "twice:": sorted(name for name, count in counts.items() if count > 1),
    }
    if any(faults.values()):
        details = "; ".join(f"{fault} {_quote(names)}" for fault, names in faults.items() if names)
        raise DataError(
            f"{layout.file}, line {line}: found the columns {_quote(cells)}; expected "
            f"{_quote(expected)}; {details}. "
            "Name every column in the settings file, as it is written here, or remove it."
        )
    return cells


def _quote(names: Iterable[str]) -> str:
    """Names of a file for a message, the first MAX_LISTED of them."""
    quoted = list(map(quote_value, names))
    more = f" and {len(quoted) - MAX_LISTED} more" if len(quoted) > MAX_LISTED else ""
    return join_names(quoted[:MAX_LISTED]) + more


def _read_month(row: CsvRow, layout: CsvLayout, before: str, series: str = "") -> str:
    """The month of a row, if it is the one after the month before ('' for the first row)."""
    month = parse_csv_month(row.cells[layout.month])
    if month is None:
        raise row.error(layout.month, "a month such as 2022-08, or a date such as 2022-08-01")
    if before and (steps := month_number(month) - month_number(before)) != 1:
        reason = f"{steps - 1} left out" if steps > 1 else "rows must ascend in time"
        reason = reason if steps else "this month is there twice"
        expected = f"{months_after(before, 1)}, the month after {before}: {reason}{series}"
        raise row.error(layout.month, expected)
    return month


def _column(rows: Sequence[CsvRow], measure: Measure, first: str, layout: CsvLayout) -> list[float]:
    """The figures of a column, NaN before its first and after its last."""
    header = layout.headers[measure.name]
    filled = [index for index, row in enumerate(rows) if row.cells[header]]
    if not filled:
        raise rows[0].error(header, "at least one figure in this column", f"no figure for {first}")
    for index in range(filled[0], filled[-1]):
        if not rows[index].cells[header]:
            expected = "a figure in every month between a column's first and its last"
            actual = f"no figure for {months_after(first, index)}"
            raise rows[index].error(header, expected, actual)
    return [parse_figure(row, header, measure) if row.cells[header] else math.nan for row in rows]


def _check_weather(
    frame: pd.DataFrame, rows: Sequence[CsvRow], dataset: Dataset, layout: CsvLayout
) -> None:
    """Require weather in every month with a figure that it may explain."""
    needed = frame[list(dataset.targets)].notna().any(axis="columns")
    for measure in dataset.weather:
        for index in (needed & frame[measure.name].isna()).to_numpy().nonzero()[0][:1]:
            expected = "weather in every month that another column has a figure for"
            actual = f"no figure for {frame.index[index]}"
            raise rows[index].error(layout.headers[measure.name], expected, actual)


def _check_total(
    frame: pd.DataFrame, rows: Sequence[CsvRow], dataset: Dataset, layout: CsvLayout
) -> None:
    if not dataset.parts:
        return
    total = frame[dataset.target]
    parts = frame[list(dataset.parts)].sum(axis="columns", skipna=False)
    # Before a part begins there is no sum to compare with.
    wrong = ((total - parts).abs() > dataset.tolerance).to_numpy()
    for index in wrong.nonzero()[0][:1]:
        actual = (
            f"{total.iloc[index]:g} for {frame.index[index]}, but its parts sum to "
            f"{parts.iloc[index]:g}"
        )
        expected = (
            f"a difference of at most {dataset.tolerance:g}: correct the figures, or set "
            "`tolerance` in the settings file"
        )
        raise rows[index].error(layout.headers[dataset.target], expected, actual)


def _long_frame(figures: dict[str, list[float]], last: dict[str, str], file: Path) -> pd.DataFrame:
    ends = {name: month_number(month) for name, month in last.items()}
    first = min(ends[name] - len(values) + 1 for name, values in figures.items())
    count = max(ends.values()) - first + 1
    if count * len(figures) > MAX_CELLS:
        raise DataError(
            f"{file}: found {len(figures)} series over {count} months; expected at most "
            f"{MAX_CELLS:,} figures in all. Check the months, or split the file."
        )
    table = np.full((count, len(figures)), np.nan)
    for column, (name, values) in enumerate(figures.items()):
        end = ends[name] - first + 1
        table[end - len(values) : end, column] = values
    months = pd.period_range(month_name(first), periods=count, freq="M", name="month")
    return pd.DataFrame(table, months, columns=list(figures)).assign(provisional=False)


def _not_a_csv(file: Path, actual: str) -> DataError:
    return DataError(
        f"{file}: found {actual}; expected a CSV in UTF-8 with commas between columns and points "
        "in numbers: a row of names, then a row for each month."
    )
