"""Intervals that hold: how wrong were past forecasts, and how far can weather move the month?

One rule everywhere, in the backtest as in the release: at a cutoff, only errors on months up to
that cutoff count. They are made conformal by horizon and season:

1. What the weather did to a month (`energy.forecasting.weather`) is taken off its error. What is
   left has a scale by months ahead and a factor by calendar month; recent errors weigh more. (A
   forecaster that expected part of the weather, as its anomaly fades, keeps that part: one month
   ahead its scale is a little too large.)
2. The spread of the last thirty years' weather is put back, by calendar month. A winter is wider
   than a summer since its weather is, and a month whose weather is known is narrower than both.
3. Errors standardised by that spread give the quantiles, the same on either side of the median, so
   that the published median is the forecast.
4. Intervals that held more, or less, often than they said are narrowed or widened a little.

Sources: normalised conformal prediction, Papadopoulos et al. (2011), doi:10.1613/jair.3199; step 4
is adaptive conformal inference, Gibbs and Candes (2021), arXiv:2106.00170, on the log of the width
and within bounds. docs/forecasting.md has what else was tried, and what each gave.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS, Calibration
from energy.forecasting.folds import (
    MONTHS_SCORED,
    ROLLING,
    SP,
    FoldArrays,
    quantile_columns,
    values_at,
)
from energy.forecasting.weather import effect_and_spread

Array = npt.NDArray[np.float64]
RealTimeData = dict[pd.Period, tuple[pd.Series, pd.DataFrame | None]]
"""Series and weather as they were published when a cutoff was the last month, by cutoff."""
HALF_LIFE = 1.0
"""Years after which an error counts for half."""
NEIGHBOURS = 2
"""Horizons on either side whose errors are pooled with a horizon's own."""
PRIOR_ERRORS = 2
"""How many errors at each horizon the prior scale counts for: seasonal naive's."""
PRIOR_SEASON = 12
"""How many errors in each calendar month a factor of one counts for."""
PRIOR_SHAPE = 24
"""How many errors the normal shape counts for."""
STEP, BOUND = 0.01, 0.2
"""How fast the log of the width follows each interval that held or missed, and how far at most."""
_MEAN_TO_SD = float(np.sqrt(np.pi / 2))
"""A normal variable's standard deviation over its mean absolute value, which outliers move less."""
_TINY = 1e-9


def forecast_errors(actual: Array, mean: Array, log: bool) -> Array:
    """Forecast errors: log ratios where the series is positive, differences otherwise."""
    return np.log(actual / mean) if log else actual - mean


def calibrate(
    y: pd.Series,
    known: pd.DataFrame,
    horizon: int,
    log: bool,
    weather: pd.DataFrame | None = None,
) -> Calibration:
    """Work out how wide intervals must be from the errors known at the end of `y`.

    Args:
        y: The series up to the cutoff, at least 13 months.
        known: Rows of a fold frame whose months lie in `y`; may be empty. Rows with quantiles tell
            how well past intervals held.
        horizon: Furthest month ahead to answer for.
        log: Whether errors are log ratios.
        weather: Columns `temperature` and `degree_days` up to the cutoff; None for a series whose
            weather is not known.
    """
    return _calibrate(y, FoldArrays.of(known), horizon, log, weather)


def _calibrate(
    y: pd.Series, known: FoldArrays, horizon: int, log: bool, weather: pd.DataFrame | None
) -> Calibration:
    months = pd.PeriodIndex(y.index).asi8
    # Whatever is published, all that is known is learnt from: no interval depends on the others.
    furthest = max(horizon, MONTHS_SCORED, int(known.horizon.max()) if len(known.horizon) else 0)
    effect, weather_spread = effect_and_spread(y, weather, log)
    values = np.log(y.to_numpy()) if log else y.to_numpy(dtype=float)
    calm = values - values_at(effect, months, 0.0)
    ahead = np.arange(1, furthest + 1)
    prior = _MEAN_TO_SD * np.abs(calm[SP:] - calm[:-SP]).mean() * np.sqrt((ahead - 1) // SP + 1)

    at, calendar = known.horizon - 1, known.month % SP
    e = forecast_errors(known.actual, known.mean, log)
    age = (months[-1] - known.month) / SP
    weight = 0.5 ** (age / HALF_LIFE)
    left = _MEAN_TO_SD * np.abs(e - values_at(effect, known.month, 0.0))

    count = _pooled(np.bincount(at, weight, furthest))
    near = at < MONTHS_SCORED
    season = np.ones(SP)
    for _ in range(2):  # scale and season explain each other; a second look changes little
        scale = _scale(left / season[calendar], at, weight, count, prior)
        season = _season((left / scale[at])[near], calendar[near], weight[near])
    scale = _scale(left / season[calendar], at, weight, count, prior)

    z = np.abs(e) / np.hypot(scale[at] * season[calendar], weather_spread[calendar])
    return Calibration(
        scale=tuple(map(float, scale[:horizon])),
        quantiles=tuple(map(float, _shape(z[near], weight[near]) * np.exp(_adaptation(known)))),
        log=log,
        errors=len(e),
        season=tuple(map(float, season)),
        weather=tuple(map(float, weather_spread)),
    )


def _scale(size: Array, at: Any, weight: Array, count: Array, prior: Array) -> Array:
    total = _pooled(np.bincount(at, weight * size, len(count)))
    return np.maximum((PRIOR_ERRORS * prior + total) / (PRIOR_ERRORS + count), _TINY)


def _pooled(by_horizon: npt.NDArray[Any]) -> Array:
    """Each horizon's sum with those of its neighbours."""
    window = np.ones(2 * NEIGHBOURS + 1)
    return np.convolve(np.pad(by_horizon, NEIGHBOURS), window, mode="valid")


def _season(size: Array, calendar: Any, weight: Array) -> Array:
    """Size of the errors by calendar month, one on average; each with the months beside it."""
    total, count = np.bincount(calendar, weight * size, SP), np.bincount(calendar, weight, SP)
    total, count = (v + np.roll(v, 1) + np.roll(v, -1) for v in (total, count))
    factor = (PRIOR_SEASON + total) / (PRIOR_SEASON + count)
    return np.asarray(factor / factor.mean())


def _shape(z: Array, weight: Array) -> Array:
    """Standardised quantiles at LEVELS: those of the sizes, on either side of zero."""
    normal = [NormalDist().inv_cdf(0.5 + (i + 0.5) / (2 * PRIOR_SHAPE)) for i in range(PRIOR_SHAPE)]
    sizes, counts = np.concatenate([z, normal]), np.concatenate([weight, np.ones(PRIOR_SHAPE)])
    order = np.argsort(sizes)
    sizes, counts = sizes[order], counts[order]
    share = (np.cumsum(counts) - counts / 2) / counts.sum()
    sides = 2 * np.array(LEVELS) - 1  # 0.9 is the upper end of the central 80%
    return np.asarray(np.sign(sides) * np.interp(np.abs(sides), share, sizes) * (sides != 0))


def _adaptation(known: FoldArrays) -> float:
    """By how much, on the log scale, the 80% intervals published so far were too narrow."""
    low, high = known.low, known.high
    judged = known.scored & ~np.isnan(low)
    missed = judged & ((known.actual < low) | (known.actual > high))
    nominal = 1 - (LEVELS[-2] - LEVELS[1])
    return float(np.clip(STEP * (missed.sum() - nominal * judged.sum()), -BOUND, BOUND))


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
        months: The months themselves, n of them.
        calibration: What `calibrate` found.
        weather_known: Where the forecast was made with the weather of the month: it adds no spread.
    """
    scale, calendar = np.asarray(calibration.scale), months.month.to_numpy() - 1
    inside = np.minimum(horizon, len(scale))
    own = scale[inside - 1] * np.sqrt(horizon / inside) * np.asarray(calibration.season)[calendar]
    weather = np.where(weather_known, 0.0, np.asarray(calibration.weather)[calendar])
    offset = np.hypot(own, weather)[:, None] * np.asarray(calibration.quantiles)[None, :]
    centre = mean[:, None]
    return np.asarray(centre * np.exp(offset) if calibration.log else centre + offset)


def folds_before(folds: pd.DataFrame, cutoff: pd.Period) -> pd.DataFrame:
    """The rolling folds' rows whose outcome was known at `cutoff`, each month counted once."""
    rolling = folds["protocol"].isin(ROLLING)
    return folds[rolling & (folds["cutoff"] < cutoff) & (folds["month"] <= cutoff)]


def add_quantiles(
    folds: pd.DataFrame,
    y: pd.Series,
    log: bool,
    weather: pd.DataFrame | None = None,
    known_then: RealTimeData | None = None,
) -> pd.DataFrame:
    """Give each fold the intervals it would have been published with at its cutoff.

    Args:
        folds: Fold frame of one forecaster, without quantiles.
        y: The whole series; at each cutoff only what lies before it is looked at.
        log: Whether errors are log ratios.
        weather: Columns `temperature` and `degree_days`; of it, too, only what lies before.
        known_then: Series and weather by cutoff to look at instead: earlier errors then count
            against the figures as they had been published.
    """
    rows, found = FoldArrays.of(folds), np.full((len(folds), len(LEVELS)), np.nan)
    months = pd.PeriodIndex(folds["month"], freq="M")
    nowcast = folds["protocol"].astype(str).str.startswith("nowcast").to_numpy()
    rows = replace(rows, low=found[:, 1], high=found[:, -2])  # as they are found
    for ordinal in np.unique(rows.cutoff):  # earlier folds' intervals are looked back on
        cutoff, at = pd.Period(ordinal=ordinal, freq="M"), rows.cutoff == ordinal
        then, weather_then = (known_then or {}).get(cutoff, (y, weather))
        past = rows.where(rows.made_before(ordinal))
        past = replace(past, actual=values_at(then, past.month, np.nan))
        seen = None if weather_then is None else weather_then.loc[:cutoff]
        horizon = rows.horizon[at]
        found[at] = quantiles(
            rows.mean[at],
            horizon,
            months[at],
            _calibrate(then.loc[:cutoff], past, int(horizon.max()), log, seen),
            nowcast[at],
        )
    named = dict(zip(quantile_columns(), found.T, strict=True))
    whole: pd.DataFrame = folds.assign(**named).reset_index(drop=True)
    return whole
