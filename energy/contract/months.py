"""Months as text and as numbers that can be counted with, without pandas."""

from __future__ import annotations

import re

MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")


def count(month: str) -> int:
    """Months since the year 0, so that differences are horizons.

    >>> count("2023-01") - count("2022-12")
    1
    """
    return int(month[:4]) * 12 + int(month[5:]) - 1


def named(number: int) -> str:
    """The inverse of `count`.

    >>> named(count("2022-12") + 1)
    '2023-01'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def after(month: str, horizon: int) -> str:
    """The month that lies `horizon` months after `month`."""
    return named(count(month) + horizon)


def between(earlier: str, later: str) -> int:
    """How many months `later` lies after `earlier`; below zero if it lies before."""
    return count(later) - count(earlier)


def calendar(month: str) -> int:
    """The calendar month as an index: 0 for January to 11 for December."""
    return int(month[5:]) - 1
