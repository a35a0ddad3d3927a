"""Series whose truth is known, and fold frames made by hand or once for many tests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from energy.forecasting import backtest, combination, folds
from energy.forecasting.folds import quantile_columns
from energy.forecasting.models import FORECASTERS

RESPONSE = 0.9
"""Mtoe that a hundred degree days add to the made-up series."""

unhurried = settings(deadline=None, max_examples=50)
"""On a machine that others use too, a slow example says nothing."""


def for_each(names: Iterable[str]) -> pytest.MarkDecorator:
    """Run a test for each forecaster."""
    return pytest.mark.parametrize("name", list(names))


def period(month: str) -> pd.Period:
    return pd.Period(month, freq="M")


def months(count: int, start: str = "2009-01") -> pd.PeriodIndex:
    return pd.period_range(start, periods=count, freq="M", name="month")


def made_up_weather(count: int, start: str = "2009-01", seed: int = 0) -> pd.DataFrame:
    """A temperature with a season, and degree days that follow from it."""
    index = months(count, start)
    season = np.cos(2 * np.pi * (index.month - 1) / 12)
    temperature = 10 - 6 * season + np.random.default_rng(seed).normal(0, 1.2, count)
    cold = np.maximum(15.5 - temperature, 0.0)
    return pd.DataFrame({"temperature": temperature, "degree_days": cold}, index)


def made_up_series(weather: pd.DataFrame, noise: float = 0.1, seed: int = 1) -> pd.Series:
    """Fourteen units, a season that is not the weather's, and RESPONSE to every degree day."""
    index = pd.PeriodIndex(weather.index)
    hundreds = weather["degree_days"] * index.days_in_month / 100
    wave = 0.8 * np.sin(2 * np.pi * index.month / 12)
    spread = np.random.default_rng(seed).normal(0, noise, len(index))
    return (14 + wave + RESPONSE * hundreds + spread).rename("total")


def fold(
    cutoff: str,
    actual: Sequence[float],
    mean: Sequence[float],
    *,
    protocol: str = "backtest",
    scale: float = 1.0,
    width: float | None = None,
) -> pd.DataFrame:
    """One fold of a fold frame; with a `width`, quantiles that far apart around the mean."""
    last = period(cutoff)
    rows = pd.DataFrame(
        {
            "protocol": protocol,
            "cutoff": last,
            "month": pd.period_range(last + 1, periods=len(actual), freq="M"),
            "horizon": np.arange(1, len(actual) + 1),
            "actual": np.asarray(actual, dtype=float),
            "mean": np.asarray(mean, dtype=float),
            "scale": scale,
        }
    )
    if width is None:
        return rows
    columns = quantile_columns()
    steps = np.arange(len(columns)) - len(columns) // 2
    return rows.assign(
        **{name: rows["mean"] + width * k for name, k in zip(columns, steps, strict=True)}
    )


def rolling_folds(
    y: pd.Series, cutoffs: Iterable[pd.Period], horizon: int = 12, seed: int = 3
) -> pd.DataFrame:
    """Folds of a forecaster that errs by a tenth or so, and never the same way twice."""
    parts = []
    for cutoff in cutoffs:
        ahead = y.loc[cutoff + 1 : cutoff + horizon]
        off = np.random.default_rng([seed, cutoff.ordinal]).normal(0, 0.1, len(ahead))
        parts.append(fold(str(cutoff), ahead.to_list(), (ahead * np.exp(off)).to_list()))
    return pd.concat(parts, ignore_index=True)


def altered(
    y: pd.Series, weather: pd.DataFrame, after: pd.Period, weather_after: pd.Period | None = None
) -> tuple[pd.Series, pd.DataFrame]:
    """Series and weather, the same up to a month and wildly different from the next on.

    The weather from a month of its own on, if there is one.
    """
    y, weather = y.copy(), weather.copy()
    later = y.index > after
    y[later] = y[later].to_numpy()[::-1] * np.linspace(0.1, 9, later.sum())
    later = weather.index > (weather_after or after)
    weather.loc[later, "temperature"] -= 30.0
    weather.loc[later, "degree_days"] += np.linspace(5, 500, later.sum())
    return y, weather


def unequal_weights(combination: str) -> dict[str, float]:
    """Weights of a combination's members that sum to one; none for another forecaster."""
    members = FORECASTERS[combination].members
    total = len(members) * (len(members) + 1) / 2
    return {member: rank / total for rank, member in enumerate(members, start=1)}


def backtested(
    y: pd.Series, weather: pd.DataFrame, plan: folds.FoldPlan
) -> Callable[[str], pd.DataFrame]:
    """Fold frames by name, each made once.

    Combinations among them, which find six errors enough to weigh their members by: in the second
    of two folds they are weighted.
    """

    @functools.cache
    def run_once(name: str) -> pd.DataFrame:
        if members := FORECASTERS[name].members:
            frames = {member: run_once(member) for member in members}
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(combination, "FEWEST_ERRORS", 6)
                return backtest.combine_backtests(frames, y, weather)
        return backtest.run_backtest(name, y, weather, plan)[0]

    return run_once
