"""The naive forecasters and Theta, for many series and all their folds at once.

Every function takes and returns the same:

    values    (t, n): n series side by side, each from its own first month on; anything after its
              last. Logs where the series is positive.
    ends      (n, f): how many months each fold of each series sees; 0 where it has no such fold
    horizon   months to forecast
    returns   (n, f, horizon): forecasts on the scale of `values`; NaN where there is no fold

and says what the forecaster of the same name on the bench (`energy.forecasting.bench`) says, up to
where an optimiser stops. Tests hold the two together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from energy.forecasting.horizon import SP

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]
_COARSE = np.linspace(0.005, 0.995, 34)
_FINE = np.linspace(-1, 1, 13) * (_COARSE[1] - _COARSE[0])


def seasonal_naive(values: Array, ends: Ends, horizon: int) -> Array:
    """The same month of the year before."""
    back = SP - np.arange(horizon) % SP
    return _at(values, ends[:, :, None] - back)


def naive(values: Array, ends: Ends, horizon: int) -> Array:
    """The last month, for ever."""
    return np.repeat(_at(values, ends[:, :, None] - 1), horizon, axis=2)


def drift(values: Array, ends: Ends, horizon: int) -> Array:
    """A straight line from the first month through the last."""
    last, first = _at(values, ends - 1), values[0][:, None]
    slope = (last - first) / np.maximum(ends - 1, 1)
    return np.asarray(last[:, :, None] + slope[:, :, None] * np.arange(1, horizon + 1))


def theta(values: Array, ends: Ends, horizon: int) -> Array:
    """Seasonal adjustment, then exponential smoothing with half the trend.

    Assimakopoulos and Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2, as Hyndman and
    Billah (2003), doi:10.1016/S0169-2070(01)00143-1, wrote it. The smoothing's first level is the
    one that fits best; its parameter is looked for on a grid, and on a finer one around the best.
    """
    seasons = _seasons(values, ends)
    series, fold = np.nonzero(ends)
    order = np.argsort(-ends[series, fold], kind="stable")
    series, fold = series[order], fold[order]
    seen = ends[series, fold]
    phase = np.arange(len(values)) % SP
    adjusted = values[:, series] - seasons[series, fold][:, phase].T

    alpha, level = _smoothed(adjusted, seen, np.broadcast_to(_COARSE, (len(seen), len(_COARSE))))
    around = np.clip(alpha[:, None] + _FINE, 1e-4, 1 - 1e-4)
    alpha, level = _smoothed(adjusted, seen, around)

    ahead = np.arange(1, horizon + 1)
    half = _slope(adjusted, seen)[:, None] / 2
    growth = ahead + ((1 - (1 - alpha) ** seen) / alpha)[:, None]
    season = seasons[series, fold][np.arange(len(seen))[:, None], (seen[:, None] + ahead - 1) % SP]
    out = np.full((*ends.shape, horizon), np.nan)
    out[series, fold] = level[:, None] + half * growth + season
    return out


def _at(values: Array, places: npt.NDArray[Any]) -> Array:
    """Values of each series at places along time; NaN before the first."""
    series = np.arange(values.shape[1]).reshape(-1, *(1,) * (places.ndim - 1))
    return np.where(places >= 0, values[np.maximum(places, 0), series], np.nan)


def _seasons(values: Array, ends: Ends) -> Array:
    """Additive season of each fold, from the month the series begins with: (n, f, 12).

    Each month's mean distance from the moving average of the year around it (classical
    decomposition), of which every fold sees as much as its months allow.
    """
    t, n = values.shape
    half = SP // 2
    weights = np.r_[0.5, np.ones(SP - 1), 0.5] / SP
    windows = np.lib.stride_tricks.sliding_window_view(values, SP + 1, axis=0)
    off = values[half : t - half] - windows @ weights
    sums, counts = np.zeros((t + 1, n, SP)), np.zeros((t + 1, SP))
    for month in range(half, t - half):
        end = month + half + 1  # from that many months on, a fold sees the whole year around it
        sums[end], counts[end] = sums[end - 1], counts[end - 1]
        sums[end, :, month % SP] += off[month - half]
        counts[end, month % SP] += 1
    series = np.arange(n)[:, None]
    season = sums[ends, series] / np.maximum(counts[ends], 1)
    return np.asarray(season - season.mean(axis=2, keepdims=True))


def _smoothed(z: Array, seen: Ends, alphas: Array) -> tuple[Array, Array]:
    """The best of some smoothing parameters for each column, and the level it ends on.

    Args:
        z: (t, k): columns, those with most months first.
        seen: (k,): months of each.
        alphas: (k, c): parameters to try.

    Returns:
        The parameter with the smallest sum of squared one-step errors, and the last level: (k,).
        The first level, in which those errors are linear, is the least-squares one.
    """
    level, cross, squares = (np.zeros(alphas.shape) for _ in range(3))
    share, weight = np.ones(alphas.shape), np.zeros(alphas.shape)  # of the first level
    for month in range(int(seen[0])):
        k = int(np.searchsorted(-seen, -month))  # columns that go on beyond this month
        error = z[month, :k, None] - level[:k]
        squares[:k] += error**2
        cross[:k] += share[:k] * error
        weight[:k] += share[:k] ** 2
        level[:k] += alphas[:k] * error
        share[:k] *= 1 - alphas[:k]
    first = cross / weight
    best = np.argmin(squares - cross * first, axis=1)
    rows = np.arange(len(seen))
    return alphas[rows, best], (level + share * first)[rows, best]


def _slope(z: Array, seen: Ends) -> Array:
    """Slope of the least-squares line through each column: (k,)."""
    time = np.arange(len(z))[:, None]
    inside = time < seen
    off = np.where(inside, time - (seen - 1) / 2, 0.0)
    return np.asarray((off * np.where(inside, z, 0.0)).sum(axis=0) / (off**2).sum(axis=0))
