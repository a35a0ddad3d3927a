"""The one place where sktime fits and predicts: quietly, and with answers that are checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from energy.errors import NotPlausible
from energy.forecasting.bench import BENCH, build
from energy.forecasting.horizon import fh_until, months_after
from energy.forecasting.weather import daily_degree_days


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what every fit would repeat, and nothing else.

    sktime 1.2 announces 1.3's default at each construction (we are pinned below it), and resets
    Python's own filters while it works, so that only its own switch keeps it quiet; it reads that
    switch when a class is first built, so build forecasters in here from the first on. statsmodels
    says when an optimiser stopped early, which the backtest scores judge better.
    """
    from sktime.forecasting.base import BaseForecaster
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    config = BaseForecaster._config
    BaseForecaster._config = {**config, "warnings": "off"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", "Non-(invertible|stationary) starting", UserWarning)
            yield
    finally:
        BaseForecaster._config = config


def is_positive(y: pd.Series) -> bool:
    """Whether logs can be taken: a property of the kind of series, the same at every cutoff."""
    return bool((y > 0).all())


def regressors(forecaster: str, y: pd.Series, weather: pd.DataFrame) -> pd.DataFrame | None:
    """X for `forecaster`: degree days of the months of `y`, from no later weather; or None."""
    if not BENCH[forecaster].weather:
        return None
    daily = daily_degree_days(weather.loc[: y.index[-1]])
    return daily.reindex(y.index).to_frame()


def fit(forecaster: str, y: pd.Series, X: pd.DataFrame | None, positive: bool) -> Any:
    """Build the forecaster of that name and fit it to the whole of `y`."""
    with quiet():
        return build(forecaster, positive).fit(y, X=X)


def forecast(forecaster: str, fitted: Any, horizon: int, positive: bool) -> pd.Series:
    """Point forecasts 1..`horizon` months after the cutoff, weather-aware ones on climatology.

    Args:
        forecaster: Its name, for messages.
        fitted: What `fit` returned.
        horizon: Months ahead.
        positive: Whether the series is above zero, so that its forecasts must be.

    Raises:
        NotPlausible: A forecast that is not a number, or not above zero where it must be.
    """
    with quiet():
        values = fitted.predict(fh_until(horizon)).to_numpy(dtype=float).ravel()
    mean = pd.Series(values, months_after(fitted.cutoff[0], horizon), name="mean")
    wrong = ~np.isfinite(values) | ((values <= 0) if positive else False)
    if wrong.any():
        month = mean.index[wrong][0]
        raise NotPlausible(forecaster, str(month), float(mean[month]), positive)
    return mean
