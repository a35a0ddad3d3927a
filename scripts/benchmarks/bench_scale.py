"""Measure TrainFlow on 1, 9, 100 and 1,000 series, and beside statsforecast on the last.

    make bench-scale
    make bench-scale ARGS="--sizes 1,9"

Series are made up from a seed (scripts/scale/drawn.py). Writes benchmarks/scale.json and the table
in docs/scale.md. Seconds are those of one machine; the ratios are of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy.data.frame import temporal_split
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan, plan_folds
from energy.settings import ROOT
from scripts.markdown_blocks import markdown_table, replace_block

RESULT = ROOT / "benchmarks" / "scale.json"
SIZES = (1, 9, 100, 1000)
LIGHT = "seasonal_naive,naive,drift,theta,exponential_smoothing,ets"
SHARED = "seasonal_naive,naive,drift,theta,exponential_smoothing"
FOLDS, SHARED_FOLDS = 24, 9
LENGTHS, SHARED_LENGTHS = (60, 240), (100, 240)
LAST_MONTH = pd.Period("2024-12", freq="M")
SHORT_SHARE = 0.1
"""Share of the series with less than three years of history."""
DATASET_TOML = """name = "shops"
title = "Sales by shop"
file = "shops.csv"

[series]
header = "shop"
value = "sales"
unit = "thousand"
lowest = 0
"""
READ_RUN = """
import pickle, sys
from metaflow import Flow, namespace
from energy.pipelines.many_series import ChunkResult
namespace(None)
run = Flow("TrainFlow").latest_run
results = [task.data.results for task in run["backtest"].tasks()]
forecasts = run["select"].task.data.panel
chunks = [result for result in results if isinstance(result, ChunkResult)]
sys.stdout.buffer.write(pickle.dumps((chunks, forecasts and forecasts[0])))
"""
"""Program that writes the chunks of TrainFlow's latest run and its panel, pickled."""
PANEL_FILES = "store/releases/*/panel*.json"
STATSFORECAST_SCRIPT = ROOT / "benchmarks" / "field" / "panel_opponent.py"
FIELD_PYTHON = ROOT / ".venv-field" / "bin" / "python"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of series")
    sizes = [int(size) for size in parser.parse_args(arguments).sizes.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {str(size): _size(size, folder / str(size)) for size in sizes}
        beside = _beside(max(sizes), folder / "beside")
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {n: version(n) for n in ("metaflow", "numpy", "pandas")},
        "by_size": rows,
        "seconds_per_series": {size: row["seconds_per_series"] for size, row in rows.items()},
        "chunk_seconds_per_series": {
            size: round(row["chunk_cpu_seconds"] / int(size), 4)
            for size, row in rows.items()
            if row["chunks"]
        },
        "kilobytes_per_series": rows[str(max(sizes))]["kilobytes_per_series"],
        "peak_mb": {size: row["peak_mb"] for size, row in rows.items()},
        f"seconds_{sizes[-1]}_series": rows[str(sizes[-1])]["seconds"],
        "vs_statsforecast_ratio": beside["ratio"],
        "beside_statsforecast": beside,
        "flow_wall_over_ideal": json.loads((RESULT.parent / "flow.json").read_text("utf-8"))[
            "flow_wall_over_ideal"
        ],
    }
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "scale.md", "many", _report_table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def _size(size: int, folder: Path) -> dict[str, Any]:
    """Run the flow on so many series, with light models and a full backtest."""
    settings = write_dataset(made_up_table(size, seed=size, lengths=LENGTHS), folder)
    flow_run = run_flow(settings, folder, "--forecasters", LIGHT, "--folds", str(FOLDS))
    row: dict[str, Any] = {
        "seconds": flow_run.seconds,
        "cpu_seconds": flow_run.cpu_seconds,
        "chunk_cpu_seconds": flow_run.chunk_seconds,
        "chunks": flow_run.chunks,
        "seconds_per_series": round(flow_run.seconds / size, 4),
        "peak_mb": flow_run.peak_mb,
        "kilobytes_per_series": round(flow_run.kilobytes / size, 2),
    }
    if flow_run.panel:
        row["median_mase"] = flow_run.panel.mase
        row["median_mase_seasonal_naive"] = flow_run.panel.baseline_mase
        row["coverage80"] = flow_run.panel.coverage80
    return row


def _beside(size: int, folder: Path) -> dict[str, Any]:
    """Run the same models on the same folds and series: our flow, and statsforecast."""
    table = made_up_table(size, seed=0, lengths=SHARED_LENGTHS, short=0.0)
    settings = write_dataset(table, folder)
    seconds, answer = run_statsforecast(table, folder, SHARED_FOLDS)
    options = ("--forecasters", SHARED, "--folds", str(SHARED_FOLDS), "--horizon", "12")
    flow_run = run_flow(settings, folder, *options)
    return {
        "series": size,
        "folds": SHARED_FOLDS,
        "forecasters": SHARED.split(","),
        "ours_seconds": flow_run.seconds,
        "theirs_seconds": seconds,
        "ratio": round(flow_run.seconds / seconds, 3),
        "theirs_mase": answer["mase"],
        "versions": answer["versions"],
    }


def _report_table(result: dict[str, Any]) -> str:
    rows = [
        [
            f"{int(size):,}",
            f"{row['seconds']:.0f} s",
            f"{1000 * row['seconds_per_series']:,.0f} ms",
            f"{row['chunk_cpu_seconds']:.1f} s",
            f"{row['chunks']}",
            f"{row['peak_mb']:.0f} MB" if row["chunks"] else "",
        ]
        for size, row in result["by_size"].items()
    ]
    header = ["series", "whole run", "a series", "CPU in chunks", "chunks", "memory of a chunk"]
    beside = result["beside_statsforecast"]
    return (
        f"Measured {result['measured_at']} on {result['machine']}.\n\n"
        f"{markdown_table(header, rows)}\n\n"
        f"Beside statsforecast {beside['versions']['statsforecast']} on {beside['series']:,} "
        f"series, {len(beside['forecasters'])} models and {beside['folds']} cutoffs each, both on "
        "all cores: our "
        f"whole flow took {beside['ours_seconds']:.0f} s, its `cross_validation` "
        f"{beside['theirs_seconds']:.0f} s: **{beside['ratio']:.2f} of its time**."
    )


def made_up_table(
    count: int, seed: int, lengths: tuple[int, int], short: float = SHORT_SHARE
) -> pd.DataFrame:
    """Generate a long table of monthly series with trend, season and outliers.

    Returns:
        Columns month, shop, sales.
    """
    random = np.random.default_rng(seed)
    parts = []
    for number in range(count):
        is_short = number > 0 and random.random() < short
        months = int(random.integers(15, 37) if is_short else random.integers(*lengths))
        parts.append(
            pd.DataFrame(
                {
                    "month": pd.period_range(end=LAST_MONTH, periods=months, freq="M").astype(str),
                    "shop": f"shop {number:05d}",
                    "sales": _made_up_values(months, random),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def write_dataset(frame: pd.DataFrame, folder: Path) -> Path:
    """Write the table and its settings file; return the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "shops.csv", index=False, float_format="%.3f")
    (folder / "shops.toml").write_text(DATASET_TOML, "utf-8")
    return folder / "shops.toml"


def _made_up_values(months: int, random: np.random.Generator) -> np.ndarray:
    time = np.arange(months)
    season = random.normal(0, random.uniform(0, 0.25), 12)[time % 12]
    drift = np.cumsum(random.normal(random.normal(0, 0.003), random.uniform(0.005, 0.03), months))
    noise = random.normal(0, random.uniform(0.02, 0.1), months)
    outliers = random.random(months) < 0.01
    noise[outliers] += random.normal(0, 0.5, outliers.sum())
    return np.exp(random.normal(2, 1) + season + drift + noise) + 0.01


@dataclass(frozen=True)
class FlowRun:
    """Time and memory of a run."""

    seconds: float
    cpu_seconds: float
    chunk_seconds: float
    chunks: int
    peak_mb: float
    kilobytes: float
    panel: Any


def run_flow(settings: Path, folder: Path, *options: str) -> FlowRun:
    """Run TrainFlow on the table of a settings file, with all its output in `folder`."""
    environment = {
        **os.environ,
        "ENERGY_DATASET": str(settings),
        "ENERGY_STORE": str(folder / "store"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
    }
    command = [sys.executable, str(ROOT / "flows" / "trainflow.py"), "run", "--target", "all"]
    start, before = time.perf_counter(), _cpu_seconds_of_children()
    subprocess.run([*command, *options], check=True, env=environment, cwd=folder)
    seconds, cpu_seconds = time.perf_counter() - start, _cpu_seconds_of_children() - before
    chunks, panel = _chunks(folder)
    return FlowRun(
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu_seconds, 2),
        chunk_seconds=round(sum(chunk.seconds for chunk in chunks), 2),
        chunks=len(chunks),
        peak_mb=max((chunk.peak_mb for chunk in chunks), default=0.0),
        kilobytes=sum(file.stat().st_size for file in folder.glob(PANEL_FILES)) / 1000,
        panel=panel,
    )


def _chunks(folder: Path) -> tuple[list[Any], Any]:
    """Results of the chunks of the run in a datastore, and its panel.

    Read in a process of its own, since Metaflow reads the datastore's path only once.
    """
    environment = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder)}
    command = [sys.executable, "-c", READ_RUN]
    ended = subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    results: tuple[list[Any], Any] = pickle.loads(ended.stdout)  # noqa: S301 - written by READ_RUN
    return results


def _cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_statsforecast(
    table: pd.DataFrame, folder: Path, folds: int
) -> tuple[float, dict[str, Any]]:
    """Cross-validate with statsforecast, in the field's environment.

    Returns:
        Wall seconds of the command, and its answer.
    """
    parts = []
    for name, rows in table.groupby("shop", sort=False):
        months = pd.PeriodIndex(rows["month"], freq="M")
        folds_of_series = shared_plan(months, folds)
        last = folds_of_series.backtest[-1] + MONTHS_SCORED
        known = rows[months <= last]  # all that our backtest uses
        parts.append(
            pd.DataFrame({"unique_id": name, "ds": known["month"] + "-01", "y": known["sales"]})
        )
    pd.concat(parts).to_csv(folder / "theirs.csv", index=False)
    step = (folds_of_series.backtest[1] - folds_of_series.backtest[0]).n
    command = [
        str(FIELD_PYTHON),
        str(STATSFORECAST_SCRIPT),
        str(folder / "theirs.csv"),
        str(folder / "theirs.json"),
    ]
    options = {"folds": folds, "step": step, "jobs": os.cpu_count() or 1}
    command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder)
    seconds = time.perf_counter() - start
    return round(seconds, 2), json.loads((folder / "theirs.json").read_text("utf-8"))


def shared_plan(months: pd.PeriodIndex, folds: int) -> FoldPlan:
    layout = plan_folds(months, temporal_split(months)[0][-1], folds, 12)
    if len(layout.backtest) != folds or (layout.backtest[-1] - layout.backtest[0]).n != 5 * (
        folds - 1
    ):
        raise ValueError(f"{len(months)} months are too few for {folds} folds five months apart")
    return layout


if __name__ == "__main__":
    sys.exit(main())
