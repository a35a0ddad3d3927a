"""Opponents: Prophet, and LightGBM on lags."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence

import numpy as np
from opponent import (
    SEASON,
    SEED,
    Forecast,
    Forecaster,
    History,
    coverages,
    from_intervals,
    windows,
)

LAGS = range(1, 25)
FOR_LIGHTGBM = SEASON + max(LAGS) + 12
"""Months before the first conformal window: for differencing and lags, and a year to fit on."""


def prophet(levels: Sequence[float]) -> Forecaster:
    """Piecewise linear trend times yearly seasonality; quantiles of 1,000 predictive samples."""
    logging.getLogger("prophet.plot").disabled = True  # plotly is not needed
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.WARNING)

    def forecast(history: History, horizon: int) -> Forecast:
        np.random.seed(SEED)  # Prophet draws from numpy's global generator
        fitted = Prophet(
            yearly_seasonality=True,
            weekly_seasonality=False,
            daily_seasonality=False,
            seasonality_mode="multiplicative",
            uncertainty_samples=1000,
        ).fit(history.frame()[["ds", "y"]], seed=SEED)
        ahead = history.months_ahead(horizon).to_timestamp().to_frame(name="ds", index=False)
        samples = fitted.predictive_samples(ahead)["yhat"]
        fitted.uncertainty_samples = 0  # point forecast without samples
        mean = fitted.predict(ahead)["yhat"].to_numpy()
        return Forecast(mean, np.quantile(samples, levels, axis=1).T)

    return forecast


def lightgbm(levels: Sequence[float]) -> Forecaster:
    """Few small trees on lags 1 to 24 and the month, recursively; conformal intervals.

    The target is the change on the same month a year before: trees cannot follow a trend.
    """
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.target_transforms import Differences
    from mlforecast.utils import PredictionIntervals

    def forecast(history: History, horizon: int) -> Forecast:
        trees = LGBMRegressor(
            n_estimators=30,
            learning_rate=0.05,
            num_leaves=4,
            min_child_samples=10,
            n_jobs=1,
            random_state=SEED,
            deterministic=True,
            force_row_wise=True,
            verbosity=-1,
        )
        window_count = windows(len(history.values), horizon, needed=FOR_LIGHTGBM)
        forest = MLForecast(
            models={"trees": trees},
            freq="MS",
            lags=list(LAGS),
            date_features=["month"],
            target_transforms=[Differences([SEASON])],
            num_threads=1,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            forest.fit(
                history.frame(),
                static_features=[],
                prediction_intervals=PredictionIntervals(n_windows=window_count, h=horizon),
            )
            answer = forest.predict(horizon, level=coverages(levels))
        return from_intervals(answer, levels, "trees")

    return forecast
