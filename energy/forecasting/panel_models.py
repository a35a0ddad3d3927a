"""Fast forecasters, fitted to arrays of many series and all their folds at once.

Each takes `values`, shape (t, n): n series from their first months on, padded to t months; `ends`,
shape (n, f): how many months each fold of each series sees, 0 for no fold; and `horizon`. Forecasts
have shape (n, f, horizon), NaN where there is no fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from energy.forecasting.folds import SP

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]
_COARSE = np.linspace(0.005, 0.995, 34)
_FINE = np.linspace(-1, 1, 13) * (_COARSE[1] - _COARSE[0])


def seasonal_naive(values: Array, ends: Ends, horizon: int) -> Array:
    """The same month of the year before."""
    back = SP - np.arange(horizon) % SP
    return _at(values, ends[:, :, None] - back)


def naive(values: Array, ends: Ends, horizon: int) -> Array:
    """The last month, repeated."""
    return np.repeat(_at(values, ends[:, :, None] - 1), horizon, axis=2)


def drift(values: Array, ends: Ends, horizon: int) -> Array:
    """A straight line from the first month through the last."""
    last, first = _at(values, ends - 1), values[0][:, None]
    slope = (last - first) / np.maximum(ends - 1, 1)
    return np.asarray(last[:, :, None] + slope[:, :, None] * np.arange(1, horizon + 1))


def theta(values: Array, ends: Ends, horizon: int) -> Array:
    """Seasonal adjustment, then exponential smoothing with half the trend.

    Assimakopoulos and Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2, in the form of
    Hyndman and Billah (2003), doi:10.1016/S0169-2070(01)00143-1. The first level is the
    least-squares one; the smoothing parameter is searched on a grid, then on a finer one.
    """
    seasons = _seasons(values, ends)
    series, fold = np.nonzero(ends)
    order = np.argsort(-ends[series, fold], kind="stable")
    series, fold = series[order], fold[order]
    lengths = ends[series, fold]
    phase = np.arange(len(values)) % SP
    adjusted = values[:, series] - seasons[series, fold][:, phase].T

    alpha, level = _best_alpha(
        adjusted, lengths, np.broadcast_to(_COARSE, (len(lengths), len(_COARSE)))
    )
    around = np.clip(alpha[:, None] + _FINE, 1e-4, 1 - 1e-4)
    alpha, level = _best_alpha(adjusted, lengths, around)

    ahead = np.arange(1, horizon + 1)
    half = _slope(adjusted, lengths)[:, None] / 2
    growth = ahead + ((1 - (1 - alpha) ** lengths) / alpha)[:, None]
    season = seasons[series, fold][
        np.arange(len(lengths))[:, None], (lengths[:, None] + ahead - 1) % SP
    ]
    out = np.full((*ends.shape, horizon), np.nan)
    out[series, fold] = level[:, None] + half * growth + season
    return out


def _at(values: Array, places: npt.NDArray[Any]) -> Array:
    """Values of each series at places in time; NaN before the first."""
    series = np.arange(values.shape[1]).reshape(-1, *(1,) * (places.ndim - 1))
    return np.where(places >= 0, values[np.maximum(places, 0), series], np.nan)


def _seasons(values: Array, ends: Ends) -> Array:
    """Additive season of each fold, from the first calendar month of the series on: (n, f, 12).

    Each month's mean distance from the moving average of the year around it (classical
    decomposition), from the months that the fold sees.
    """
    t, n = values.shape
    half = SP // 2
    weights = np.r_[0.5, np.ones(SP - 1), 0.5] / SP
    windows = np.lib.stride_tricks.sliding_window_view(values, SP + 1, axis=0)
    off = values[half : t - half] - windows @ weights
    sums, counts = np.zeros((t + 1, n, SP)), np.zeros((t + 1, SP))
    for month in range(half, t - half):
        end = month + half + 1  # folds of that length see the full year around the month
        sums[end], counts[end] = sums[end - 1], counts[end - 1]
        sums[end, :, month % SP] += off[month - half]
        counts[end, month % SP] += 1
    series = np.arange(n)[:, None]
    season = sums[ends, series] / np.maximum(counts[ends], 1)
    return np.asarray(season - season.mean(axis=2, keepdims=True))


def _best_alpha(z: Array, lengths: Ends, alphas: Array) -> tuple[Array, Array]:
    """The best of some smoothing parameters for each column, and its last level.

    Args:
        z: Shape (t, k): columns, the longest first.
        lengths: Shape (k,): months of each.
        alphas: Shape (k, c): parameters to try.

    Returns:
        The parameter with the smallest sum of squared one-step errors, and the last level: (k,).
        The first level, in which those errors are linear, is the least-squares one.
    """
    level, cross, squares = (np.zeros(alphas.shape) for _ in range(3))
    share, weight = np.ones(alphas.shape), np.zeros(alphas.shape)  # of the first level
    for month in range(int(lengths[0])):
        k = int(np.searchsorted(-lengths, -month))  # columns longer than this month
        error = z[month, :k, None] - level[:k]
        squares[:k] += error**2
        cross[:k] += share[:k] * error
        weight[:k] += share[:k] ** 2
        level[:k] += alphas[:k] * error
        share[:k] *= 1 - alphas[:k]
    first = cross / weight
    best = np.argmin(squares - cross * first, axis=1)
    rows = np.arange(len(lengths))
    return alphas[rows, best], (level + share * first)[rows, best]


def _slope(z: Array, lengths: Ends) -> Array:
    """Slope of the least-squares line through each column: (k,)."""
    time = np.arange(len(z))[:, None]
    inside = time < lengths
    off = np.where(inside, time - (lengths - 1) / 2, 0.0)
    return np.asarray((off * np.where(inside, z, 0.0)).sum(axis=0) / (off**2).sum(axis=0))


def optimised_theta(values: Array, ends: Ends, horizon: int) -> Array:
    """The dynamic optimised theta model: theta with a fitted weight of the line, which moves on.

    Fiorucci et al. (2016), doi:10.1016/j.ijforecast.2016.02.005. A season, multiplicative where a
    series is above zero, is removed where its autocorrelation at twelve months is significant.
    """
    last = ends.max(axis=1)
    positive = ((values > 0).sum(axis=0) == last) & (last > 0)
    safe = np.where(values > 0, values, 1.0)
    seasons = _seasons(np.where(positive, np.log(safe), values), ends)
    series, fold = np.nonzero(ends)
    order = np.argsort(-ends[series, fold], kind="stable")
    series, fold = series[order], fold[order]
    lengths = ends[series, fold]
    seasonal = [_is_seasonal(values[:end, one]) for one, end in zip(series, lengths, strict=True)]
    season = seasons[series, fold] * np.array(seasonal)[:, None]
    logs = positive[series]
    by_month = season[:, np.arange(len(values)) % SP].T
    z = np.where(logs, values[:, series] / np.exp(by_month), values[:, series] - by_month)

    alphas = np.broadcast_to(_COARSE, (len(lengths), len(_COARSE)))
    alphas = np.clip(_fit_line(z, lengths, alphas)[0][:, None] + _FINE, 1e-3, 1 - 1e-3)
    alpha, level, weight, line = _fit_line(z, lengths, alphas)
    means = np.empty((len(lengths), horizon))
    for ahead in range(horizon):  # forecasts take the place of figures
        means[:, ahead] = level + weight * line.ahead(alpha)
        level = (1 - alpha) * level + alpha * means[:, ahead]
        line.add(means[:, ahead])
    months = (lengths[:, None] + np.arange(horizon)) % SP
    by_month = np.take_along_axis(season, months, axis=1)
    out = np.full((*ends.shape, horizon), np.nan)
    with np.errstate(over="ignore"):
        factor = np.exp(np.where(logs[:, None], by_month, 0.0))
    out[series, fold] = np.where(logs[:, None], means * factor, means + by_month)
    return out


def _is_seasonal(y: Array) -> bool:
    """Whether the autocorrelation at twelve months is above its 90% limit."""
    off = y - y.mean()
    variance = (off**2).sum()
    if len(y) < 3 * SP or not variance > 0:
        return False
    lags = np.array([(off[lag:] * off[:-lag]).sum() / variance for lag in range(1, SP + 1)])
    limit = 1.645 * np.sqrt((1 + 2 * (lags[:-1] ** 2).sum()) / len(y))
    return bool(abs(lags[-1]) > limit)


@dataclass(slots=True)
class _Line:
    """The least-squares line through each of k growing columns, updated month by month."""

    months: Array
    mean: Array
    slope: Array

    def add(self, y: Array) -> None:
        """Take in the next month of the first columns."""
        k = len(y)
        self.months[:k] += 1
        t = self.months[:k]
        mean = ((t - 1) * self.mean[:k] + y) / t
        slope = ((t - 2) * self.slope[:k] + 6 * (y - self.mean[:k]) / t) / (t + 1)
        self.mean[:k], self.slope[:k] = mean, np.where(t > 1, slope, 0.0)

    def ahead(self, alpha: Array, k: int | None = None) -> Array:
        """What a unit of the line's weight adds to the next month, by smoothing parameter."""
        shape = (-1, *(1,) * (alpha.ndim - 1))
        t, mean, slope = (x[:k].reshape(shape) for x in (self.months, self.mean, self.slope))
        start = mean - slope * (t + 1) / 2
        rest = (1 - alpha) ** t
        return np.asarray(rest * start + (1 - rest * (1 - alpha)) / alpha * slope)


def _fit_line(z: Array, lengths: Ends, alphas: Array) -> tuple[Array, Array, Array, _Line]:
    """The best smoothing parameter of each column, its last level, the line's weight and the line.

    One-step errors are linear in the first level and in the weight, so both are least squares, with
    the weight between 0 and 1, for each of the parameters to try, shape (k, c).
    """
    level, ll, lw, ww, le, we, ee = (np.zeros(alphas.shape) for _ in range(7))
    share = np.ones(alphas.shape)  # of the first level
    line = _Line(*np.zeros((3, len(lengths))))
    for month in range(int(lengths[0])):
        k = int(np.searchsorted(-lengths, -month))  # columns longer than this month
        alpha, y = alphas[:k], z[month, :k]
        error = y[:, None] - level[:k]
        ll[:k] += share[:k] ** 2
        le[:k] += share[:k] * error
        ee[:k] += error**2
        if month:
            unit = line.ahead(alpha, k)
            lw[:k] += share[:k] * unit
            ww[:k] += unit**2
            we[:k] += unit * error
        level[:k] += alpha * error
        share[:k] *= 1 - alpha
        line.add(y)
    with np.errstate(all="ignore"):
        weight = (ll * we - lw * le) / (ll * ww - lw**2)
    weight = np.clip(np.where(np.isfinite(weight), weight, 0.5), 0, 1)
    first = (le - weight * lw) / ll
    squares = ee - 2 * (first * le + weight * we) + first**2 * ll + weight**2 * ww
    squares += 2 * first * weight * lw
    best, rows = np.argmin(squares, axis=1), np.arange(len(lengths))
    return alphas[rows, best], (level + share * first)[rows, best], weight[rows, best], line


STATES = 2 + SP
"""Level, trend, and a season for each month of the year."""
_LEVEL = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95)
_TREND = (0.0, 0.01, 0.05, 0.15, 0.4)
"""As a share of the level's, as the season's is of the rest, which keeps the model stable."""
_SEASON = (0.0, 0.03, 0.1, 0.25, 0.5, 0.9)
_DAMPING = (0.8, 0.9, 0.98)
_UNDAMPED = (1.0,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Smoothing parameters to try: c sets, arrays of shape (c,)."""

    level: Array
    trend: Array
    season: Array
    damping: Array

    @classmethod
    def grid(cls, damped: bool) -> Parameters:
        """Every combination of a few values of each parameter."""
        rows = [
            (level, level * trend, (1 - level) * season, damping)
            for level, trend, season, damping in product(
                _LEVEL, _TREND, _SEASON, _DAMPING if damped else _UNDAMPED
            )
        ]
        return cls(*np.array(rows).T)


def exponential_smoothing(values: Array, ends: Ends, horizon: int) -> Array:
    """Holt-Winters: level, trend and season, each smoothed."""
    return _fit_smoothing(values, ends, horizon, Parameters.grid(damped=False))


def ets(values: Array, ends: Ends, horizon: int) -> Array:
    """Exponential smoothing with a damped trend."""
    return _fit_smoothing(values, ends, horizon, Parameters.grid(damped=True))


def _fit_smoothing(values: Array, ends: Ends, horizon: int, parameters: Parameters) -> Array:
    n, c = values.shape[1], len(parameters.level)
    last = ends.max(axis=1)
    order = np.argsort(-last, kind="stable")
    values, ends, last = values[:, order], ends[order], last[order]
    data, start = _States.zeros((n, c)), _States.zeros((STATES, c))
    # States after each month, if the start were a unit in each of STATES.
    start.level[0], start.trend[1], start.season[np.arange(SP), np.arange(2, STATES)] = 1, 1, 1
    squares, cross = np.zeros((n, c)), np.zeros((n, STATES, c))
    # A constant can move from the level into every season; this selects the shortest such start.
    free = np.r_[1.0, 0.0, -np.ones(SP)]
    gram = np.repeat(np.outer(free, free)[:, :, None], c, axis=2)
    out = np.full((*ends.shape, horizon), np.nan)
    for month in range(int(last[0])):
        k = int(np.searchsorted(-last, -month))  # series longer than this month
        response = start.expected(month, parameters, STATES)
        error = values[month, :k, None] - data.expected(month, parameters, k)
        squares[:k] += error**2
        cross[:k] += error[:, None, :] * response
        gram += response[:, None, :] * response[None, :, :]
        data.correct(month, parameters, error)
        start.correct(month, parameters, -response)
        rows, folds = np.nonzero(ends[:k] == month + 1)
        if len(rows):
            first = np.linalg.solve(gram.transpose(2, 0, 1), cross[rows].transpose(2, 1, 0))
            best = np.argmin(squares[rows] - np.einsum("rsc,csr->rc", cross[rows], first), axis=1)
            initial = first[best, :, np.arange(len(rows))]
            final = data.at(rows, best).plus(start, best, initial)
            out[rows, folds] = final.ahead(month + 1, horizon, parameters.damping[best])
    back = np.empty_like(order)
    back[order] = np.arange(n)
    return out[back]


@dataclass(slots=True)
class _States:
    """Level, trend and season as arrays; the first axis of the season is its twelve months.

    Parameters broadcast against them.
    """

    level: Array
    trend: Array
    season: Array

    @classmethod
    def zeros(cls, shape: tuple[int, ...]) -> _States:
        return cls(np.zeros(shape), np.zeros(shape), np.zeros((SP, *shape)))

    def expected(self, month: int, parameters: Parameters, k: int) -> Array:
        """One-month-ahead forecasts of the first k."""
        return np.asarray(
            self.level[:k] + parameters.damping * self.trend[:k] + self.season[month % SP, :k]
        )

    def correct(self, month: int, parameters: Parameters, error: Array) -> None:
        """Update the states by the error on a month."""
        k = len(error)
        self.trend[:k] *= parameters.damping
        self.level[:k] += self.trend[:k] + parameters.level * error
        self.trend[:k] += parameters.trend * error
        self.season[month % SP, :k] += parameters.season * error

    def at(self, rows: npt.NDArray[np.int64], best: npt.NDArray[np.int64]) -> _States:
        """The states of some rows, each at its best set of parameters."""
        return _States(self.level[rows, best], self.trend[rows, best], self.season[:, rows, best])

    def plus(self, start: _States, best: npt.NDArray[np.int64], initial: Array) -> _States:
        """These states, started from `initial` (rows, STATES) instead of zeros."""
        return _States(
            self.level + (start.level[:, best].T * initial).sum(axis=1),
            self.trend + (start.trend[:, best].T * initial).sum(axis=1),
            self.season + (start.season[:, :, best].transpose(0, 2, 1) * initial).sum(axis=2),
        )

    def ahead(self, month: int, horizon: int, damping: Array) -> Array:
        """Forecasts from `month` on: (rows, horizon)."""
        steps = np.arange(1, horizon + 1)
        growth = np.cumsum(damping[:, None] ** steps, axis=1)
        season = self.season[(month + steps - 1) % SP].T
        return np.asarray(self.level[:, None] + growth * self.trend[:, None] + season)
