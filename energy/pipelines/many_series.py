"""Many series of one long table: chunks of work for branches, and a summary of their results."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from statistics import fmean, median, stdev
from typing import Any

import pandas as pd
from msgspec.structs import astuple

from energy.contract.panel import SERIES_PER_FILE, Panel, SeriesForecast
from energy.data.frame import temporal_split
from energy.errors import TooShortToBacktest
from energy.forecasting.folds import SP, FoldPlan, plan_folds
from energy.forecasting.panel_selection import estimate_seconds, select_models

FEWEST_MONTHS = SP + 1
"""Fewest months of a series: fewer have no year to repeat, and no change on the year before."""
BATCH_SIZE = 100
"""Series fitted together: arrays of some ten megabytes."""
CHUNK_SECONDS = (5.0, 600.0)
"""Shortest and longest chunk in CPU seconds: enough to be worth a process, and few enough to lose.
On an engine a task takes a minute to start."""
NOT_FINITE = "its figures are too large or too far apart to compute with"
DIED = "the process that was to forecast it failed; see the log of the run"
WORST = 10
"""Series with the highest errors that a panel names."""


@dataclass(frozen=True, slots=True)
class SeriesChunk:
    """Work for a branch: series, and the forecasters to try on each.

    Attributes:
        series: Names of the series.
        forecasters: Names of the forecasters, the baseline among them.
        horizon: Months to forecast.
        folds: Most cutoffs in a series' training part.
        start: First month to learn from; None for each series' own first.
    """

    series: tuple[str, ...]
    forecasters: tuple[str, ...]
    horizon: int
    folds: int
    start: pd.Period | None = None

    def __str__(self) -> str:
        return f"{len(self.series)} series: {', '.join(self.forecasters)}"


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """Forecasts of a chunk.

    Attributes:
        forecasts: Of its series, in their order.
        left_out: By name of a series without a forecast, the reason.
        seconds: CPU seconds used.
        peak_mb: Peak memory of the process in megabytes; 0 where it cannot be measured.
    """

    forecasts: tuple[SeriesForecast, ...]
    left_out: dict[str, str]
    seconds: float
    peak_mb: float = 0.0

    def __str__(self) -> str:
        left_out = f", {len(self.left_out)} left out" if self.left_out else ""
        return (
            f"{len(self.forecasts)} series forecast{left_out}, {self.seconds:.1f} CPU s, "
            f"{self.peak_mb:.0f} MB at most"
        )


def plan_chunks(
    series: Sequence[str],
    forecasters: Sequence[str],
    horizon: int,
    folds: int,
    start: pd.Period | None,
    workers: int,
) -> list[SeriesChunk]:
    """Distribute series over branches by their cost.

    Every worker gets a chunk where there is enough to do, and no chunk is so large that losing it
    is expensive. Neighbours in the table, which are often similar, go to different chunks.

    Args:
        series: Names, at least one.
        forecasters: To try on each.
        horizon: Months to forecast.
        folds: Most cutoffs in a series' training part.
        start: First month to learn from, or None.
        workers: How many branches run at once.
    """
    total = estimate_seconds(forecasters, folds) * len(series)
    shortest, longest = CHUNK_SECONDS
    rounds = max(1, ceil(total / longest / workers))  # all workers end at about the same time
    count = max(1, min(rounds * workers, int(total / shortest), len(series)))
    return [
        SeriesChunk(tuple(series[place::count]), tuple(forecasters), horizon, folds, start)
        for place in range(count)
    ]


def run_chunk(chunk: SeriesChunk, frame: pd.DataFrame) -> ChunkResult:
    """Backtest and forecast every series of a chunk.

    Args:
        chunk: The work.
        frame: Monthly frame, of which only the chunk's columns are used.
    """
    started, forecasts, left_out = time.process_time(), list[SeriesForecast](), dict[str, str]()
    for first in range(0, len(chunk.series), BATCH_SIZE):
        series = []
        for name in chunk.series[first : first + BATCH_SIZE]:
            y = frame[name].dropna().loc[chunk.start :]
            if len(y) < FEWEST_MONTHS:
                left_out[name] = (
                    f"it has {len(y)} months; {FEWEST_MONTHS} are the fewest to learn from"
                )
            else:
                series.append(y)
        if not series:
            continue
        plans = [_plan(y, chunk) for y in series]
        for result in select_models(series, plans, chunk.forecasters, chunk.horizon):
            if _is_finite(result):
                forecasts.append(result)
            else:
                left_out[result.name] = NOT_FINITE
    seconds = time.process_time() - started
    return ChunkResult(tuple(forecasts), left_out, round(seconds, 3), _peak_mb())


def _plan(y: pd.Series, chunk: SeriesChunk) -> FoldPlan | None:
    index = pd.PeriodIndex(y.index)
    try:
        return plan_folds(index, temporal_split(index)[0][-1], chunk.folds, chunk.horizon)
    except TooShortToBacktest:
        return None


def _is_finite(forecast: SeriesForecast) -> bool:
    """Whether every figure is a number that JSON can hold."""
    scores = [score for score in (forecast.backtest, forecast.holdout) if score]
    figures = [*forecast.mean, *forecast.calibration.scale, *forecast.calibration.quantiles]
    figures += [figure for score in scores for figure in astuple(score) if figure is not None]
    return all(isfinite(figure) for figure in figures)


def _peak_mb() -> float:
    try:
        import resource
    except ImportError:  # Windows has no such module
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def gather_chunks(
    branches: Sequence[object], inputs: Sequence[Any], unit: str
) -> tuple[Panel, list[SeriesForecast]] | None:
    """Collect the results of all chunks: their summary, and each forecast; None without chunks.

    Args:
        branches: Those of the run; any that are no SeriesChunk are skipped.
        inputs: In the same order, each with a ChunkResult in `results`, or with the error of its
            process in `crash`: its series are then left out.
        unit: Of every series.
    """
    forecasts, left_out, lost = list[SeriesForecast](), dict[str, str](), 0
    for branch, task in zip(branches, inputs, strict=True):
        if not isinstance(branch, SeriesChunk):
            continue
        if task.crash:
            left_out |= dict.fromkeys(branch.series, DIED)
            lost += len(branch.series)
        else:
            forecasts += task.results.forecasts
            left_out |= task.results.left_out
    if not any(isinstance(branch, SeriesChunk) for branch in branches):
        return None
    return summarise_panel(forecasts, left_out, unit, lost), forecasts


def summarise_panel(
    forecasts: Sequence[SeriesForecast], left_out: Mapping[str, str], unit: str, lost: int = 0
) -> Panel:
    """Summarise the forecasts of many series.

    Args:
        forecasts: The forecasts.
        left_out: By name of a series without a forecast, the reason.
        unit: Of every series.
        lost: How many of those were lost with a process that failed.
    """
    backtest = [(forecast.name, forecast.backtest) for forecast in forecasts if forecast.backtest]
    scores = [score for _, score in backtest]
    holdout = [forecast.holdout for forecast in forecasts if forecast.holdout]
    better = sum(score.mase < score.baseline_mase for score in scores)
    worst = sorted(backtest, key=lambda pair: -pair[1].mase)[:WORST]
    coverage = [score.coverage80 for score in scores]
    return Panel(
        unit=unit,
        files=-(-max(1, len(forecasts)) // SERIES_PER_FILE),
        months=min((len(forecast.mean) for forecast in forecasts), default=0),
        series=tuple(forecast.name for forecast in forecasts),
        left_out=dict(left_out),
        champions=dict(Counter(forecast.forecaster for forecast in forecasts).most_common()),
        judged=len(scores),
        beat_baseline=better / len(scores) if scores else None,
        mase=_median([score.mase for score in scores]),
        baseline_mase=_median([score.baseline_mase for score in scores]),
        coverage80=_mean(coverage),
        coverage80_error=(
            round(stdev(coverage) / sqrt(len(coverage)), 4) if len(coverage) > 1 else None
        ),
        holdout_mase=_median([score.mase for score in holdout]),
        holdout_baseline_mase=_median([score.baseline_mase for score in holdout]),
        holdout_coverage80=_mean([score.coverage80 for score in holdout]),
        worst=tuple(name for name, _ in worst),
        lost=lost,
    )


def _median(values: list[float]) -> float | None:
    return round(median(values), 4) if values else None


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 4) if values else None
