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

from energy.breakdown import mean_mase, reconcile_champions
from energy.forecasting import bench
from energy.forecasting.backtest import Plan, plan
from energy.forecasting.parcels import parcels
from energy.training import Branch, Results, backtest_branch, compare

FOLDS = 24


def run(series: dict[str, pd.Series], weather: pd.DataFrame, split: pd.Period) -> dict[str, Any]:
    """Champion and MASE of each series, and MASE by method; nothing later than the split is seen.

    Args:
        series: By target, the total first.
        weather: Columns `temperature` and `degree_days`.
        split: Last month of the training part.
    """
    index = pd.PeriodIndex(next(iter(series.values())).index)
    laid = plan(index, split, FOLDS, 12)
    seen = Plan(laid.backtest, (), split, 12)
    branches = map(Branch, parcels(product(series, bench.BENCH), FOLDS, os.cpu_count() or 1))
    cut = {name: y.loc[:split] for name, y in series.items()}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(partial(_one, cut, weather.loc[:split], seen), branches))
    results: Results = {name: {} for name in series}
    for name, result in chain.from_iterable(one.items() for one in found):
        results[name].update(result)
    compared = {
        name: compare(tuple(bench.BENCH), results[name], y, weather) for name, y in cut.items()
    }
    reconciled = reconcile_champions(compared, cut, weather)
    baseline = {
        name: next(s.mase for s in one.ranked if s.forecaster == bench.BASELINE)
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
    series: dict[str, pd.Series], weather: pd.DataFrame, laid: Plan, branch: Branch
) -> Results:
    return backtest_branch(branch, series, weather, laid)
