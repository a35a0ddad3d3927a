"""Holt-Winters, damped or not, for many series and all their folds in one pass over time.

Level, trend and season, each corrected by a share of the last error: the additive model in its
error-correction form (Hyndman et al. 2008, ISBN 978-3-540-71916-8, ETS(A,A,A) and ETS(A,Ad,A)).
For given shares the one-step errors are linear in the states that it starts from, so that the best
start is a least-squares solution, and a fold's is the sum over its months. One pass with a grid of
shares therefore fits every fold of a series; an optimiser would begin anew at each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from energy.forecasting.horizon import SP

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]
STATES = 2 + SP
"""Level, trend, and a season for each month of the year."""
_LEVEL = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95)
_TREND = (0.0, 0.01, 0.05, 0.15, 0.4)
"""As a share of the level's, which keeps the model stable; so does the season's, of the rest."""
_SEASON = (0.0, 0.03, 0.1, 0.25, 0.5, 0.9)
_DAMPING = (0.8, 0.9, 0.98)
_NONE = (1.0,)


@dataclass(frozen=True, slots=True)
class Shares:
    """Sets of shares to try, c of each: arrays of shape (c,)."""

    level: Array
    trend: Array
    season: Array
    damping: Array

    @classmethod
    def grid(cls, damped: bool) -> Shares:
        """Every combination of a few values of each."""
        rows = [
            (level, level * trend, (1 - level) * season, damping)
            for level, trend, season, damping in product(
                _LEVEL, _TREND, _SEASON, _DAMPING if damped else _NONE
            )
        ]
        return cls(*np.array(rows).T)


def exponential_smoothing(values: Array, ends: Ends, horizon: int) -> Array:
    """Holt-Winters: level, trend and season; see `energy.forecasting.panel.simple` for shapes."""
    return _smoothing(values, ends, horizon, Shares.grid(damped=False))


def ets(values: Array, ends: Ends, horizon: int) -> Array:
    """The same with a damped trend."""
    return _smoothing(values, ends, horizon, Shares.grid(damped=True))


def _smoothing(values: Array, ends: Ends, horizon: int, shares: Shares) -> Array:
    n, c = values.shape[1], len(shares.level)
    last = ends.max(axis=1)
    order = np.argsort(-last, kind="stable")
    values, ends, last = values[:, order], ends[order], last[order]
    data, start = _States.zeros((n, c)), _States.zeros((STATES, c))
    # What each of the states that it starts from is worth to each of those that it has now.
    start.level[0], start.trend[1], start.season[np.arange(SP), np.arange(2, STATES)] = 1, 1, 1
    squares, cross = np.zeros((n, c)), np.zeros((n, STATES, c))
    # A constant may move from the level into every season: of all such starts, the shortest.
    free = np.r_[1.0, 0.0, -np.ones(SP)]
    gram = np.repeat(np.outer(free, free)[:, :, None], c, axis=2)
    out = np.full((*ends.shape, horizon), np.nan)
    for month in range(int(last[0])):
        k = int(np.searchsorted(-last, -month))  # series that go on beyond this month
        worth = start.expected(month, shares, STATES)
        error = values[month, :k, None] - data.expected(month, shares, k)
        squares[:k] += error**2
        cross[:k] += error[:, None, :] * worth
        gram += worth[:, None, :] * worth[None, :, :]
        data.correct(month, shares, error)
        start.correct(month, shares, -worth)
        rows, folds = np.nonzero(ends[:k] == month + 1)
        if len(rows):
            first = np.linalg.solve(gram.transpose(2, 0, 1), cross[rows].transpose(2, 1, 0))
            best = np.argmin(squares[rows] - np.einsum("rsc,csr->rc", cross[rows], first), axis=1)
            begun = first[best, :, np.arange(len(rows))]
            ended = data.at(rows, best).plus(start, best, begun)
            out[rows, folds] = ended.ahead(month + 1, horizon, shares.damping[best])
    back = np.empty_like(order)
    back[order] = np.arange(n)
    return out[back]


@dataclass(slots=True)
class _States:
    """Level, trend and season as arrays whose axes are the caller's; the season's twelve first.

    `shares` of every method broadcast against them.
    """

    level: Array
    trend: Array
    season: Array

    @classmethod
    def zeros(cls, shape: tuple[int, ...]) -> _States:
        return cls(np.zeros(shape), np.zeros(shape), np.zeros((SP, *shape)))

    def expected(self, month: int, shares: Shares, k: int) -> Array:
        """One month ahead, of the first k."""
        return np.asarray(
            self.level[:k] + shares.damping * self.trend[:k] + self.season[month % SP, :k]
        )

    def correct(self, month: int, shares: Shares, error: Array) -> None:
        """Take in a month, by the error that was made on it."""
        k = len(error)
        self.trend[:k] *= shares.damping
        self.level[:k] += self.trend[:k] + shares.level * error
        self.trend[:k] += shares.trend * error
        self.season[month % SP, :k] += shares.season * error

    def at(self, rows: npt.NDArray[np.int64], best: npt.NDArray[np.int64]) -> _States:
        """Those of some rows, each at its own set of shares."""
        return _States(self.level[rows, best], self.trend[rows, best], self.season[:, rows, best])

    def plus(self, start: _States, best: npt.NDArray[np.int64], begun: Array) -> _States:
        """These, had they started from `begun` (rows, STATES) and not from nothing."""
        return _States(
            self.level + (start.level[:, best].T * begun).sum(axis=1),
            self.trend + (start.trend[:, best].T * begun).sum(axis=1),
            self.season + (start.season[:, :, best].transpose(0, 2, 1) * begun).sum(axis=2),
        )

    def ahead(self, month: int, horizon: int, damping: Array) -> Array:
        """Forecasts from `month` on: (rows, horizon)."""
        steps = np.arange(1, horizon + 1)
        grown = np.cumsum(damping[:, None] ** steps, axis=1)
        season = self.season[(month + steps - 1) % SP].T
        return np.asarray(self.level[:, None] + grown * self.trend[:, None] + season)
