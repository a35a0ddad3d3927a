"""Prediction intervals from past forecast errors and the spread of past weather.

One rule serves backtests and releases: at a cutoff, only errors on months up to that cutoff count.
Intervals are conformal by horizon and season:

1. The effect of the weather on a month (`energy.forecasting.weather`) is subtracted from its error.
   The remainder has a scale by months ahead and a factor by calendar month, and errors of all years
   count the same. (A forecaster that expected part of the weather, because an anomaly fades
   slowly, keeps that part: one month ahead the scale is slightly too large.)
2. The spread of the last thirty years' weather is added back, by calendar month. Winter intervals
   are therefore wider than summer ones, and a month with known weather is narrower than both.
3. Errors standardised by that spread give the quantiles, symmetric about the median, so that the
   published median is the forecast.
4. If past intervals covered too much or too little, the next ones are narrowed or widened a little.

Sources: normalised conformal prediction, Papadopoulos et al. (2011), doi:10.1613/jair.3199; step 4
is adaptive conformal inference, Gibbs and Candes (2021), arXiv:2106.00170, on the log of the width
and within bounds. docs/forecasting.md lists the alternatives that were measured.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS, Calibration
from energy.contract.release import LOG_CAP
from energy.forecasting.folds import MONTHS_SCORED, SP, FoldArrays, quantile_columns, values_at
from energy.forecasting.weather import effect_and_spread

Array = npt.NDArray[np.float64]
RealTimeData = dict[pd.Period, tuple[pd.Series, pd.DataFrame | None]]
"""By cutoff: the series and the weather as they were published when it was the last month."""
NEIGHBOURS = 2
"""Horizons on either side whose errors are pooled with a horizon's own."""
PRIOR_ERRORS = 2
"""Weight of the prior scale at each horizon, in errors; the prior is seasonal naive's."""
PRIOR_SEASON = 12
"""Weight of a seasonal factor of one in each calendar month, in errors."""
PRIOR_SHAPE = 24
"""Weight of the normal shape, in errors."""
STEP, BOUND = 0.01, 0.2
"""Change of the log width for each interval that covered or missed, and its largest total."""
_MEAN_TO_SD = float(np.sqrt(np.pi / 2))
"""Ratio of a normal variable's standard deviation to its mean absolute value, which is robust."""
_TINY = 1e-9


def forecast_errors(actual: Array, mean: Array, log: bool) -> Array:
    """Forecast errors: log ratios or differences."""
    return np.log(actual / mean) if log else actual - mean


def calibrate(
    y: pd.Series,
    folds: pd.DataFrame,
    horizon: int,
    log: bool,
    weather: pd.DataFrame | None = None,
) -> Calibration:
    """Measure how wide intervals must be, from the errors resolved by the end of `y`.

    Args:
        y: The series up to the cutoff, at least 13 months.
        folds: Rows of a fold frame whose months lie in `y`; may be empty. Rows with quantiles show
            how often past intervals covered.
        horizon: Furthest month ahead to calibrate.
        log: Whether errors are log ratios.
        weather: Columns `temperature` and `degree_days` up to the cutoff, or None.
    """
    return _calibrate(y, FoldArrays.from_frame(folds), horizon, log, weather)


def _calibrate(
    y: pd.Series, folds: FoldArrays, horizon: int, log: bool, weather: pd.DataFrame | None
) -> Calibration:
    months = pd.PeriodIndex(y.index).asi8
    # Use all errors, whatever horizon is published: no interval may depend on that choice.
    furthest = max(horizon, MONTHS_SCORED, int(folds.horizon.max()) if len(folds.horizon) else 0)
    effect, weather_spread = effect_and_spread(y, weather, log)
    values = np.log(y.to_numpy()) if log else y.to_numpy(dtype=float)
    calm = values - values_at(effect, months, 0.0)
    ahead = np.arange(1, furthest + 1)
    prior = _MEAN_TO_SD * np.abs(calm[SP:] - calm[:-SP]).mean() * np.sqrt((ahead - 1) // SP + 1)

    at, calendar = folds.horizon - 1, folds.month % SP
    errors = forecast_errors(folds.actual, folds.mean, log)
    size = _MEAN_TO_SD * np.abs(errors - values_at(effect, folds.month, 0.0))

    count = _pool(np.bincount(at, minlength=furthest).astype(float))
    near = at < MONTHS_SCORED
    season = np.ones(SP)
    for _ in range(2):  # scale and season depend on each other; two passes are enough
        scale = _scale(size / season[calendar], at, count, prior)
        season = _season((size / scale[at])[near], calendar[near])
    scale = _scale(size / season[calendar], at, count, prior)

    z = np.abs(errors) / np.hypot(scale[at] * season[calendar], weather_spread[calendar])
    return Calibration(
        scale=tuple(map(float, scale[:horizon])),
        quantiles=tuple(map(float, _shape(z[near]) * np.exp(_adaptation(folds)))),
        log=log,
        errors=len(errors),
        season=tuple(map(float, season)),
        weather=tuple(map(float, weather_spread)),
    )


def _scale(size: Array, at: Any, count: Array, prior: Array) -> Array:
    """Scale of the errors by horizon, shrunk towards the prior."""
    total = _pool(np.bincount(at, size, len(count)))
    return np.maximum((PRIOR_ERRORS * prior + total) / (PRIOR_ERRORS + count), _TINY)


def _pool(by_horizon: npt.NDArray[Any]) -> Array:
    """Each horizon's sum with those of its neighbours."""
    window = np.ones(2 * NEIGHBOURS + 1)
    return np.convolve(np.pad(by_horizon, NEIGHBOURS), window, mode="valid")


def _season(size: Array, calendar: Any) -> Array:
    """Size of the errors by calendar month, pooled with its neighbours; one on average."""
    total, count = np.bincount(calendar, size, SP), np.bincount(calendar, minlength=SP)
    total, count = (v + np.roll(v, 1) + np.roll(v, -1) for v in (total, count))
    factor = (PRIOR_SEASON + total) / (PRIOR_SEASON + count)
    return np.asarray(factor / factor.mean())


def _shape(z: Array) -> Array:
    """Standardised quantiles at LEVELS, symmetric about zero, from absolute errors."""
    normal = [NormalDist().inv_cdf(0.5 + (i + 0.5) / (2 * PRIOR_SHAPE)) for i in range(PRIOR_SHAPE)]
    sizes = np.sort(np.concatenate([z, normal]))
    share = (np.arange(len(sizes)) + 0.5) / len(sizes)
    sides = 2 * np.array(LEVELS) - 1  # level 0.9 is the upper end of the central 80%
    return np.asarray(np.sign(sides) * np.interp(np.abs(sides), share, sizes) * (sides != 0))


def _adaptation(folds: FoldArrays) -> float:
    """Log factor by which the 80% intervals of past folds were too narrow."""
    counted = folds.scored & ~np.isnan(folds.low)
    missed = counted & ((folds.actual < folds.low) | (folds.actual > folds.high))
    nominal = 1 - (LEVELS[-2] - LEVELS[1])
    return float(np.clip(STEP * (missed.sum() - nominal * counted.sum()), -BOUND, BOUND))


def quantiles(
    mean: Array,
    horizon: npt.NDArray[Any],
    months: pd.PeriodIndex,
    calibration: Calibration,
    weather_known: Array | bool = False,
) -> Array:
    """Quantiles at LEVELS around `mean`: shape (n, levels), never crossing.

    Args:
        mean: Forecasts, shape (n,).
        horizon: Months ahead of each, shape (n,); beyond the calibrated ones the scale grows with
            the square root of the horizon.
        months: The n months forecast.
        calibration: From `calibrate`.
        weather_known: Where the month's actual weather was used, which removes its spread.
    """
    scale, calendar = np.asarray(calibration.scale), months.month.to_numpy() - 1
    inside = np.minimum(horizon, len(scale))
    own = scale[inside - 1] * np.sqrt(horizon / inside) * np.asarray(calibration.season)[calendar]
    weather = np.where(weather_known, 0.0, np.asarray(calibration.weather)[calendar])
    offset = np.hypot(own, weather)[:, None] * np.asarray(calibration.quantiles)[None, :]
    return add_errors(mean[:, None], offset, calibration.log)


def add_errors(mean: Array, errors: Array, log: bool) -> Array:
    """Forecasts plus errors, which are log ratios if `log`, else in the unit.

    Log errors above LOG_CAP grow in a straight line instead of exponentially, so that the upper end
    of a wide interval stays within a few times the forecast.
    """
    if not log:
        return np.asarray(mean + errors)
    beyond = np.maximum(errors - LOG_CAP, 0.0)
    return np.asarray(mean * np.exp(np.minimum(errors, LOG_CAP)) * (1 + beyond))


def add_quantiles(
    folds: pd.DataFrame,
    y: pd.Series,
    log: bool,
    weather: pd.DataFrame | None = None,
    real_time_data: RealTimeData | None = None,
) -> pd.DataFrame:
    """Add the intervals that each fold would have been published with at its cutoff.

    Args:
        folds: Fold frame of one forecaster, without quantiles.
        y: The series; at each cutoff only months up to it are used.
        log: Whether errors are log ratios.
        weather: Columns `temperature` and `degree_days`, used up to each cutoff, or None.
        real_time_data: Figures as first published; at such a cutoff earlier errors count against
            them.
    """
    arrays, q = FoldArrays.from_frame(folds), np.full((len(folds), len(LEVELS)), np.nan)
    months = pd.PeriodIndex(folds["month"], freq="M")
    nowcast = folds["protocol"].astype(str).str.startswith("nowcast").to_numpy()
    # Views, so that later cutoffs see how well the intervals of earlier ones covered.
    arrays = replace(arrays, low=q[:, 1], high=q[:, -2])
    for ordinal in np.unique(arrays.cutoff):
        cutoff, rows = pd.Period(ordinal=ordinal, freq="M"), arrays.cutoff == ordinal
        y_then, weather_then = (real_time_data or {}).get(cutoff, (y, weather))
        past = arrays.select(arrays.resolved(ordinal))
        past = replace(past, actual=values_at(y_then, past.month, np.nan))
        weather_seen = None if weather_then is None else weather_then.loc[:cutoff]
        horizon = arrays.horizon[rows]
        calibration = _calibrate(y_then.loc[:cutoff], past, int(horizon.max()), log, weather_seen)
        q[rows] = quantiles(arrays.mean[rows], horizon, months[rows], calibration, nowcast[rows])
    columns = dict(zip(quantile_columns(), q.T, strict=True))
    with_quantiles: pd.DataFrame = folds.assign(**columns).reset_index(drop=True)
    return with_quantiles
