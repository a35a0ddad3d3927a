"""Find a table's labelled block in a workbook, and read and check its figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from energy import legacy_errors
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
from energy.errors import DataError


@dataclass(frozen=True, slots=True)
class Label:
    """What stands above one column, normalised.

    Attributes:
        column: The column, from 0.
        own: What stands right above its figures; '' for nothing.
        whole: The same, after the group that it stands under; `own` where there is no group.
    """

    column: int
    own: str
    whole: str

    def starts(self, openers: tuple[str, ...]) -> bool:
        """Whether the label, alone or with its group, starts with one of some words."""
        return bool(openers) and (self.own.startswith(openers) or self.whole.startswith(openers))


@dataclass(frozen=True, slots=True)
class Header:
    """The labels of a block, found from the one above its months.

    Attributes:
        row: The last row of labels; the months are below.
        first: Column of the months.
        labels: What stands above each column, from left to right.
    """

    row: int
    first: int
    labels: tuple[Label, ...]


def read_header(sheet: Sheet, row: int, first: int) -> Header:
    """The header with the label of the months at a place.

    That label may stand beside the names, with the groups in the row above, or beside the groups,
    with the names in the row below (the two rows merged above the months).
    """
    width = range(len(sheet.rows[row]))
    if _is_names(sheet, row + 1, first):
        upper, lower = row, row + 1
    else:
        upper, lower = row - 1, row
    groups = dict(_groups(sheet, upper, first))
    labels = []
    for column in width:
        own = sheet.labels.get((lower, column), "")
        labels.append(Label(column, own, f"{groups.get(column, '')} {own}".strip()))
    return Header(lower, first, tuple(labels))


def _groups(sheet: Sheet, row: int, first: int) -> Iterator[tuple[int, str]]:
    """The group above each column: a merged cell's text stands in its first column alone."""
    group = ""
    for column in range(len(sheet.rows[row]) if row >= 0 else 0):
        above = sheet.labels.get((row, column), "")
        # Left of the months stands at most their year, and the notes above the table begin there.
        group = above or (group if column > first + 1 else "")
        yield column, group


def _is_names(sheet: Sheet, row: int, first: int) -> bool:
    """Whether a row holds names alone: text right of the months' column, and nothing else."""
    if row >= len(sheet.rows):
        return False
    beside = [value for value in sheet.rows[row][first + 1 :] if not is_blank(value)]
    return (
        is_blank(sheet.cell(row, first))
        and bool(beside)
        and all(isinstance(value, str) and normalise(value) for value in beside)
    )


_TITLE = re.compile(r"(table|data)\s+\d+\.\d", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4}) (.+)")
_LIKE_A_YEAR = re.compile(r"\d{4}( [a-z]+)?")


@dataclass(frozen=True, slots=True)
class Block:
    """Where a table's figures stand; rows and columns count from 0.

    Attributes:
        sheet: The sheet they are on.
        title: The table's title, as it stands there.
        header: Row of the labels.
        first: Column of the months.
        columns: Column of each of the table's columns by name; in a matrix, of each year.
        years: Column that holds the year where the month's label does not, else None.
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
        """How many rows are labelled as months: what tells a monthly block from a yearly one."""
        return sum(
            month_of_year(label) is not None or parse_month(label) is not None
            for label in (
                self.sheet.cell(row, self.first) for row in range(self.header + 1, self.end)
            )
        )


@dataclass(frozen=True, slots=True)
class _Miss:
    """A place that was nearly the table; the nearest one tells the reader most."""

    nearness: int
    error: DataError


def find_block(workbook: Workbook, spec: TableSpec) -> Block:
    """The block that holds a table: of several, the monthly one that is the longest.

    Raises:
        TableNotFound: Nothing in the workbook looks like the table.
        WrongTitle: The labels are there, under a title without the table's number, words or unit.
        MissingLabels: The title is there, without all of the labels.
        RepeatedLabel: One label stands twice in the block.
        RepeatedTable: Two blocks of the same length both look like the table.
    """
    found: list[Block] = []
    misses: list[_Miss] = []
    for sheet in workbook.sheets:
        headers = list(_headers(sheet, spec))
        for row, first in headers:
            match = _match(sheet, row, first, spec, headers)
            if isinstance(match, Block):
                found.append(match)
            elif match is not None:
                misses.append(match)
        if not headers and any(isinstance(t, str) and spec.titled(t) for t in _texts(sheet)):
            error = legacy_errors.MissingLabels(
                workbook.file, sheet.name, spec.number, [], list(spec.first_labels)
            )
            misses.append(_Miss(2, error))
    # Labels without months below them (a summary by years) are worth less than a near miss.
    monthly = [block for block in found if block.months()] or ([] if misses else found)
    if monthly:
        return _longest(monthly, spec)
    if misses:
        raise max(misses, key=lambda miss: miss.nearness).error
    raise legacy_errors.TableNotFound(spec.number, [workbook.file], f"a sheet titled {spec.wanted}")


def _longest(found: list[Block], spec: TableSpec) -> Block:
    def size(block: Block) -> int:
        years = len(block.columns) if spec.layout == "matrix" else 1
        return block.months() * years

    found = sorted(found, key=size, reverse=True)
    if len(found) > 1 and size(found[0]) == size(found[1]):
        sheet = found[0].sheet
        raise legacy_errors.RepeatedTable(
            spec.number, [f"{sheet.file} ({b.sheet.name})" for b in found[:2]]
        )
    return found[0]


def _texts(sheet: Sheet) -> Iterator[str]:
    return (str(sheet.cell(*place)) for place in sheet.labels)


def _headers(sheet: Sheet, spec: TableSpec) -> Iterator[tuple[int, int]]:
    wanted = {normalise(label) for label in spec.first_labels}
    return (place for place, label in sheet.labels.items() if label in wanted)


def _match(
    sheet: Sheet, row: int, first: int, spec: TableSpec, headers: list[tuple[int, int]]
) -> Block | _Miss | None:
    """What a row that starts like the table's labels is: the block, a near miss, or nothing."""
    header = read_header(sheet, row, first)
    columns, repeated = (_years if spec.layout == "matrix" else _series)(header, spec)
    if spec.layout == "matrix":
        lost = not columns or any(_nameless(sheet, header, columns))
        missing = [f"<year> {spec.columns[0].labels[0]}"] if lost else []
    else:
        missing = [c.labels[0] for c in spec.columns if c.name not in columns]
    title = _title(sheet, row, spec)
    if title is None or not spec.titled(title):
        # Under the title of another known table, this is that table and no miss of this one.
        if missing or (title is not None and any(other.titled(title) for other in TABLES)):
            return None
        error = legacy_errors.WrongTitle(
            sheet.file, sheet.name, spec.number, tidy(title), spec.wanted
        )
        return _Miss(1, error)
    if repeated:
        label, twins = repeated
        places = [address(header.row, column) for column in twins]
        return _Miss(
            2 + len(columns),
            legacy_errors.RepeatedLabel(sheet.file, sheet.name, spec.number, tidy(label), places),
        )
    if missing:
        found = [tidy(sheet.cell(row, c)) for r, c in sheet.labels if r in (row, header.row)]
        error_ = legacy_errors.MissingLabels(sheet.file, sheet.name, spec.number, found, missing)
        return _Miss(2 + len(columns), error_)
    end = min((r for r, c in headers if r > row and c == first), default=len(sheet.rows))
    years = (label.column for label in header.labels if "year" in (label.own, label.whole))
    beside = next((column for column in years if column != first), None)
    return Block(sheet, title, header.row, first, columns, beside, end)


_Columns = tuple[dict[str, int], tuple[str, list[int]] | None]


def _series(header: Header, spec: TableSpec) -> _Columns:
    """Columns by name, without those under a label that opens another block."""
    openers = tuple(normalise(label) for label in spec.other_blocks)
    total = next((column for column in spec.columns if column.name == spec.total), None)
    found: dict[str, list[int]] = {}
    ours = True
    for label in header.labels:
        if label.starts(openers):
            ours = False
        elif total is not None and _labelled(total, label):
            ours = True
        for column in spec.columns:
            if ours and _labelled(column, label):
                found.setdefault(column.name, []).append(label.column)
    return _single_match(found)


def _labelled(column: Column, label: Label) -> bool:
    return column.labelled(label.own) or column.labelled(label.whole)


def _years(header: Header, spec: TableSpec) -> _Columns:
    """Columns by year, in order of time."""
    found: dict[str, list[int]] = {}
    for label in header.labels:
        match = _YEAR.fullmatch(label.own)
        if match and spec.columns[0].labelled(match[2]):
            found.setdefault(match[1], []).append(label.column)
    return _single_match(dict(sorted(found.items())))


def _nameless(sheet: Sheet, header: Header, columns: dict[str, int]) -> Iterator[int]:
    """Columns of figures that may be a year mislabelled; left out, the last one leaves no gap.

    Left of the years stands their long-term mean, whatever it is called if not like a year.
    """
    if len(columns) <= int(max(columns)) - int(min(columns)):
        return  # A gap among the years says where it is better than this would.
    known = set(columns.values())
    for label in header.labels:
        like_a_year = not label.own or _LIKE_A_YEAR.fullmatch(label.own)
        among = label.column > min(known) and "mean" not in label.own.split()
        figure = isinstance(sheet.cell(header.row + 1, label.column), float | int)
        beside = label.column > header.first and label.column not in known
        if beside and figure and (like_a_year or among):
            yield label.column


def _single_match(found: dict[str, list[int]]) -> _Columns:
    repeated = next(((name, places) for name, places in found.items() if len(places) > 1), None)
    return {name: places[0] for name, places in found.items()}, repeated


def _title(sheet: Sheet, header: int, spec: TableSpec) -> str | None:
    """The nearest title above the labels; where nothing looks like one, the sheet's first text."""
    above = [str(sheet.cell(*place)) for place in sorted(sheet.labels) if place[0] < header]
    for text in reversed(above):
        if _TITLE.match(tidy(text)) or spec.titled(text):
            return text
    return above[0] if above else None


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
            raise legacy_errors.UnreadableMonth(
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
            kind: type[legacy_errors.MonthError] = (
                legacy_errors.UnreadableMonth if number is None else legacy_errors.MonthGap
            )
            kind = legacy_errors.RepeatedMonth if number == expected - 1 else kind
            raise kind(sheet.file, sheet.name, address(row, block.first), found, wanted)
    if len(labels) < 12:
        cell = address(block.end, block.first)
        raise legacy_errors.UnreadableMonth(
            sheet.file, sheet.name, cell, "", "twelve months from January on"
        )
    for year, column in block.columns.items():
        for number, row in enumerate(labels, start=1):
            month = pd.Period(year=int(year), month=number, freq="M")
            yield _Row(month, False, (block.header, column), {name: (row, column)})


def _check_months(block: Block, rows: list[_Row], spec: TableSpec) -> None:
    """Refuse no months, a late start, and any month that is not the one after the month before."""
    sheet = block.sheet
    if not rows:
        cell = address(block.header + 1, block.first)
        raise legacy_errors.UnreadableMonth(
            sheet.file, sheet.name, cell, "", f"the months from {spec.since} on"
        )
    seen: set[pd.Period] = set()
    expected = pd.Period(spec.since, freq="M")
    for row in rows:
        if row.month != expected and (seen or row.month > expected):
            kind: type[legacy_errors.MonthError] = (
                legacy_errors.MonthGap if row.month > expected else legacy_errors.DescendingMonths
            )
            kind = (
                legacy_errors.RepeatedMonth
                if row.month in seen
                else kind if seen else legacy_errors.LateStart
            )
            raise kind(sheet.file, sheet.name, address(*row.label), str(row.month), f"{expected}")
        seen.add(row.month)
        expected = row.month + 1


def _figure(sheet: Sheet, place: tuple[int, int], column: Column, spec: TableSpec) -> float:
    value = sheet.cell(*place)
    if is_missing(value):
        return math.nan
    if isinstance(value, bool | date) or not isinstance(value, float | int):
        raise legacy_errors.BadCell(
            sheet.file, sheet.name, address(*place), value, "a number or [x]"
        )
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
        raise legacy_errors.ImplausibleFigure(
            sheet.file, sheet.name, cell, name, figure, *between, spec.unit
        )
    return figure


def _check_column(
    sheet: Sheet, rows: list[_Row], series: list[float], column: Column, spec: TableSpec
) -> None:
    """Refuse a column without figures, with a blank amid them, or with an implausible mean."""
    figures = [i for i, figure in enumerate(series) if not math.isnan(figure)]
    if not figures:
        cell = address(*rows[0].places[column.name])
        raise legacy_errors.NoFigures(sheet.file, sheet.name, cell, column.name)
    # A matrix has blanks for the months to come; below the last row of months there is nothing.
    end = figures[-1] if spec.layout == "matrix" else len(rows)
    for row in rows[figures[0] : end]:
        place = row.places[column.name]
        if is_blank(sheet.cell(*place)):
            raise legacy_errors.BlankCell(
                sheet.file, sheet.name, address(*place), column.name, str(row.month)
            )
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
            raise legacy_errors.TotalMismatch(
                sheet.file,
                sheet.name,
                cell,
                str(row.month),
                total,
                parts,
                spec.tolerance,
                spec.unit,
            )
