import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    altered,
    made_up_series,
    made_up_weather,
    months,
    period,
    unhurried,
)
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import MissingWeather
from energy.forecasting.weather import (
    assumed,
    climatology,
    daily_degree_days,
    monthly_degree_days,
)


def daily(count: int = 48, start: str = "2009-01") -> pd.Series:
    return made_up_weather(count, start)["degree_days"]


def test_published_degree_days_are_taken_as_they_are(weather: pd.DataFrame) -> None:
    found = daily_degree_days(weather)
    published = weather["degree_days"].dropna()
    pd.testing.assert_series_equal(found.loc[published.index], published, check_names=False)


def test_earlier_months_follow_from_the_temperature(weather: pd.DataFrame) -> None:
    found = daily_degree_days(weather)
    assert found.index.equals(pd.period_range("1991-01", "2022-08", freq="M"))
    early = slice("1991-01", "2001-12")
    cold = (15.5 - weather["temperature"].loc[early]).clip(lower=0)
    # A month's mean hides its cold days in summer, by less than one degree.
    assert (found.loc[early] - cold).abs().max() < 1
    assert np.corrcoef(found.loc[early], cold)[0, 1] > 0.999


def test_the_line_by_which_they_are_filled_is_found_exactly() -> None:
    weather = made_up_weather(72)
    cold = (15.5 - weather["temperature"]).clip(lower=0)
    weather["degree_days"] = 0.4 + 0.9 * cold
    whole = weather["degree_days"].copy()
    weather.iloc[:30, 1] = np.nan
    np.testing.assert_allclose(daily_degree_days(weather), whole, rtol=1e-12)


def test_filled_months_are_never_negative() -> None:
    weather = made_up_weather(72)
    weather["degree_days"] = (weather["degree_days"] - 3).clip(lower=0)
    weather.iloc[:30, 1] = np.nan
    found = daily_degree_days(weather)
    assert found.min() == 0
    assert found.notna().all()


def test_a_frame_cut_at_a_month_is_blind_to_what_came_after(weather: pd.DataFrame) -> None:
    """Figures filled for the 1990s rest on a line: it must not be fitted to later months."""
    cutoff = period("2010-06")
    _, other = altered(made_up_series(made_up_weather(12)), weather, cutoff)
    seen = daily_degree_days(weather.loc[:cutoff])
    pd.testing.assert_series_equal(seen, daily_degree_days(other.loc[:cutoff]))
    assert not daily_degree_days(other).loc[:"2001-12"].equals(seen.loc[:"2001-12"])


def test_too_few_months_with_both_are_refused() -> None:
    weather = made_up_weather(60)
    weather.iloc[:37, 1] = np.nan
    with pytest.raises(MissingWeather, match="23 months, expected at least 24"):
        daily_degree_days(weather)
    weather.iloc[36, 1] = 3.0
    assert len(daily_degree_days(weather)) == 60


def test_a_month_with_neither_is_refused_by_name() -> None:
    weather = made_up_weather(60)
    weather.loc[period("2011-03")] = np.nan
    with pytest.raises(MissingWeather, match="a gap at 2011-03"):
        daily_degree_days(weather)


def test_a_month_s_degree_days_count_its_days_in_hundreds() -> None:
    index = pd.PeriodIndex(["2019-02", "2020-02", "2020-12"], freq="M")
    found = monthly_degree_days(pd.Series(10.0, index))
    assert found.to_list() == pytest.approx([2.8, 2.9, 3.1])


def test_what_to_expect_is_each_calendar_month_s_mean() -> None:
    past = pd.Series([*range(12), *range(10, 22)], months(24), dtype=float)
    found = climatology(past, months(14, "2030-01"))
    assert found.to_list() == [*(5.0 + m for m in range(12)), 5.0, 6.0]
    assert found.index.equals(months(14, "2030-01"))


def test_expectation_forgets_what_is_older_than_its_years() -> None:
    series = pd.Series([1.0] * 12 + [5.0] * 24, months(36))
    ahead = months(12, "2012-01")
    assert set(climatology(series, ahead, years=2)) == {5.0}
    assert climatology(series, ahead, years=3).to_list() == pytest.approx([11 / 3] * 12)


@unhurried
@given(st.integers(24, 300), st.integers(1, 30))
def test_expectation_lies_within_what_was_seen(count: int, years: int) -> None:
    past = daily(count)
    found = climatology(past, months(12, "2040-01"), years)
    assert found.notna().all()
    assert found.between(past.min() - 1e-9, past.max() + 1e-9).all()


def test_with_nothing_given_the_expected_is_assumed() -> None:
    ahead = months(12, "2013-01")
    pd.testing.assert_series_equal(assumed(daily(), ahead, None, 20), climatology(daily(), ahead))


def test_a_scenario_counts_for_its_months_alone() -> None:
    ahead = months(6, "2013-01")
    given_months = pd.PeriodIndex(["2013-05", "2013-02", "2013-03", "2031-01"], freq="M")
    scenario = pd.DataFrame({"degree_days": [9.0, 8.0, np.nan, 7.0]}, given_months)
    expected = climatology(daily(), ahead)
    expected[period("2013-02")], expected[period("2013-05")] = 8.0, 9.0
    found = assumed(daily(), ahead, scenario, 20)
    pd.testing.assert_series_equal(found, expected, check_names=False)
