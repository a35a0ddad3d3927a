"""When figures are due and overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract.months import month_name
from energy.monitoring.calendar import GRACE_DAYS, THURSDAY, due_on, next_due


@given(st.integers(1995 * 12, 2100 * 12))
def test_due_dates_are_last_thursdays(number: int) -> None:
    day = due_on(month_name(number))
    assert day.weekday() == THURSDAY
    assert (day + timedelta(days=7)).month != day.month
    assert day.year * 12 + day.month - 1 == number + 2


@pytest.mark.parametrize(
    ("late", "overdue"), [(-40, 0), (0, 0), (GRACE_DAYS, 0), (15, 1), (44, 30)]
)
def test_figures_are_overdue_after_the_grace_period(late: int, overdue: int) -> None:
    due = next_due("2022-06", date(2022, 9, 29) + timedelta(days=late))
    assert (due.month, due.due, due.overdue_days) == ("2022-07", "2022-09-29", overdue)


def test_known_delays_are_within_half_the_grace_period() -> None:
    assert due_on("2022-07") == date(2022, 9, 29)
    published = {"2021-10": "2021-12-23", "2022-12": "2023-02-28", "2026-01": "2026-03-31"}
    late = [(date.fromisoformat(day) - due_on(month)).days for month, day in published.items()]
    assert max(late) * 2 < GRACE_DAYS
