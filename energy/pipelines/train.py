"""Backtest, compare, select and refit: TrainFlow's middle steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from math import isfinite
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastTable
from energy.forecasting import backtest, selection
from energy.forecasting.combination import FEWEST_MEMBERS, member_weights
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan, is_positive, months_after
from energy.forecasting.intervals import RealTimeData, add_quantiles
from energy.forecasting.metrics import Score, mase, score_figures, score_folds
from energy.forecasting.models import BASELINE, FORECASTERS
from energy.forecasting.reconciliation import (
    METHODS,
    RECONCILED,
    past_errors,
    reconcile,
    reconcile_folds,
)

Result = tuple[pd.DataFrame | None, Score]
"""A forecaster's fold frame, or None, and its backtest score or failure."""
Results = dict[str, dict[str, Result]]
"""Results by target and forecaster."""
Work = tuple[str, str]
"""A target, and the name of a forecaster to backtest on it."""
BRANCH_START = 2.5
"""CPU seconds until a branch fits: a process, Metaflow, pandas, sktime and statsmodels."""
DIED = "its process ended before it answered"
TOTAL_KEEPING = ("top_down", "mint_given_total")
"""Reconciliation methods that keep the total's own forecast, whose accuracy was measured."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Work of a branch of the flow: forecasters to backtest, each on a target."""

    work: tuple[Work, ...]

    @property
    def by_target(self) -> dict[str, list[str]]:
        """The forecasters of each target."""
        forecasters: dict[str, list[str]] = {}
        for target, forecaster in self.work:
            forecasters.setdefault(target, []).append(forecaster)
        return forecasters

    def __str__(self) -> str:
        return "; ".join(
            f"{target}: {', '.join(names)}" for target, names in self.by_target.items()
        )


def schedule_branches(work: Iterable[Work], folds: int, workers: int) -> list[Branch]:
    """Distribute work over branches that end together, the most expensive first.

    Each item, the most expensive first, goes to the branch with the least to do (Graham 1969,
    doi:10.1137/0117039). There is a branch for each worker, or fewer where another one would not
    save the seconds that it takes to start. Combinations are skipped: their folds come from their
    members' folds.

    Args:
        work: Targets and forecasters.
        folds: Cutoffs that each is fitted at.
        workers: Most branches to run at once.
    """
    items = [item for item in work if not FORECASTERS[item[1]].members]
    items.sort(key=lambda item: -FORECASTERS[item[1]].cost)
    schedules = [_distribute(items, count + 1) for count in range(max(1, min(workers, len(items))))]

    def seconds(schedule: Sequence[Sequence[Work]]) -> float:
        return folds * max(map(_cost, schedule)) + BRANCH_START * len(schedule)

    return [Branch(tuple(branch)) for branch in min(schedules, key=seconds) if branch]


def _distribute(items: Sequence[Work], count: int) -> list[list[Work]]:
    """Items, the most expensive first, in `count` lists of about equal cost."""
    branches: list[list[Work]] = [[] for _ in range(count)]
    for item in items:
        min(branches, key=_cost).append(item)
    return sorted(branches, key=_cost, reverse=True)


def _cost(items: Sequence[Work]) -> float:
    """CPU seconds of a fold of all items."""
    return sum(FORECASTERS[forecaster].cost for _, forecaster in items)


def backtest_branch(
    branch: Branch,
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    real_time_data: Mapping[str, RealTimeData] | None = None,
) -> Results:
    """Backtest the forecasters of a branch; the failure of a forecaster is a result.

    If there are several, each runs in its own process, one after another, forked from this one
    after it has imported what all of them need. One that crashes does not affect the others.

    Args:
        branch: The work.
        series: By target.
        weather: Columns `temperature` and `degree_days` covering the series, or None.
        plan: The folds.
        real_time_data: By target; see `run_backtest`.
    """
    results: Results = {}
    several = len(branch.work) > 1
    run = _backtest_in_process if several else backtest_one
    for target, forecasters in branch.by_target.items():
        data = (series[target], weather, plan, (real_time_data or {}).get(target))
        if several:
            backtest.warm_caches(*data)
        results[target] = {forecaster: run(forecaster, *data) for forecaster in forecasters}
    return results


def _backtest_in_process(forecaster: str, *data: Any) -> Result:
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        try:
            return pool.submit(backtest_one, forecaster, *data).result()
        except BrokenProcessPool:
            return None, Score(forecaster, failure=DIED)


def backtest_one(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: FoldPlan,
    real_time_data: RealTimeData | None = None,
) -> Result:
    """Backtest a forecaster as `run_backtest` does; an error becomes a Score with the reason."""
    try:
        folds, seconds = backtest.run_backtest(forecaster, y, weather, plan, real_time_data)
    except Exception as error:  # noqa: BLE001 - a forecaster's failure, of any kind, is a result
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return None, Score(forecaster, failure=reason)
    return folds, _protocol_score(forecaster, folds, "backtest", seconds=seconds)


def gather_branches(branches: Sequence[object], inputs: Sequence[Any]) -> Results:
    """Collect the results of all branches.

    Args:
        branches: Those of the run; any that are no Branch are skipped.
        inputs: In the same order, each with `results`, or with the error of its process in `crash`.
    """
    results: Results = {}
    for branch, task in zip(branches, inputs, strict=True):
        if not isinstance(branch, Branch):
            continue
        for target, forecasters in branch.by_target.items():
            lost: dict[str, Result] = {
                forecaster: (None, Score(forecaster, failure=DIED)) for forecaster in forecasters
            }
            results.setdefault(target, {}).update(lost if task.crash else task.results[target])
    return results


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every forecaster's result, ranked on the training part and reported on the holdout.

    Attributes:
        ranked: Backtest scores: the champion's, then the others', best first, failures last.
        holdout: Scores on the holdout by forecaster, not used for selection.
        single_origin: MAPE in per cent of the one forecast from the split to the end.
        folds: Fold frame by forecaster.
        why: Why the first of the ranking is the champion.
        nowcast: Scores one month ahead with actual weather, on the training part, of the
            forecasters that use weather.
        nowcast_holdout: The same on the holdout.
        weights: By member of the champion, at the end of the series; empty if it has no members.
        prequential: Scores over all cutoffs, backtest and holdout: of a combination, what would
            have been published at each.
    """

    ranked: list[Score]
    holdout: dict[str, Score]
    single_origin: dict[str, float | None]
    folds: dict[str, pd.DataFrame]
    why: str
    nowcast: dict[str, Score]
    nowcast_holdout: dict[str, Score]
    weights: dict[str, float] = field(default_factory=dict)
    prequential: dict[str, Score] = field(default_factory=dict)

    @property
    def champion(self) -> str:
        """Name of the forecaster that is published."""
        return self.ranked[0].forecaster

    @property
    def leading(self) -> list[Score]:
        """The first four and the baseline, for charts that could not show all."""
        scored = [score for score in self.ranked if score.failure is None]
        return [*scored[:4], *(score for score in scored[4:] if score.forecaster == BASELINE)]


def compare_forecasters(
    forecasters: Sequence[str],
    results: Mapping[str, Result],
    y: pd.Series,
    weather: pd.DataFrame | None = None,
    real_time_data: RealTimeData | None = None,
) -> Comparison:
    """Add the combinations, rank on the backtest, and score the holdout for the report.

    A combination does without the members that failed, and fails with fewer than two others.

    Args:
        forecasters: Those of the run.
        results: Of every forecaster that was fitted.
        y: All months of the series.
        weather: Columns `temperature` and `degree_days` covering it, or None.
        real_time_data: See `run_backtest`.

    Raises:
        ForecastingError: Every forecaster failed.
    """
    scores = {forecaster: score for forecaster, (_, score) in results.items()}
    folds = {forecaster: frame for forecaster, (frame, _) in results.items() if frame is not None}
    weights: dict[str, dict[str, float]] = {}
    for name in forecasters:
        spec = FORECASTERS[name]
        if not spec.members:
            continue
        failed = [member for member in spec.members if scores[member].failure is not None]
        members = {member: folds[member] for member in spec.members if member not in failed}
        if len(members) < FEWEST_MEMBERS:
            scores[name] = Score(name, failure=f"its members failed: {', '.join(failed)}")
            continue
        weights[name] = member_weights(members, y.index[-1], is_positive(y))
        seconds = sum(scores[member].seconds for member in members)
        folds[name] = backtest.combine_backtests(members, y, weather, real_time_data)
        scores[name] = _protocol_score(name, folds[name], "backtest", seconds=seconds)
    ranked = selection.rank_forecasters([scores[forecaster] for forecaster in forecasters])
    champion_weights = weights.get(ranked[0].forecaster, {})
    holdout = _protocol_scores(folds, "holdout")
    return Comparison(
        ranked=ranked,
        holdout=holdout,
        single_origin={
            forecaster: score_figures(_protocol_rows(frame, "single_origin"))["mape"]
            for forecaster, frame in folds.items()
            if forecaster in holdout
        },
        folds=folds,
        why=selection.explain_choice(ranked, champion_weights),
        nowcast=_protocol_scores(folds, "nowcast"),
        nowcast_holdout=_protocol_scores(folds, "nowcast_holdout"),
        weights=champion_weights,
        prequential=_protocol_scores(folds, "backtest", "holdout"),
    )


def _protocol_rows(folds: pd.DataFrame, *protocols: str) -> pd.DataFrame:
    return folds[folds["protocol"].isin(protocols)]


def _protocol_score(
    forecaster: str, folds: pd.DataFrame, *protocols: str, seconds: float = 0.0
) -> Score:
    score = score_folds(forecaster, _protocol_rows(folds, *protocols), seconds)
    if not all(isfinite(figure) for figure in (score.mase or 0.0, score.wis or 0.0)):
        reason = f"its scores are not numbers: MASE {score.mase}, WIS {score.wis}"
        return Score(forecaster, failure=reason, seconds=seconds)
    return score


def _protocol_scores(folds: Mapping[str, pd.DataFrame], *protocols: str) -> dict[str, Score]:
    """Scores of the forecasters that have folds of the protocols, without failures."""
    scores = {
        forecaster: _protocol_score(forecaster, frame, *protocols)
        for forecaster, frame in folds.items()
        if len(_protocol_rows(frame, *protocols))
    }
    return {forecaster: score for forecaster, score in scores.items() if score.failure is None}


def refit_best(
    comparison: Comparison, y: pd.Series, weather: pd.DataFrame | None, horizon: int, unit: str
) -> tuple[Any, ForecastTable]:
    """Fit the champion on all months; the fitted sktime forecaster, and its forecast table."""
    champion = comparison.champion
    folds, weights = comparison.folds[champion], comparison.weights
    return selection.refit_champion(champion, y, weather, folds, horizon, unit, weights)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every reconciliation method, compared on the training part.

    Attributes:
        method: The chosen one: of those that keep the total, the one with the lowest mean MASE.
        mase: MASE of each series, total and parts, by method.
        folds: Fold frame of each series, reconciled by the chosen method, with its intervals.
        scores: Backtest score of each series so reconciled.
        holdout: Holdout score of each series so reconciled.
    """

    method: str
    mase: dict[str, dict[str, float]]
    folds: dict[str, pd.DataFrame]
    scores: dict[str, Score]
    holdout: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts' forecast tables, which add up to the total's, and their reconciliation."""

    reconciliation: Reconciliation
    tables: dict[str, ForecastTable]

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        scores, holdout = self.reconciliation.scores, self.reconciliation.holdout
        return {
            "method": self.reconciliation.method,
            "mase": self.reconciliation.mase,
            "backtest": {name: score.to_dict() for name, score in scores.items()},
            "holdout": {name: score.to_dict() for name, score in holdout.items()},
            "tables": {name: table.to_dict() for name, table in self.tables.items()},
        }


def mean_mase(mase: Mapping[str, float]) -> float:
    """Mean over the total and its parts."""
    return sum(mase.values()) / len(mase)


def reconcile_champions(
    comparisons: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    real_time_data: Mapping[str, RealTimeData] | None = None,
) -> Reconciliation:
    """Try every method on the champions' folds, and choose one on the training part.

    Args:
        comparisons: By target, the total first.
        series: By target.
        weather: Columns `temperature` and `degree_days`, or None.
        real_time_data: By target; see `run_backtest`.
    """
    frames, total = _champion_folds(comparisons), next(iter(comparisons))
    positive = [name for name in frames if is_positive(series[name])]
    reconciled = {
        method: reconcile_folds(method, frames, total, positive, real_time_data)
        for method in METHODS
    }
    mase_by_method = {
        method: {name: _backtest_mase(frame) for name, frame in folds.items()}
        for method, folds in reconciled.items()
    }
    method = min(TOTAL_KEEPING, key=lambda name: mean_mase(mase_by_method[name]))
    folds = {
        name: add_quantiles(
            frame, series[name], name in positive, weather, (real_time_data or {}).get(name)
        )
        for name, frame in reconciled[method].items()
    }
    scores, holdout = (
        {
            name: score_folds(comparisons[name].champion, rows, 0.0)
            for name, frame in folds.items()
            if len(rows := _protocol_rows(frame, protocol))
        }
        for protocol in RECONCILED
    )
    return Reconciliation(method, mase_by_method, folds, scores, holdout)


def break_down(
    reconciliation: Reconciliation,
    comparisons: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    table: ForecastTable,
) -> Breakdown:
    """Forecast every part, and reconcile the parts with the total that is published.

    Args:
        reconciliation: From `reconcile_champions`.
        comparisons: By target, the total first.
        series: By target.
        weather: Columns `temperature` and `degree_days`, or None.
        table: The total's forecast table.
    """
    horizon = len(table.months)
    parts = {
        name: refit_best(comparison, series[name], weather, horizon, table.unit)[1]
        for name, comparison in comparisons.items()
        if name != table.target
    }
    cutoff = series[table.target].index[-1]
    _, means = reconcile(
        reconciliation.method,
        np.array([month.mean for month in table.months]),
        np.column_stack([[month.mean for month in part.months] for part in parts.values()]),
        past_errors(_champion_folds(comparisons), table.target, cutoff),
        np.array([is_positive(series[name]) for name in parts]),
    )
    months = months_after(cutoff, horizon)
    tables = {
        name: selection.forecast_table(
            comparisons[name].champion,
            series[name],
            pd.Series(means[:, place], months),
            reconciliation.folds[name],
            weather,
            table.unit,
            part.observed,
        )
        for place, (name, part) in enumerate(parts.items())
    }
    return Breakdown(reconciliation, tables)


def _champion_folds(comparisons: Mapping[str, Comparison]) -> dict[str, pd.DataFrame]:
    """Each champion's rows of the protocols that all have, whether they use weather or not."""
    frames = {name: item.folds[item.champion] for name, item in comparisons.items()}
    return {
        name: frame[frame["protocol"].isin(RECONCILED)].reset_index(drop=True)
        for name, frame in frames.items()
    }


def _backtest_mase(folds: pd.DataFrame) -> float:
    rows = folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)]
    return mase(*(rows[column].to_numpy() for column in ("actual", "mean", "scale")))
