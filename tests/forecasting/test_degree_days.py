"""On a made-up series, of which the response to weather is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import RESPONSE, made_up_series, made_up_weather, months, period
from sktime.forecasting.sarimax import SARIMAX
from sktime.forecasting.theta import ThetaForecaster

from energy.errors import MissingWeather
from energy.forecasting.backtest import suppress_warnings
from energy.forecasting.degree_days import DegreeDayRegression, WeatherNormalised
from energy.forecasting.folds import fh_until, months_after
from energy.forecasting.weather import assumed, climatology

WEATHER = made_up_weather(96)
Y = made_up_series(WEATHER)
X = WEATHER[["degree_days"]]
AHEAD = months_after(Y.index[-1], 12)
COLDER = pd.DataFrame({"degree_days": [14.0, 15.0]}, AHEAD[[1, 10]])


def regression() -> DegreeDayRegression:
    inner = SARIMAX(order=(0, 0, 0), seasonal_order=(1, 0, 0, 12), trend="c", disp=False)
    return DegreeDayRegression(inner)


def normalised(years: int = 20) -> WeatherNormalised:
    return WeatherNormalised(ThetaForecaster(sp=12), years)


def fit(make: Callable[[], Any], y: pd.Series = Y, given: pd.DataFrame | None = X) -> Any:
    with suppress_warnings():
        return make().fit(y, X=given)


def predict(forecaster: Any, given: pd.DataFrame | None = None) -> pd.Series:
    with suppress_warnings():
        return forecaster.predict(fh_until(12), X=given)


@pytest.fixture(scope="module", params=[regression, normalised])
def forecaster(request: pytest.FixtureRequest) -> Any:
    return fit(request.param)


@pytest.mark.parametrize("make", [regression, normalised])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "found none, expected one figure for each month of the series"),
        (WEATHER[["temperature"]], "found none"),
        (X.drop(index=X.index[[30, 40]]).reindex(X.index), "none for 2011-07"),
        (X.iloc[:-1].reindex(X.index), "none for 2016-12"),
    ],
)
def test_without_degree_days_for_every_month_it_refuses(make, given, told: str) -> None:
    with pytest.raises(MissingWeather, match=told):
        fit(make, given=given)


@pytest.mark.parametrize("make", [regression, normalised])
def test_weather_after_the_series_is_not_looked_at(make) -> None:
    longer = pd.concat([X, X.set_index(X.index + 96) + 40])
    pd.testing.assert_series_equal(predict(fit(make, given=longer)), predict(fit(make)))


@pytest.mark.parametrize("make", [regression, normalised])
def test_weather_before_the_series_is_looked_at_for_what_to_expect_alone(make) -> None:
    """With the months to come given, nothing is left to expect, and nothing changes."""
    short = fit(make)
    longer = fit(make, given=pd.concat([X.set_index(X.index - 96) + 3, X]))
    assert longer.daily_.index[0] == X.index[0] - 96
    np.testing.assert_allclose(
        predict(longer, X.set_index(X.index + 96)),
        predict(short, X.set_index(X.index + 96)),
        rtol=1e-3,
    )
    assert (predict(longer) > predict(short) + 0.1).sum() > 6  # it was colder, so is expected to be


def test_the_response_to_weather_is_found() -> None:
    assert fit(normalised).slope_ == pytest.approx(RESPONSE, abs=0.03)


def test_a_lockdown_does_not_bend_the_response() -> None:
    y = Y.copy()
    y.iloc[60:64] *= 0.7
    assert fit(normalised, y).slope_ == pytest.approx(RESPONSE, abs=0.03)


def test_the_inner_forecaster_sees_the_series_in_expected_weather() -> None:
    """What it is given has lost the noise that the weather put into it."""
    inner = fit(normalised).forecaster_
    seen = inner._y
    spread, noise = (
        s[s.index.month.isin([12, 1])].groupby(lambda m: m.month).std() for s in (Y, seen)
    )
    assert (noise < 0.5 * spread).all()


def test_months_to_come_are_as_expected(forecaster: Any) -> None:
    expected = assumed(X["degree_days"], AHEAD, None, 20).to_frame()
    pd.testing.assert_series_equal(predict(forecaster), predict(forecaster, expected))


def test_a_scenario_from_the_first_month_on_fades_from_its_last(forecaster: Any) -> None:
    cold = pd.DataFrame({"degree_days": [18.0, 18.0]}, AHEAD[:2])
    expected = assumed(X["degree_days"], AHEAD, cold, 20).to_frame()
    pd.testing.assert_series_equal(predict(forecaster, cold), predict(forecaster, expected))
    change = (predict(forecaster, cold) - predict(forecaster)).to_numpy()
    assert change[1] > change[2] > change[3] > -1e-9


def test_a_scenario_moves_its_own_months_and_no_others(forecaster: Any) -> None:
    change = predict(forecaster, COLDER) - predict(forecaster)
    moved = change.index.isin(COLDER.index)
    np.testing.assert_allclose(change[~moved], 0, atol=1e-9)
    normal = climatology(X["degree_days"], COLDER.index)
    hundreds = (COLDER["degree_days"] - normal) * COLDER.index.days_in_month / 100
    np.testing.assert_allclose(change[moved], RESPONSE * hundreds, rtol=0.1)
    assert (change[moved] > 0).all()


def test_a_warmer_scenario_takes_energy_away(forecaster: Any) -> None:
    warm = pd.DataFrame({"degree_days": 0.0}, AHEAD[:3])
    change = predict(forecaster, warm) - predict(forecaster)
    assert (change.iloc[:3] < 0).all()


def test_a_scenario_s_blanks_and_months_beyond_count_for_nothing(forecaster: Any) -> None:
    spoiled = COLDER.reindex(AHEAD)
    pd.testing.assert_series_equal(predict(forecaster, spoiled), predict(forecaster, COLDER))
    beyond = pd.concat([COLDER, pd.DataFrame({"degree_days": [99.0]}, AHEAD[[11]] + 5)])
    pd.testing.assert_series_equal(predict(forecaster, beyond), predict(forecaster, COLDER))


def test_some_months_asked_for_are_those_of_the_whole(forecaster: Any) -> None:
    whole = predict(forecaster, COLDER)
    with suppress_warnings():
        some = forecaster.predict([2, 11], X=COLDER)
        absolute = forecaster.predict(AHEAD[[1, 10]], X=COLDER)
    pd.testing.assert_series_equal(some, whole.iloc[[1, 10]], check_names=False)
    pd.testing.assert_series_equal(absolute, some, check_names=False)


def test_climatology_s_window_is_a_parameter() -> None:
    cold_start = X.copy()
    cold_start.iloc[:48] += 6
    late = fit(lambda: normalised(years=4), given=cold_start)
    whole = fit(lambda: normalised(years=8), given=cold_start)
    assert late.get_params()["years"] == 4
    expected = assumed(cold_start["degree_days"], AHEAD, None, 4)
    for forecaster, unmoved in ((late, True), (whole, False)):
        given = predict(forecaster, expected.to_frame())
        assert np.allclose(given, predict(forecaster)) is unmoved


def test_the_forecaster_that_was_handed_over_stays_unfitted() -> None:
    forecaster = fit(normalised)
    assert forecaster.forecaster_.is_fitted
    assert not forecaster.forecaster.is_fitted


def test_an_index_of_timestamps_is_refused() -> None:
    with suppress_warnings(), pytest.raises(ValueError, match="not supported as period"):
        normalised().fit(Y.to_timestamp(), X=X.to_timestamp())


def test_the_made_up_figures_are_what_these_tests_take_them_for() -> None:
    assert (Y.index[-1], len(Y)) == (period("2016-12"), 96)
    assert Y.index.equals(months(96))
