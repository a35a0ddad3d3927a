"""Backtest, compare, choose and refit: TrainFlow's middle steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastTable
from energy.forecasting import backtest, combination, folds, selection
from energy.forecasting.folds import MONTHS_SCORED, is_positive, months_after
from energy.forecasting.intervals import RealTimeData, add_quantiles
from energy.forecasting.metrics import Score, mase, score_figures, score_folds
from energy.forecasting.models import BASELINE, FORECASTERS
from energy.forecasting.reconciliation import (
    METHODS,
    RECONCILED,
    known_errors,
    reconcile,
    reconcile_folds,
)

DIED = "its process ended before it answered"
Result = tuple[pd.DataFrame | None, Score]
"""What became of a forecaster: its fold frame, or None, and its backtest score or failure."""
Results = dict[str, dict[str, Result]]
"""The same by series and forecaster."""


Work = tuple[str, str]
"""A series and one forecaster of the bench to backtest on it, by their names."""
BRANCH_START = 2.5
"""CPU seconds until a branch fits: a process, Metaflow, pandas, sktime and statsmodels."""


def schedule_branches(work: Iterable[Work], folds: int, workers: int) -> list[tuple[Work, ...]]:
    """What is to be fitted, in parcels for one branch each, the dearest first.

    It is dealt out so that all parcels end together: the dearest first, each to the parcel that
    has least to do (Graham 1969, doi:10.1137/0117039). There is one for each worker, or fewer where
    a further branch would not save the seconds that it takes to start: a bench that is quick has
    one, of however many series, and no wide engine makes a run shorter than its dearest forecaster.
    A combination is in none of them: its folds are taken from its members'.

    Args:
        work: Series and names of the bench.
        folds: Cutoffs that each is fitted at.
        workers: Most branches to run at once.
    """
    fitted = sorted(
        (one for one in work if not FORECASTERS[one[1]].members), key=lambda one: -_cost(one)
    )
    dealt = [_deal(fitted, number) for number in range(1, max(1, min(workers, len(fitted))) + 1)]
    best = min(dealt, key=lambda one: folds * max(map(_total, one)) + BRANCH_START * len(one))
    return [tuple(parcel) for parcel in best if parcel]


def _deal(work: Sequence[Work], number: int) -> list[list[Work]]:
    """Work, the dearest first, in that many parcels of about equal cost, the dearest first."""
    dealt: list[list[Work]] = [[] for _ in range(number)]
    for one in work:
        min(dealt, key=_total).append(one)
    return sorted(dealt, key=_total, reverse=True)


def _cost(work: Work) -> float:
    return FORECASTERS[work[1]].cost


def _total(parcel: Sequence[Work]) -> float:
    """CPU seconds of one fold of all of it."""
    return sum(map(_cost, parcel))


@dataclass(frozen=True, slots=True)
class Branch:
    """What one branch of the flow backtests: forecasters, each on a series."""

    work: tuple[Work, ...]

    @property
    def by_target(self) -> dict[str, list[str]]:
        """The forecasters of each series, by its name."""
        found: dict[str, list[str]] = {}
        for target, forecaster in self.work:
            found.setdefault(target, []).append(forecaster)
        return found

    def __str__(self) -> str:
        return "; ".join(f"{name}: {', '.join(found)}" for name, found in self.by_target.items())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every forecaster's result, ranked on the training part and reported on the holdout.

    Attributes:
        ranked: Backtest scores, best first, failures last.
        holdout: Scores on the holdout by forecaster; nothing was chosen on them.
        single_origin: MAPE in per cent of the one forecast from the split to the end.
        folds: Fold frame by forecaster.
        why: Why the first of the ranking is the champion.
        nowcast: Scores one month ahead, in the weather that came, on the training part, of those
            forecasters that use weather.
        nowcast_holdout: The same on the holdout.
    """

    ranked: list[Score]
    holdout: dict[str, Score]
    single_origin: dict[str, float | None]
    folds: dict[str, pd.DataFrame]
    why: str
    nowcast: dict[str, Score]
    nowcast_holdout: dict[str, Score]

    @property
    def champion(self) -> str:
        """Name of the winner."""
        return self.ranked[0].forecaster

    @property
    def leading(self) -> list[Score]:
        """The four best and the baseline: what a chart of all would hide in its lines."""
        scored = [score for score in self.ranked if score.failure is None]
        return [*scored[:4], *(s for s in scored[4:] if s.forecaster == BASELINE)]


def backtest_branch(
    branch: Branch,
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    plan: folds.FoldPlan,
    known: Mapping[str, RealTimeData] | None = None,
) -> Results:
    """Backtest what a branch is to; a failure of any forecaster is a result.

    Several have a process each, one after another, forked from this one once it has imported what
    all of them need, so that one that dies takes no other with it.

    Args:
        branch: What is to be done.
        series: Each whole, by name.
        weather: Columns `temperature` and `degree_days` covering them, or None.
        plan: The folds.
        known: By series, what each fold was to know, where that is not the series; see
            `backtest.run`.

    Returns:
        By series and forecaster.
    """
    found: Results = {}
    several = len(branch.work) > 1
    run = _apart if several else backtest_one
    for target, forecasters in branch.by_target.items():
        given = (series[target], weather, plan, (known or {}).get(target))
        if several:
            backtest.warm_caches(*given)
        found[target] = {name: run(name, *given) for name in forecasters}
    return found


def _apart(name: str, *given: Any) -> Result:
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        try:
            return pool.submit(backtest_one, name, *given).result()
        except BrokenProcessPool:
            return None, Score(name, failure=DIED)


def backtest_one(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    plan: folds.FoldPlan,
    known_then: RealTimeData | None = None,
) -> Result:
    """Backtest a forecaster; whatever goes wrong in it becomes a Score with the reason."""
    try:
        folds, seconds = backtest.run_backtest(forecaster, y, weather, plan, known_then)
    except Exception as error:  # noqa: BLE001 - one forecaster's failure, of any kind, is a result
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return None, Score(forecaster, failure=reason)
    return folds, _score(forecaster, folds, seconds, "backtest")


def gather_branches(branches: Sequence[object], inputs: Sequence[Any]) -> Results:
    """What the branches found, by series and forecaster.

    Args:
        branches: What each was to do; those that are no Branch are somebody else's.
        inputs: In the same order, what has `results`, or in `crash` why its process died.
    """
    found: Results = {}
    for branch, task in zip(branches, inputs, strict=True):
        if not isinstance(branch, Branch):
            continue
        for target, names in branch.by_target.items():
            lost: dict[str, Result] = {name: (None, Score(name, failure=DIED)) for name in names}
            found.setdefault(target, {}).update(lost if task.crash else task.results[target])
    return found


def compare_forecasters(
    names: Sequence[str],
    results: Mapping[str, Result],
    y: pd.Series,
    weather: pd.DataFrame | None = None,
    known_then: RealTimeData | None = None,
) -> Comparison:
    """Add the combinations, rank on the backtest, and score the holdout for the report.

    Args:
        names: The forecasters of this run.
        results: Of each that was fitted.
        y: The whole series.
        weather: Columns `temperature` and `degree_days` covering it.
        known_then: What each fold was to know, where that is not y; see `backtest.run`.

    Raises:
        EveryForecasterFailed: There is nothing to choose from.
    """
    scores = {name: score for name, (_, score) in results.items()}
    folds = {name: frame for name, (frame, _) in results.items() if frame is not None}
    for name in names:
        if members := FORECASTERS[name].members:
            if lost := [member for member in members if member not in folds]:
                scores[name] = Score(name, failure=f"its member failed: {', '.join(lost)}")
                continue
            frames = [folds[member] for member in members]
            folds[name] = backtest.combine_backtests(
                FORECASTERS[name].rule, frames, y, weather, known_then
            )
            seconds = sum(scores[member].seconds for member in members)
            scores[name] = _score(name, folds[name], seconds, "backtest")
    ranked = selection.rank_forecasters([scores[name] for name in names])
    held = _reported(folds, "holdout")
    single = {
        name: score_figures(frame[frame["protocol"] == "single_origin"])["mape"]
        for name, frame in folds.items()
        if name in held
    }
    return Comparison(
        ranked,
        held,
        single,
        folds,
        selection.explain_choice(ranked),
        _reported(folds, "nowcast"),
        _reported(folds, "nowcast_holdout"),
    )


def refit_best(
    compared: Comparison, y: pd.Series, weather: pd.DataFrame | None, horizon: int, unit: str
) -> tuple[Any, ForecastTable]:
    """Fit the champion on all months; the fitted sktime forecaster, and its forecast table."""
    entry, folds = FORECASTERS[compared.champion], compared.folds
    members = [folds[member] for member in entry.members]
    weights = combination.combination_weights(entry.rule, members, y.index[-1]) if members else None
    return selection.refit_champion(
        entry.name, y, weather, folds[entry.name], horizon, unit, weights
    )


def _reported(folds: Mapping[str, pd.DataFrame], protocol: str) -> dict[str, Score]:
    """Scores of those that have folds of a protocol and figures on them."""
    return {
        name: found
        for name, frame in folds.items()
        if (frame["protocol"] == protocol).any()
        and (found := _score(name, frame, 0.0, protocol)).failure is None
    }


def _score(name: str, folds: pd.DataFrame, seconds: float, protocol: str) -> Score:
    found = score_folds(name, folds[folds["protocol"] == protocol], seconds)
    if not all(math.isfinite(figure) for figure in (found.mase or 0.0, found.wis or 0.0)):
        # MASE has no scale where every year repeats the one before to the last digit.
        reason = f"its scores are not numbers: MASE {found.mase}, WIS {found.wis}"
        return Score(name, failure=reason, seconds=seconds)
    return found


KEEPING = ("top_down", "mint_given_total")
"""Methods that leave the total's own forecast as it is, which its champion must answer for."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every way to make the parts add up, judged on the training part.

    Attributes:
        method: The one chosen: of those that keep the total, the one with the lowest mean MASE.
        mase: MASE of each series, total and parts, by method.
        folds: Fold frame of each series, reconciled by that method, with its intervals.
        scores: Backtest score of each series so reconciled.
        holdout: The same on the holdout.
    """

    method: str
    mase: dict[str, dict[str, float]]
    folds: dict[str, pd.DataFrame]
    scores: dict[str, Score]
    holdout: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The parts' forecast tables, which add up to the total's, and how they were made to."""

    reconciled: Reconciliation
    tables: dict[str, ForecastTable]

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        by_name = {name: found.to_dict() for name, found in self.reconciled.scores.items()}
        held = {name: found.to_dict() for name, found in self.reconciled.holdout.items()}
        return {
            "method": self.reconciled.method,
            "mase": self.reconciled.mase,
            "backtest": by_name,
            "holdout": held,
            "tables": {name: table.to_dict() for name, table in self.tables.items()},
        }


def mean_mase(mase: Mapping[str, float]) -> float:
    """Mean over the total and its parts."""
    return sum(mase.values()) / len(mase)


def reconcile_champions(
    compared: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    known_then: Mapping[str, RealTimeData] | None = None,
) -> Reconciliation:
    """Try every method on the champions' folds, and choose one on the training part.

    Args:
        compared: By target, the total first.
        series: By target.
        weather: Columns `temperature` and `degree_days`, or None.
        known_then: By target; see `backtest.run`.
    """
    frames, total = _frames(compared), next(iter(compared))
    above = [name for name in frames if is_positive(series[name])]
    tried = {name: reconcile_folds(name, frames, total, above, known_then) for name in METHODS}
    found_mase = {
        method: {name: _mase(frame) for name, frame in found.items()}
        for method, found in tried.items()
    }
    method = min(KEEPING, key=lambda name: mean_mase(found_mase[name]))
    folds = {
        name: add_quantiles(
            frame, series[name], is_positive(series[name]), weather, (known_then or {}).get(name)
        )
        for name, frame in tried[method].items()
    }
    return Reconciliation(
        method,
        found_mase,
        folds,
        _scores(compared, folds, "backtest"),
        _scores(compared, folds, "holdout"),
    )


def break_down(
    reconciled: Reconciliation,
    compared: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    weather: pd.DataFrame | None,
    total: ForecastTable,
) -> Breakdown:
    """Forecast every part and make the parts add up to the total that is published.

    Args:
        reconciled: What `reconcile_champions` chose.
        compared: By target, the total first.
        series: By target.
        weather: Columns `temperature` and `degree_days`, or None.
        total: The total's forecast table.
    """
    parts = {
        name: refit_best(compared[name], series[name], weather, len(total.months), total.unit)[1]
        for name in compared
        if name != total.target
    }
    cutoff = series[total.target].index[-1]
    means = pd.DataFrame({name: [m.mean for m in table.months] for name, table in parts.items()})
    above = pd.Series({name: is_positive(series[name]) for name in parts}).to_numpy()
    _, moved = reconcile(
        reconciled.method,
        np.array([row.mean for row in total.months]),
        means.to_numpy(),
        known_errors(_frames(compared), total.target, cutoff),
        above,
    )
    months = months_after(cutoff, len(total.months))
    tables = {
        name: selection.forecast_table(
            compared[name].champion,
            series[name],
            pd.Series(moved[:, place], months),
            reconciled.folds[name],
            weather,
            total.unit,
            parts[name].observed,
        )
        for place, name in enumerate(parts)
    }
    return Breakdown(reconciled, tables)


def _frames(compared: Mapping[str, Comparison]) -> dict[str, pd.DataFrame]:
    """Each champion's rows of the protocols that all have, whether they use weather or not."""
    found = {name: one.folds[one.champion] for name, one in compared.items()}
    return {
        name: frame[frame["protocol"].isin(RECONCILED)].reset_index(drop=True)
        for name, frame in found.items()
    }


def _mase(folds: pd.DataFrame) -> float:
    rows = folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)]
    return mase(*(rows[column].to_numpy() for column in ("actual", "mean", "scale")))


def _scores(
    compared: Mapping[str, Comparison], folds: Mapping[str, pd.DataFrame], protocol: str
) -> dict[str, Score]:
    return {
        name: score_folds(compared[name].champion, rows, 0.0)
        for name, frame in folds.items()
        if len(rows := frame[frame["protocol"] == protocol])
    }
