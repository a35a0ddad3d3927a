"""Coherent forecasts of a total and its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.forecasting.folds import quantile_columns
from energy.forecasting.intervals import RealTimeData, folds_before

Array = npt.NDArray[np.float64]
FEWEST = 24
"""Errors of each series that a covariance needs; with fewer, all are taken to err alike."""
_TINY = 1e-6


def shrunk_covariance(errors: Array) -> Array:
    """Second moments of errors, their correlations shrunk towards none: shape (k, k).

    Not centred: a forecaster that is always too high by a little errs by that much. Variances
    stand. The intensity is that of Schäfer and Strimmer (2005), doi:10.2202/1544-6115.1175; it
    takes errors as independent, so with overlapping horizons it shrinks rather too little.

    Args:
        errors: Shape (m, k) with m > 1, one column per series.

    >>> shrunk(np.array([[1.0, 2.0], [-1.0, -2.0], [1.0, -2.0], [-1.0, 2.0]]))
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
    """Rows in proportion to `weights` that add up to one; equal where all weights are zero."""
    whole = weights.sum(axis=1, keepdims=True)
    equal = np.full(weights.shape, 1 / weights.shape[1])
    return np.asarray(np.divide(weights, whole, out=equal, where=whole > 0))


def _minimum_trace(base: Array, errors: Array, c: Array) -> Array:
    """Shares by covariance, or, as a prior, by the square of each forecast.

    The prior is a diagonal covariance of equal relative variances. It stands in for fewer than
    FEWEST errors, and for errors in which the gap never showed.
    """
    if len(errors) >= FEWEST:
        covariance = shrunk_covariance(errors)
        moved = covariance @ c
        if (whole := c @ moved) > _TINY * np.trace(covariance):
            return np.asarray(np.broadcast_to(c * moved / whole, base.shape))
    return normalised_weights(base**2)


def _mint(base: Array, errors: Array) -> Array:
    return _minimum_trace(base, errors, np.where(np.arange(base.shape[1]), -1.0, 1.0))


def _mint_given_total(base: Array, errors: Array) -> Array:
    parts = base[:, 1:]
    return _of_parts(_minimum_trace(parts, errors[:, 1:], np.ones(parts.shape[1])))


def _of_parts(shares: Array) -> Array:
    """Shares of the parts alone, shape (n, k), with those of a total that gives up nothing."""
    return np.pad(shares, ((0, 0), (1, 0)))


@dataclass(frozen=True, slots=True)
class ReconciliationMethod:
    """One way to close the gap between a total and the sum of its parts.

    Attributes:
        name: What it is called.
        summary: What it does, in a sentence.
        shares: From forecasts (n, k + 1) and past errors (m, k + 1), total first, to shares of the
            gap (n, k + 1): how much of it the total gives up and each part takes on.
    """

    name: str
    summary: str
    shares: Callable[[Array, Array], Array]


_METHODS = (
    ReconciliationMethod(
        "none",
        "Every forecast as it is; they need not add up.",
        lambda base, _: np.zeros_like(base),
    ),
    ReconciliationMethod(
        "bottom_up",
        "The parts stand, and the total is their sum.",
        lambda base, _: np.eye(1, base.shape[1]).repeat(len(base), axis=0),
    ),
    ReconciliationMethod(
        "top_down",
        "The total stands; the gap is spread over the parts in proportion to their size.",
        lambda base, _: _of_parts(normalised_weights(np.abs(base[:, 1:]))),
    ),
    ReconciliationMethod("mint", "Total and parts move as past errors say (minimum trace).", _mint),
    ReconciliationMethod(
        "mint_given_total",
        "The total stands; the parts move as their past errors say (minimum trace).",
        _mint_given_total,
    ),
)
METHODS: dict[str, ReconciliationMethod] = {method.name: method for method in _METHODS}
FLOOR = 0.1
"""Share of its own forecast that a part which must stay above zero always keeps."""
RECONCILED = ("backtest", "holdout")
"""Protocols that the champions of all series have: what is reconciled, and learnt from."""
KEYS = ["protocol", "cutoff", "month", "horizon"]
"""Columns in which the fold frames of all series agree, row by row."""


def reconcile(
    method: str,
    total: Array,
    parts: Array,
    errors: Array,
    positive: npt.NDArray[np.bool_] | None = None,
) -> tuple[Array, Array]:
    """Make a total and its parts add up.

    Size is |forecast|: `top_down` scales parts that are all above zero by one factor, and a
    negative part takes its share of the gap as any other does.

    Args:
        method: A name of METHODS; a KeyError otherwise.
        total: Forecasts of the total, shape (n,).
        parts: Forecasts of the parts, shape (n, k), in the same unit.
        errors: Past errors, actual less forecast, in that unit: shape (m, k + 1), total first.
            Only minimum trace looks at them; m may be 0.
        positive: Shape (k,): parts that must stay above zero, as their forecasts are (see
            `above_zero`). By default none.

    Returns:
        Total (n,) and parts (n, k), which add up for every method but `none`.
    """
    shares = METHODS[method].shares(np.column_stack([total, parts]), errors)
    gap = total - parts.sum(axis=1)
    whole = total - shares[:, 0] * gap
    moved = parts + shares[:, 1:] * gap[:, None]
    if positive is None or method == "none":
        return whole, moved
    return above_zero(whole, moved, FLOOR * parts, positive)


def above_zero(
    total: Array, parts: Array, floor: Array, positive: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Lift parts to their floors and take what that adds from others: one pass, still adding up.

    It is taken from the parts that must stay above zero, in proportion to the room each has over
    its floor. If that is not enough, they end on their floors and the other parts give the rest in
    equal shares. If there are no others, the floors shrink to add up to the total; a total that is
    not above zero cannot be shared among parts that are: it is raised to the sum of the floors.

    Args:
        total: Shape (n,), the sum of the parts.
        parts: Shape (n, k).
        floor: Shape (n, k), above zero where `positive`; not looked at elsewhere.
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


def known_errors(
    frames: Mapping[str, pd.DataFrame],
    total: str,
    cutoff: pd.Period,
    known_then: Mapping[str, RealTimeData] | None = None,
) -> Array:
    """Errors of rolling folds that were known at `cutoff`: shape (m, k + 1), total first.

    Only folds with an earlier cutoff count, and of them only months up to `cutoff`. Frames as in
    `reconcile_folds`; the parts follow in the order of `frames`. Where `known_then` has a series as
    it was published at the cutoff, errors count against that.
    """
    first = frames[total].reset_index(drop=True)
    rows = folds_before(first[first["protocol"].isin(RECONCILED)], cutoff).index
    actual = _stacked(frames, total, "actual")[rows]
    names = [total, *(name for name in frames if name != total)]
    for place, name in enumerate(names):
        if then := (known_then or {}).get(name, {}).get(cutoff):
            actual[:, place] = then[0].reindex(first.loc[rows, "month"]).to_numpy()
    return actual - _stacked(frames, total, "mean")[rows]


def _stacked(frames: Mapping[str, pd.DataFrame], total: str, column: str) -> Array:
    """One column of every frame, the total's first: shape (n, k + 1)."""
    names = [total, *(name for name in frames if name != total)]
    return np.column_stack([frames[name][column].to_numpy(dtype=float) for name in names])


def reconcile_folds(
    method: str,
    frames: Mapping[str, pd.DataFrame],
    total: str,
    positive: Collection[str] = (),
    known_then: Mapping[str, RealTimeData] | None = None,
) -> dict[str, pd.DataFrame]:
    """Reconcile whole fold frames, each fold with the errors that were known at its cutoff.

    Args:
        method: A name of METHODS; a KeyError otherwise.
        frames: Fold frame of each series (see `energy.forecasting.backtest`), with the same KEYS
            in the same order. Every row is reconciled; only RECONCILED rows give errors.
        total: Name of the total; every other frame is one of its parts.
        positive: Names of the parts that must stay above zero.
        known_then: By series; see `backtest.run`.

    Returns:
        The frames by name, in the order given, with the reconciled `mean` and without quantiles.

    Raises:
        ValueError: Frames that differ in their KEYS.
    """
    first, parts = frames[total], [name for name in frames if name != total]
    for name in parts:
        if not np.array_equal(frames[name][KEYS].to_numpy(), first[KEYS].to_numpy()):
            raise ValueError(f"The folds of {name} are not those of {total}.")
    above = np.array([name in positive for name in parts])
    mean = _stacked(frames, total, "mean")
    for cutoff in first["cutoff"].unique():
        rows = (first["cutoff"] == cutoff).to_numpy()
        known = known_errors(frames, total, cutoff, known_then)
        mean[rows] = np.column_stack(reconcile(method, mean[rows, 0], mean[rows, 1:], known, above))
    means = dict(zip([total, *parts], mean.T, strict=True))
    return {
        name: frame.drop(columns=quantile_columns(), errors="ignore").assign(mean=means[name])
        for name, frame in frames.items()
    }
