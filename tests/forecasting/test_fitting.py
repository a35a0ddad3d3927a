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

from energy.errors import MissingWeather, NotPlausible
from energy.forecasting.fitting import fit, forecast, is_positive, quiet, regressors

WEATHER = made_up_weather(60)
Y = made_up_series(WEATHER)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 2.0], True), ([0.0, 2.0], False), ([-1.0, 2.0], False), ([np.nan, 2.0], False)],
)
def test_logs_can_be_taken_above_zero_alone(values: list[float], expected: bool) -> None:
    assert is_positive(pd.Series(values)) is expected


def test_a_forecaster_that_needs_no_weather_gets_none() -> None:
    assert regressors("theta", Y, WEATHER) is None


def test_regressors_cover_the_series_and_know_no_later_weather() -> None:
    """Even what is filled in for months before table 7.1b starts must not come from later ones."""
    weather = WEATHER.copy()
    weather.iloc[:12, 1] = np.nan
    seen = Y.iloc[:48]
    found = regressors("sarimax", seen, weather)
    assert list(found.columns) == ["degree_days"]
    assert found.index.equals(seen.index)
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


def test_a_forecast_is_named_by_its_months() -> None:
    found = forecast("drift", fit("drift", Y, None, positive=True), 5, True)
    assert found.index.equals(months(5, "2014-01"))
    assert (found.name, found.dtype) == ("mean", "float64")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 0.0, -1.0])
def test_a_forecast_that_cannot_be_is_refused_by_its_month(wrong: float) -> None:
    class Broken:
        cutoff = pd.PeriodIndex([period("2016-12")])

        def predict(self, fh) -> pd.Series:
            return pd.Series([1.0, wrong, 3.0])

    with pytest.raises(NotPlausible, match=rf"theta forecast {wrong} for 2017-02"):
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
        with quiet():
            Fresh()
            warnings.warn("stopped early", ConvergenceWarning, stacklevel=1)
            warnings.warn("Non-invertible starting MA parameters", UserWarning, stacklevel=1)
            warnings.warn("something new", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["something new"]


def test_quiet_leaves_sktime_as_it_was_even_after_a_failure() -> None:
    before = BaseForecaster._config
    with contextlib.suppress(ZeroDivisionError), quiet():
        assert BaseForecaster._config["warnings"] == "off"
        raise ZeroDivisionError
    assert BaseForecaster._config is before
