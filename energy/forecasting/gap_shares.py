"""Which share of the gap does each give up, when a total and its parts do not add up?

Minimum trace (MinT) takes the shares from the errors made before. With e the errors of total and
parts, W = E[ee'] and c = (1, -1, ..., -1), the shares are those of Wc / c'Wc: whoever erred with
the gap moves. This is S(S'W⁻¹S)⁻¹S'W⁻¹ of Wickramasuriya, Athanasopoulos and Hyndman (2019),
doi:10.1080/01621459.2018.1448825, written without an inverse, so that W may be singular.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
FEWEST = 24
"""Errors of each series that a covariance needs; with fewer, all are taken to err alike."""
_TINY = 1e-6


def shrunk(errors: Array) -> Array:
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


def normalised(weights: Array) -> Array:
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
        covariance = shrunk(errors)
        moved = covariance @ c
        if (whole := c @ moved) > _TINY * np.trace(covariance):
            return np.asarray(np.broadcast_to(c * moved / whole, base.shape))
    return normalised(base**2)


def _mint(base: Array, errors: Array) -> Array:
    return _minimum_trace(base, errors, np.where(np.arange(base.shape[1]), -1.0, 1.0))


def _mint_given_total(base: Array, errors: Array) -> Array:
    parts = base[:, 1:]
    return _of_parts(_minimum_trace(parts, errors[:, 1:], np.ones(parts.shape[1])))


def _of_parts(shares: Array) -> Array:
    """Shares of the parts alone, shape (n, k), with those of a total that gives up nothing."""
    return np.pad(shares, ((0, 0), (1, 0)))


@dataclass(frozen=True, slots=True)
class Method:
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
    Method(
        "none",
        "Every forecast as it is; they need not add up.",
        lambda base, _: np.zeros_like(base),
    ),
    Method(
        "bottom_up",
        "The parts stand, and the total is their sum.",
        lambda base, _: np.eye(1, base.shape[1]).repeat(len(base), axis=0),
    ),
    Method(
        "top_down",
        "The total stands; the gap is spread over the parts in proportion to their size.",
        lambda base, _: _of_parts(normalised(np.abs(base[:, 1:]))),
    ),
    Method("mint", "Total and parts move as past errors say (minimum trace).", _mint),
    Method(
        "mint_given_total",
        "The total stands; the parts move as their past errors say (minimum trace).",
        _mint_given_total,
    ),
)
METHODS: dict[str, Method] = {method.name: method for method in _METHODS}
