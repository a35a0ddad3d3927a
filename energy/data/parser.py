"""Find a published table in a workbook by its title and labels, and read and check its figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

import pandas as pd

from energy.data.tables import TABLES, Column, TableSpec
from energy.data.workbook import (
    Sheet,
    Workbook,
    address,
    is_blank,
    is_missing,
    month_of_year,
    normalise,
    parse_month,
    tidy,
)
from energy.errors import DataError, TableNotFound, WrongTitle, join_names

MAX_HEADERS = 100
"""Cells of a sheet that are tried as the label above the months: each takes a look at the sheet."""
_TITLE = re.compile(r"(table|data)\s+\d+\.\d", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4}) (.+)")
_LIKE_A_YEAR = re.compile(r"\d{4}( [a-z]+)?")
_COMPARE = "Compare with the published file."


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read.

    Attributes:
        figures: Gapless monthly index named `month`; a float64 column for each column of the
            table, in the table's unit, NaN where not available.
        provisional: Same index; true where the month's label says so.
    """

    spec: TableSpec
    file: str
    sheet: str
    figures: pd.DataFrame
    provisional: pd.Series[bool]


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of a table's figures; rows and columns count from 0.

    Attributes:
        header: Row of the labels.
        first: Column of the months.
        columns: Column of each of the table's columns by name; in a matrix, of each year.
        years: Column of the years, if the months' labels have none; else None.
        end: Row after the last one that can belong to the block.
    """

    sheet: Sheet
    title: str
    header: int
    first: int
    columns: dict[str, int]
    years: int | None
    end: int

    def months(self) -> int:
        """The number of rows labelled as months, which tells a monthly block from a yearly one."""
        labels = (self.sheet.cell(row, self.first) for row in range(self.header + 1, self.end))
        return sum(
            month_of_year(label) is not None or parse_month(label) is not None for label in labels
        )


@dataclass(frozen=True, slots=True)
class Label:
    """The normalised label above a column, alone and after the group above it, if any."""

    column: int
    name: str
    full: str

    def names(self, column: Column) -> bool:
        """Whether it is the label of a column, with or without its group."""
        return column.has_label(self.name) or column.has_label(self.full)


def read_table(workbook: Workbook, spec: TableSpec) -> Table:
    """Find a table in a workbook and read it.

    Raises:
        DataError: See `find_block`; or a month is unreadable, missing, repeated or out of order; a
            cell or a column has no figure where one is expected; a figure or a column's mean is
            out of range; or a total is not the sum of its parts.
    """
    block = find_block(workbook, spec)
    sheet = block.sheet
    matrix = spec.layout == "matrix"
    rows = list(_matrix_rows(block, spec) if matrix else _rows(block))
    _check_months(block, rows, spec)
    series: dict[str, list[float]] = {}
    for column in spec.columns:
        cells = [row.cells[column.name] for row in rows]
        series[column.name] = [_figure(sheet, cell, column, spec) for cell in cells]
        _check_column(sheet, rows, series[column.name], column, spec)
    if matrix:  # The months to come have their cells already.
        last = max(i for i, figure in enumerate(series[column.name]) if not math.isnan(figure))
        rows = rows[: last + 1]
    _check_totals(sheet, rows, series, spec)
    index = pd.PeriodIndex([row.month for row in rows], freq="M", name="month")
    figures = pd.DataFrame({name: s[: len(rows)] for name, s in series.items()}, index, dtype=float)
    flags = pd.Series([row.provisional for row in rows], index, dtype=bool, name="provisional")
    return Table(spec, workbook.file, sheet.name, figures, flags)


def find_block(workbook: Workbook, spec: TableSpec) -> Block:
    """The block of a table: of several, the monthly one that is the longest.

    Raises:
        TableNotFound: Nothing in the workbook looks like the table.
        WrongTitle: The labels are under a title without the table's number, words or unit.
        DataError: A label is missing under the title or repeated in the block, or two blocks of
            the same length look like the table.
    """
    blocks: list[Block] = []
    misses: list[tuple[int, DataError]] = []
    first_labels = {normalise(label) for label in spec.first_labels}
    for sheet in workbook.sheets:
        candidates = (place for place, label in sheet.labels.items() if label in first_labels)
        headers = list(islice(candidates, MAX_HEADERS))
        for row, first in headers:
            match = _match(sheet, row, first, spec, headers)
            if isinstance(match, Block):
                blocks.append(match)
            elif match is not None:
                misses.append(match)
        if not headers and any(spec.has_title(str(sheet.cell(*place))) for place in sheet.labels):
            misses.append((2, _missing_labels(sheet, spec, [], list(spec.first_labels))))
    # A block without months (a summary by years) is worth less than a near miss.
    monthly = [block for block in blocks if block.months()] or ([] if misses else blocks)
    if monthly:
        return _longest(monthly, spec)
    if misses:
        raise max(misses, key=lambda miss: miss[0])[1]
    raise table_not_found(spec.number, [workbook.file], f"a sheet titled {spec.expected_title}")


def _read_labels(sheet: Sheet, row: int, first: int) -> tuple[int, list[Label]]:
    """The last row of labels and the labels of a block, from the label above its months.

    That label is beside the names, with the groups in the row above; or beside the groups, with
    the names in the row below, if the two rows are merged above the months.
    """
    width = len(sheet.rows[row])
    if _has_names_alone(sheet, row + 1, first):
        row += 1
    groups = _groups(sheet, row - 1, first)
    labels = []
    for column in range(width):
        name = sheet.labels.get((row, column), "")
        labels.append(Label(column, name, f"{groups.get(column, '')} {name}".strip()))
    return row, labels


def table_not_found(table: str, files: Iterable[str], expected: str) -> TableNotFound:
    """The error for a table that no file contains."""
    return TableNotFound(
        f"Table {table} not found in {join_names(list(files))}; expected {expected}. "
        "Add the workbook that contains it."
    )


def repeated_table(table: str, places: Iterable[str]) -> DataError:
    """The error for a table that is there more than once."""
    return DataError(
        f"Table {table} found in {join_names(list(places))}; expected it once. Keep one of them."
    )


def _groups(sheet: Sheet, row: int, first: int) -> dict[int, str]:
    """The group above each column: a merged cell has its text in its first column alone."""
    groups, group = {}, ""
    for column in range(len(sheet.rows[row]) if row >= 0 else 0):
        text = sheet.labels.get((row, column), "")
        # Notes above the table begin over the months, or over the year to their left.
        group = text or (group if column > first + 1 else "")
        groups[column] = group
    return groups


def _has_names_alone(sheet: Sheet, row: int, first: int) -> bool:
    """Whether a row has text to the right of the months' column, and nothing else."""
    if row >= len(sheet.rows) or not is_blank(sheet.cell(row, first)):
        return False
    values = [value for value in sheet.rows[row][first + 1 :] if not is_blank(value)]
    return bool(values) and all(isinstance(v, str) and normalise(v) for v in values)


def _match(
    sheet: Sheet, row: int, first: int, spec: TableSpec, headers: list[tuple[int, int]]
) -> Block | tuple[int, DataError] | None:
    """The block under a candidate for the label above the months.

    None if nothing there looks like the table; if all but something does, how near it comes and
    the error, since the nearest miss is reported.
    """
    header, labels = _read_labels(sheet, row, first)
    matrix = spec.layout == "matrix"
    places = _year_columns(labels, spec) if matrix else _series_columns(labels, spec)
    columns = {name: repeated[0] for name, repeated in places.items()}
    if matrix:
        beside = [label for label in labels if label.column > first]
        incomplete = not columns or _has_unlabelled_year(sheet, header + 1, beside, columns)
        missing = [f"<year> {spec.columns[0].labels[0]}"] if incomplete else []
    else:
        missing = [column.labels[0] for column in spec.columns if column.name not in columns]
    title = _find_title(sheet, row, spec)
    if title is None or not spec.has_title(title):
        # Under the title of another known table, it is that table and not a miss of this one.
        if missing or (title is not None and any(other.has_title(title) for other in TABLES)):
            return None
        return 1, WrongTitle(
            f"{sheet.file}, sheet {sheet.name}: title '{tidy(title)}'; expected "
            f"{spec.expected_title}. {_layout_advice(spec)}"
        )
    for name, repeated in places.items():
        if len(repeated) > 1:
            return 2 + len(columns), DataError(
                f"{sheet.file}, sheet {sheet.name}: label '{tidy(name)}' of table {spec.number} is "
                f"in cells {join_names([address(header, column) for column in repeated])}; "
                f"expected it once. {_COMPARE}"
            )
    if missing:
        texts = [tidy(sheet.cell(row, c)) for r, c in sheet.labels if r in (row, header)]
        return 2 + len(columns), _missing_labels(sheet, spec, texts, missing)
    end = min((r for r, c in headers if r > row and c == first), default=len(sheet.rows))
    years = (label.column for label in labels if "year" in (label.name, label.full))
    year_column = next((column for column in years if column != first), None)
    return Block(sheet, title, header, first, columns, year_column, end)


def _missing_labels(
    sheet: Sheet, spec: TableSpec, labels: list[str], missing: list[str]
) -> DataError:
    return DataError(
        f"{sheet.file}, sheet {sheet.name}: table {spec.number} has no label "
        f"{' nor '.join(map(repr, missing))}; found {join_names(labels)}. {_layout_advice(spec)}"
    )


def _layout_advice(spec: TableSpec) -> str:
    return f"If the layout changed, edit the TableSpec of {spec.number} in energy/data/tables.py."


def _longest(blocks: list[Block], spec: TableSpec) -> Block:
    def size(block: Block) -> int:
        return block.months() * (len(block.columns) if spec.layout == "matrix" else 1)

    first, *others = sorted(blocks, key=size, reverse=True)
    if others and size(first) == size(others[0]):
        file = first.sheet.file
        raise repeated_table(
            spec.number, [f"{file} ({block.sheet.name})" for block in (first, others[0])]
        )
    return first


def _series_columns(labels: list[Label], spec: TableSpec) -> dict[str, list[int]]:
    """Columns by name, without those of another block, which its first label opens."""
    openers = tuple(normalise(label) for label in spec.other_blocks)
    total = next((column for column in spec.columns if column.name == spec.total), None)
    columns: dict[str, list[int]] = {}
    in_block = True
    for label in labels:
        if openers and (label.name.startswith(openers) or label.full.startswith(openers)):
            in_block = False
        elif total is not None and label.names(total):
            in_block = True
        for column in spec.columns:
            if in_block and label.names(column):
                columns.setdefault(column.name, []).append(label.column)
    return columns


def _year_columns(labels: list[Label], spec: TableSpec) -> dict[str, list[int]]:
    """Columns by year, in order of time."""
    columns: dict[str, list[int]] = {}
    for label in labels:
        match = _YEAR.fullmatch(label.name)
        if match and spec.columns[0].has_label(match[2]):
            columns.setdefault(match[1], []).append(label.column)
    return dict(sorted(columns.items()))


def _has_unlabelled_year(
    sheet: Sheet, row: int, labels: list[Label], columns: dict[str, int]
) -> bool:
    """Whether a column of figures may be a mislabelled year: the last one would leave no gap.

    The column left of the years is their long-term mean, unless its label looks like a year.
    """
    if len(columns) <= int(max(columns)) - int(min(columns)):
        return False  # A gap among the years is reported more clearly, as a missing month.
    years = set(columns.values())
    for label in labels:
        if label.column in years or not isinstance(sheet.cell(row, label.column), float | int):
            continue
        like_a_year = not label.name or _LIKE_A_YEAR.fullmatch(label.name)
        if like_a_year or (label.column > min(years) and "mean" not in label.name.split()):
            return True
    return False


def _find_title(sheet: Sheet, header: int, spec: TableSpec) -> str | None:
    """The nearest title above the labels; if nothing looks like a title, the sheet's first text."""
    above = [str(sheet.cell(*place)) for place in sorted(sheet.labels) if place[0] < header]
    for text in reversed(above):
        if _TITLE.match(tidy(text)) or spec.has_title(text):
            return text
    return above[0] if above else None


@dataclass(frozen=True, slots=True)
class _Row:
    """A month: the cell of its label, and the cells of its figures by column name."""

    month: pd.Period
    provisional: bool
    label: tuple[int, int]
    cells: dict[str, tuple[int, int]]


def _rows(block: Block) -> Iterator[_Row]:
    """A row for each month. A text line without figures (a note below the table) is skipped."""
    sheet = block.sheet
    year: int | None = None
    for row in range(block.header + 1, block.end):
        cells = {name: (row, column) for name, column in block.columns.items()}
        value = sheet.cell(row, block.first)
        if block.years is not None:
            number = sheet.cell(row, block.years)
            year = int(number) if isinstance(number, float) and number.is_integer() else year
        label = parse_month(value, year)
        if label is not None:
            yield _Row(label.month, label.provisional, (row, block.first), cells)
        elif not all(is_blank(sheet.cell(*cell)) for cell in cells.values()):
            expected = "a month such as 'July 2022'"
            raise _month_error(sheet, (row, block.first), "is not a month", expected)


def _matrix_rows(block: Block, spec: TableSpec) -> Iterator[_Row]:
    """Twelve month rows by year columns, in order of time."""
    sheet, name = block.sheet, spec.columns[0].name
    below = range(block.header + 1, block.end)
    rows = [row for row in below if not is_blank(sheet.cell(row, block.first))][:12]
    for month, row in enumerate(rows, start=1):
        number = month_of_year(sheet.cell(row, block.first))
        if number != month:
            fault = "is not a month" if number is None else "comes after a gap"
            fault = "is there twice" if number == month - 1 else fault
            expected = pd.Period(year=2000, month=month, freq="M").strftime("%B")
            raise _month_error(sheet, (row, block.first), fault, expected)
    if len(rows) < 12:
        expected = "twelve months from January on"
        raise _month_error(sheet, (block.end, block.first), "is not a month", expected, "")
    for year, column in block.columns.items():
        for month, row in enumerate(rows, start=1):
            period = pd.Period(year=int(year), month=month, freq="M")
            yield _Row(period, False, (block.header, column), {name: (row, column)})


def _check_months(block: Block, rows: list[_Row], spec: TableSpec) -> None:
    """Refuse no months, a late start, and any month that is not the one after the month before."""
    sheet = block.sheet
    if not rows:
        cell = (block.header + 1, block.first)
        raise _month_error(sheet, cell, "is not a month", f"the months from {spec.since} on", "")
    seen: set[pd.Period] = set()
    expected = pd.Period(spec.since, freq="M")
    for row in rows:
        if row.month != expected and (seen or row.month > expected):
            if row.month in seen:
                fault = "is there twice"
            elif not seen:
                fault = "is a late start"
            else:
                fault = "comes after a gap" if row.month > expected else "goes back in time"
            raise _month_error(sheet, row.label, fault, str(expected), str(row.month))
        seen.add(row.month)
        expected = row.month + 1


def _month_error(
    sheet: Sheet, cell: tuple[int, int], fault: str, expected: str, actual: str | None = None
) -> DataError:
    """The error for a month's label; `actual` is the text of its cell by default."""
    text = tidy(sheet.cell(*cell)) if actual is None else actual
    return DataError(f"{_place(sheet, cell)}: '{text}' {fault}; expected {expected}. {_COMPARE}")


def _place(sheet: Sheet, cell: tuple[int, int]) -> str:
    return f"{sheet.file}, sheet {sheet.name}, cell {address(*cell)}"


def _figure(sheet: Sheet, cell: tuple[int, int], column: Column, spec: TableSpec) -> float:
    value = sheet.cell(*cell)
    if is_missing(value):
        return math.nan
    if isinstance(value, bool | date) or not isinstance(value, float | int):
        raise DataError(
            f"{_place(sheet, cell)}: found {value!r}; expected a number or [x]. {_COMPARE}"
        )
    if not column.lowest <= value <= column.highest:
        actual = f"{column.name} is {value:.6g} {spec.unit}"
        raise _out_of_range(sheet, cell, actual, (column.lowest, column.highest))
    return float(value)


def _out_of_range(
    sheet: Sheet, cell: tuple[int, int], actual: str, limits: tuple[float, float]
) -> DataError:
    return DataError(
        f"{_place(sheet, cell)}: {actual}; expected {limits[0]:g} to {limits[1]:g}. Check that "
        "these are the monthly figures themselves, not adjusted figures, deviations or another "
        "unit."
    )


def _check_column(
    sheet: Sheet, rows: list[_Row], series: list[float], column: Column, spec: TableSpec
) -> None:
    """Refuse a column without figures, with a blank between figures, or an implausible mean."""
    advice = "open and save the file in a spreadsheet program."
    figures = [i for i, figure in enumerate(series) if not math.isnan(figure)]
    if not figures:
        start = address(*rows[0].cells[column.name])
        raise DataError(
            f"{sheet.file}, sheet {sheet.name}: found no figure of {column.name} from cell {start} "
            f"on; expected numbers. If they are formulas, {advice}"
        )
    # A matrix has blanks for the months to come; rows end with the last month.
    end = figures[-1] if spec.layout == "matrix" else len(rows)
    for row in rows[figures[0] : end]:
        if is_blank(sheet.cell(*row.cells[column.name])):
            raise DataError(
                f"{_place(sheet, row.cells[column.name])}: found a blank (or a formula without a "
                f"value) amid figures; expected {column.name} of {row.month}, a number or [x]. If "
                f"it is a formula, {advice}"
            )
    if column.mean is not None:
        mean = math.fsum(series[i] for i in figures) / len(figures)
        if not column.mean[0] <= mean <= column.mean[1]:
            cell = rows[figures[0]].cells[column.name]
            actual = f"the mean of {column.name} is {mean:.6g} {spec.unit}"
            raise _out_of_range(sheet, cell, actual, column.mean)


def _check_totals(
    sheet: Sheet, rows: Iterable[_Row], series: dict[str, list[float]], spec: TableSpec
) -> None:
    """Refuse a total that is not the sum of the parts that are available."""
    if spec.total is None:
        return
    for i, row in enumerate(rows):
        parts = [series[name][i] for name in spec.parts if not math.isnan(series[name][i])]
        total = series[spec.total][i]
        # Written so that a missing total fails too: NaN is not within any tolerance.
        if parts and not abs(total - math.fsum(parts)) <= spec.tolerance:
            raise DataError(
                f"{_place(sheet, row.cells[spec.total])}: the total of {row.month} is {total:.6g}, "
                f"but its parts sum to {math.fsum(parts):.6g}; expected a difference of at most "
                f"{spec.tolerance:g} {spec.unit}. {_COMPARE}"
            )
