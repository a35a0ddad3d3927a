"""A total by its parts: each forecast on its own, then made to add up to the total's forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastTable
from energy.forecasting import champion
from energy.forecasting.gap_shares import METHODS
from energy.forecasting.horizon import months_after
from energy.forecasting.intervals import KnownThen, add_quantiles
from energy.forecasting.logs import is_positive
from energy.forecasting.reconcile import (
    RECONCILED,
    known_errors,
    reconcile,
    reconcile_folds,
)
from energy.forecasting.scores import MONTHS_SCORED, Score, mase, score
from energy.training import Comparison, refit

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
    known_then: Mapping[str, KnownThen] | None = None,
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
        name: refit(compared[name], series[name], weather, len(total.months), total.unit)[1]
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
        name: champion.forecast_table(
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
        name: score(compared[name].champion, rows, 0.0)
        for name, frame in folds.items()
        if len(rows := frame[frame["protocol"] == protocol])
    }
