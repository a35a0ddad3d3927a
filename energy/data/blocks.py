"""Find the labelled block of a table in a workbook, by its title and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from energy.data.headers import Header, Label, read_header
from energy.data.labels import month_of_year, normalise, parse_month, tidy
from energy.data.tables import TABLES, Column, TableSpec
from energy.data.workbook import Sheet, Workbook, address
from energy.errors import (
    DataError,
    MissingLabels,
    RepeatedLabel,
    RepeatedTable,
    TableNotFound,
    WrongTitle,
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
            error = MissingLabels(
                workbook.file, sheet.name, spec.number, [], list(spec.first_labels)
            )
            misses.append(_Miss(2, error))
    # Labels without months below them (a summary by years) are worth less than a near miss.
    monthly = [block for block in found if block.months()] or ([] if misses else found)
    if monthly:
        return _longest(monthly, spec)
    if misses:
        raise max(misses, key=lambda miss: miss.nearness).error
    raise TableNotFound(spec.number, [workbook.file], f"a sheet titled {spec.wanted}")


def _longest(found: list[Block], spec: TableSpec) -> Block:
    def size(block: Block) -> int:
        years = len(block.columns) if spec.layout == "matrix" else 1
        return block.months() * years

    found = sorted(found, key=size, reverse=True)
    if len(found) > 1 and size(found[0]) == size(found[1]):
        sheet = found[0].sheet
        raise RepeatedTable(spec.number, [f"{sheet.file} ({b.sheet.name})" for b in found[:2]])
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
        error = WrongTitle(sheet.file, sheet.name, spec.number, tidy(title), spec.wanted)
        return _Miss(1, error)
    if repeated:
        label, twins = repeated
        places = [address(header.row, column) for column in twins]
        return _Miss(
            2 + len(columns),
            RepeatedLabel(sheet.file, sheet.name, spec.number, tidy(label), places),
        )
    if missing:
        found = [tidy(sheet.cell(row, c)) for r, c in sheet.labels if r in (row, header.row)]
        error_ = MissingLabels(sheet.file, sheet.name, spec.number, found, missing)
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
    return _single(found)


def _labelled(column: Column, label: Label) -> bool:
    return column.labelled(label.own) or column.labelled(label.whole)


def _years(header: Header, spec: TableSpec) -> _Columns:
    """Columns by year, in order of time."""
    found: dict[str, list[int]] = {}
    for label in header.labels:
        match = _YEAR.fullmatch(label.own)
        if match and spec.columns[0].labelled(match[2]):
            found.setdefault(match[1], []).append(label.column)
    return _single(dict(sorted(found.items())))


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


def _single(found: dict[str, list[int]]) -> _Columns:
    repeated = next(((name, places) for name, places in found.items() if len(places) > 1), None)
    return {name: places[0] for name, places in found.items()}, repeated


def _title(sheet: Sheet, header: int, spec: TableSpec) -> str | None:
    """The nearest title above the labels; where nothing looks like one, the sheet's first text."""
    above = [str(sheet.cell(*place)) for place in sorted(sheet.labels) if place[0] < header]
    for text in reversed(above):
        if _TITLE.match(tidy(text)) or spec.titled(text):
            return text
    return above[0] if above else None
