"""Measure the forecast: our candidate models and the field's, on the same folds in one run.

    make bench-accuracy                              all of it, half an hour on two cores
    make bench-accuracy ARGS="--keep FOLDER"         keep intermediate results there and reuse them
    make bench-accuracy ARGS="--forecasters theta --thin 6"
                                                     a few models on every sixth cutoff, without
                                                     the field; writes nothing

Writes benchmarks/accuracy.json, the tables of docs/forecasting.md and its charts. Everything is
selected on the training part; the holdout is scored once for each version of the candidate models.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import chain, product
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from energy.contract import LEVELS
from energy.data.frame import read_frame, target_series, temporal_split
from energy.data.tables import TARGETS
from energy.data.vintages import open_vintage
from energy.forecasting import backtest
from energy.forecasting.folds import (
    MONTHS_SCORED,
    FoldPlan,
    is_positive,
    plan_folds,
    quantile_columns,
)
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.metrics import seasonal_naive_scale
from energy.forecasting.models import BASELINE, FORECASTERS, VERSION
from energy.pipelines.train import (
    Branch,
    Results,
    backtest_branch,
    compare_forecasters,
    mean_mase,
    reconcile_champions,
    schedule_branches,
)
from energy.settings import ROOT
from energy.tracking.lineage import commit
from scripts.benchmarks import accuracy_tables

RESULT = ROOT / "benchmarks" / "accuracy.json"
START = "2001-01"
WEATHER = ["temperature", "degree_days"]
FIRST_WARMUP, FIRST = "2003-12", "2008-12"
"""First cutoffs: of the folds that intervals learn from, and of those that are scored."""
SEED_ORIGIN, SEED_MONTHS = "2017-01", 65
"""The single forecast by which the seed project evaluates itself."""
FIELD_SCRIPT = ROOT / "benchmarks" / "field" / "run_opponents.py"
FIELD_ENVIRONMENTS = (".venv-field", ".venv-autogluon")
"""Made by `make field`; an environment that is missing is left out and named in the result."""
BREAKDOWN_FOLDS = 24
NO_FIELD: dict[str, Any] = {"versions": {}, "missing": list(FIELD_ENVIRONMENTS)}
Value = TypeVar("Value")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder for intermediate results")
    parser.add_argument("--forecasters", help="names, separated by commas; default: all")
    parser.add_argument("--thin", type=int, default=1, help="use every so many-th cutoff (1: all)")
    options = parser.parse_args(arguments)
    names = options.forecasters.split(",") if options.forecasters else list(FORECASTERS)
    if unknown := set(names) - set(FORECASTERS):
        parser.error(f"unknown forecasters: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        result, frames, charted = measure(options.keep or Path(folder), names, options.thin)
    if len(names) == len(FORECASTERS) and options.thin == 1:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        accuracy_tables.draw_charts(ROOT / "docs" / "images", frames, charted)
        accuracy_tables.write_page(ROOT / "docs" / "forecasting.md", result)
    print(json.dumps(result["summary"], indent=1))
    return 0


def measure(
    folder: Path, names: Sequence[str], thin: int = 1
) -> tuple[dict[str, Any], dict[str, pd.DataFrame], list[str]]:
    """Backtest the candidate models on every `thin`-th cutoff, and the field if all are named.

    Returns:
        The content of benchmarks/accuracy.json, the fold frame of every forecaster, and the
        forecasters that the charts show, the champion first.
    """
    vintage = open_vintage(ROOT / "data" / "raw")
    whole = len(names) == len(FORECASTERS) and thin == 1
    names = [name for name in FORECASTERS if name in (*names, BASELINE)]
    hashes = "-".join(digest[:8] for digest in vintage.hashes.values())
    folder = folder / f"{VERSION}-{hashes}"
    folder.mkdir(parents=True, exist_ok=True)
    frame = read_frame(vintage)
    weather = frame[WEATHER]
    series = {name: target_series(frame, name, START) for name in TARGETS}
    y = series["total"]
    protocols = lay_out(y, thin)
    split = protocols.rolling.split

    def cached(name: str, compute: Callable[[], Value]) -> Value:
        file = folder / f"{name}.pickle"
        if not whole or not file.exists():
            print(f"Measuring {name}", file=sys.stderr, flush=True)
            file.write_bytes(pickle.dumps(compute()))
        # Written by this run, or by an earlier one in the folder that the caller named.
        value: Value = pickle.loads(file.read_bytes())  # noqa: S301
        return value

    candidates, seconds = cached("ours", lambda: run_candidates(y, weather, protocols, names))
    field, summaries = run_field(y, protocols, folder) if whole else ({}, NO_FIELD)
    rows = accuracy_tables.score_rows("bench", candidates, seconds)
    field_seconds = {name: summaries[name]["seconds"] for name in field}
    rows += accuracy_tables.score_rows("field", field, field_seconds)
    champion = min(
        (row for row in rows if row["source"] == "bench" and row["protocol"] == "training"),
        key=lambda row: row["mase"],
    )["forecaster"]
    summary = accuracy_tables.summary(rows, champion)
    opponents = field | {BASELINE: candidates[BASELINE]}
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "bench_version": VERSION,
        "commit": commit(ROOT),
        "vintage": vintage.hashes,
        "target": "total",
        "unit": "Mtoe",
        "months": f"{y.index[0]} to {y.index[-1]}",
        "split": str(split),
        "protocols": accuracy_tables.PROTOCOLS,
        "summary": summary,
        "rows": rows,
        "paired": accuracy_tables.paired(candidates[champion], opponents),
        "by_horizon": accuracy_tables.by_horizon(candidates[champion]),
        "fuels": cached(
            "fuels", lambda: compare_reconciliation(series, weather, split, names, thin)
        ),
        "field": {
            name: {key: summaries[name][key] for key in ("failure", "note")} for name in field
        },
        "field_missing": summaries["missing"],
        "versions": {
            **{
                name: version(name)
                for name in ("sktime", "statsmodels", "numpy", "pandas", "scipy")
            },
            "python": platform.python_version(),
            "field": summaries["versions"],
        },
    }
    frames = candidates | field
    charted = dict.fromkeys([champion, summary["best_univariate"], "auto_theta", BASELINE])
    return result, frames, [name for name in charted if name in frames]


@dataclass(frozen=True, slots=True)
class Protocols:
    """Folds of a series.

    Attributes:
        rolling: A cutoff every month: warm-up, training part, holdout.
        seed: One cutoff and 65 months, as in the seed project.
        origins: Protocol, cutoff and months ahead of every fold, for the field.
    """

    rolling: FoldPlan
    seed: FoldPlan
    origins: tuple[tuple[str, pd.Period, int], ...]


def lay_out(y: pd.Series, thin: int = 1) -> Protocols:
    """Lay out the folds of a series from before FIRST_WARMUP to after the seed's fold."""
    index = pd.PeriodIndex(y.index)
    split, last = temporal_split(index)[0][-1], index[-1]
    warmup = _months(FIRST_WARMUP, str(pd.Period(FIRST, "M") - 1))[::thin]
    training = _months(FIRST, str(split - MONTHS_SCORED))[::thin]
    holdout = _months(str(split), str(last - MONTHS_SCORED))[::thin]
    seed = pd.Period(SEED_ORIGIN, "M")
    origins = [("training", cutoff, MONTHS_SCORED) for cutoff in training]
    origins += [("holdout", cutoff, MONTHS_SCORED) for cutoff in holdout]
    origins += [
        ("single_origin_2017", seed, SEED_MONTHS),
        ("single_origin", split, (last - split).n),
    ]
    return Protocols(
        FoldPlan(training, holdout, split, MONTHS_SCORED, warmup),
        FoldPlan((), (seed,), seed, MONTHS_SCORED),
        tuple(origins),
    )


def _months(first: str, last: str) -> tuple[pd.Period, ...]:
    return tuple(pd.period_range(first, last, freq="M"))


def run_candidates(
    y: pd.Series, weather: pd.DataFrame, protocols: Protocols, names: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Backtest our candidate models on the monthly folds, several at a time.

    Returns:
        Fold frame and CPU seconds of every forecaster. A combination counts the seconds of its
        members, which are fitted even if they are not named.
    """
    combined = [member for name in names for member in FORECASTERS[name].members]
    single = (name for name in dict.fromkeys([*names, *combined]) if not FORECASTERS[name].members)
    fitted = sorted(single, key=lambda name: -FORECASTERS[name].cost)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(partial(_backtest_one, y, weather, protocols), fitted))
    frames = {name: frame for name, (frame, _) in zip(fitted, results, strict=True)}
    seconds = {name: cpu_seconds for name, (_, cpu_seconds) in zip(fitted, results, strict=True)}
    for name in names:
        if members := FORECASTERS[name].members:
            member_frames = {member: frames[member] for member in members}
            frames[name] = backtest.combine_backtests(member_frames, y, weather)
            seconds[name] = sum(seconds[member] for member in members)
    return {name: frames[name] for name in names}, seconds


def _backtest_one(
    y: pd.Series, weather: pd.DataFrame, protocols: Protocols, name: str
) -> tuple[pd.DataFrame, float]:
    rolling, rolling_seconds = backtest.run_backtest(name, y, weather, protocols.rolling)
    until = protocols.seed.split + SEED_MONTHS
    seed, seed_seconds = backtest.run_backtest(name, y.loc[:until], weather, protocols.seed)
    single = seed[seed["protocol"] == "single_origin"].assign(protocol="single_origin_2017")
    # The fold of 2017, too, gets its intervals from all errors made before it.
    whole = pd.concat([rolling, single], ignore_index=True).drop(columns=quantile_columns())
    return add_quantiles(whole, y, is_positive(y), weather), rolling_seconds + seed_seconds


def run_field(
    y: pd.Series, protocols: Protocols, folder: Path
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Have the field (benchmarks/field) forecast the folds, each part in its own environment.

    Returns:
        The fold frame of every opponent; and by opponent its seconds, failure and note, with the
        `versions` of the packages and the `missing` environments.
    """
    request, content = folder / "request.json", json.dumps(_field_request(y, protocols))
    is_answered = request.exists() and request.read_text("utf-8") == content
    request.write_text(content, "utf-8")
    frames: dict[str, pd.DataFrame] = {}
    summaries: dict[str, Any] = {"versions": {}, "missing": []}
    for name in FIELD_ENVIRONMENTS:
        python = ROOT / name / "bin" / "python"
        if not python.exists():
            summaries["missing"].append(name)
            continue
        answer = folder / name.strip(".")
        if not (is_answered and (answer / "field.json").exists()):
            # AutoGluon's environment has some of the other opponents too.
            only = ["--forecasters", "autogluon"] if "autogluon" in name else []
            command = [str(python), str(FIELD_SCRIPT), str(request), str(answer), *only]
            subprocess.run([*command, "--jobs", str(os.cpu_count())], check=True)
        summary = json.loads((answer / "field.json").read_text("utf-8"))
        summaries["versions"][name.removeprefix(".venv-")] = summary.pop("versions")
        summaries |= summary
        forecasts = pd.read_csv(answer / "forecasts.csv")
        for forecaster, rows in forecasts.groupby("forecaster", sort=False):
            frames[str(forecaster)] = _fold_frame(rows, y)
    return frames, summaries


def _field_request(y: pd.Series, protocols: Protocols) -> dict[str, Any]:
    return {
        "target": str(y.name),
        "first_month": str(y.index[0]),
        "values": [float(value) for value in y],
        "levels": list(LEVELS),
        "origins": [
            {"protocol": protocol, "cutoff": str(cutoff), "horizon": horizon}
            for protocol, cutoff, horizon in protocols.origins
        ],
    }


def _fold_frame(rows: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """Turn an answer into a fold frame, with protocol names, actuals and MASE's scale."""
    frame = rows.drop(columns="forecaster").reset_index(drop=True)
    frame["protocol"] = frame["protocol"].replace("training", "backtest")
    for column in ("cutoff", "month"):
        frame[column] = pd.PeriodIndex(frame[column], freq="M")
    frame["actual"] = y.reindex(frame["month"]).to_numpy()
    scale = {c: seasonal_naive_scale(y.loc[:c].to_numpy()) for c in frame["cutoff"].unique()}
    return frame.assign(scale=frame["cutoff"].map(scale).astype(float))


def compare_reconciliation(
    series: dict[str, pd.Series],
    weather: pd.DataFrame,
    split: pd.Period,
    names: Sequence[str],
    thin: int = 1,
) -> dict[str, Any]:
    """Forecast the parts as `--target all` does, without holdout, and compare reconciliations."""
    index = pd.PeriodIndex(next(iter(series.values())).index)
    training = FoldPlan(
        plan_folds(index, split, BREAKDOWN_FOLDS // thin, 12).backtest, (), split, 12
    )
    combined = [member for name in names for member in FORECASTERS[name].members]
    models = tuple(name for name in FORECASTERS if name in (*names, *combined))
    tasks = schedule_branches(product(series, models), BREAKDOWN_FOLDS // thin, os.cpu_count() or 1)
    known = {name: y.loc[:split] for name, y in series.items()}
    known_weather = weather.loc[:split]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        run_branch = partial(_backtest_branch, known, known_weather, training)
        branches = list(pool.map(run_branch, tasks))
    results: Results = {name: {} for name in series}
    for name, result in chain.from_iterable(branch.items() for branch in branches):
        results[name].update(result)
    comparisons = {
        name: compare_forecasters(models, results[name], y, known_weather)
        for name, y in known.items()
    }
    reconciled = reconcile_champions(comparisons, known, known_weather)
    baseline = {
        name: next(score.mase for score in comparison.ranked if score.forecaster == BASELINE)
        for name, comparison in comparisons.items()
    }
    return {
        "folds": BREAKDOWN_FOLDS,
        "champions": {name: comparison.champion for name, comparison in comparisons.items()},
        "baseline_mase": baseline,
        "mase": reconciled.mase,
        "mean_mase": {
            method: mean_mase(by_series) for method, by_series in reconciled.mase.items()
        },
        "method": reconciled.method,
    }


def _backtest_branch(
    series: dict[str, pd.Series], weather: pd.DataFrame, folds: FoldPlan, branch: Branch
) -> Results:
    return backtest_branch(branch, series, weather, folds)


if __name__ == "__main__":
    sys.exit(main())
