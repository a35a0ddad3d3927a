"""Our bench on the monthly folds, several forecasters at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pandas as pd
from accuracy.protocol import SEED_MONTHS, Protocols

from energy.forecasting import backtest
from energy.forecasting.folds import is_positive, quantile_columns
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.models import FORECASTERS


def run(
    y: pd.Series, weather: pd.DataFrame, protocols: Protocols, names: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Fold frame and CPU seconds of every forecaster; `single_origin_2017` is a protocol in it."""
    fitted = sorted(
        (n for n in names if not FORECASTERS[n].members), key=lambda n: -FORECASTERS[n].cost
    )
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(partial(_one, y, weather, protocols), fitted))
    frames = {name: frame for name, (frame, _) in zip(fitted, found, strict=True)}
    seconds = {name: spent for name, (_, spent) in zip(fitted, found, strict=True)}
    for name in names:
        if members := FORECASTERS[name].members:
            of = [frames[member] for member in members]
            frames[name] = backtest.combine_backtests(FORECASTERS[name].rule, of, y, weather)
            seconds[name] = sum(seconds[member] for member in members)
    return {name: frames[name] for name in names}, seconds


def _one(
    y: pd.Series, weather: pd.DataFrame, protocols: Protocols, name: str
) -> tuple[pd.DataFrame, float]:
    rolling, spent = backtest.run_backtest(name, y, weather, protocols.rolling)
    until = protocols.seed.split + SEED_MONTHS
    seed, more = backtest.run_backtest(name, y.loc[:until], weather, protocols.seed)
    single = seed[seed["protocol"] == "single_origin"].assign(protocol="single_origin_2017")
    # The seed's fold, too, has intervals from all errors made before it.
    whole = pd.concat([rolling, single], ignore_index=True).drop(columns=quantile_columns())
    return add_quantiles(whole, y, is_positive(y), weather), spent + more
