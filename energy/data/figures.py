"""Read a table's figures from its block, and refuse by name whatever is not a plausible figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from energy.data.blocks import Block, find_block
from energy.data.labels import is_blank, is_missing, month_of_year, parse_month, tidy
from energy.data.tables import Column, TableSpec
from energy.data.workbook import Sheet, Workbook, address
from energy.errors import (
    BadCell,
    BlankCell,
    DescendingMonths,
    ImplausibleFigure,
    LateStart,
    MonthError,
    MonthGap,
    NoFigures,
    RepeatedMonth,
    TotalMismatch,
    UnreadableMonth,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read.

    Attributes:
        spec: What it is.
        file: Workbook it was read from.
        sheet: Sheet it was read from.
        figures: Gapless monthly index named `month`; a float64 column per column of the table, in
            the table's unit, NaN where not available.
        provisional: Same index; true where the month's label says so.
    """

    spec: TableSpec
    file: str
    sheet: str
    figures: pd.DataFrame
    provisional: pd.Series[bool]


@dataclass(frozen=True, slots=True)
class _Row:
    """A month, and the place of its figures by column name."""

    month: pd.Period
    provisional: bool
    label: tuple[int, int]
    places: dict[str, tuple[int, int]]


def read_table(workbook: Workbook, spec: TableSpec) -> Table:
    """Find a table in a workbook and read it.

    Raises:
        TableNotFound, WrongTitle, MissingLabels, RepeatedLabel, RepeatedTable: See `find_block`.
        MonthError: A month's label is unreadable, late, missing, repeated or out of order.
        BadCell, BlankCell, NoFigures: A cell, or a column, without the figure expected there.
        ImplausibleFigure: A figure or a column's mean outside its range.
        TotalMismatch: A total that is not the sum of its parts.
    """
    block = find_block(workbook, spec)
    sheet = block.sheet
    matrix = spec.layout == "matrix"
    rows = list(_matrix(block, spec) if matrix else _rows(block, spec))
    _check_months(block, rows, spec)
    series: dict[str, list[float]] = {}
    for column in spec.columns:
        places = [row.places[column.name] for row in rows]
        series[column.name] = [_figure(sheet, place, column, spec) for place in places]
        _check_column(sheet, rows, series[column.name], column, spec)
    if matrix:  # The months to come have their cells already.
        last = max(i for i, figure in enumerate(series[column.name]) if not math.isnan(figure))
        rows = rows[: last + 1]
    _check_totals(sheet, rows, series, spec)
    index = pd.PeriodIndex([row.month for row in rows], freq="M", name="month")
    figures = pd.DataFrame({name: s[: len(rows)] for name, s in series.items()}, index, dtype=float)
    flags = pd.Series([row.provisional for row in rows], index, dtype=bool, name="provisional")
    return Table(spec, workbook.file, sheet.name, figures, flags)


def _rows(block: Block, spec: TableSpec) -> Iterator[_Row]:
    """One row a month. A text line without figures (a note below the table) is no month."""
    sheet = block.sheet
    year: int | None = None
    for row in range(block.header + 1, block.end):
        places = {name: (row, column) for name, column in block.columns.items()}
        label = sheet.cell(row, block.first)
        if block.years is not None:
            own = sheet.cell(row, block.years)
            year = int(own) if isinstance(own, float) and own.is_integer() else year
        found = parse_month(label, year)
        if found is not None:
            yield _Row(found.month, found.provisional, (row, block.first), places)
        elif not all(is_blank(sheet.cell(*place)) for place in places.values()):
            cell = address(row, block.first)
            raise UnreadableMonth(
                sheet.file, sheet.name, cell, tidy(label), "a month such as 'July 2022'"
            )


def _matrix(block: Block, spec: TableSpec) -> Iterator[_Row]:
    """Twelve month rows by year columns, in order of time."""
    sheet = block.sheet
    name = spec.columns[0].name
    below = range(block.header + 1, block.end)
    labels = [r for r in below if not is_blank(sheet.cell(r, block.first))][:12]
    for expected, row in enumerate(labels, start=1):
        if (number := month_of_year(sheet.cell(row, block.first))) != expected:
            wanted = pd.Period(year=2000, month=expected, freq="M").strftime("%B")
            found = tidy(sheet.cell(row, block.first))
            kind: type[MonthError] = UnreadableMonth if number is None else MonthGap
            kind = RepeatedMonth if number == expected - 1 else kind
            raise kind(sheet.file, sheet.name, address(row, block.first), found, wanted)
    if len(labels) < 12:
        cell = address(block.end, block.first)
        raise UnreadableMonth(sheet.file, sheet.name, cell, "", "twelve months from January on")
    for year, column in block.columns.items():
        for number, row in enumerate(labels, start=1):
            month = pd.Period(year=int(year), month=number, freq="M")
            yield _Row(month, False, (block.header, column), {name: (row, column)})


def _check_months(block: Block, rows: list[_Row], spec: TableSpec) -> None:
    """Refuse no months, a late start, and any month that is not the one after the month before."""
    sheet = block.sheet
    if not rows:
        cell = address(block.header + 1, block.first)
        raise UnreadableMonth(sheet.file, sheet.name, cell, "", f"the months from {spec.since} on")
    seen: set[pd.Period] = set()
    expected = pd.Period(spec.since, freq="M")
    for row in rows:
        if row.month != expected and (seen or row.month > expected):
            kind: type[MonthError] = MonthGap if row.month > expected else DescendingMonths
            kind = RepeatedMonth if row.month in seen else kind if seen else LateStart
            raise kind(sheet.file, sheet.name, address(*row.label), str(row.month), f"{expected}")
        seen.add(row.month)
        expected = row.month + 1


def _figure(sheet: Sheet, place: tuple[int, int], column: Column, spec: TableSpec) -> float:
    value = sheet.cell(*place)
    if is_missing(value):
        return math.nan
    if isinstance(value, bool | date) or not isinstance(value, float | int):
        raise BadCell(sheet.file, sheet.name, address(*place), value, "a number or [x]")
    return _plausible(
        sheet, place, column.name, float(value), (column.lowest, column.highest), spec
    )


def _plausible(
    sheet: Sheet,
    place: tuple[int, int],
    name: str,
    figure: float,
    between: tuple[float, float],
    spec: TableSpec,
) -> float:
    if not between[0] <= figure <= between[1]:
        cell = address(*place)
        raise ImplausibleFigure(sheet.file, sheet.name, cell, name, figure, *between, spec.unit)
    return figure


def _check_column(
    sheet: Sheet, rows: list[_Row], series: list[float], column: Column, spec: TableSpec
) -> None:
    """Refuse a column without figures, with a blank amid them, or with an implausible mean."""
    figures = [i for i, figure in enumerate(series) if not math.isnan(figure)]
    if not figures:
        cell = address(*rows[0].places[column.name])
        raise NoFigures(sheet.file, sheet.name, cell, column.name)
    # A matrix has blanks for the months to come; below the last row of months there is nothing.
    end = figures[-1] if spec.layout == "matrix" else len(rows)
    for row in rows[figures[0] : end]:
        place = row.places[column.name]
        if is_blank(sheet.cell(*place)):
            raise BlankCell(sheet.file, sheet.name, address(*place), column.name, str(row.month))
    if column.mean is not None:
        mean = math.fsum(series[i] for i in figures) / len(figures)
        place = rows[figures[0]].places[column.name]
        _plausible(sheet, place, f"the mean of {column.name}", mean, column.mean, spec)


def _check_totals(
    sheet: Sheet, rows: Iterable[_Row], series: dict[str, list[float]], spec: TableSpec
) -> None:
    """Refuse a total that is not the sum of those of its parts that are available."""
    if spec.total is None:
        return
    for i, row in enumerate(rows):
        known = [series[name][i] for name in spec.parts if not math.isnan(series[name][i])]
        total, parts = series[spec.total][i], math.fsum(known)
        # Written so that a missing total fails too: NaN is not within any tolerance.
        if known and not abs(total - parts) <= spec.tolerance:
            cell = address(*row.places[spec.total])
            raise TotalMismatch(
                sheet.file,
                sheet.name,
                cell,
                str(row.month),
                total,
                parts,
                spec.tolerance,
                spec.unit,
            )
