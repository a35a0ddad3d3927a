"""Choose a champion for each of many series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec.structs import replace

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.forecasting import panel_models
from energy.forecasting.backtest import fit, forecast
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan, is_positive
from energy.forecasting.intervals import add_quantiles, calibrate, folds_before
from energy.forecasting.metrics import mase, score_figures, seasonal_naive_scale
from energy.forecasting.models import BASELINE, FORECASTERS
from energy.forecasting.selection import TIE

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]
BATCHES: dict[str, Callable[[Array, Ends, int], Array]] = {
    "seasonal_naive": panel_models.seasonal_naive,
    "naive": panel_models.naive,
    "drift": panel_models.drift,
    "theta": panel_models.theta,
    "exponential_smoothing": panel_models.exponential_smoothing,
    "ets": panel_models.ets,
}
"""The light bench, by name on the bench; `energy.forecasting.panel_models` tells their shapes."""
BATCH_SECONDS = 0.004
"""CPU seconds of a series with one of them, all folds together, about."""


def choose_panel_forecasters(names: Sequence[str], everything: bool) -> tuple[str, ...]:
    """The forecasters to try on each of many series: the light bench unless named one by one.

    Args:
        names: Those of the run, in the bench's order.
        everything: Whether they are all there are, so that nobody asked for the slow ones.
    """
    return tuple(name for name in names if name in BATCHES or not everything)


def estimate_seconds(names: Sequence[str], folds: int) -> float:
    """CPU seconds that one series takes, about: what chunks of work are sized by."""
    return sum(BATCH_SECONDS if n in BATCHES else FORECASTERS[n].cost * folds for n in names)


def panel_means(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    """Forecasts of every fold of every series.

    Args:
        forecaster: Its name on the bench.
        series: Gapless monthly series.
        ends: (n, f): how many months each fold of each sees; 0 where it has no such fold.
        horizon: Months to forecast.

    Returns:
        (n, f, horizon) in the series' unit, NaN where there is no fold; and by place of a series,
        why the forecaster has nothing for it.
    """
    logs = FORECASTERS[forecaster].log
    if batch := BATCHES.get(forecaster):
        positive = np.array([logs and is_positive(y) for y in series])
        values = np.zeros((max(map(len, series)), len(series)))
        for place, y in enumerate(series):
            values[: len(y), place] = np.log(y) if positive[place] else y
        out = batch(values, ends, horizon)
        with np.errstate(over="ignore"):  # what is beyond every number is refused below
            out[positive] = np.exp(out[positive])
        failed: dict[int, str] = {}
    else:
        out, failed = _one_by_one(forecaster, series, ends, horizon)
    for place, y in enumerate(series):
        said = out[place][ends[place] > 0]
        if place not in failed and not _plausible(said, logs and is_positive(y)):
            failed[place] = "a forecast that is no number, or not above zero where it must be"
    return out, failed


def _one_by_one(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    out, failed = np.full((*ends.shape, horizon), np.nan), {}
    for place, y in enumerate(series):
        positive = is_positive(y)
        for fold in np.flatnonzero(ends[place]):
            seen = y.iloc[: ends[place, fold]]
            try:
                fitted = fit(forecaster, seen, None, positive)
                out[place, fold] = forecast(forecaster, fitted, horizon, positive)
            except Exception as error:  # noqa: BLE001 - one forecaster's failure is a result
                failed[place] = f"{type(error).__name__}: {' '.join(str(error).split())}"
                break
    return out, failed


def _plausible(said: Array, positive: bool) -> bool:
    return bool(np.isfinite(said).all() and (not positive or (said > 0).all()))


DIGITS, SCORE_DIGITS = 6, 4
"""Decimals that forecasts and their calibration, and scores, are kept to."""
TOO_SHORT = "too short to be judged"
NOT_JUDGED = "no forecaster has a score"


def select_models(
    series: Sequence[pd.Series],
    plans: Sequence[FoldPlan | None],
    forecasters: Sequence[str],
    horizon: int,
) -> list[SeriesForecast]:
    """The champion of each series and its forecast; the baseline's where none can be chosen.

    Args:
        series: Gapless monthly series, each named, of at least 13 months.
        plans: The folds of each; None where there is no room for one.
        forecasters: Names of the bench, in its order, the baseline among them.
        horizon: Months to forecast.
    """
    cutoffs = [list(plan.cutoffs) if plan else [] for plan in plans]
    ends = np.zeros((len(series), 1 + max(map(len, cutoffs))), dtype=np.int64)
    for place, (y, own) in enumerate(zip(series, cutoffs, strict=True)):
        ends[place, 0] = len(y)
        ends[place, 1 : 1 + len(own)] = [(cutoff - y.index[0]).n + 1 for cutoff in own]
    reach = max(horizon, MONTHS_SCORED)
    said, failed = {}, {}
    for name in forecasters:
        said[name], failed[name] = panel_means(name, series, ends, reach)
    found = []
    for place, (y, plan) in enumerate(zip(series, plans, strict=True)):
        able = {n: out[place] for n, out in said.items() if place not in failed[n]}
        found.append(_select_model(y, plan, able, horizon))
    return found


def _select_model(
    y: pd.Series, plan: FoldPlan | None, said: Mapping[str, Array], horizon: int
) -> SeriesForecast:
    """One series, from what each forecaster says: (1 + folds, reach), the last months first."""
    positive, rows = is_positive(y), _Rows.of(y, plan)
    errors = {name: rows.mase(out[1:], "backtest") for name, out in said.items()}
    scores = {name: round(error, TIE) for name, error in errors.items() if np.isfinite(error)}
    # The first of several, in the bench's order.
    name = min(scores, key=lambda n: scores[n]) if scores else BASELINE
    folds = rows.frame(y, said[name][1:])
    judged: dict[str, BacktestScores | None] = {"backtest": None, "holdout": None}
    if scores:
        folds = add_quantiles(folds, y, positive)
        judged = {p: _backtest_scores(folds, p, rows.mase(said[BASELINE][1:], p)) for p in judged}
    return SeriesForecast(
        name=str(y.name),
        cutoff=str(y.index[-1]),
        history=_rounded(y),
        forecaster=name,
        mean=_rounded(said[name][0, :horizon]),
        calibration=_short(calibrate(y, folds_before(folds, y.index[-1]), horizon, positive)),
        note="" if scores else NOT_JUDGED if plan else TOO_SHORT,
        **judged,
    )


def _backtest_scores(folds: pd.DataFrame, protocol: str, baseline: float) -> BacktestScores | None:
    rows = folds[(folds["protocol"] == protocol) & (folds["horizon"] <= MONTHS_SCORED)]
    if rows.empty:
        return None
    found: dict[str, Any] = {"baseline_mase": baseline, **score_figures(rows)}
    for name, value in found.items():
        found[name] = None if value is None else round(value, SCORE_DIGITS)
    return BacktestScores(folds=rows["cutoff"].nunique(), **found)


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def _short(calibration: Calibration) -> Calibration:
    """The same with as many decimals as a file of thousands should have."""
    return replace(
        calibration,
        scale=_rounded(calibration.scale),
        quantiles=_rounded(calibration.quantiles),
        season=_rounded(calibration.season),
        weather=_rounded(calibration.weather),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a series' fold frames, as arrays: what all forecasters are held to.

    Attributes:
        protocol, fold, ahead: Of each row: its protocol, the place of its cutoff, months ahead.
        seen: How many months its cutoff saw.
        actual, scale: What came, and MASE's denominator at the cutoff.
    """

    protocol: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int64]
    ahead: npt.NDArray[np.int64]
    seen: npt.NDArray[np.int64]
    actual: Array
    scale: Array

    @classmethod
    def of(cls, y: pd.Series, plan: FoldPlan | None) -> _Rows:
        """Those of a plan: as far as each fold may look, and there are actuals."""
        if plan is None:
            none, places = np.zeros(0), np.zeros(0, dtype=np.int64)
            return cls(np.zeros(0, dtype=str), places, places, places, none, none)
        values, first = y.to_numpy(dtype=float), y.index[0].ordinal
        protocols = np.array(list(plan.cutoffs.values()))
        seen = np.array([cutoff.ordinal - first + 1 for cutoff in plan.cutoffs])
        last = np.where(protocols == "holdout", len(y), plan.split.ordinal - first + 1)
        reach = np.minimum(plan.reach, last - seen)
        fold = np.repeat(np.arange(len(seen)), reach)
        ahead = np.arange(len(fold)) - np.repeat(np.cumsum(reach) - reach, reach) + 1
        scale = np.array([seasonal_naive_scale(values[:months]) for months in seen])
        actual = values[seen[fold] + ahead - 1]
        return cls(protocols[fold], fold, ahead, seen[fold], actual, scale[fold])

    def mase(self, said: Array, protocol: str) -> float:
        """The error of what was said at each cutoff, (folds, reach); NaN without such rows."""
        rows = (self.protocol == protocol) & (self.ahead <= MONTHS_SCORED)
        if not rows.any():
            return float("nan")
        mean = said[self.fold[rows], self.ahead[rows] - 1]
        return mase(self.actual[rows], mean, self.scale[rows])

    def frame(self, y: pd.Series, said: Array) -> pd.DataFrame:
        """The fold frame of what was said; see `energy.forecasting.backtest`."""
        return pd.DataFrame(
            {
                "protocol": self.protocol,
                "cutoff": y.index[self.seen - 1],
                "month": y.index[self.seen + self.ahead - 1],
                "horizon": self.ahead,
                "actual": self.actual,
                "mean": said[self.fold, self.ahead - 1],
                "scale": self.scale,
            }
        )
