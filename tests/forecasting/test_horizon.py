import pandas as pd
import pytest
from forecasting.series_building import period, unhurried
from hypothesis import given
from hypothesis import strategies as st

from energy.forecasting.folds import SP, fh_until, months_after


def test_a_year_of_months_is_a_season() -> None:
    assert SP == 12


def test_months_after_a_cutoff_begin_with_the_next_one() -> None:
    found = months_after(period("2016-11"), 3)
    assert list(found.astype(str)) == ["2016-12", "2017-01", "2017-02"]
    assert (found.freqstr, found.name) == ("M", "month")


@pytest.mark.parametrize("horizon", [1, 12, 120])
def test_sktime_is_asked_for_every_month_up_to_the_horizon(horizon: int) -> None:
    fh = fh_until(horizon)
    assert fh.is_relative
    assert list(fh) == list(range(1, horizon + 1))


@unhurried
@given(st.integers(0, 600), st.integers(1, 120))
def test_both_speak_of_the_same_months(cutoff: int, horizon: int) -> None:
    last = period("1990-01") + cutoff
    absolute = fh_until(horizon).to_absolute_index(pd.PeriodIndex([last]))
    assert absolute.equals(months_after(last, horizon))
