"""Folds: the plan of cutoffs, and fold frames as arrays and as a stored document.

A fold frame has a row for each cutoff and month forecast from it: `protocol`, `cutoff`, `month`,
`horizon` (months ahead), `actual`, `mean` (the point forecast), `scale` (MASE's denominator at the
cutoff) and, once intervals are added, a column for each quantile level. Protocols:

- `warmup`: before the first scored cutoff, for errors to calibrate intervals on.
- `backtest`: the training part, on which a champion is selected.
- `holdout`: after the training part, for reporting only.
- `single_origin`: the one forecast from the end of the training part to the end of the series.
- `nowcast`, `nowcast_holdout`: the month after a cutoff, forecast with its actual weather.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS, SCHEMA
from energy.errors import TooShortToBacktest

Array = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
SP = 12
"""Seasonal period of monthly data, in months."""
MONTHS_SCORED = 12
"""Scores cover forecasts 1 to 12 months ahead, whatever the published horizon is."""
STEPS = (5, 1)
"""Months between cutoffs, the first that fits: a step of five covers every calendar month."""
SHORTEST = 24
"""Fewest months that a forecaster is fitted on."""
ROLLING = ("warmup", "backtest", "holdout")
"""Protocols whose errors intervals and weights rest on: each has a month once per cutoff."""


def months_after(cutoff: pd.Period, horizon: int) -> pd.PeriodIndex:
    """The `horizon` months that follow `cutoff`, as a monthly PeriodIndex."""
    return pd.period_range(cutoff + 1, periods=horizon, freq="M", name="month")


def fh_until(horizon: int) -> Any:
    """Sktime's ForecastingHorizon for 1..`horizon` months ahead, relative to the cutoff."""
    from sktime.forecasting.base import ForecastingHorizon

    return ForecastingHorizon(range(1, horizon + 1), is_relative=True)


def is_positive(y: pd.Series) -> bool:
    """Whether logs can be taken; decided on the full series, so it is the same at every cutoff."""
    return bool((y > 0).all())


def quantile_columns(levels: Sequence[float] = LEVELS) -> list[str]:
    """Names of a fold frame's quantile columns, `q0.025` to `q0.975`."""
    return [f"q{level}" for level in levels]


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """The cutoffs of a backtest, and how far ahead each forecasts.

    Attributes:
        backtest: Cutoffs whose scored months all lie in the training part.
        holdout: Cutoffs from the end of the training part on.
        split: Last month of the training part.
        max_horizon: Months ahead that each fold forecasts where there are actuals: at least
            MONTHS_SCORED.
        warmup: Cutoffs before the first scored one.
    """

    backtest: tuple[pd.Period, ...]
    holdout: tuple[pd.Period, ...]
    split: pd.Period
    max_horizon: int
    warmup: tuple[pd.Period, ...] = ()

    @property
    def rolling(self) -> dict[pd.Period, str]:
        """The protocol of every cutoff of the grid, in time order."""
        protocols = {"warmup": self.warmup, "backtest": self.backtest, "holdout": self.holdout}
        return {cutoff: protocol for protocol, cutoffs in protocols.items() for cutoff in cutoffs}

    @property
    def cutoffs(self) -> dict[pd.Period, str]:
        """The same with the split, from which the single-origin forecast is made."""
        single = {self.split: "single_origin"} if self.holdout else {}
        return dict(sorted({**single, **self.rolling}.items()))


def plan_folds(index: pd.PeriodIndex, split: pd.Period, folds: int, horizon: int) -> FoldPlan:
    """Choose the cutoffs for a series.

    The grid is anchored to the calendar: ordinals of cutoffs are multiples of the step, so releases
    of neighbouring months have nearly all cutoffs in common.

    Args:
        index: All months of the series.
        split: Last month of the training part.
        folds: Most cutoffs in the training part.
        horizon: Months to publish; errors are measured that far ahead where data allow.

    Raises:
        TooShortToBacktest: The training part has no room for a fold.
    """
    months = (split - index[0]).n + 1
    room = months - SHORTEST - MONTHS_SCORED + 1
    if room < 1:
        raise TooShortToBacktest(
            f"The training part has {months} months; a backtest needs at least "
            f"{SHORTEST + MONTHS_SCORED}. Start earlier (--start) or choose another target."
        )
    last, step = split - MONTHS_SCORED, STEPS[0]
    late = last.ordinal % step  # months from the last cutoff on the grid
    if (folds - 1) * step >= room - late:
        late, step = 0, STEPS[1]
    backtest = tuple(last - late - step * back for back in reversed(range(min(folds, room))))
    after = pd.period_range(split, index[-1] - MONTHS_SCORED, freq="M")
    holdout = tuple(cutoff for cutoff in after if cutoff.ordinal % STEPS[0] == 0)
    if len(after) and not holdout:
        holdout = (split,)
    return FoldPlan(backtest, holdout, split, max(MONTHS_SCORED, horizon))


@dataclass(frozen=True, slots=True)
class FoldArrays:
    """A fold frame as arrays of shape (n,), which are much faster to select from than pandas.

    Attributes:
        cutoff: Ordinal of the last month seen.
        month: Ordinal of the month forecast.
        horizon: Months between the two.
        actual: The figure of the month.
        mean: Point forecast.
        low: Lower end of the 80% interval; NaN without quantiles.
        high: Upper end of the 80% interval; NaN without quantiles.
        rolling: Whether the protocol is one of ROLLING.
        scored: Whether the interval's coverage counts: no warm-up, at most MONTHS_SCORED ahead.
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
    def from_frame(cls, folds: pd.DataFrame) -> FoldArrays:
        """Convert a fold frame, with or without quantiles."""
        interval = [f"q{LEVELS[1]}", f"q{LEVELS[-2]}"]
        low, high = folds.reindex(columns=interval).to_numpy(dtype=float).T
        protocol, horizon = folds["protocol"].to_numpy(dtype=object), folds["horizon"].to_numpy()
        return cls(
            cutoff=pd.PeriodIndex(folds["cutoff"], freq="M").asi8,
            month=pd.PeriodIndex(folds["month"], freq="M").asi8,
            horizon=horizon,
            actual=folds["actual"].to_numpy(dtype=float),
            mean=folds["mean"].to_numpy(dtype=float),
            low=low,
            high=high,
            rolling=np.isin(protocol, ROLLING),
            scored=(protocol != "warmup") & (horizon <= MONTHS_SCORED),
        )

    def resolved(self, cutoff: int) -> Mask:
        """Rolling rows of earlier folds whose month is no later than the cutoff's ordinal."""
        return self.rolling & (self.cutoff < cutoff) & (self.month <= cutoff)

    def select(self, rows: Mask) -> FoldArrays:
        """The rows of a mask."""
        return FoldArrays(*(getattr(self, name)[rows] for name in self.__slots__))


def resolved_folds(folds: pd.DataFrame, cutoff: pd.Period) -> pd.DataFrame:
    """Rolling rows of earlier folds whose month is no later than `cutoff`."""
    rolling = folds["protocol"].isin(ROLLING)
    return folds[rolling & (folds["cutoff"] < cutoff) & (folds["month"] <= cutoff)]


def values_at(series: pd.Series, months: Ordinals, fill: float) -> Array:
    """Figures of a gapless monthly series at the months' ordinals; `fill` outside it."""
    if not len(series):
        return np.full(len(months), fill)
    values = series.to_numpy(dtype=float)
    at = months - pd.PeriodIndex(series.index[:1]).asi8[0]
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.where(inside, at, 0)], fill)


STORED_PROTOCOLS = ("backtest", "holdout")
SHARED_COLUMNS = ("protocol", "cutoff", "month", "horizon", "actual", "scale")
"""Columns that are the same for every forecaster, stored once."""
FORECAST_COLUMNS = {
    "mean": "mean",
    "lower80": f"q{LEVELS[1]}",
    "upper80": f"q{LEVELS[-2]}",
    "lower95": f"q{LEVELS[0]}",
    "upper95": f"q{LEVELS[-1]}",
}
"""Columns stored for each forecaster: name in the document, and in the fold frame."""
DIGITS = 4


def folds_document(folds: Mapping[str, pd.DataFrame], unit: str) -> dict[str, Any]:
    """Fold frames as plain data, ready for JSON.

    Args:
        folds: Fold frame by forecaster, all of one plan.
        unit: Of actuals and forecasts.
    """
    keys = ["protocol", "cutoff", "month"]
    frames = {}
    for forecaster, frame in folds.items():
        stored = frame["protocol"].isin(STORED_PROTOCOLS) & (frame["horizon"] <= MONTHS_SCORED)
        frames[forecaster] = frame[stored].set_index(keys)
    shared = next(iter(frames.values())).reset_index()
    rows = pd.MultiIndex.from_frame(shared[keys])
    return {
        "schema": SCHEMA,
        "unit": unit,
        "rows": {
            "protocol": list(shared["protocol"]),
            "cutoff": shared["cutoff"].astype(str).tolist(),
            "month": shared["month"].astype(str).tolist(),
            "horizon": shared["horizon"].astype(int).tolist(),
            "actual": shared["actual"].round(DIGITS).tolist(),
            "scale": shared["scale"].round(DIGITS).tolist(),
        },
        "forecasters": {
            forecaster: {
                name: frame.loc[rows, column].round(DIGITS).tolist()
                for name, column in FORECAST_COLUMNS.items()
            }
            for forecaster, frame in frames.items()
        },
    }


def read_folds_document(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Fold frames by forecaster, with the keys of SHARED_COLUMNS and FORECAST_COLUMNS as columns.

    Raises:
        KeyError, TypeError, ValueError: The document is not one of `folds_document`.
    """
    rows = pd.DataFrame({name: document["rows"][name] for name in SHARED_COLUMNS})
    for name in ("cutoff", "month"):
        rows[name] = pd.PeriodIndex(rows[name], freq="M")
    return {
        forecaster: rows.assign(**{name: columns[name] for name in FORECAST_COLUMNS})
        for forecaster, columns in document["forecasters"].items()
    }
