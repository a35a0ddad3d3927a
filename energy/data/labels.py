"""What the words in a workbook's cells mean: labels, months, and the marks for a missing figure."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import pandas as pd

MISSING = ("[x]", "n/a", "-")
"""Marks that stand for a figure which is not available; a blank cell is another."""

_MONTHS = {calendar.month_name[number].lower(): number for number in range(1, 13)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()}
# Published brackets do not always match: `[note 5 ]`, `{provisional]`.
_BRACKETED = re.compile(r"[\[{][^\]}]*[\]}]?")
_MONTH = re.compile(r"([a-z]+)\*? ?(\d{4})?\*?(?: r)?")


@dataclass(frozen=True, slots=True)
class MonthLabel:
    """A month as a row's label names it, and whether the label marks its figures provisional."""

    month: pd.Period
    provisional: bool


def tidy(value: object) -> str:
    """The cell's text on one line: Unicode compatibility forms folded, runs of space made one.

    >>> tidy(" 2022 \\naverage")
    '2022 average'
    """
    if value is None:
        return ""
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def normalise(value: object) -> str:
    """A label reduced to what distinguishes it: lower-case words without notes or punctuation.

    >>> normalise("Primary electricity:  wind, solar &\\nhydro [note 5 ] [note 6]")
    'primary electricity wind solar and hydro'
    """
    words = _BRACKETED.sub(" ", tidy(value)).casefold().replace("&", " and ")
    return " ".join(re.sub(r"[\W_]+", " ", words).split())


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing that a person could see."""
    return value is None or (isinstance(value, str) and not tidy(value))


def is_missing(value: object) -> bool:
    """Whether a cell says that its figure is not available: one of MISSING, or blank."""
    return is_blank(value) or (isinstance(value, str) and tidy(value).casefold() in MISSING)


def parse_month(value: object, year: int | None = None) -> MonthLabel | None:
    """Read a row's label as a month.

    Args:
        value: `July 2022 [provisional]`, a date, or the month alone where `year` has its own cell.
        year: The year from a cell of its own, as older files have it.

    Returns:
        The month and its provisional mark, or None where the cell names no month.

    >>> parse_month("July 2022 {provisional]")
    MonthLabel(month=Period('2022-07', 'M'), provisional=True)
    """
    if isinstance(value, date):
        return MonthLabel(pd.Period(value, freq="M"), provisional=False)
    if not isinstance(value, str):
        return None
    text = tidy(value).casefold()
    found = _MONTH.fullmatch(tidy(_BRACKETED.sub(" ", text)))
    if found is None or found[1] not in _MONTHS:
        return None
    years = {int(text) for text in (found[2], year) if text is not None}
    if len(years) != 1:  # None at all, or a label that contradicts the year beside it.
        return None
    (only,) = years
    if not 1 <= only <= 9999:  # Some figure, where a year should stand.
        return None
    month = pd.Period(year=only, month=_MONTHS[found[1]], freq="M")
    return MonthLabel(month, provisional="provisional" in text)


def month_of_year(value: object) -> int | None:
    """1 to 12 for the label of a matrix row (`January [note 1]`), None for any other row."""
    return _MONTHS.get(normalise(value))
