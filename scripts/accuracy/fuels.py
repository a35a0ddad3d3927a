"""The parts of the total: how each is forecast, and which way of adding up is best.

What `--target all` does, on its own folds: every forecaster of the bench on every series, the best
of each series as its champion, and the ways to reconcile them compared on the training part.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, product
from typing import Any

import pandas as pd

from energy.forecasting import models
from energy.forecasting.folds import FoldPlan, plan_folds
from energy.pipelines.train import (
    Branch,
    Results,
    backtest_branch,
    compare_forecasters,
    mean_mase,
    reconcile_champions,
    schedule_branches,
)

FOLDS = 24


def run(series: dict[str, pd.Series], weather: pd.DataFrame, split: pd.Period) -> dict[str, Any]:
    """Champion and MASE of each series, and MASE by method; nothing later than the split is seen.

    Args:
        series: By target, the total first.
        weather: Columns `temperature` and `degree_days`.
        split: Last month of the training part.
    """
    index = pd.PeriodIndex(next(iter(series.values())).index)
    laid = plan_folds(index, split, FOLDS, 12)
    seen = FoldPlan(laid.backtest, (), split, 12)
    work = product(series, models.FORECASTERS)
    branches = schedule_branches(work, FOLDS, os.cpu_count() or 1)
    cut = {name: y.loc[:split] for name, y in series.items()}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(partial(_one, cut, weather.loc[:split], seen), branches))
    results: Results = {name: {} for name in series}
    for name, result in chain.from_iterable(one.items() for one in found):
        results[name].update(result)
    compared = {
        name: compare_forecasters(tuple(models.FORECASTERS), results[name], y, weather)
        for name, y in cut.items()
    }
    reconciled = reconcile_champions(compared, cut, weather)
    baseline = {
        name: next(s.mase for s in one.ranked if s.forecaster == models.BASELINE)
        for name, one in compared.items()
    }
    return {
        "folds": FOLDS,
        "champions": {name: one.champion for name, one in compared.items()},
        "baseline_mase": baseline,
        "mase": reconciled.mase,
        "mean_mase": {method: mean_mase(of) for method, of in reconciled.mase.items()},
        "method": reconciled.method,
    }


def _one(
    series: dict[str, pd.Series], weather: pd.DataFrame, laid: FoldPlan, branch: Branch
) -> Results:
    return backtest_branch(branch, series, weather, laid)
