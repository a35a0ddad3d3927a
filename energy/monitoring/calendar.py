"""When the next figures are due."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from energy.contract.months import months_after
from energy.contract.track_record import Due

LAG_MONTHS = 2
"""Months after which a month's energy is published: July's in September."""
GRACE_DAYS = 14
"""Days past the due date until figures are overdue.

The due date is the last Thursday. The publication dates that differ from it were at most a week
early (23 December 2021, 18 December 2025) and five days late (28 February 2023, 31 March 2026). Two
weeks are more than twice the largest delay, and end two weeks before the next month's figures.
"""
THURSDAY = 3


def due_on(month: str) -> date:
    """The date on which a month's figures are due: the last Thursday, LAG_MONTHS later.

    >>> due_on("2022-07")
    datetime.date(2022, 9, 29)
    """
    published = months_after(month, LAG_MONTHS)
    year, number = int(published[:4]), int(published[5:])
    last = date(year, number, monthrange(year, number)[1])
    return last.replace(day=last.day - (last.weekday() - THURSDAY) % 7)


def next_due(cutoff: str, today: date) -> Due:
    """When the next figures are due, and how late they are.

    Args:
        cutoff: Last month with a figure.
        today: The date to count from.
    """
    month = months_after(cutoff, 1)
    due = due_on(month)
    return Due(month, due.isoformat(), max(0, (today - due).days - GRACE_DAYS))
