"""Backtests: fit a forecaster at each cutoff and forecast with what was available then."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import WEATHER_AHEAD
from energy.errors import ForecastingError
from energy.forecasting.combination import combine_forecasts
from energy.forecasting.folds import FoldPlan, fh_until, is_positive, months_after
from energy.forecasting.intervals import RealTimeData, add_quantiles
from energy.forecasting.metrics import error_scale
from energy.forecasting.models import FORECASTERS, build_forecaster
from energy.forecasting.weather import daily_degree_days, effect_and_spread, missing_weather


@contextmanager
def suppress_warnings() -> Iterator[None]:
    """Silence warnings that every fit would repeat, and no others.

    sktime 1.2 announces a default of 1.3 at each construction (the version is pinned below it). It
    resets Python's filters while it works, so only its own switch silences it; the switch is read
    when a class is first built, so build forecasters inside this context from the first one on.
    statsmodels warns when an optimiser stops early or starts from zeros on short series, which
    backtest scores measure better.
    """
    from sktime.forecasting.base import BaseForecaster
    from statsmodels.tools.sm_exceptions import (
        ConvergenceWarning,
        EstimationWarning,
        SingularMatrixWarning,
    )

    config = BaseForecaster._config
    BaseForecaster._config = {**config, "warnings": "off"}
    try:
        with warnings.catch_warnings():
            for category in (ConvergenceWarning, EstimationWarning, SingularMatrixWarning):
                warnings.simplefilter("ignore", category)
            warnings.filterwarnings("ignore", "Non-(invertible|stationary) starting", UserWarning)
            yield
    finally:
        BaseForecaster._config = config


def regressors(forecaster: str, y: pd.Series, weather: pd.DataFrame | None) -> pd.DataFrame | None:
    """Degree days to fit `forecaster` with: up to the end of `y`, and before it for climatology.

    Returns:
        Column `degree_days`; None for a forecaster that uses no weather.

    Raises:
        MissingWeather: The forecaster uses weather, and there is none or too little.
    """
    if not FORECASTERS[forecaster].weather:
        return None
    if weather is None:
        raise missing_weather("weather", "none at all")
    daily = daily_degree_days(weather.loc[: y.index[-1]])
    # Months of y without degree days stay blank, so that the fit names the first of them.
    return daily.reindex(y.index.union(daily.index)).to_frame()


def observed_ahead(
    forecaster: str, cutoff: pd.Period, weather: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Degree days to nowcast with: months after `cutoff` whose weather is published before energy.

    Args:
        forecaster: Name of the forecaster.
        cutoff: Last month of the series.
        weather: Columns `temperature` and `degree_days`, or None; months later than WEATHER_AHEAD
            after the cutoff are ignored, since they would not have been published.

    Returns:
        Column `degree_days`; None if there is no such month, or the forecaster uses no weather.
    """
    if weather is None or not FORECASTERS[forecaster].weather:
        return None
    daily = daily_degree_days(weather.loc[: cutoff + WEATHER_AHEAD]).loc[cutoff + 1 :]
    return None if daily.empty else daily.to_frame()


def fit(
    forecaster: str,
    y: pd.Series,
    X: pd.DataFrame | None,
    positive: bool,
    weights: Mapping[str, float] | None = None,
) -> Any:
    """Build the forecaster of that name and fit it to all of `y`.

    Args:
        forecaster: Name of the forecaster.
        y: The series.
        X: Regressors on its months, or None.
        positive: Whether logs can be taken.
        weights: By member of a combination, from `combination.member_weights`.

    Returns:
        The fitted sktime forecaster. Its pickle loads without pyarrow, which pandas would use for
        column names where it is installed.
    """
    with suppress_warnings(), pd.option_context("mode.string_storage", "python"):
        if X is not None:
            X = X.set_axis(pd.Index(list(X.columns)), axis="columns")
        return build_forecaster(forecaster, positive, weights).fit(y, X=X)


def forecast(
    forecaster: str, fitted: Any, horizon: int, positive: bool, X: pd.DataFrame | None = None
) -> pd.Series:
    """Point forecasts 1..`horizon` months after the cutoff.

    Args:
        forecaster: Name for messages.
        fitted: From `fit`.
        horizon: Months ahead.
        positive: Whether the series is above zero, so its forecasts must be too.
        X: Degree days of some months ahead, observed or assumed; the rest are as expected.

    Raises:
        ForecastingError: A forecast is not a number, or not above zero where it must be.
    """
    with suppress_warnings():
        values = fitted.predict(fh_until(horizon), X=X).to_numpy(dtype=float).ravel()
    mean = pd.Series(values, months_after(fitted.cutoff[0], horizon), name="mean")
    wrong = ~np.isfinite(values) | ((values <= 0) if positive else False)
    if wrong.any():
        month = mean.index[wrong][0]
        expected = "a number above zero" if positive else "a number"
        raise ForecastingError(
            f"{forecaster} forecast {float(mean[month])} for {month}; expected {expected}."
        )
    return mean


def run_backtest(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    real_time_data: RealTimeData | None = None,
) -> tuple[pd.DataFrame, float]:
    """Backtest one forecaster.

    At each cutoff a new forecaster is fitted on the series and the weather up to that month only;
    later months are forecast with expected weather. A forecaster that uses weather also nowcasts
    the months whose weather is published before energy.

    Args:
        forecaster: Name of the forecaster; not a combination.
        y: All months of the series, on a monthly PeriodIndex.
        weather: Columns `temperature` and `degree_days` covering the series, or None.
        plan: The folds.
        real_time_data: Figures as first published, for some cutoffs; forecasters are fitted on them
            there. Actuals are always those of `y`.

    Returns:
        The fold frame with quantiles, and the CPU seconds of fitting and predicting.

    Raises:
        ForecastingError: A forecast is not a number, or not above zero where the series is.
        MissingWeather: The forecaster needs weather that is missing.
    """
    positive = is_positive(y)
    with suppress_warnings():
        build_forecaster(forecaster, positive)  # imports happen here, outside the measured time
    seconds, parts = 0.0, []
    for cutoff, protocol in plan.cutoffs.items():
        in_holdout = protocol in ("holdout", "single_origin")
        single_origin = in_holdout and cutoff == plan.split
        available = ((y.index[-1] if in_holdout else plan.split) - cutoff).n
        horizon = available if single_origin else min(plan.max_horizon, available)
        y_then, weather_then = (real_time_data or {}).get(cutoff, (y, weather))
        y_seen = y_then.loc[:cutoff]
        X = regressors(forecaster, y_seen, weather_then)
        started = time.process_time()
        fitted = fit(forecaster, y_seen, X, positive)
        mean = forecast(forecaster, fitted, horizon, positive)
        seconds += time.process_time() - started
        scale = error_scale(y_seen.to_numpy(dtype=float), y.to_numpy(dtype=float))
        rows = _fold_rows(protocol, cutoff, mean, y, scale)
        if protocol != "single_origin":
            parts.append(rows[rows["horizon"] <= plan.max_horizon])
        if single_origin:
            parts.append(rows.assign(protocol="single_origin"))
        observed = observed_ahead(forecaster, cutoff, weather_then)
        if observed is not None and protocol not in ("warmup", "single_origin"):
            started = time.process_time()
            nowcast = forecast(forecaster, fitted, len(observed), positive, observed)
            seconds += time.process_time() - started
            nowcast_protocol = "nowcast_holdout" if in_holdout else "nowcast"
            parts.append(_fold_rows(nowcast_protocol, cutoff, nowcast, y, scale))
    folds = pd.concat(parts, ignore_index=True)
    return add_quantiles(folds, y, positive, weather, real_time_data), seconds


def warm_caches(
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    real_time_data: RealTimeData | None = None,
) -> None:
    """Do the work once that `run_backtest` would repeat in each process forked from this one.

    It imports what nearly all forecasters need and measures the weather's effect up to each cutoff.
    It builds no forecaster, since one that crashes here would take the others with it.

    Args:
        y: As in `run_backtest`, like the other arguments.
        weather: Weather, or None.
        plan: The folds.
        real_time_data: Figures as first published.
    """
    import sktime.forecasting.compose
    import sktime.transformations.series.boxcox
    import sktime.transformations.series.detrend  # noqa: F401
    import statsmodels.api  # noqa: F401

    positive = is_positive(y)
    for cutoff in plan.cutoffs:
        y_then, weather_then = (real_time_data or {}).get(cutoff, (y, weather))
        weather_seen = None if weather_then is None else weather_then.loc[:cutoff]
        with suppress(Exception):  # run_backtest meets the same error and reports it
            effect_and_spread(y_then.loc[:cutoff], weather_seen, positive)


def combine_backtests(
    members: Mapping[str, pd.DataFrame],
    y: pd.Series,
    weather: pd.DataFrame | None = None,
    real_time_data: RealTimeData | None = None,
) -> pd.DataFrame:
    """The fold frame of a combination with quantiles, from its members' fold frames.

    Args:
        members: Fold frame by name, with the same rows in the same order.
        y: All months of the series.
        weather: As in `run_backtest`, or None.
        real_time_data: As in `run_backtest`.
    """
    positive = is_positive(y)
    folds = combine_forecasts(members, positive, real_time_data)
    return add_quantiles(folds, y, positive, weather, real_time_data)


def _fold_rows(
    protocol: str, cutoff: pd.Period, mean: pd.Series, y: pd.Series, scale: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "protocol": protocol,
            "cutoff": cutoff,
            "month": mean.index,
            "horizon": np.arange(1, len(mean) + 1),
            "actual": y.loc[mean.index].to_numpy(),
            "mean": mean.to_numpy(),
            "scale": scale,
        }
    )
