"""Several forecasters as one: how much each of them counts, by what they got wrong before.

At a cutoff only errors on months up to it count, as for intervals, so that a combination's
backtest is what its rule would have said then. With too few errors all count the same.

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
FEWEST = 60
"""Errors that weights can rest on; with fewer all members count the same."""


def inverse_error(actual: Array, means: Array) -> Array:
    """Weights that fall with a member's mean squared error: (k,), summing to one.

    >>> inverse_error(np.zeros(2), np.array([[1.0, 2.0], [1.0, 2.0]]))
    array([0.8, 0.2])
    """
    squares = np.maximum(((actual[:, None] - means) ** 2).mean(axis=0), 1e-12)
    return np.asarray((1 / squares) / (1 / squares).sum())


def stacking(actual: Array, means: Array) -> Array:
    """Non-negative weights, summing to one, that would have fitted best: (k,).

    >>> stacking(np.array([1.0, 3.0]), np.array([[0.0, 2.0], [2.0, 4.0]])).round(3)
    array([0.5, 0.5])
    """
    from scipy.optimize import nnls

    # A row that all but forces the sum to one, as nnls itself knows no such constraint.
    heavy = 1e3 * float(np.abs(actual).max() + 1)
    rows = np.vstack([means, np.full(means.shape[1], heavy)])
    found = nnls(rows, np.append(actual, heavy))[0]
    return np.asarray(found / found.sum())


RULES: Mapping[str, Callable[[Array, Array], Array] | None] = {
    "median": None,
    "inverse_error": inverse_error,
    "stacking": stacking,
}
"""How members are put together: their median, or a mean with such weights."""


def combination_weights(
    rule: str,
    members: Sequence[pd.DataFrame],
    cutoff: pd.Period,
    then: pd.Series | None = None,
) -> list[float] | None:
    """What each member counts for at a cutoff; None for the median.

    Args:
        rule: One of RULES.
        members: Their fold frames; all the same rows, in the same order.
        cutoff: Nothing later is looked at.
        then: The series as it was published at the cutoff, where that is not the frames' actuals.
    """
    if RULES[rule] is None:
        return None
    return _weights(rule, FoldArrays.of(members[0]), _means(members), cutoff, then)


def _weights(
    rule: str, rows: FoldArrays, means: Array, cutoff: pd.Period, then: pd.Series | None
) -> list[float]:
    past = rows.made_before(cutoff.ordinal) & (rows.horizon <= MONTHS_SCORED)
    weigh = RULES[rule]
    if weigh is None or past.sum() < FEWEST:
        return [1 / means.shape[1]] * means.shape[1]
    actual = rows.actual[past]
    if then is not None:
        actual = values_at(then, rows.month[past], np.nan)
    return [float(weight) for weight in weigh(actual, means[past])]


def combine_forecasts(
    rule: str, members: Sequence[pd.DataFrame], known_then: RealTimeData | None = None
) -> pd.DataFrame:
    """The fold frame of a combination, without quantiles.

    Args:
        rule: One of RULES.
        members: Their fold frames; all the same rows, in the same order.
        known_then: Series and weather by cutoff, as they were published then; see `backtest.run`.
    """
    first = members[0].drop(columns=quantile_columns(), errors="ignore")
    means = _means(members)
    mean = np.median(means, axis=1)
    if RULES[rule] is not None:
        rows = FoldArrays.of(first)
        for ordinal in np.unique(rows.cutoff):
            cutoff, at = pd.Period(ordinal=ordinal, freq="M"), rows.cutoff == ordinal
            then = (known_then or {}).get(cutoff, (None,))[0]
            mean[at] = means[at] @ np.asarray(_weights(rule, rows, means, cutoff, then))
    return first.assign(mean=mean)


def _means(members: Sequence[pd.DataFrame]) -> Array:
    return np.column_stack([frame["mean"].to_numpy() for frame in members])
