"""What each forecaster would have said of many series at every fold: all at once where it can.

Forecasters with a batch are fitted to arrays; any other is fitted by sktime, series by series and
fold by fold, which takes a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.forecasting.bench import BENCH
from energy.forecasting.fitting import fit, forecast
from energy.forecasting.logs import is_positive
from energy.forecasting.panel import simple, smoothing

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]
BATCHES: dict[str, Callable[[Array, Ends, int], Array]] = {
    "seasonal_naive": simple.seasonal_naive,
    "naive": simple.naive,
    "drift": simple.drift,
    "theta": simple.theta,
    "exponential_smoothing": smoothing.exponential_smoothing,
    "ets": smoothing.ets,
}
"""The light bench, by name on the bench; `energy.forecasting.panel.simple` tells their shapes."""
BATCH_SECONDS = 0.004
"""CPU seconds of a series with one of them, all folds together, about."""


def choose(names: Sequence[str], everything: bool) -> tuple[str, ...]:
    """The forecasters to try on each of many series: the light bench unless named one by one.

    Args:
        names: Those of the run, in the bench's order.
        everything: Whether they are all there are, so that nobody asked for the slow ones.
    """
    return tuple(name for name in names if name in BATCHES or not everything)


def seconds(names: Sequence[str], folds: int) -> float:
    """CPU seconds that one series takes, about: what chunks of work are sized by."""
    return sum(BATCH_SECONDS if n in BATCHES else BENCH[n].cost * folds for n in names)


def means(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    """Forecasts of every fold of every series.

    Args:
        forecaster: Its name on the bench.
        series: Gapless monthly series.
        ends: (n, f): how many months each fold of each sees; 0 where it has no such fold.
        horizon: Months to forecast.

    Returns:
        (n, f, horizon) in the series' unit, NaN where there is no fold; and by place of a series,
        why the forecaster has nothing for it.
    """
    logs = BENCH[forecaster].log
    if batch := BATCHES.get(forecaster):
        positive = np.array([logs and is_positive(y) for y in series])
        values = np.zeros((max(map(len, series)), len(series)))
        for place, y in enumerate(series):
            values[: len(y), place] = np.log(y) if positive[place] else y
        out = batch(values, ends, horizon)
        with np.errstate(over="ignore"):  # what is beyond every number is refused below
            out[positive] = np.exp(out[positive])
        failed: dict[int, str] = {}
    else:
        out, failed = _one_by_one(forecaster, series, ends, horizon)
    for place, y in enumerate(series):
        said = out[place][ends[place] > 0]
        if place not in failed and not _plausible(said, logs and is_positive(y)):
            failed[place] = "a forecast that is no number, or not above zero where it must be"
    return out, failed


def _one_by_one(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    out, failed = np.full((*ends.shape, horizon), np.nan), {}
    for place, y in enumerate(series):
        positive = is_positive(y)
        for fold in np.flatnonzero(ends[place]):
            seen = y.iloc[: ends[place, fold]]
            try:
                fitted = fit(forecaster, seen, None, positive)
                out[place, fold] = forecast(forecaster, fitted, horizon, positive)
            except Exception as error:  # noqa: BLE001 - one forecaster's failure is a result
                failed[place] = f"{type(error).__name__}: {' '.join(str(error).split())}"
                break
    return out, failed


def _plausible(said: Array, positive: bool) -> bool:
    return bool(np.isfinite(said).all() and (not positive or (said > 0).all()))
