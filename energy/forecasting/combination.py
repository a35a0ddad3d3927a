"""Combinations: several forecasters as one, weighted by their past errors.

At a cutoff only errors on months up to it count, as for intervals, so a combination's backtest is
what its rule would have forecast at the time. With too few errors all members count the same.

Sources: Bates and Granger (1969), doi:10.1057/jors.1969.103 (inverse error); Breiman (1996),
doi:10.1007/BF00117832 (stacking with non-negative weights).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.forecasting.folds import MONTHS_SCORED, FoldArrays, quantile_columns, values_at
from energy.forecasting.intervals import RealTimeData

Array = npt.NDArray[np.float64]
FEWEST_ERRORS = 60
"""Errors that weights need; with fewer all members count the same."""


def inverse_error(actual: Array, means: Array) -> Array:
    """Weights inverse to each member's mean squared error: shape (k,), summing to one.

    Args:
        actual: Shape (n,).
        means: Forecasts of the k members, shape (n, k).

    >>> inverse_error(np.zeros(2), np.array([[1.0, 2.0], [1.0, 2.0]]))
    array([0.8, 0.2])
    """
    squares = np.maximum(((actual[:, None] - means) ** 2).mean(axis=0), 1e-12)
    return np.asarray((1 / squares) / (1 / squares).sum())


def stacking(actual: Array, means: Array) -> Array:
    """Non-negative weights with the smallest squared error: shape (k,), summing to one.

    >>> stacking(np.array([1.0, 3.0]), np.array([[0.0, 2.0], [2.0, 4.0]])).round(3)
    array([0.5, 0.5])
    """
    from scipy.optimize import nnls

    # nnls has no constraint on the sum, so a heavy extra row enforces it.
    heavy = 1e3 * float(np.abs(actual).max() + 1)
    rows = np.vstack([means, np.full(means.shape[1], heavy)])
    weights = nnls(rows, np.append(actual, heavy))[0]
    return np.asarray(weights / weights.sum())


RULES: Mapping[str, Callable[[Array, Array], Array] | None] = {
    "median": None,
    "inverse_error": inverse_error,
    "stacking": stacking,
}
"""How members are combined: their median (None), or a mean with the weights of a function."""


def combination_weights(
    rule: str, members: Sequence[pd.DataFrame], cutoff: pd.Period
) -> list[float] | None:
    """The weight of each member at a cutoff; None for the median.

    Args:
        rule: One of RULES.
        members: Their fold frames, with the same rows in the same order.
        cutoff: Errors on later months are ignored.
    """
    if RULES[rule] is None:
        return None
    return _weights(rule, FoldArrays.from_frame(members[0]), _means(members), cutoff, None)


def combine_forecasts(
    rule: str, members: Sequence[pd.DataFrame], real_time_data: RealTimeData | None = None
) -> pd.DataFrame:
    """The fold frame of a combination, without quantiles.

    Args:
        rule: One of RULES.
        members: Their fold frames, with the same rows in the same order.
        real_time_data: Figures as first published; errors at such a cutoff count against them.
    """
    folds = members[0].drop(columns=quantile_columns(), errors="ignore")
    means = _means(members)
    mean = np.median(means, axis=1)
    if RULES[rule] is not None:
        arrays = FoldArrays.from_frame(folds)
        for ordinal in np.unique(arrays.cutoff):
            cutoff, rows = pd.Period(ordinal=ordinal, freq="M"), arrays.cutoff == ordinal
            y = (real_time_data or {}).get(cutoff, (None,))[0]
            mean[rows] = means[rows] @ np.asarray(_weights(rule, arrays, means, cutoff, y))
    return folds.assign(mean=mean)


def _means(members: Sequence[pd.DataFrame]) -> Array:
    """Point forecasts of every member: shape (n, k)."""
    return np.column_stack([folds["mean"].to_numpy() for folds in members])


def _weights(
    rule: str, folds: FoldArrays, means: Array, cutoff: pd.Period, y: pd.Series | None
) -> list[float]:
    """Weights at a cutoff; `y` replaces the folds' actuals where given."""
    past = folds.resolved(cutoff.ordinal) & (folds.horizon <= MONTHS_SCORED)
    weigh = RULES[rule]
    if weigh is None or past.sum() < FEWEST_ERRORS:
        return [1 / means.shape[1]] * means.shape[1]
    actual = folds.actual[past] if y is None else values_at(y, folds.month[past], np.nan)
    return [float(weight) for weight in weigh(actual, means[past])]
