"""Results of a run, made up in milliseconds: for what shows, logs and tells them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from energy.contract import ForecastMonth, ForecastTable, Lineage, Manifest, Pointer
from energy.forecasting.backtest import Plan, plan
from energy.forecasting.intervals import add_quantiles, calibrate, made_before, quantiles
from energy.forecasting.scores import Score, score
from energy.training import Comparison, Published, compare

NAMES = ("seasonal_naive", "theta", "ridge")


def make_series(name: str = "total", low: float = 10.0) -> pd.Series:
    """Ten years to July 2022, a wave around `low` + 5."""
    months = pd.period_range("2012-08", "2022-07", freq="M", name="month")
    noise = np.random.default_rng(7).normal(0, 0.3, len(months))
    wave = low + 5 + 4 * np.cos(2 * np.pi * (months.month - 1) / 12)
    return pd.Series(wave + noise, months, name=name)


def make_plan(y: pd.Series, folds: int = 4, holdout: bool = True) -> Plan:
    """A plan of so many folds; without a holdout, all but a year trains."""
    return plan(y.index, y.index[95] if holdout else y.index[-6], folds, 24)


def make_folds(y: pd.Series, laid: Plan, error: float) -> pd.DataFrame:
    """A fold frame whose forecasts are off by a share that grows with the months ahead."""
    parts = []
    for cutoff in (*laid.backtest, *laid.holdout):
        held = cutoff in laid.holdout
        until = y.index[-1] if held else laid.split
        months = pd.period_range(cutoff + 1, min(cutoff + laid.reach, until), freq="M")
        ahead = np.arange(1, len(months) + 1)
        actual = y.loc[months].to_numpy()
        sign = np.where(ahead % 2, 1, -1)
        rows = pd.DataFrame(
            {
                "protocol": "holdout" if held else "backtest",
                "cutoff": cutoff,
                "month": months,
                "horizon": ahead,
                "actual": actual,
                "mean": actual + error * sign * np.sqrt(ahead),
                "scale": 1.0,
            }
        )
        parts.append(rows)
        if cutoff == laid.split:
            parts.append(rows.assign(protocol="single_origin"))
    return add_quantiles(pd.concat(parts, ignore_index=True), y, log=bool((y > 0).all()))


def make_comparison(
    y: pd.Series, laid: Plan, failed: Sequence[str] = (), names: Sequence[str] = NAMES
) -> Comparison:
    """Theta before ridge before the baseline, but for those that failed."""
    errors = {"theta": 0.2, "ridge": 0.3}
    folds = {
        name: make_folds(y, laid, errors.get(name, 0.6)) for name in names if name not in failed
    }
    scores = {
        name: (
            Score(name, failure="ValueError: it broke")
            if name in failed
            else score(name, folds[name][folds[name]["protocol"] == "backtest"], 1.5)
        )
        for name in names
    }
    return compare(names, folds, scores, y)


def make_table(
    y: pd.Series, laid: Plan, horizon: int = 24, forecaster: str = "theta"
) -> ForecastTable:
    """The year before again, with calibrated intervals."""
    positive = bool((y > 0).all())
    known = made_before(make_folds(y, laid, 0.2), y.index[-1])
    calibration = calibrate(y, known, horizon, positive)
    ahead = np.arange(1, horizon + 1)
    mean = y.to_numpy()[-12:][(ahead - 1) % 12]
    rows = zip(ahead, mean, quantiles(mean, ahead, calibration), strict=True)
    cutoff = y.index[-1]
    months = tuple(
        ForecastMonth(str(cutoff + int(h)), int(h), float(m), tuple(map(float, q)))
        for h, m, q in rows
    )
    unit = "Mtoe"
    return ForecastTable(str(y.name), unit, str(cutoff), forecaster, months, calibration)


def make_lineage(commit: str = "1" * 40) -> Lineage:
    return Lineage(
        {"ET.xlsx": "a" * 64, "Weather.ods": "b" * 64},
        commit,
        {"metaflow": "TrainFlow/1", "mlflow": "c" * 32},
        {"sktime": "1.2.0", "pandas": "3.0.0"},
        "3.11.7",
    )


def make_manifest(table: ForecastTable, number: int = 1) -> Manifest:
    return Manifest(
        f"{table.cutoff}-20261123T17000{number}Z-3f9a1c2{number}",
        f"2026-11-23T17:00:0{number}Z",
        table.target,
        table.unit,
        table.cutoff,
        table.forecaster,
        make_lineage(str(number) * 40),
    )


def make_published(
    table: ForecastTable, before: ForecastTable | None = None, trouble: str = ""
) -> Published:
    manifest = make_manifest(table, 2)
    earlier = (make_manifest(before, 1), before) if before else None
    pointer = Pointer(manifest.release_id, None, manifest.created_at, "it is best")
    return Published(manifest, pointer, {"model.zip": b"model"}, earlier, trouble)
