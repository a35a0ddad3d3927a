"""Opponents from statsforecast: automatic statistical forecasters."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from opponent import SEASON, Forecast, Forecaster, History, coverages, from_intervals, windows

ENSEMBLE = ("auto_arima", "auto_ets", "auto_theta", "auto_ces")
"""Members of `median_ensemble`."""
FOR_MFLES = 36
"""Months that AutoMFLES needs: a year to fit on, and two to test itself on."""


def auto_arima(levels: Sequence[float]) -> Forecaster:
    """Orders by AICc, stepwise, as R's auto.arima."""
    from statsforecast.models import AutoARIMA

    return _native(AutoARIMA, levels)


def auto_ets(levels: Sequence[float]) -> Forecaster:
    """Error, trend and seasonality by AICc, as R's ets."""
    from statsforecast.models import AutoETS

    return _native(AutoETS, levels)


def auto_theta(levels: Sequence[float]) -> Forecaster:
    """The best of four Theta methods on a series that was seasonally adjusted by division."""
    from statsforecast.models import AutoTheta

    return _native(AutoTheta, levels)


def auto_ces(levels: Sequence[float]) -> Forecaster:
    """Complex exponential smoothing, its seasonality by AICc."""
    from statsforecast.models import AutoCES

    return _native(AutoCES, levels)


def log_auto_arima(levels: Sequence[float]) -> Forecaster:
    """AutoARIMA on logs; the exponential of its mean, a median, is the point forecast."""
    of_logs = auto_arima(levels)

    def forecast(history: History, horizon: int) -> Forecast:
        if (history.values <= 0).any():
            raise ValueError("the series has values at or below zero, which have no logarithm")
        logs = of_logs(History(np.log(history.values), history.cutoff), horizon)
        return Forecast(np.exp(logs.mean), np.exp(logs.quantiles))

    return forecast


def auto_mfles(levels: Sequence[float]) -> Forecaster:
    """Boosted trend, Fourier seasonality and smoothing; its intervals are conformal."""
    from statsforecast.models import AutoMFLES
    from statsforecast.utils import ConformalIntervals

    def forecast(history: History, horizon: int) -> Forecast:
        window_count = windows(len(history.values), horizon, needed=FOR_MFLES)
        conformal = ConformalIntervals(n_windows=window_count, h=horizon)
        return _forecast(
            AutoMFLES(test_size=SEASON, season_length=SEASON, prediction_intervals=conformal),
            history,
            horizon,
            levels,
        )

    return forecast


def median(forecasts: Sequence[Forecast]) -> Forecast:
    """The median of several forecasts, month by month, for means and quantiles."""
    return Forecast(
        np.median([forecast.mean for forecast in forecasts], axis=0),
        np.median([forecast.quantiles for forecast in forecasts], axis=0),
    )


def seasonal_naive(levels: Sequence[float]) -> Forecaster:
    """The same month of the last year; needs numpy alone, so that tests can run it.

    Its quantiles are normal, their spread that of the changes from year to year, growing with the
    square root of the years ahead.
    """
    from statistics import NormalDist

    scores = np.array([NormalDist().inv_cdf(level) for level in levels])

    def forecast(history: History, horizon: int) -> Forecast:
        y, ahead = history.values, np.arange(horizon)
        mean = y[-SEASON:][ahead % SEASON]
        spread = np.std(y[SEASON:] - y[:-SEASON]) * np.sqrt(1 + ahead // SEASON)
        return Forecast(mean, mean[:, None] + spread[:, None] * scores)

    return forecast


def _native(kind: Any, levels: Sequence[float]) -> Forecaster:
    def forecast(history: History, horizon: int) -> Forecast:
        return _forecast(kind(season_length=SEASON), history, horizon, levels)

    return forecast


def _forecast(fresh: Any, history: History, horizon: int, levels: Sequence[float]) -> Forecast:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # optimisers that stop early
        answer = fresh.forecast(y=history.values, h=horizon, level=coverages(levels))
    return from_intervals(answer, levels)
