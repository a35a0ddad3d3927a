"""Study: how wide must intervals be?

Compares the method of `energy.forecasting.intervals` with variants of it, and with a model's own
intervals, around the same point forecasts on the same monthly folds of the training part. Each fold
has the intervals that it would have had at its time. `as published` is the published method; each
other row leaves out or changes one part of it. `its own belief` are the intervals of the state
space model, which takes climatology as certain.
"""

from __future__ import annotations

from contextlib import ExitStack
from statistics import NormalDist
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from energy.contract import LEVELS
from energy.forecasting import intervals
from energy.forecasting.folds import quantile_columns
from energy.forecasting.metrics import coverage_error, score_figures
from energy.forecasting.weather import climatology
from research.weather_regression import AHEAD, known_at

AS_PUBLISHED = "as published"
CHANGES: dict[str, dict[str, float]] = {
    AS_PUBLISHED: {},
    "no season": {"PRIOR_SEASON": 1e9},
    "no weather": {},
    "neither season nor weather": {"PRIOR_SEASON": 1e9},
    "no adaptation": {"BOUND": 0.0},
    "adaptation without bound": {"BOUND": 10.0},
}
"""Changed constants of `energy.forecasting.intervals`, by variant. The frozen results also have
four lengths of memory, measured with version 2; intervals have kept all errors since."""
WINTER = (11, 12, 1, 2, 3)


def compare(folds: pd.DataFrame, y: pd.Series, weather: pd.DataFrame) -> list[dict[str, Any]]:
    """Score every kind of interval around the same forecasts.

    Args:
        folds: Fold frame of the champion with warm-up folds, training part alone.
        y: The series to the split.
        weather: Columns `temperature` and `degree_days`.

    Returns:
        A row for each: weighted interval score in Mtoe, coverage, its standard error, and coverage
        in winter and in the rest of the year.
    """
    plain = folds.drop(columns=quantile_columns(), errors="ignore")
    rows = []
    for name, constants in CHANGES.items():
        with ExitStack() as changed:
            for constant, value in constants.items():
                changed.enter_context(patch.object(intervals, constant, value))
            weather_of_way = (
                None if name in ("no weather", "neither season nor weather") else weather
            )
            rows.append(_row(name, intervals.add_quantiles(plain, y, True, weather_of_way)))
    cutoffs = sorted(plain.loc[plain["protocol"] == "backtest", "cutoff"].unique())
    rows.append(_row("its own belief", pd.concat([_own(y, weather, cutoff) for cutoff in cutoffs])))
    return rows


def _own(y: pd.Series, weather: pd.DataFrame, cutoff: pd.Period) -> pd.DataFrame:
    past = known_at(y, weather, cutoff)
    expected = climatology(past.daily, past.to_come)
    ahead = past.fit().get_forecast(AHEAD, exog=past.regressors(past.to_come, expected))
    z = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    q = np.exp(np.asarray(ahead.predicted_mean)[:, None] + np.asarray(ahead.se_mean)[:, None] * z)
    rows = pd.DataFrame(q, columns=quantile_columns())
    return rows.assign(
        protocol="backtest",
        cutoff=cutoff,
        month=past.to_come,
        horizon=np.arange(1, AHEAD + 1),
        actual=y.loc[past.to_come].to_numpy(),
        mean=rows["q0.5"],
        scale=1.0,
    )


def _row(name: str, folds: pd.DataFrame) -> dict[str, Any]:
    scored = folds[folds["protocol"] == "backtest"]
    scores = score_figures(scored)
    winter = pd.PeriodIndex(scored["month"]).month.isin(WINTER)
    return {
        "intervals": name,
        "wis": scores["wis"],
        "coverage80": scores["coverage80"],
        "coverage80_error": coverage_error(scored),
        "coverage95": scores["coverage95"],
        "coverage80_winter": score_figures(scored[winter])["coverage80"],
        "coverage80_rest": score_figures(scored[~winter])["coverage80"],
    }
