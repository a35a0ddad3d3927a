"""Folds: horizons, the plan of cutoffs, and fold frames as arrays and as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy import legacy_errors
from energy.contract import LEVELS, SCHEMA

SP = 12
"""Seasonal period of monthly data, in months."""


def months_after(cutoff: pd.Period, horizon: int) -> pd.PeriodIndex:
    """The `horizon` months that follow `cutoff`, as a monthly PeriodIndex."""
    return pd.period_range(cutoff + 1, periods=horizon, freq="M", name="month")


def fh_until(horizon: int) -> Any:
    """Sktime's ForecastingHorizon for 1..`horizon` months ahead, relative to the cutoff."""
    from sktime.forecasting.base import ForecastingHorizon

    return ForecastingHorizon(range(1, horizon + 1), is_relative=True)


def is_positive(y: pd.Series) -> bool:
    """Whether logs can be taken: a property of the kind of series, the same at every cutoff."""
    return bool((y > 0).all())


Array = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
ROLLING = ("warmup", "backtest", "holdout")
"""Protocols whose errors are learnt from: each month once for each cutoff, in expected weather."""


@dataclass(frozen=True, slots=True)
class FoldArrays:
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
    def of(cls, folds: pd.DataFrame) -> FoldArrays:
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

    def where(self, which: Mask) -> FoldArrays:
        """Some of them."""
        return FoldArrays(*(getattr(self, name)[which] for name in self.__slots__))


def values_at(series: pd.Series, months: Ordinals, fill: float) -> Array:
    """Figures of a gapless monthly series by the months' ordinals; `fill` outside it."""
    if not len(series):
        return np.full(len(months), fill)
    values = series.to_numpy(dtype=float)
    at = months - pd.PeriodIndex(series.index[:1]).asi8[0]
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.where(inside, at, 0)], fill)


PROTOCOLS = ("backtest", "holdout")
SHARED = ("protocol", "cutoff", "month", "horizon", "actual", "scale")
SAID = {
    "mean": "mean",
    "lower80": f"q{LEVELS[1]}",
    "upper80": f"q{LEVELS[-2]}",
    "lower95": f"q{LEVELS[0]}",
    "upper95": f"q{LEVELS[-1]}",
}
"""What is kept of a forecaster's folds, and the fold frame's name for it."""
DIGITS = 4
_KEYS = ["protocol", "cutoff", "month"]


def folds_document(folds: Mapping[str, pd.DataFrame], unit: str) -> dict[str, Any]:
    """Fold frames as plain data, ready for JSON.

    Args:
        folds: Fold frame by forecaster, all of one plan (see `energy.forecasting.backtest`).
        unit: Of actuals and forecasts.
    """
    kept = {name: _stored_rows(frame) for name, frame in folds.items()}
    rows = next(iter(kept.values())).reset_index()
    return {
        "schema": SCHEMA,
        "unit": unit,
        "rows": {
            "protocol": list(rows["protocol"]),
            "cutoff": rows["cutoff"].astype(str).tolist(),
            "month": rows["month"].astype(str).tolist(),
            "horizon": rows["horizon"].astype(int).tolist(),
            "actual": rows["actual"].round(DIGITS).tolist(),
            "scale": rows["scale"].round(DIGITS).tolist(),
        },
        "forecasters": {
            name: {
                said: frame.loc[pd.MultiIndex.from_frame(rows[_KEYS]), column]
                .round(DIGITS)
                .tolist()
                for said, column in SAID.items()
            }
            for name, frame in kept.items()
        },
    }


def read_folds_document(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """By forecaster: the columns SHARED and those of SAID; cutoffs and months as Period[M].

    Raises:
        KeyError, TypeError, ValueError: It is no such document.
    """
    rows = pd.DataFrame({name: document["rows"][name] for name in SHARED})
    for name in ("cutoff", "month"):
        rows[name] = pd.PeriodIndex(rows[name], freq="M")
    return {
        name: rows.assign(**{column: said[column] for column in SAID})
        for name, said in document["forecasters"].items()
    }


def _stored_rows(frame: pd.DataFrame) -> pd.DataFrame:
    scored = frame["protocol"].isin(PROTOCOLS) & (frame["horizon"] <= MONTHS_SCORED)
    return frame[scored].set_index(_KEYS)


STEPS = (5, 1)
"""Months between cutoffs, the first that fits: five visits every calendar month in turn."""
SHORTEST = 24
"""Fewest months a forecaster is ever fitted on: two whole years."""


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """Which cutoffs are tried, and how far ahead.

    Attributes:
        backtest: Cutoffs whose scored months all lie in the training part.
        holdout: Cutoffs from the end of the training part on.
        split: Last month of the training part.
        reach: Months ahead that each fold forecasts (where actuals exist): at least those scored.
        warmup: Cutoffs before the first one scored, for errors to make intervals from.
    """

    backtest: tuple[pd.Period, ...]
    holdout: tuple[pd.Period, ...]
    split: pd.Period
    reach: int
    warmup: tuple[pd.Period, ...] = ()

    @property
    def cutoffs(self) -> dict[pd.Period, str]:
        """The protocol of every cutoff, in time."""
        named = (("warmup", self.warmup), ("backtest", self.backtest), ("holdout", self.holdout))
        return {cutoff: protocol for protocol, cutoffs in named for cutoff in cutoffs}


def plan_folds(index: pd.PeriodIndex, split: pd.Period, folds: int, horizon: int) -> FoldPlan:
    """Lay out the folds of a series.

    Args:
        index: The whole series' months.
        split: Last month of the training part.
        folds: Most cutoffs to try in the training part.
        horizon: Months to be published; spreads are measured that far where data allow.

    Raises:
        TooShortToBacktest: The training part has no room for one fold.
    """
    train = (split - index[0]).n + 1
    room = train - SHORTEST - MONTHS_SCORED + 1
    if room < 1:
        raise legacy_errors.TooShortToBacktest(train, SHORTEST + MONTHS_SCORED)
    step = next((step for step in STEPS if (folds - 1) * step < room), STEPS[-1])
    last = split - MONTHS_SCORED
    backtest = tuple(last - step * back for back in reversed(range(min(folds, room))))
    after = (index[-1] - split).n
    holdout = tuple(split + ahead for ahead in range(0, after - MONTHS_SCORED + 1, STEPS[0]))
    return FoldPlan(backtest, holdout, split, max(MONTHS_SCORED, horizon))


MONTHS_SCORED = 12
"""Scores cover forecasts 1 to 12 months ahead, whatever the published horizon is."""


def quantile_columns(levels: Sequence[float] = LEVELS) -> list[str]:
    """Names of a fold frame's quantile columns, `q0.025` to `q0.975`."""
    return [f"q{level}" for level in levels]
