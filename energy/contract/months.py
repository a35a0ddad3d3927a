"""Months as text and as numbers that can be counted with, without pandas."""

from __future__ import annotations

import re

MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")


def month_number(month: str) -> int:
    """Months since the year 0, so that differences are horizons.

    >>> count("2023-01") - count("2022-12")
    1
    """
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_name(number: int) -> str:
    """The inverse of `count`.

    >>> named(count("2022-12") + 1)
    '2023-01'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_after(month: str, horizon: int) -> str:
    """The month that lies `horizon` months after `month`."""
    return month_name(month_number(month) + horizon)


def months_between(earlier: str, later: str) -> int:
    """How many months `later` lies after `earlier`; below zero if it lies before."""
    return month_number(later) - month_number(earlier)


def calendar_month(month: str) -> int:
    """The calendar month as an index: 0 for January to 11 for December."""
    return int(month[5:]) - 1
