"""A fold frame's rows as arrays, for what is worked out anew at every cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS
from energy.forecasting.scores import MONTHS_SCORED

Array = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
ROLLING = ("warmup", "backtest", "holdout")
"""Protocols whose errors are learnt from: each month once for each cutoff, in expected weather."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a fold frame as arrays, n of each: pandas would look them up anew at every cutoff.

    Attributes:
        cutoff: Ordinal of the last month seen; month likewise, of the month forecast.
        horizon: Months between the two.
        actual: What came.
        mean: Point forecast.
        low: Lower end of the 80% interval, and high its upper end; NaN where there is none.
        rolling: Whether errors are learnt from at all.
        scored: Whether intervals are judged on it: no warm-up, and no further than scores go.
    """

    cutoff: Ordinals
    month: Ordinals
    horizon: Ordinals
    actual: Array
    mean: Array
    low: Array
    high: Array
    rolling: Mask
    scored: Mask

    @classmethod
    def of(cls, folds: pd.DataFrame) -> Rows:
        """Those of a fold frame, with or without quantiles."""
        ends = [f"q{LEVELS[1]}", f"q{LEVELS[-2]}"]
        low, high = folds.reindex(columns=ends).to_numpy(dtype=float).T
        protocol, horizon = folds["protocol"].to_numpy(dtype=object), folds["horizon"].to_numpy()
        return cls(
            pd.PeriodIndex(folds["cutoff"], freq="M").asi8,
            pd.PeriodIndex(folds["month"], freq="M").asi8,
            horizon,
            folds["actual"].to_numpy(dtype=float),
            folds["mean"].to_numpy(dtype=float),
            low,
            high,
            np.isin(protocol, ROLLING),
            (protocol != "warmup") & (horizon <= MONTHS_SCORED),
        )

    def made_before(self, cutoff: int) -> Mask:
        """Which of them are rolling folds whose outcome was known at the cutoff of that ordinal."""
        return self.rolling & (self.cutoff < cutoff) & (self.month <= cutoff)

    def where(self, which: Mask) -> Rows:
        """Some of them."""
        return Rows(*(getattr(self, name)[which] for name in self.__slots__))


def figures_of(series: pd.Series, months: Ordinals, fill: float) -> Array:
    """Figures of a gapless monthly series by the months' ordinals; `fill` outside it."""
    if not len(series):
        return np.full(len(months), fill)
    values = series.to_numpy(dtype=float)
    at = months - pd.PeriodIndex(series.index[:1]).asi8[0]
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.where(inside, at, 0)], fill)
