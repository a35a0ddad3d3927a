"""Months as text and as numbers to count with, without pandas."""

from __future__ import annotations

import re

MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")


def month_number(month: str) -> int:
    """Number of months since the year 0, so that differences are horizons."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_name(number: int) -> str:
    """The inverse of `month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_after(month: str, horizon: int) -> str:
    """The month `horizon` months after `month`.

    >>> months_after("2022-12", 1)
    '2023-01'
    """
    return month_name(month_number(month) + horizon)


def months_between(earlier: str, later: str) -> int:
    """Months from `earlier` to `later`; below zero if `later` comes first."""
    return month_number(later) - month_number(earlier)


def calendar_month(month: str) -> int:
    """The index of the calendar month: 0 for January to 11 for December."""
    return int(month[5:]) - 1
