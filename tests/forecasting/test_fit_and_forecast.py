from __future__ import annotations

import contextlib
import warnings

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import altered, made_up_series, made_up_weather, months, period
from sktime.forecasting.base import BaseForecaster
from sktime.forecasting.naive import NaiveForecaster
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from energy.contract import WEATHER_AHEAD
from energy.errors import ForecastingError, MissingWeather
from energy.forecasting.backtest import fit, forecast, observed_ahead, regressors, suppress_warnings

WEATHER = made_up_weather(60)
Y = made_up_series(WEATHER)


def test_a_forecaster_that_needs_no_weather_gets_none() -> None:
    assert regressors("theta", Y, WEATHER) is None


def test_without_weather_a_forecaster_that_needs_it_is_refused() -> None:
    assert regressors("theta", Y, None) is None
    with pytest.raises(MissingWeather, match="none at all"):
        regressors("sarimax", Y, None)
    assert observed_ahead("sarimax", Y.index[-1], None) is None


def test_regressors_reach_from_the_first_weather_known_to_the_end_of_the_series() -> None:
    """Even what is filled in for months before table 7.1b starts must not come from later ones."""
    weather = WEATHER.copy()
    weather.iloc[:12, 1] = np.nan
    seen = Y.iloc[12:48]
    found = regressors("sarimax", seen, weather)
    assert list(found.columns) == ["degree_days"]
    assert found.index.equals(WEATHER.index[:48])
    assert found.notna().all().all()
    _, other = altered(Y, weather, seen.index[-1])
    pd.testing.assert_frame_equal(regressors("sarimax", seen, other), found)


def test_weather_that_starts_after_the_series_is_found_missing() -> None:
    X = regressors("sarimax", Y, WEATHER.iloc[3:])
    with pytest.raises(MissingWeather, match="none for 2009-01"):
        fit("sarimax", Y, X, positive=True)


def test_weather_that_ends_before_the_series_is_found_missing() -> None:
    X = regressors("sarimax", Y, WEATHER.iloc[:-1])
    with pytest.raises(MissingWeather, match="none for 2013-12"):
        fit("sarimax", Y, X, positive=True)


def test_a_nowcast_knows_the_weather_of_one_month_more_and_no_later() -> None:
    seen = Y.iloc[:48]
    cutoff = seen.index[-1]
    found = observed_ahead("sarimax", cutoff, WEATHER)
    pd.testing.assert_frame_equal(found, WEATHER[["degree_days"]].iloc[[48]], check_freq=False)
    _, other = altered(Y, WEATHER, cutoff + WEATHER_AHEAD)
    pd.testing.assert_frame_equal(observed_ahead("sarimax", cutoff, other), found)
    assert WEATHER_AHEAD == 1


def test_a_nowcast_s_degree_days_follow_from_the_temperature_if_they_are_not_out() -> None:
    weather = WEATHER.copy()
    weather.iloc[48, 1] = np.nan
    found = observed_ahead("sarimax", weather.index[47], weather)
    assert found["degree_days"].to_list() == pytest.approx(WEATHER["degree_days"].iloc[[48]])


def test_there_is_no_nowcast_without_weather_that_is_ahead_or_of_use() -> None:
    cutoff = Y.index[47]
    assert observed_ahead("sarimax", cutoff, WEATHER.loc[:cutoff]) is None
    assert observed_ahead("theta", cutoff, WEATHER) is None


def test_a_forecast_in_known_weather_answers_to_it_in_its_month() -> None:
    seen = Y.iloc[:48]
    fitted = fit("weather_normalised_theta", seen, WEATHER[["degree_days"]].iloc[:48], True)
    colder = WEATHER[["degree_days"]].iloc[[48]] + 4
    plain = forecast("weather_normalised_theta", fitted, 6, True)
    found = forecast("weather_normalised_theta", fitted, 6, True, colder)
    assert found.index.equals(plain.index)
    assert found.iloc[0] > plain.iloc[0] + 0.5


def test_a_forecast_is_named_by_its_months() -> None:
    found = forecast("drift", fit("drift", Y, None, positive=True), 5, True)
    assert found.index.equals(months(5, "2014-01"))
    assert (found.name, found.dtype) == ("mean", "float64")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 0.0, -1.0])
def test_a_forecast_that_cannot_be_is_refused_by_its_month(wrong: float) -> None:
    class Broken:
        cutoff = pd.PeriodIndex([period("2016-12")])

        def predict(self, fh, X) -> pd.Series:
            return pd.Series([1.0, wrong, 3.0])

    with pytest.raises(ForecastingError, match=rf"theta forecast {wrong} for 2017-02"):
        forecast("theta", Broken(), 3, True)


def test_no_forecaster_warns_of_what_we_know() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("theta", "ridge", "sarimax"):
            fitted = fit(name, Y, regressors(name, Y, WEATHER), positive=True)
            forecast(name, fitted, 12, True)


def test_quiet_silences_what_every_fit_would_repeat_and_nothing_else() -> None:
    class Fresh(NaiveForecaster):
        """One that sktime has not seen before: it remembers a class's switches."""

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with suppress_warnings():
            Fresh()
            warnings.warn("stopped early", ConvergenceWarning, stacklevel=1)
            warnings.warn("Non-invertible starting MA parameters", UserWarning, stacklevel=1)
            warnings.warn("something new", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["something new"]


def test_quiet_leaves_sktime_as_it_was_even_after_a_failure() -> None:
    before = BaseForecaster._config
    with contextlib.suppress(ZeroDivisionError), suppress_warnings():
        assert BaseForecaster._config["warnings"] == "off"
        raise ZeroDivisionError
    assert BaseForecaster._config is before
