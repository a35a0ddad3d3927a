"""Forecasts survive JSON; months are counted as pandas counts them."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import Forecast, Interval, MonthAhead
from energy.contract.months import calendar_month, months_after, months_between

number = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(max_size=8)
rows = st.builds(
    MonthAhead,
    text,
    st.integers(1, 120),
    number,
    st.lists(st.builds(Interval, number, number, number), max_size=3).map(tuple),
    st.sampled_from(["expected", "observed", "given"]),
)
answers = st.builds(
    Forecast,
    *[text] * 6,
    st.sampled_from(["table", "champion"]),
    st.booleans(),
    st.lists(rows, max_size=3).map(tuple),
    st.sampled_from([None, "champion", "sensitivity"]),
)


@given(answers)
def test_a_forecast_survives_json(answer: Forecast) -> None:
    assert Forecast.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer
    assert ("scenario_method" in answer.to_dict()) == (answer.scenario_method is not None)


@given(st.integers(1100, 2200), st.integers(1, 12), st.integers(-24, 1200))
def test_months_are_counted_as_pandas_does(year: int, month: int, ahead: int) -> None:
    start = pd.Period(year=year, month=month, freq="M")
    assert months_after(str(start), ahead) == str(start + ahead)
    assert months_between(str(start), str(start + ahead)) == ahead
    assert calendar_month(str(start)) == month - 1
