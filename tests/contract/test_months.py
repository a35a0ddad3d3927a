"""Months are counted as pandas counts them."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from energy.contract.months import calendar_month, months_after, months_between


@given(st.integers(1100, 2200), st.integers(1, 12), st.integers(-24, 1200))
def test_months_are_counted_as_pandas_does(year: int, month: int, ahead: int) -> None:
    start = pd.Period(year=year, month=month, freq="M")
    assert months_after(str(start), ahead) == str(start + ahead)
    assert months_between(str(start), str(start + ahead)) == ahead
    assert calendar_month(str(start)) == month - 1
