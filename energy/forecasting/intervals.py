"""Intervals that rest on errors made before: how wrong were past forecasts, so many months ahead?

One rule everywhere, in the backtest as in the release: at a cutoff, only errors on months up to
that cutoff count. The spread of the error at each horizon is pooled over neighbouring horizons and
drawn towards a prior that needs no fold, the spread of the seasonal naive's error; the shape comes
from all standardised errors together, drawn towards the normal. (Residual quantiles by horizon;
seasonal naive's spread: Hyndman and Athanasopoulos, Forecasting, 3rd ed., section 5.5.)
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS, Calibration
from energy.forecasting.horizon import SP
from energy.forecasting.scores import quantile_columns

Array = npt.NDArray[np.float64]
KnownThen = dict[pd.Period, tuple[pd.Series, pd.DataFrame]]
"""Series and weather as they were published when a cutoff was the last month, by cutoff."""
PRIOR_ERRORS = 2
"""How many errors at each horizon the prior spread counts for."""
PRIOR_SHAPE = 24
"""How many errors the normal shape counts for."""
_TINY = 1e-9
NEIGHBOURS = 2
"""Horizons on either side whose errors are pooled with a horizon's own."""


def errors(actual: Array, mean: Array, log: bool) -> Array:
    """Forecast errors: log ratios where the series is positive, differences otherwise."""
    return np.log(actual / mean) if log else actual - mean


def calibrate(y: pd.Series, known: pd.DataFrame, horizon: int, log: bool) -> Calibration:
    """Work out how wide intervals must be from the errors known at the end of `y`.

    Args:
        y: The series up to the cutoff, at least 13 months.
        known: Rows of a fold frame whose months lie in `y`; may be empty.
        horizon: Furthest month ahead to answer for.
        log: Whether errors are log ratios.
    """
    values = np.log(y.to_numpy()) if log else y.to_numpy(dtype=float)
    naive = values[SP:] - values[:-SP]
    ahead = np.arange(1, horizon + 1)
    prior = np.sqrt(np.mean(naive**2) * ((ahead - 1) // SP + 1))
    e = errors(known["actual"].to_numpy(), known["mean"].to_numpy(), log)
    e, h = e[known["horizon"] <= horizon], known["horizon"].to_numpy()
    h = h[h <= horizon]
    squares = _pooled(np.bincount(h, weights=e**2, minlength=horizon + 1)[1:].astype(float))
    counts = _pooled(np.bincount(h, minlength=horizon + 1)[1:].astype(float))
    scale = np.sqrt((PRIOR_ERRORS * prior**2 + squares) / (PRIOR_ERRORS + counts))
    scale = np.maximum(scale, _TINY)  # a series that repeats itself exactly has no spread at all
    normal = [NormalDist().inv_cdf((i + 0.5) / PRIOR_SHAPE) for i in range(PRIOR_SHAPE)]
    shape = np.quantile(np.concatenate([e / scale[h - 1], normal]), LEVELS, method="hazen")
    return Calibration(
        scale=tuple(map(float, scale)),
        quantiles=tuple(map(float, shape)),
        log=log,
        errors=len(e),
    )


def _pooled(by_horizon: Array) -> Array:
    """Each horizon's sum with those of its neighbours."""
    window = np.ones(2 * NEIGHBOURS + 1)
    return np.convolve(np.pad(by_horizon, NEIGHBOURS), window, mode="valid")


def quantiles(mean: Array, horizon: npt.NDArray[Any], calibration: Calibration) -> Array:
    """Quantiles at LEVELS around `mean`: shape (n, levels), never crossing.

    Args:
        mean: Forecasts, shape (n,).
        horizon: Months ahead of each, shape (n,); beyond the calibrated ones the spread grows with
            the square root of the horizon.
        calibration: What `calibrate` found.
    """
    scale = np.asarray(calibration.scale)
    inside = np.minimum(horizon, len(scale))
    width = scale[inside - 1] * np.sqrt(horizon / inside)
    offset = width[:, None] * np.asarray(calibration.quantiles)[None, :]
    centre = mean[:, None]
    return np.asarray(centre * np.exp(offset) if calibration.log else centre + offset)


def made_before(folds: pd.DataFrame, cutoff: pd.Period) -> pd.DataFrame:
    """The rolling folds' rows whose outcome was known at `cutoff`, each month counted once."""
    rolling = folds["protocol"] != "single_origin"
    return folds[rolling & (folds["cutoff"] < cutoff) & (folds["month"] <= cutoff)]


def add_quantiles(
    folds: pd.DataFrame, y: pd.Series, log: bool, known_then: KnownThen | None = None
) -> pd.DataFrame:
    """Give each fold the intervals it would have been published with at its cutoff.

    Args:
        folds: Fold frame of one forecaster, without quantiles.
        y: The whole series; at each cutoff only what lies before it is looked at.
        log: Whether errors are log ratios.
        known_then: Series by cutoff to look at instead: earlier errors then count against the
            figures as they had been published.
    """
    parts = []
    for cutoff in folds["cutoff"].unique():
        rows, past = folds[folds["cutoff"] == cutoff], made_before(folds, cutoff)
        then = (known_then or {}).get(cutoff, (y,))[0]
        past = past.assign(actual=then.reindex(past["month"]).to_numpy())
        calibration = calibrate(then.loc[:cutoff], past, int(rows["horizon"].max()), log)
        q = quantiles(rows["mean"].to_numpy(), rows["horizon"].to_numpy(), calibration)
        parts.append(rows.assign(**dict(zip(quantile_columns(), q.T, strict=True))))
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole
