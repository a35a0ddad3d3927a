"""Input and output of an opponent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

SEASON = 12
SEED = 20170131
"""Seed of every opponent's random numbers."""


@dataclass(frozen=True, slots=True)
class History:
    """The months that a forecaster sees: up to and including the cutoff.

    Attributes:
        values: One figure a month, oldest first.
        cutoff: The last of these months.
    """

    values: np.ndarray
    cutoff: pd.Period

    def frame(self) -> pd.DataFrame:
        """The values as `unique_id`, `ds` (first day of the month) and `y`."""
        months = pd.period_range(end=self.cutoff, periods=len(self.values), freq="M")
        return pd.DataFrame({"unique_id": "y", "ds": months.to_timestamp(), "y": self.values})

    def months_ahead(self, horizon: int) -> pd.PeriodIndex:
        """Months 1 to `horizon` after the cutoff."""
        return pd.period_range(self.cutoff + 1, periods=horizon, freq="M")


@dataclass(frozen=True, slots=True)
class Forecast:
    """Point forecasts of months 1..h, shape (h,), and quantiles, shape (h, number of levels)."""

    mean: np.ndarray
    quantiles: np.ndarray


Forecaster = Callable[[History, int], Forecast]
Builder = Callable[[Sequence[float]], Forecaster]
"""Takes the quantile levels, imports its packages, and returns a forecaster."""


def coverage(level: float) -> int | float:
    """The central interval, in per cent, that has the quantile at `level` as one of its ends.

    >>> [coverage(level) for level in (0.025, 0.1, 0.25, 0.5, 0.975)]
    [95, 80, 50, 0, 95]
    """
    percent = round(abs(2 * level - 1) * 100, 6)
    return int(percent) if percent == int(percent) else percent


def coverages(levels: Sequence[float]) -> list[int | float]:
    """Coverages of the intervals whose ends are the levels, without the median."""
    return sorted({coverage(level) for level in levels} - {0})


def from_intervals(answer: Any, levels: Sequence[float], name: str = "") -> Forecast:
    """A forecast from a library that returns intervals: `lo-95`, `hi-80` and so on.

    The point forecast is used as the median; for simulated intervals, such as Theta's, it is the
    less noisy estimate.

    Args:
        answer: Holds an array each under `mean` (or `name`), `lo-95`, `hi-95`, ...
        levels: Quantile levels.
        name: Prefix of the columns in a data frame, which has the point forecast under it.
    """
    prefix = f"{name}-" if name else ""
    mean = np.asarray(answer[name or "mean"], dtype=float)
    columns = [
        (
            mean
            if coverage(level) == 0
            else np.asarray(answer[f"{prefix}{'lo' if level < 0.5 else 'hi'}-{coverage(level)}"])
        )
        for level in levels
    ]
    return Forecast(mean, np.column_stack(columns).astype(float))


def windows(months: int, horizon: int, needed: int, most: int = 5) -> int:
    """Number of past windows of `horizon` months for the errors of a conformal forecaster.

    Args:
        months: Length of the history.
        horizon: Length of a window.
        needed: Months that the fit before the first window needs.
        most: Most windows; each takes a fit.
    """
    return max(2, min(most, (months - needed) // horizon))
