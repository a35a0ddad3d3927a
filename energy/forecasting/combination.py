"""Combinations: the mean of several forecasters, weighted by the inverse of their squared errors.

At a cutoff only errors on months up to it count, as for intervals, so a combination's backtest is
what would have been published at the time. Recent errors weigh more, and no member is dropped for
its errors. With too few errors all members count the same.

Source: Bates and Granger (1969), doi:10.1057/jors.1969.103.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.forecasting.folds import MONTHS_SCORED, SP, FoldArrays, quantile_columns, values_at
from energy.forecasting.intervals import RealTimeData, forecast_errors

Array = npt.NDArray[np.float64]
HALF_LIFE = 2.0
"""Years after which an error counts for half."""
FEWEST_ERRORS = 24
"""Errors that weights need; with fewer all members count the same."""
FEWEST_MEMBERS = 2


def inverse_error(errors: Array, age: Array) -> Array:
    """Weights inverse to each member's mean squared error: shape (k,), summing to one.

    Args:
        errors: Of the k members, shape (n, k).
        age: Years since each, shape (n,).

    >>> inverse_error(np.array([[1.0, 2.0], [1.0, 2.0]]), np.zeros(2))
    array([0.8, 0.2])
    """
    weight = 0.5 ** (age / HALF_LIFE)
    squares = weight @ errors**2
    if not squares.max() > 0:
        return np.full(errors.shape[1], 1 / errors.shape[1])
    inverse = 1 / np.maximum(squares / squares.max(), 1e-12)
    return np.asarray(inverse / inverse.sum())


def weights_at(
    cutoff: int, folds: FoldArrays, means: Array, log: bool, y: pd.Series | None = None
) -> Array:
    """The weight of each of k members at a cutoff: shape (k,).

    Args:
        cutoff: Ordinal of the month; errors on later months are ignored.
        folds: Rows of the members' fold frames.
        means: The members' forecasts of those rows, shape (n, k).
        log: Whether errors are log ratios.
        y: Figures as first published, which replace the folds' actuals.
    """
    past = folds.resolved(cutoff) & (folds.horizon <= MONTHS_SCORED)
    if past.sum() < FEWEST_ERRORS:
        return np.full(means.shape[1], 1 / means.shape[1])
    month = folds.month[past]
    actual = folds.actual[past] if y is None else values_at(y, month, np.nan)
    return inverse_error(forecast_errors(actual[:, None], means[past], log), (cutoff - month) / SP)


def combine_forecasts(
    members: Mapping[str, pd.DataFrame], log: bool, real_time_data: RealTimeData | None = None
) -> pd.DataFrame:
    """The fold frame of a combination, without quantiles.

    Args:
        members: Fold frame by name, with the same rows in the same order.
        log: Whether errors are log ratios.
        real_time_data: Figures as first published; errors at such a cutoff count against them.
    """
    frame = next(iter(members.values())).drop(columns=quantile_columns(), errors="ignore")
    folds, means = FoldArrays.from_frame(frame), _means(members)
    mean = np.empty(len(frame))
    for ordinal in np.unique(folds.cutoff):
        rows = folds.cutoff == ordinal
        y = (real_time_data or {}).get(pd.Period(ordinal=ordinal, freq="M"), (None,))[0]
        mean[rows] = means[rows] @ weights_at(ordinal, folds, means, log, y)
    return frame.assign(mean=mean)


def member_weights(
    members: Mapping[str, pd.DataFrame], cutoff: pd.Period, log: bool
) -> dict[str, float]:
    """The weight of each member at a cutoff, by name."""
    folds = FoldArrays.from_frame(next(iter(members.values())))
    weights = weights_at(cutoff.ordinal, folds, _means(members), log)
    return dict(zip(members, map(float, weights), strict=True))


def _means(members: Mapping[str, pd.DataFrame]) -> Array:
    """Point forecasts of every member: shape (n, k)."""
    return np.column_stack([frame["mean"].to_numpy(dtype=float) for frame in members.values()])
