"""Reconciliation: forecasts of a total and its parts that add up.

Arrays hold the total first: base forecasts have shape (n, k + 1), past errors (m, k + 1).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.forecasting.folds import quantile_columns, resolved_folds
from energy.forecasting.intervals import RealTimeData

Array = npt.NDArray[np.float64]
FEWEST_ERRORS = 24
"""Errors of each series that a covariance needs; with fewer, relative errors count as equal."""
_TINY = 1e-6


def shrunk_covariance(errors: Array) -> Array:
    """Second moments of errors with correlations shrunk towards zero: shape (k, k).

    Errors are not centred, so a constant bias counts as error. Variances are not shrunk. The
    intensity is that of Schäfer and Strimmer (2005), doi:10.2202/1544-6115.1175; it assumes
    independent errors, so with overlapping horizons it shrinks slightly too little.

    Args:
        errors: Shape (m, k) with m > 1, one column per series.

    >>> shrunk_covariance(np.array([[1.0, 2.0], [-1.0, -2.0], [1.0, -2.0], [-1.0, 2.0]]))
    array([[1., 0.],
           [0., 4.]])
    """
    m = len(errors)
    spread = np.sqrt((errors**2).mean(axis=0))
    unit = np.divide(errors, spread, out=np.zeros(errors.shape), where=spread > 0)
    r = unit.T @ unit / m
    variance = ((unit**2).T @ unit**2 / m - r**2) / (m - 1)
    apart = ~np.eye(len(spread), dtype=bool)
    squares = (r[apart] ** 2).sum()
    intensity = min(1.0, variance[apart].sum() / squares) if squares > 0 else 1.0
    return np.asarray(np.outer(spread, spread) * np.where(apart, (1 - intensity) * r, 1.0))


def normalised_weights(weights: Array) -> Array:
    """Rows in proportion to `weights` that sum to one; equal where all weights are zero."""
    total = weights.sum(axis=1, keepdims=True)
    equal = np.full(weights.shape, 1 / weights.shape[1])
    return np.asarray(np.divide(weights, total, out=equal, where=total > 0))


def _minimum_trace(base: Array, errors: Array, c: Array) -> Array:
    """Shares of the gap by the covariance of errors, or by the square of each forecast.

    Squares of the forecasts are a diagonal covariance with equal relative variances. It replaces
    the measured one with fewer than FEWEST_ERRORS, and with errors that show no gap.
    """
    if len(errors) >= FEWEST_ERRORS:
        covariance = shrunk_covariance(errors)
        moved = covariance @ c
        if (gap_variance := c @ moved) > _TINY * np.trace(covariance):
            return np.asarray(np.broadcast_to(c * moved / gap_variance, base.shape))
    return normalised_weights(base**2)


def _mint(base: Array, errors: Array) -> Array:
    return _minimum_trace(base, errors, np.where(np.arange(base.shape[1]), -1.0, 1.0))


def _mint_given_total(base: Array, errors: Array) -> Array:
    parts = base[:, 1:]
    return _keep_total(_minimum_trace(parts, errors[:, 1:], np.ones(parts.shape[1])))


def _keep_total(shares: Array) -> Array:
    """Prepend a share of zero for the total to the shares of the parts, shape (n, k)."""
    return np.pad(shares, ((0, 0), (1, 0)))


@dataclass(frozen=True, slots=True)
class ReconciliationMethod:
    """A way to close the gap between a total and the sum of its parts.

    Attributes:
        name: Its name.
        summary: What it does, in a sentence.
        shares: From base forecasts and past errors to shares of the gap, (n, k + 1): how much of it
            the total gives up and each part takes on.
    """

    name: str
    summary: str
    shares: Callable[[Array, Array], Array]


_METHODS = (
    ReconciliationMethod(
        "none",
        "Every forecast is kept; they need not add up.",
        lambda base, _: np.zeros_like(base),
    ),
    ReconciliationMethod(
        "bottom_up",
        "The parts are kept, and the total is their sum.",
        lambda base, _: np.eye(1, base.shape[1]).repeat(len(base), axis=0),
    ),
    ReconciliationMethod(
        "top_down",
        "The total is kept; the gap is spread over the parts in proportion to their size.",
        lambda base, _: _keep_total(normalised_weights(np.abs(base[:, 1:]))),
    ),
    ReconciliationMethod(
        "mint", "Total and parts move by their past errors (minimum trace).", _mint
    ),
    ReconciliationMethod(
        "mint_given_total",
        "The total is kept; the parts move by their past errors (minimum trace).",
        _mint_given_total,
    ),
)
METHODS: dict[str, ReconciliationMethod] = {method.name: method for method in _METHODS}
FLOOR = 0.1
"""Share of its own forecast that a part which must stay above zero keeps."""
RECONCILED = ("backtest", "holdout")
"""Protocols that the champions of all series have; only their errors are used."""
KEYS = ["protocol", "cutoff", "month", "horizon"]
"""Columns that are the same in the fold frames of all series."""


def reconcile(
    method: str,
    total: Array,
    parts: Array,
    errors: Array,
    positive: npt.NDArray[np.bool_] | None = None,
) -> tuple[Array, Array]:
    """Make a total and its parts add up.

    The size of a part is |forecast|: `top_down` scales positive parts by a common factor, and a
    negative part takes its share of the gap like any other.

    Args:
        method: A name of METHODS.
        total: Forecasts of the total, shape (n,).
        parts: Forecasts of the parts, shape (n, k), in the same unit.
        errors: Past errors, actual less forecast, in that unit: shape (m, k + 1), total first.
            Only minimum trace uses them; m may be 0.
        positive: Shape (k,): parts that must stay above zero (see `lift_to_floor`). None by
            default.

    Returns:
        Total (n,) and parts (n, k), which add up for every method but `none`.
    """
    shares = METHODS[method].shares(np.column_stack([total, parts]), errors)
    gap = total - parts.sum(axis=1)
    new_total = total - shares[:, 0] * gap
    new_parts = parts + shares[:, 1:] * gap[:, None]
    if positive is None or method == "none":
        return new_total, new_parts
    return lift_to_floor(new_total, new_parts, FLOOR * parts, positive)


def lift_to_floor(
    total: Array, parts: Array, floor: Array, positive: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Lift parts to their floors and subtract the excess from other parts, in a single pass.

    The excess is subtracted from the positive parts, in proportion to their distance from their
    floors. If that is not enough, they end on their floors and the other parts share the rest
    equally. Without other parts, the floors shrink to add up to the total, and a total that is not
    above zero is raised to the sum of the floors.

    Args:
        total: Shape (n,), the sum of the parts.
        parts: Shape (n, k).
        floor: Shape (n, k), above zero where `positive`; ignored elsewhere.
        positive: Shape (k,).
    """
    floor, free = np.where(positive, floor, 0.0), ~positive
    least = floor.sum(axis=1)
    if not free.any():
        total = np.where(total > 0, total, least)
        floor = floor * np.minimum(1.0, total / least)[:, None]
    lifted = np.where(positive, np.maximum(parts, floor), parts)
    room = np.where(positive, lifted - floor, 0.0)
    excess = lifted.sum(axis=1) - total
    taken = np.minimum(excess, room.sum(axis=1))
    rest = np.outer(excess - taken, free / max(1, free.sum()))
    return total, lifted - normalised_weights(room) * taken[:, None] - rest


def past_errors(
    frames: Mapping[str, pd.DataFrame],
    total: str,
    cutoff: pd.Period,
    real_time_data: Mapping[str, RealTimeData] | None = None,
) -> Array:
    """Errors of earlier folds on months up to `cutoff`: shape (m, k + 1), total first.

    Args:
        frames: Fold frame by series, as in `reconcile_folds`; the parts follow in their order.
        total: Name of the total.
        cutoff: Folds from it on, and later months, are ignored.
        real_time_data: By series, figures as first published; errors at such a cutoff count
            against them.
    """
    first = frames[total].reset_index(drop=True)
    rows = resolved_folds(first[first["protocol"].isin(RECONCILED)], cutoff).index
    actual = _stack(frames, total, "actual")[rows]
    names = [total, *(name for name in frames if name != total)]
    for place, name in enumerate(names):
        if data := (real_time_data or {}).get(name, {}).get(cutoff):
            actual[:, place] = data[0].reindex(first.loc[rows, "month"]).to_numpy()
    return actual - _stack(frames, total, "mean")[rows]


def _stack(frames: Mapping[str, pd.DataFrame], total: str, column: str) -> Array:
    """A column of every frame, the total's first: shape (n, k + 1)."""
    names = [total, *(name for name in frames if name != total)]
    return np.column_stack([frames[name][column].to_numpy(dtype=float) for name in names])


def reconcile_folds(
    method: str,
    frames: Mapping[str, pd.DataFrame],
    total: str,
    positive: Collection[str] = (),
    real_time_data: Mapping[str, RealTimeData] | None = None,
) -> dict[str, pd.DataFrame]:
    """Reconcile fold frames, each fold with the errors resolved by its cutoff.

    Args:
        method: A name of METHODS.
        frames: Fold frame by series, with the same KEYS in the same order. Every row is
            reconciled; only rows of RECONCILED give errors.
        total: Name of the total; every other frame is a part of it.
        positive: Names of the parts that must stay above zero.
        real_time_data: By series, figures as first published.

    Returns:
        The frames by name, in the same order, with the reconciled `mean` and without quantiles.

    Raises:
        ValueError: Frames that differ in their KEYS.
    """
    first, parts = frames[total], [name for name in frames if name != total]
    for name in parts:
        if not np.array_equal(frames[name][KEYS].to_numpy(), first[KEYS].to_numpy()):
            raise ValueError(f"The folds of {name} are not those of {total}.")
    is_positive = np.array([name in positive for name in parts])
    mean = _stack(frames, total, "mean")
    for cutoff in first["cutoff"].unique():
        rows = (first["cutoff"] == cutoff).to_numpy()
        errors = past_errors(frames, total, cutoff, real_time_data)
        reconciled = reconcile(method, mean[rows, 0], mean[rows, 1:], errors, is_positive)
        mean[rows] = np.column_stack(reconciled)
    means = dict(zip([total, *parts], mean.T, strict=True))
    return {
        name: frame.drop(columns=quantile_columns(), errors="ignore").assign(mean=means[name])
        for name, frame in frames.items()
    }
