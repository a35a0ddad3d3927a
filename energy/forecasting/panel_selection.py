"""Select a champion for each of many series: the rule of `selection`, on arrays.

Forecasts of a forecaster for a series have shape (1 + f, horizon): after its last month first, then
from each cutoff of its plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec.structs import replace

from energy.contract import Calibration
from energy.contract.panel import BacktestScores, SeriesForecast
from energy.forecasting import panel_models
from energy.forecasting.backtest import fit, forecast
from energy.forecasting.combination import FEWEST_MEMBERS, weights_at
from energy.forecasting.folds import (
    MONTHS_SCORED,
    FoldArrays,
    FoldPlan,
    is_positive,
    resolved_folds,
)
from energy.forecasting.intervals import add_quantiles, calibrate
from energy.forecasting.metrics import error_scale, mase, score_figures
from energy.forecasting.models import BASELINE, FORECASTERS
from energy.forecasting.selection import TIE_DIGITS

Array = npt.NDArray[np.float64]
Ends = npt.NDArray[np.int64]


class FastForecaster(NamedTuple):
    """A forecaster that `panel_models` fits to many series at once, and whether it takes logs."""

    forecast: Callable[[Array, Ends, int], Array]
    log: bool = True


FAST_FORECASTERS = {
    "seasonal_naive": FastForecaster(panel_models.seasonal_naive, log=False),
    "naive": FastForecaster(panel_models.naive, log=False),
    "drift": FastForecaster(panel_models.drift),
    "theta": FastForecaster(panel_models.theta),
    "exponential_smoothing": FastForecaster(panel_models.exponential_smoothing),
    "ets": FastForecaster(panel_models.ets),
    "optimised_theta": FastForecaster(panel_models.optimised_theta, log=False),
}
"""By name; the last is for many series only."""
COMBINATION = "weighted_combination"
"""Of many series: the mean of all of FAST_FORECASTERS, weighted as that of one series."""
FAST_SECONDS = 0.006
"""Approximate CPU seconds of a series with a fast forecaster, all folds together."""
DIGITS, SCORE_DIGITS = 6, 4
"""Decimals of stored forecasts and calibrations, and of scores."""
TOO_SHORT = "too short to be judged"
NOT_JUDGED = "no forecaster has a score"


def choose_panel_forecasters(forecasters: Sequence[str], all_forecasters: bool) -> tuple[str, ...]:
    """The forecasters to try on each of many series.

    Args:
        forecasters: Those of the run, in the order of FORECASTERS.
        all_forecasters: Whether the run uses `all`. That, or a combination among the names, means
            the fast ones and their combination here.
    """
    if all_forecasters or any(FORECASTERS[name].members for name in forecasters):
        return (*FAST_FORECASTERS, COMBINATION)
    return tuple(forecasters)


def estimate_seconds(forecasters: Sequence[str], folds: int) -> float:
    """Approximate CPU seconds of a series, by which chunks of work are sized."""
    return sum(
        FAST_SECONDS if name in FAST_FORECASTERS else FORECASTERS[name].cost * folds
        for name in forecasters
        if name != COMBINATION
    )


def forecast_panel(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    """Forecast every fold of every series.

    Args:
        forecaster: Name of the forecaster.
        series: Gapless monthly series.
        ends: Shape (n, f): how many months each fold of each series sees; 0 for no fold.
        horizon: Months to forecast.

    Returns:
        Forecasts (n, f, horizon) in the series' unit, NaN where there is no fold; and by position
        of a series, why the forecaster failed for it.
    """
    fast, failures = FAST_FORECASTERS.get(forecaster), dict[int, str]()
    if fast:
        positive = np.array([fast.log and is_positive(y) for y in series])
        values = np.zeros((max(map(len, series)), len(series)))
        for place, y in enumerate(series):
            values[: len(y), place] = np.log(y) if positive[place] else y
        means = fast.forecast(values, ends, horizon)
        with np.errstate(over="ignore"):  # infinite forecasts become failures below
            means[positive] = np.exp(means[positive])
    else:
        means, failures = _forecast_slowly(forecaster, series, ends, horizon)
    for place, y in enumerate(series):
        forecasts = means[place][ends[place] > 0]
        plausible = np.isfinite(forecasts).all() and (
            forecaster == BASELINE or not is_positive(y) or (forecasts > 0).all()
        )
        if place not in failures and not plausible:
            failures[place] = "a forecast that is no number, or not above zero where it must be"
    return means, failures


def _forecast_slowly(
    forecaster: str, series: Sequence[pd.Series], ends: Ends, horizon: int
) -> tuple[Array, dict[int, str]]:
    """Fit a forecaster to each fold of each series in turn."""
    means, failures = np.full((*ends.shape, horizon), np.nan), {}
    for place, y in enumerate(series):
        positive = is_positive(y)
        for fold in np.flatnonzero(ends[place]):
            y_seen = y.iloc[: ends[place, fold]]
            try:
                fitted = fit(forecaster, y_seen, None, positive)
                means[place, fold] = forecast(forecaster, fitted, horizon, positive)
            except Exception as error:  # noqa: BLE001 - a forecaster's failure is a result
                failures[place] = f"{type(error).__name__}: {' '.join(str(error).split())}"
                break
    return means, failures


def select_models(
    series: Sequence[pd.Series],
    plans: Sequence[FoldPlan | None],
    forecasters: Sequence[str],
    horizon: int,
) -> list[SeriesForecast]:
    """The combination of each series, or else its best forecaster; the baseline without a score.

    Args:
        series: Gapless monthly series, each with a name, of at least 13 months.
        plans: The folds of each; None where there is no room for one.
        forecasters: Names in the order of FORECASTERS, the baseline among them.
        horizon: Months to forecast.
    """
    cutoffs = [list(plan.rolling) if plan else [] for plan in plans]
    ends = np.zeros((len(series), 1 + max(map(len, cutoffs))), dtype=np.int64)
    for place, (y, own_cutoffs) in enumerate(zip(series, cutoffs, strict=True)):
        ends[place, 0] = len(y)
        ends[place, 1 : 1 + len(own_cutoffs)] = [
            (cutoff - y.index[0]).n + 1 for cutoff in own_cutoffs
        ]
    max_horizon = max(horizon, MONTHS_SCORED)
    panel = {
        name: forecast_panel(name, series, ends, max_horizon)
        for name in forecasters
        if name != COMBINATION
    }
    forecasts = []
    for place, (y, plan) in enumerate(zip(series, plans, strict=True)):
        means = {
            name: means[place] for name, (means, failures) in panel.items() if place not in failures
        }
        forecasts.append(_select_model(y, plan, means, horizon, COMBINATION in forecasters))
    return forecasts


def _select_model(
    y: pd.Series,
    plan: FoldPlan | None,
    means: dict[str, Array],
    horizon: int,
    combine: bool,
) -> SeriesForecast:
    """The champion of a series from the forecasts of every forecaster."""
    positive, rows = is_positive(y), _FoldRows.from_plan(y, plan)
    candidates: Mapping[str, Array] = means
    if combine and plan and len(means) >= FEWEST_MEMBERS:
        means[COMBINATION] = rows.combine(y, np.array(list(means.values())), positive)
        candidates = {COMBINATION: means[COMBINATION]}
    champion = _champion(
        {name: rows.mase(mean[1:], "backtest") for name, mean in candidates.items()}
    )
    forecaster = champion or BASELINE
    folds = rows.frame(y, means[forecaster][1:])
    scores: dict[str, BacktestScores | None] = {"backtest": None, "holdout": None}
    if champion:
        folds = add_quantiles(folds, y, positive)
        baseline = means[BASELINE][1:]
        scores = {name: _backtest_scores(folds, name, rows.mase(baseline, name)) for name in scores}
    calibration = calibrate(y, resolved_folds(folds, y.index[-1]), horizon, positive)
    return SeriesForecast(
        name=str(y.name),
        cutoff=str(y.index[-1]),
        history=_rounded(y),
        forecaster=forecaster,
        mean=_rounded(means[forecaster][0, :horizon]),
        calibration=_rounded_calibration(calibration),
        note="" if champion else NOT_JUDGED if plan else TOO_SHORT,
        **scores,
    )


def _champion(errors: Mapping[str, float]) -> str | None:
    """The name with the lowest MASE, ties in the order of FORECASTERS; None if none is finite."""
    scores = {name: round(mase, TIE_DIGITS) for name, mase in errors.items() if np.isfinite(mase)}
    return min(scores, key=lambda name: scores[name]) if scores else None


def _backtest_scores(
    folds: pd.DataFrame, protocol: str, baseline_mase: float
) -> BacktestScores | None:
    rows = folds[(folds["protocol"] == protocol) & (folds["horizon"] <= MONTHS_SCORED)]
    if rows.empty:
        return None
    figures: dict[str, Any] = {"baseline_mase": baseline_mase, **score_figures(rows)}
    for name, value in figures.items():
        figures[name] = None if value is None else round(value, SCORE_DIGITS)
    return BacktestScores(folds=rows["cutoff"].nunique(), **figures)


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def _rounded_calibration(calibration: Calibration) -> Calibration:
    return replace(
        calibration,
        scale=_rounded(calibration.scale),
        quantiles=_rounded(calibration.quantiles),
        season=_rounded(calibration.season),
        weather=_rounded(calibration.weather),
    )


@dataclass(frozen=True, slots=True)
class _FoldRows:
    """The rows of a series' fold frames as arrays of shape (n,), the same for every forecaster.

    Attributes:
        protocol: The protocol.
        fold: Position of the cutoff in the plan.
        horizon: Months ahead.
        length: How many months the cutoff sees.
        actual: The figure of the month.
        scale: MASE's denominator at the cutoff.
    """

    protocol: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int64]
    horizon: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]
    actual: Array
    scale: Array

    @classmethod
    def from_plan(cls, y: pd.Series, plan: FoldPlan | None) -> _FoldRows:
        """The rows of a plan, as far ahead as there are actuals; none without a plan."""
        if plan is None:
            floats, places = np.zeros(0), np.zeros(0, dtype=np.int64)
            return cls(np.zeros(0, dtype=str), places, places, places, floats, floats)
        values, first = y.to_numpy(dtype=float), y.index[0].ordinal
        protocols = np.array(list(plan.rolling.values()))
        lengths = np.array([cutoff.ordinal - first + 1 for cutoff in plan.rolling])
        last = np.where(protocols == "holdout", len(y), plan.split.ordinal - first + 1)
        counts = np.minimum(plan.max_horizon, last - lengths)
        fold = np.repeat(np.arange(len(lengths)), counts)
        horizon = np.arange(len(fold)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        scale = np.array([error_scale(values[:months], values) for months in lengths])
        actual = values[lengths[fold] + horizon - 1]
        return cls(protocols[fold], fold, horizon, lengths[fold], actual, scale[fold])

    def mase(self, means: Array, protocol: str) -> float:
        """MASE of forecasts (folds, horizon) over the rows of a protocol; NaN without any."""
        rows = (self.protocol == protocol) & (self.horizon <= MONTHS_SCORED)
        if not rows.any():
            return float("nan")
        mean = means[self.fold[rows], self.horizon[rows] - 1]
        return mase(self.actual[rows], mean, self.scale[rows])

    def combine(self, y: pd.Series, means: Array, log: bool) -> Array:
        """The weighted mean of k forecasters' forecasts (k, 1 + folds, horizon)."""
        first = y.index[0].ordinal
        cutoff, month = first + self.length - 1, first + self.length + self.horizon - 1
        nothing, rolling = np.full(len(cutoff), np.nan), np.ones(len(cutoff), dtype=bool)
        folds = FoldArrays(
            cutoff, month, self.horizon, self.actual, nothing, nothing, nothing, rolling, rolling
        )
        members = means[:, 1 + self.fold, self.horizon - 1].T
        combined = np.full(means.shape[1:], np.nan)
        ends = {0: y.index[-1].ordinal, **dict(zip(1 + self.fold, cutoff, strict=True))}
        for place, end in ends.items():
            weights = weights_at(int(end), folds, members, log)
            combined[place] = np.tensordot(weights, means[:, place], axes=1)
        return combined

    def frame(self, y: pd.Series, means: Array) -> pd.DataFrame:
        """The fold frame of forecasts (folds, horizon), without quantiles."""
        return pd.DataFrame(
            {
                "protocol": self.protocol,
                "cutoff": y.index[self.length - 1],
                "month": y.index[self.length + self.horizon - 1],
                "horizon": self.horizon,
                "actual": self.actual,
                "mean": means[self.fold, self.horizon - 1],
                "scale": self.scale,
            }
        )
