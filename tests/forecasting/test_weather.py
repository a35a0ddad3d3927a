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
    degree_days_per_degree,
    monthly_degree_days,
    persistence,
    trend,
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


def faded(past: pd.Series, ahead: pd.PeriodIndex, anomaly: float) -> np.ndarray:
    """Climatology and, less from month to month, an anomaly of the month before the first."""
    left = anomaly * persistence(past) ** np.arange(1, len(ahead) + 1)
    return np.maximum(climatology(past, ahead) + left, 0)


def persistent_weather(count: int = 480, memory: float = 0.5) -> pd.Series:
    """Degree days whose anomalies fade by a half, or as said, from month to month."""
    noise = np.random.default_rng(4).normal(0, 1, count)
    anomaly = np.zeros(count)
    for k in range(1, count):
        anomaly[k] = memory * anomaly[k - 1] + noise[k]
    return pd.Series(8 - 4 * np.cos(2 * np.pi * np.arange(count) / 12) + anomaly, months(count))


@pytest.mark.parametrize("memory", [0.25, 0.5, 0.8])
def test_persistence_is_what_is_left_of_an_anomaly_a_month_later(memory: float) -> None:
    assert persistence(persistent_weather(memory=memory), 40) == pytest.approx(memory, abs=0.1)


@unhurried
@given(st.lists(st.floats(0, 20), min_size=12, max_size=120), st.integers(1, 30))
def test_persistence_is_a_share(values: list[float], years: int) -> None:
    assert 0 <= persistence(pd.Series(values, months(len(values))), years) <= 1


def test_nothing_persists_of_what_never_varied_or_turns_around() -> None:
    constant = pd.Series(5.0, months(48))
    assert persistence(constant) == 0
    turning = constant + np.where(np.arange(48) // 12 % 2, 1, -1) * (-1.0) ** np.arange(48)
    assert persistence(turning) == 0


def test_persistence_forgets_what_is_older_than_its_years() -> None:
    steady, jumpy = persistent_weather(240, 0.9), persistent_weather(240, 0.0)
    both = pd.Series(np.concatenate([steady, jumpy]), months(480))
    assert persistence(both, 20) == pytest.approx(persistence(jumpy, 20))
    assert persistence(both, 40) > 0.5


def test_with_nothing_given_the_last_anomaly_fades_into_what_is_expected() -> None:
    past, ahead = persistent_weather(), months(12, "2049-01")
    last = float((past - climatology(past, past.index)).iloc[-1])
    found = assumed(past, ahead, None, 20)
    np.testing.assert_allclose(found, faded(past, ahead, last))
    assert found.index.equals(ahead)
    off = (found - climatology(past, ahead)).abs().to_numpy()
    assert off[0] > 0.1
    assert (np.diff(off) < 0).all()


def test_where_nothing_persists_the_expected_is_assumed() -> None:
    past, ahead = pd.Series([*np.arange(12.0)] * 4, months(48)), months(12, "2013-01")
    pd.testing.assert_series_equal(assumed(past, ahead, None, 20), climatology(past, ahead))


def test_from_months_given_without_a_gap_it_is_the_last_one_s_anomaly_that_fades() -> None:
    past, ahead = persistent_weather(), months(8, "2049-01")
    scenario = pd.DataFrame({"degree_days": [2.0, 9.0]}, ahead[:2])
    found = assumed(past, ahead, scenario, 20)
    assert found.iloc[:2].to_list() == [2.0, 9.0]
    anomaly = 9.0 - float(climatology(past, ahead[[1]]).iloc[0])
    np.testing.assert_allclose(found.iloc[2:], faded(past, ahead[2:], anomaly))


def test_an_anomaly_never_makes_degree_days_negative() -> None:
    # Twelve fewer than expected in June leave six fewer in July, which has one to give.
    anomaly = persistent_weather() - 8 + 4 * np.cos(2 * np.pi * np.arange(480) / 12)
    past, ahead = anomaly + np.tile([12.0] * 6 + [1.0] * 6, 40), months(9, "2049-01")
    found = assumed(past, ahead, pd.DataFrame({"degree_days": 0.0}, ahead[:6]), 40)
    assert found.iloc[6] == 0
    assert found.iloc[8] >= 0


def test_a_scenario_counts_for_its_months_alone() -> None:
    """One that leaves the first month open says nothing of the months between."""
    ahead = months(6, "2013-01")
    given_months = pd.PeriodIndex(["2013-05", "2013-02", "2013-03", "2031-01"], freq="M")
    scenario = pd.DataFrame({"degree_days": [9.0, 8.0, np.nan, 7.0]}, given_months)
    expected = assumed(daily(), ahead, None, 20)
    expected[period("2013-02")], expected[period("2013-05")] = 8.0, 9.0
    found = assumed(daily(), ahead, scenario, 20)
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_a_scenario_given_where_nothing_persists_is_taken_without_complaint() -> None:
    past, ahead = pd.Series(5.0, months(48)), months(4, "2013-01")
    scenario = pd.DataFrame({"degree_days": 9.0}, ahead[:2])
    with np.errstate(all="raise"):
        found = assumed(past, ahead, scenario, 20)
    assert found.to_list() == [9.0, 9.0, 5.0, 5.0]


@unhurried
@given(
    st.lists(st.floats(0, 20), min_size=24, max_size=60),
    st.dictionaries(st.integers(0, 11), st.floats(0, 30), max_size=12),
)
def test_what_is_assumed_is_what_was_given_and_never_negative(values, given_months) -> None:
    past = pd.Series(values, months(len(values)))
    ahead = pd.period_range(past.index[-1] + 1, periods=12, freq="M")
    scenario = pd.DataFrame(
        {"degree_days": list(given_months.values())}, ahead[list(given_months)], dtype=float
    )
    found = assumed(past, ahead, scenario, 20)
    assert found.iloc[list(given_months)].to_list() == list(given_months.values())
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_a_degree_more_takes_a_degree_day_where_every_day_is_heated_and_none_where_none_is() -> (
    None
):
    weather = made_up_weather(240)
    found = degree_days_per_degree(weather)
    winter = weather.index.month.isin([11, 12, 1, 2, 3])
    assert (weather["temperature"][winter] < 15.5).all()
    assert found[[0, 1, 11]] == pytest.approx([-1] * 3)
    assert (found[5:8] > -0.6).all()
    assert (found <= 0).all()
    temperature = weather["temperature"] + 8
    hot = pd.DataFrame(
        {"temperature": temperature, "degree_days": (15.5 - temperature).clip(lower=0)}
    )
    assert degree_days_per_degree(hot)[5:8].tolist() == [0.0] * 3


def test_months_beside_it_are_looked_at_too_each_about_its_own_mean() -> None:
    # January +-1 takes -+1, February +-2 takes -+1, the others never vary: 1 of 1, and 3 of 5.
    temperature, cold = np.full((3, 12), 5.0), np.full((3, 12), 10.5)
    temperature[0, :2] += [1, 2]
    temperature[1, :2] -= [1, 2]
    cold[0, :2] -= 1
    cold[1, :2] += 1
    told = {"temperature": temperature.ravel(), "degree_days": cold.ravel()}
    found = degree_days_per_degree(pd.DataFrame(told, months(36)))
    assert found == pytest.approx([-0.6, -0.6, -0.5, *[0] * 8, -1])


def warming(years: int, per_year: float, start: str = "1991-01") -> pd.Series:
    """Degree days that a year has ever more or fewer of, 2000 in the first."""
    index = months(12 * years, start)
    sums = 2000 + per_year * (index.year - index.year[0])
    return pd.Series(sums / np.where(index.is_leap_year, 366, 365), index)


@unhurried
@given(st.integers(3, 40), st.floats(-30, 30))
def test_a_trend_is_found_and_where_it_is_straight_it_is_certain(years, per_year) -> None:
    found, error = trend(warming(years, per_year))
    assert found == pytest.approx(10 * per_year, abs=1e-6)
    assert error == pytest.approx(0, abs=1e-6)


def test_a_trend_is_the_less_certain_the_more_years_vary() -> None:
    def noisy(spread: float) -> tuple[float, float]:
        yearly = np.random.default_rng(8).normal(0, spread, 30).repeat(12)
        return trend(warming(30, -5) + yearly)

    (calm, little), (wild, much) = noisy(0.1), noisy(1.0)
    assert calm == pytest.approx(-50, abs=3 * little)
    assert wild == pytest.approx(-50, abs=3 * much)
    assert 0 < 5 * little < much


def test_years_that_are_not_whole_are_left_out_of_the_trend() -> None:
    whole = warming(10, -5)
    before, after = months(5, "1990-08"), months(11, "2001-01")
    ragged = pd.concat([pd.Series(99.0, before), whole, pd.Series(99.0, after)])
    assert trend(ragged) == pytest.approx(trend(whole))
