"""Many series from one long table: chunks of work for branches, and their results."""

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
from msgspec import structs

from energy.contract.panel import SERIES_PER_FILE, Panel, SeriesForecast
from energy.data.frame import temporal_split
from energy.errors import TooShortToBacktest
from energy.forecasting import folds
from energy.forecasting.folds import SP
from energy.forecasting.panel_selection import (
    choose_panel_forecasters,
    estimate_seconds,
    select_models,
)

FEWEST = SP + 1
"""Months without which there is not even a year to repeat, and nothing to tell its spread by."""
AT_ONCE = 100
"""Series fitted together: arrays of some ten megabytes."""
CHUNK_SECONDS = (5.0, 600.0)
"""CPU seconds of a chunk: enough to be worth a process, and little enough to lose. On an engine a
task takes a minute to start."""
TOO_FAR_APART = "its figures are too far apart to be reckoned with"
DIED = "the process that was to forecast it failed, as the log of the run tells"
WORST = 10
"""Series with the highest errors that are named."""


@dataclass(frozen=True, slots=True)
class SeriesChunk:
    """Work for one branch: some series, and the forecasters to try on each.

    Attributes:
        series: Their names.
        forecasters: Names of the bench, the baseline among them.
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
    """What came of a chunk.

    Attributes:
        forecasts: Of its series, in their order.
        left_out: Why some have none, by name.
        seconds: CPU seconds that it took.
        peak_mb: Most memory that its process ever held, in megabytes; 0 where that is not known.
    """

    forecasts: tuple[SeriesForecast, ...]
    left_out: dict[str, str]
    seconds: float
    peak_mb: float = 0.0

    def __str__(self) -> str:
        without = f", {len(self.left_out)} left out" if self.left_out else ""
        return (
            f"{len(self.forecasts)} series forecast{without}, {self.seconds:.1f} CPU s, "
            f"{self.peak_mb:.0f} MB at most"
        )


def panel_forecasters(names: Sequence[str], asked: str) -> tuple[str, ...]:
    """Which of a run's forecasters each series is tried with: the light bench if all were asked."""
    return choose_panel_forecasters(names, everything=asked.strip() == "all")


def plan_chunks(
    series: Sequence[str],
    forecasters: Sequence[str],
    horizon: int,
    folds: int,
    start: pd.Period | None,
    workers: int,
) -> list[SeriesChunk]:
    """Share series out among branches, by what they cost.

    Every worker gets one where there is enough to do, and none has so much that losing it hurts.
    Neighbours in the table, which are often of one kind, go to different chunks.

    Args:
        series: Names.
        forecasters: To try on each.
        horizon: Months to forecast.
        folds: Most cutoffs in a series' training part.
        start: First month to learn from, or None.
        workers: How many branches run at once.
    """
    total = estimate_seconds(forecasters, folds) * len(series)
    least, most = CHUNK_SECONDS
    rounds = max(1, ceil(total / most / workers))  # all workers end about together
    count = max(1, min(rounds * workers, int(total / least), len(series)))
    given = tuple(forecasters), horizon, folds, start
    return [SeriesChunk(tuple(series[place::count]), *given) for place in range(count)]


def run_chunk(chunk: SeriesChunk, frame: pd.DataFrame) -> ChunkResult:
    """Judge and forecast every series of a chunk.

    Args:
        chunk: What to do.
        frame: The monthly frame, of which only the chunk's columns are looked at.
    """
    began, forecasts, left_out = time.process_time(), list[SeriesForecast](), dict[str, str]()
    for first in range(0, len(chunk.series), AT_ONCE):
        able = []
        for name in chunk.series[first : first + AT_ONCE]:
            y = _of(frame, name, chunk.start)
            if len(y) < FEWEST:
                left_out[name] = f"it has {len(y)} months; {FEWEST} are the fewest to learn from"
            else:
                able.append(y)
        plans = [_plan(y, chunk) for y in able]
        for one in select_models(able, plans, chunk.forecasters, chunk.horizon) if able else []:
            if _is_finite(one):
                forecasts.append(one)
            else:
                left_out[one.name] = TOO_FAR_APART
    spent = time.process_time() - began
    return ChunkResult(tuple(forecasts), left_out, round(spent, 3), _peak_mb())


def gather_chunks(
    branches: Sequence[object], inputs: Sequence[Any], unit: str
) -> tuple[Panel, list[SeriesForecast]] | None:
    """What the chunks among the branches found, summed up and one by one; None without any.

    Args:
        branches: What each was to do, chunks among them.
        inputs: In the same order, what has a Judgement in `results`, or in `crash` why its process
            died: its series are left out, and say so.
        unit: Of every series.
    """
    forecasts, left_out, found, lost = list[SeriesForecast](), dict[str, str](), False, 0
    for branch, task in zip(branches, inputs, strict=True):
        if isinstance(branch, SeriesChunk):
            found = True
            if task.crash:
                left_out |= dict.fromkeys(branch.series, DIED)
                lost += len(branch.series)
            else:
                forecasts += task.results.forecasts
                left_out |= task.results.left_out
    return (summarise_panel(forecasts, left_out, unit, lost), forecasts) if found else None


def _is_finite(one: SeriesForecast) -> bool:
    """Whether everything that is said of a series is a number that JSON can hold."""
    judged = [
        value for found in (one.backtest, one.holdout) if found for value in structs.astuple(found)
    ]
    figures = (*one.mean, *one.calibration.scale, *one.calibration.quantiles, *judged)
    return all(value is None or isfinite(value) for value in figures)


def _peak_mb() -> float:
    """Most memory that this process ever held."""
    try:
        import resource
    except ImportError:  # there is none on Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def _of(frame: pd.DataFrame, name: str, start: pd.Period | None) -> pd.Series:
    whole = frame[name].dropna()
    return whole if start is None else whole.loc[start:]


def _plan(y: pd.Series, chunk: SeriesChunk) -> folds.FoldPlan | None:
    index = pd.PeriodIndex(y.index)
    try:
        return folds.plan_folds(index, temporal_split(index)[0][-1], chunk.folds, chunk.horizon)
    except TooShortToBacktest:
        return None


def summarise_panel(
    series: Sequence[SeriesForecast], left_out: Mapping[str, str], unit: str, lost: int = 0
) -> Panel:
    """What became of them all.

    Args:
        series: The forecasts.
        left_out: Names of series without one, and why.
        unit: Of every series.
        lost: How many of those were lost with the process that was to forecast them.
    """
    judged = [(one.name, one.backtest) for one in series if one.backtest]
    held = [one.holdout for one in series if one.holdout]
    inside = [found for _, found in judged]
    better = sum(found.mase < found.baseline_mase for found in inside)
    worst = sorted(judged, key=lambda pair: -pair[1].mase)[:WORST]
    return Panel(
        unit=unit,
        files=-(-max(1, len(series)) // SERIES_PER_FILE),
        months=min((len(one.mean) for one in series), default=0),
        series=tuple(one.name for one in series),
        left_out=dict(left_out),
        champions=dict(Counter(one.forecaster for one in series).most_common()),
        judged=len(judged),
        beat_baseline=better / len(judged) if judged else None,
        mase=_median([found.mase for found in inside]),
        baseline_mase=_median([found.baseline_mase for found in inside]),
        coverage80=_mean([found.coverage80 for found in inside]),
        coverage80_error=_error_of_mean([found.coverage80 for found in inside]),
        holdout_mase=_median([found.mase for found in held]),
        holdout_baseline_mase=_median([found.baseline_mase for found in held]),
        holdout_coverage80=_mean([found.coverage80 for found in held]),
        worst=tuple(name for name, _ in worst),
        lost=lost,
    )


def _median(values: list[float]) -> float | None:
    return round(median(values), 4) if values else None


def _mean(values: list[float]) -> float | None:
    return round(fmean(values), 4) if values else None


def _error_of_mean(values: list[float]) -> float | None:
    return round(stdev(values) / sqrt(len(values)), 4) if len(values) > 1 else None
