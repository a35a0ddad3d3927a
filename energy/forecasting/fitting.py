"""The one place where sktime fits and predicts: quietly, and with answers that are checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import WEATHER_AHEAD
from energy.errors import MissingWeather, NotPlausible
from energy.forecasting.bench import BENCH, build
from energy.forecasting.horizon import fh_until, months_after
from energy.forecasting.weather import daily_degree_days


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what every fit would repeat, and nothing else.

    sktime 1.2 announces 1.3's default at each construction (we are pinned below it), and resets
    Python's own filters while it works, so that only its own switch keeps it quiet; it reads that
    switch when a class is first built, so build forecasters in here from the first on. statsmodels
    says when an optimiser stopped early, or started from nothing on few months, which the backtest
    scores judge better.
    """
    from sktime.forecasting.base import BaseForecaster
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning

    config = BaseForecaster._config
    BaseForecaster._config = {**config, "warnings": "off"}
    try:
        with warnings.catch_warnings():
            for category in (ConvergenceWarning, EstimationWarning):
                warnings.simplefilter("ignore", category)
            warnings.filterwarnings("ignore", "Non-(invertible|stationary) starting", UserWarning)
            yield
    finally:
        BaseForecaster._config = config


def regressors(forecaster: str, y: pd.Series, weather: pd.DataFrame | None) -> pd.DataFrame | None:
    """X for `forecaster`: degree days to the end of `y`, and from before it for climatology.

    None for a forecaster that uses no weather.

    Raises:
        MissingWeather: It uses weather, and there is none or too little.
    """
    if not BENCH[forecaster].weather:
        return None
    if weather is None:
        raise MissingWeather("weather", "none at all", "")
    daily = daily_degree_days(weather.loc[: y.index[-1]])
    return daily.reindex(y.index.union(daily.index)).to_frame()  # a blank is told by its month


def observed_ahead(
    forecaster: str, cutoff: pd.Period, weather: pd.DataFrame | None
) -> pd.DataFrame | None:
    """X for a nowcast: degree days of the months after `cutoff` that are published before energy.

    Args:
        forecaster: Its name on the bench.
        cutoff: Last month of the series.
        weather: Columns `temperature` and `degree_days`; no more than WEATHER_AHEAD months after
            the cutoff are looked at, as that is all there would have been. None for no weather.

    Returns:
        Column `degree_days`; None if there is no such month, or the forecaster uses no weather.
    """
    if weather is None or not BENCH[forecaster].weather:
        return None
    daily = daily_degree_days(weather.loc[: cutoff + WEATHER_AHEAD]).loc[cutoff + 1 :]
    return None if daily.empty else daily.to_frame()


def fit(
    forecaster: str,
    y: pd.Series,
    X: pd.DataFrame | None,
    positive: bool,
    weights: Sequence[float] | None = None,
) -> Any:
    """Build the forecaster of that name and fit it to the whole of `y`.

    Args:
        forecaster: Its name on the bench.
        y: The series.
        X: Regressors on its months, or None.
        positive: Whether logs can be taken.
        weights: Of a combination's members, as `combination.weights` found them.

    Column names are kept without pyarrow, which pandas uses where it is installed: the pickle of
    a fitted forecaster must load where only what serves is.
    """
    with quiet(), pd.option_context("mode.string_storage", "python"):
        if X is not None:
            X = X.set_axis(pd.Index(list(X.columns)), axis="columns")
        return build(forecaster, positive, weights).fit(y, X=X)


def forecast(
    forecaster: str, fitted: Any, horizon: int, positive: bool, X: pd.DataFrame | None = None
) -> pd.Series:
    """Point forecasts 1..`horizon` months after the cutoff.

    Args:
        forecaster: Its name, for messages.
        fitted: What `fit` returned.
        horizon: Months ahead.
        positive: Whether the series is above zero, so that its forecasts must be.
        X: Degree days of months ahead that are known or supposed; what to expect for others.

    Raises:
        NotPlausible: A forecast that is not a number, or not above zero where it must be.
    """
    with quiet():
        values = fitted.predict(fh_until(horizon), X=X).to_numpy(dtype=float).ravel()
    mean = pd.Series(values, months_after(fitted.cutoff[0], horizon), name="mean")
    wrong = ~np.isfinite(values) | ((values <= 0) if positive else False)
    if wrong.any():
        month = mean.index[wrong][0]
        raise NotPlausible(forecaster, str(month), float(mean[month]), positive)
    return mean
