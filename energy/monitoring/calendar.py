"""When the next figures are due."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from energy.contract.months import months_after
from energy.contract.track_record import Due

LAG = 2
"""Months after which a month's energy is published: July's in September."""
GRACE_DAYS = 14
"""Days past the nominal date before anything is overdue.

The nominal day is the last Thursday. Of the dates we know that differ, the earliest were a week
before it (23 December 2021, 18 December 2025), the latest five days after it (28 February 2023,
31 March 2026). Two weeks are more than twice the latest, and two before the next month's figures.
"""
THURSDAY = 3


def due_on(month: str) -> date:
    """The day on which a month's figures are expected: the last Thursday, LAG months later.

    >>> due_on("2022-07")
    datetime.date(2022, 9, 29)
    """
    then = months_after(month, LAG)
    year, number = int(then[:4]), int(then[5:])
    last = date(year, number, monthrange(year, number)[1])
    return last.replace(day=last.day - (last.weekday() - THURSDAY) % 7)


def next_due(cutoff: str, today: date) -> Due:
    """The figures that follow those we have.

    Args:
        cutoff: Last month with a figure.
        today: Counted from.
    """
    month = months_after(cutoff, 1)
    day = due_on(month)
    return Due(month, day.isoformat(), max(0, (today - day).days - GRACE_DAYS))
