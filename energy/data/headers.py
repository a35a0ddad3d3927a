"""The labels above a block's figures, on one row or on two: groups, and names within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from energy.data.labels import is_blank, normalise
from energy.data.workbook import Sheet


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
