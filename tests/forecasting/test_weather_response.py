"""How a series answers to the weather, on series of which the answer is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import (
    RESPONSE,
    altered,
    made_up_series,
    made_up_weather,
    months,
    unhurried,
)
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import WeatherFacts
from energy.forecasting import weather
from energy.forecasting.weather import (
    RECENT_YEARS,
    SEASONS,
    climatology,
    degree_days_per_degree,
    monthly_degree_days,
    sensitivity,
    slope,
    spread_by_month,
    trend,
    weather_effect,
    weather_facts,
)

WEATHER = made_up_weather(120)
Y = made_up_series(WEATHER)
DAILY = WEATHER["degree_days"]
HUNDREDS = monthly_degree_days(DAILY)


def test_the_response_of_a_series_is_found() -> None:
    assert slope(Y, DAILY) == pytest.approx(RESPONSE, abs=0.03)


@unhurried
@given(st.floats(-2, 2))
def test_whatever_it_is_it_is_found(response: float) -> None:
    noise = np.random.default_rng(5).normal(0, 1e-3, 120)
    assert slope(3 + response * HUNDREDS + noise, DAILY) == pytest.approx(response, abs=1e-3)


def test_season_and_trend_play_no_part() -> None:
    season = 3 * np.sin(2 * np.pi * Y.index.month / 12)
    assert slope(Y + season, DAILY) == pytest.approx(slope(Y, DAILY), abs=1e-9)
    assert slope(Y + 0.01 * np.arange(120), DAILY) == pytest.approx(slope(Y, DAILY), abs=0.02)


def test_a_single_wild_year_does_not_bend_it() -> None:
    y = Y.copy()
    y.iloc[60:72] *= 0.7
    assert slope(y, DAILY) == pytest.approx(RESPONSE, abs=0.05)


def test_what_weather_did_is_the_response_to_its_departure_from_climatology() -> None:
    found = weather_effect(Y, WEATHER, log=False)
    departure = monthly_degree_days(DAILY - climatology(DAILY, pd.PeriodIndex(DAILY.index)))
    pd.testing.assert_series_equal(found, slope(Y, DAILY) * departure, check_names=False)
    assert found.abs().max() > 0.3
    # Over the years that make climatology it cancels, but for the 29th of February.
    assert found.groupby(found.index.month).mean().to_numpy() == pytest.approx([0] * 12, abs=1e-3)


def test_on_logs_it_is_a_share() -> None:
    noise = np.random.default_rng(5).normal(0, 1e-4, 120)
    found = weather_effect(np.exp(0.1 * HUNDREDS + noise), WEATHER, log=True)
    departure = monthly_degree_days(DAILY - climatology(DAILY, pd.PeriodIndex(DAILY.index)))
    np.testing.assert_allclose(found, 0.1 * departure, atol=1e-4)


def test_it_is_known_of_months_before_the_series_too() -> None:
    found = weather_effect(Y.iloc[48:], WEATHER, log=False)
    assert found.index.equals(WEATHER.index)


def test_without_weather_or_with_too_little_there_is_none() -> None:
    blank = WEATHER.assign(degree_days=np.nan)
    for y, frame in (
        (Y, None),
        (Y.iloc[60:83], WEATHER),
        (Y, blank),
        (Y.iloc[:30], blank.fillna(WEATHER.iloc[20:])),
    ):
        found = weather_effect(y, frame, log=False)
        assert found.empty
        assert isinstance(found.index, pd.PeriodIndex)
    assert len(weather_effect(Y.iloc[60:84], WEATHER, log=False)) == 84


def test_months_after_the_series_are_not_looked_at() -> None:
    seen = Y.iloc[:90]
    _, other = altered(Y, WEATHER, seen.index[-1])
    pd.testing.assert_series_equal(
        weather_effect(seen, WEATHER, log=True), weather_effect(seen, other, log=True)
    )


def test_the_spread_by_month_by_hand() -> None:
    # January 1 and 3, February 0 and 4, March -1 and -1, nothing of the rest.
    effect = pd.Series(0.0, months(15))
    effect.iloc[[0, 12, 1, 13, 2, 14]] = [1, 3, 0, 4, -1, -1]
    expected = [2**0.5, 8**0.5, *[0] * 10]
    assert spread_by_month(effect) == pytest.approx(expected)


def test_spread_forgets_what_is_older_than_its_years() -> None:
    effect = pd.Series([50.0] * 12 + [1.0] * 12 + [3.0] * 12, months(36))
    assert spread_by_month(effect, years=2) == pytest.approx([2**0.5] * 12)
    assert (spread_by_month(effect) > 20).all()


def test_where_no_effect_is_known_weather_adds_no_spread() -> None:
    assert spread_by_month(weather_effect(Y, None, log=False)).tolist() == [0.0] * 12


def test_winters_spread_more_than_summers() -> None:
    found = spread_by_month(weather_effect(Y, WEATHER, log=False))
    assert found[[11, 0, 1]].mean() > 2 * found[[5, 6, 7]].mean()


def test_every_calendar_month_is_in_one_season() -> None:
    assert sorted(month for part in SEASONS.values() for month in part) == list(range(1, 13))


def test_a_degree_more_takes_energy_away_in_winter_and_less_in_summer() -> None:
    winter, between, summer = sensitivity(Y, WEATHER)
    assert [found.season for found in (winter, between, summer)] == list(SEASONS)
    assert [found.months for found in (winter, between, summer)] == list(SEASONS.values())
    # In the cold half of the year a degree is a degree day on each of 30.4 days, in hundreds.
    assert winter.per_degree == pytest.approx(-RESPONSE * 0.304, abs=0.03)
    assert winter.per_degree < between.per_degree < 2 * summer.per_degree < 0


def test_on_levels_the_slope_is_in_the_unit_of_the_series() -> None:
    for found in sensitivity(-5 - 0.3 * WEATHER["temperature"], WEATHER):
        assert found.per_degree == pytest.approx(-0.3)
        assert found.standard_error == pytest.approx(0, abs=1e-9)


def test_on_logs_it_is_a_share_of_what_the_season_takes_now() -> None:
    y = np.exp(3 - 0.02 * WEATHER["temperature"])
    recent = y.iloc[-12 * RECENT_YEARS :]
    for found in sensitivity(y, WEATHER):
        level = recent[recent.index.month.isin(found.months)].mean()
        assert found.per_degree == pytest.approx(-0.02 * level)


def test_in_another_unit_it_is_converted() -> None:
    for once, tenfold in zip(sensitivity(Y, WEATHER), sensitivity(10 * Y, WEATHER), strict=True):
        assert tenfold.per_degree == pytest.approx(10 * once.per_degree)
        assert tenfold.standard_error == pytest.approx(10 * once.standard_error)


def test_its_standard_error_is_newey_and_west_s_over_a_year() -> None:
    y = Y - 20
    change = pd.DataFrame({"y": y, "t": WEATHER["temperature"]}).diff(12).dropna()
    x = np.column_stack(
        [change["t"].where(change.index.month.isin(m), 0) for m in SEASONS.values()]
    )
    bread = np.linalg.inv(x.T @ x)
    scores = x * (change["y"].to_numpy() - x @ bread @ x.T @ change["y"].to_numpy())[:, None]
    meat = scores.T @ scores
    for lag in range(1, 13):
        shared = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / 13) * (shared + shared.T)
    expected = np.sqrt(np.diag(bread @ meat @ bread))
    assert [found.standard_error for found in sensitivity(y, WEATHER)] == pytest.approx(expected)


def test_less_noise_means_a_smaller_standard_error() -> None:
    steps = [sensitivity(made_up_series(WEATHER, noise), WEATHER) for noise in (0.8, 0.2, 0.05)]
    winters = [found[0].standard_error for found in steps]
    assert winters[0] > 2 * winters[1] > 4 * winters[2] > 0


def test_the_facts_of_a_release_are_the_weather_s_own() -> None:
    found = weather_facts(Y.iloc[:100], WEATHER)
    assert found.sensitivity == sensitivity(Y.iloc[:100], WEATHER)
    assert found.log
    assert found.response == slope(np.log(Y.iloc[:100]), DAILY)
    assert found.degree_days_per_degree == pytest.approx(degree_days_per_degree(WEATHER), abs=1e-4)
    year = pd.period_range("2001-01", periods=12, freq="M")
    assert found.normal == pytest.approx(climatology(DAILY, year), abs=1e-4)
    assert found.normal_years == 20
    assert (found.first_month, len(found.degree_days)) == ("2009-01", 120)  # also after the series
    assert found.degree_days == pytest.approx(DAILY, abs=1e-4)
    assert (found.trend, found.trend_error) == trend(DAILY)


def test_the_response_of_a_series_that_goes_below_zero_is_in_its_unit() -> None:
    found = weather_facts(Y - 20, WEATHER)
    assert not found.log
    assert found.response == pytest.approx(RESPONSE, abs=0.03)


def test_they_go_to_json_and_back_unchanged() -> None:
    found = weather_facts(Y, WEATHER)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert WeatherFacts.from_dict(data) == found


def test_where_weather_is_missing_there_are_no_facts() -> None:
    assert weather_facts(Y, WEATHER.assign(degree_days=np.nan)) is None


def test_what_all_forecasters_ask_alike_is_worked_out_once(monkeypatch) -> None:
    slopes = []

    def counted(*asked: object) -> float:
        slopes.append(asked)
        return slope(*asked)

    monkeypatch.setattr(weather, "slope", counted)
    y = Y + 0.001  # that no other test has asked for
    once, again = (weather_effect(y.copy(), WEATHER.copy(), log=False) for _ in range(2))
    assert len(slopes) == 1
    pd.testing.assert_series_equal(once, again)
    for other, seen, log in (
        (y + 0.001, WEATHER, False),
        (y, WEATHER + 0.001, False),
        (y, WEATHER, True),
        (y.iloc[1:], WEATHER, False),
        (y.set_axis(y.index + 12), WEATHER.set_axis(WEATHER.index + 12), False),
    ):
        before = len(slopes)
        weather_effect(other, seen, log)
        assert len(slopes) == before + 1


def test_what_one_does_with_an_effect_is_nothing_to_the_next() -> None:
    mine = weather_effect(Y, WEATHER, log=False)
    kept = mine.copy()
    mine.iloc[:] = 7.0
    pd.testing.assert_series_equal(weather_effect(Y, WEATHER, log=False), kept)
