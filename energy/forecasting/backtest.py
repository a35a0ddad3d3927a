"""Backtests: fit a forecaster at each cutoff and forecast with what was known then."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pandas as pd

from energy import legacy_errors
from energy.contract import WEATHER_AHEAD
from energy.forecasting import combination
from energy.forecasting.folds import FoldPlan, fh_until, is_positive, months_after
from energy.forecasting.intervals import RealTimeData, add_quantiles
from energy.forecasting.metrics import seasonal_naive_scale
from energy.forecasting.models import FORECASTERS, build_forecaster
from energy.forecasting.weather import daily_degree_days, effect_and_spread


@contextmanager
def suppress_warnings() -> Iterator[None]:
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
    if not FORECASTERS[forecaster].weather:
        return None
    if weather is None:
        raise legacy_errors.MissingWeather("weather", "none at all", "")
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
    if weather is None or not FORECASTERS[forecaster].weather:
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
    with suppress_warnings(), pd.option_context("mode.string_storage", "python"):
        if X is not None:
            X = X.set_axis(pd.Index(list(X.columns)), axis="columns")
        return build_forecaster(forecaster, positive, weights).fit(y, X=X)


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
    with suppress_warnings():
        values = fitted.predict(fh_until(horizon), X=X).to_numpy(dtype=float).ravel()
    mean = pd.Series(values, months_after(fitted.cutoff[0], horizon), name="mean")
    wrong = ~np.isfinite(values) | ((values <= 0) if positive else False)
    if wrong.any():
        month = mean.index[wrong][0]
        raise legacy_errors.NotPlausible(forecaster, str(month), float(mean[month]), positive)
    return mean


def run_backtest(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    known_then: RealTimeData | None = None,
) -> tuple[pd.DataFrame, float]:
    """Backtest one forecaster of the bench.

    At each cutoff a fresh forecaster is fitted on the series and the weather up to that month, and
    nothing else is ever in its reach: months to come are forecast on the weather to expect. One
    that uses weather is asked once more for the months whose weather is published before energy.

    Args:
        forecaster: Its name on the bench; not a combination.
        y: The whole series on a monthly PeriodIndex.
        weather: Columns `temperature` and `degree_days` on months that cover the series; None for
            a series that comes without.
        plan: The folds.
        known_then: Series and weather of cutoffs to be judged in real time: what is fitted at such
            a cutoff is what had been published, revisions to come left out. Actuals are always y.

    Returns:
        The fold frame, and the CPU seconds that fitting and predicting took.

    Raises:
        NotPlausible: A forecast that is not a number, or not above zero where the series is.
        MissingWeather: The forecaster needs weather that is not there.
    """
    positive = is_positive(y)
    with suppress_warnings():
        build_forecaster(
            forecaster, positive
        )  # imports what it needs, so that the clock counts fits alone
    spent, parts = 0.0, []
    for cutoff, protocol in plan.cutoffs.items():
        held, single = protocol == "holdout", cutoff == plan.split
        ahead = ((y.index[-1] if held else plan.split) - cutoff).n
        reach = ahead if single else min(plan.reach, ahead)
        then, weather_then = (known_then or {}).get(cutoff, (y, weather))
        seen = then.loc[:cutoff]
        known = regressors(forecaster, seen, weather_then)
        began = time.process_time()
        fitted = fit(forecaster, seen, known, positive)
        mean = forecast(forecaster, fitted, reach, positive)
        spent += time.process_time() - began
        rows = _rows(protocol, cutoff, mean, y, seasonal_naive_scale(seen.to_numpy()))
        parts.append(rows[rows["horizon"] <= plan.reach])
        if single:
            parts.append(rows.assign(protocol="single_origin"))
        out = observed_ahead(forecaster, cutoff, weather_then)
        if out is not None and protocol != "warmup":
            began = time.process_time()
            nowcast = forecast(forecaster, fitted, len(out), positive, out)
            spent += time.process_time() - began
            name = "nowcast_holdout" if held else "nowcast"
            parts.append(_rows(name, cutoff, nowcast, y, rows["scale"].iloc[0]))
    whole = pd.concat(parts, ignore_index=True)
    return add_quantiles(whole, y, positive, weather, known_then), spent


def warm_caches(
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    known_then: RealTimeData | None = None,
) -> None:
    """Do once what `run` would do anew for each forecaster in a process forked from this one.

    That is importing what nearly all of them need, and working out what the weather did up to each
    cutoff. None is built here: one that dies of it must not take the others with it.

    Args:
        y: As in `run`; the others likewise.
        weather: As in `run`.
        plan: The folds.
        known_then: As in `run`.
    """
    import sktime.forecasting.compose
    import sktime.transformations.series.boxcox
    import sktime.transformations.series.detrend  # noqa: F401
    import statsmodels.api  # noqa: F401

    positive = is_positive(y)
    for cutoff in plan.cutoffs:
        then, weather_then = (known_then or {}).get(cutoff, (y, weather))
        seen = None if weather_then is None else weather_then.loc[:cutoff]
        with suppress(Exception):  # whatever is wrong with a series, `run` will meet it and tell
            effect_and_spread(then.loc[:cutoff], seen, positive)


def _rows(
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


def combine_backtests(
    rule: str,
    members: Sequence[pd.DataFrame],
    y: pd.Series,
    weather: pd.DataFrame | None = None,
    known_then: RealTimeData | None = None,
) -> pd.DataFrame:
    """The fold frame of a combination, without fitting any of its members again.

    Args:
        rule: One of `combination.RULES`.
        members: Their fold frames; all the same rows, in the same order.
        y: The whole series; weather and known_then as in `run`.
        weather: As in `run`, or None.
        known_then: As in `run`.
    """
    combined = combination.combine_forecasts(rule, members, known_then)
    return add_quantiles(combined, y, is_positive(y), weather, known_then)
