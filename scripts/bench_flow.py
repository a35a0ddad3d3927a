"""Measure TrainFlow as a user runs it, and write the ratios down.

    make bench                    the flow on its own
    make bench ARGS=--cold        and `make run` on a fresh clone, installs included

Writes benchmarks/flow.json and the table in docs/performance.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from figures import markdown_table, replace_block

from energy.forecasting.bench import BENCH
from energy.settings import ROOT

RESULT = ROOT / "benchmarks" / "flow.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cold", action="store_true", help="time `make run` on a fresh clone too")
    cold = parser.parse_args().cold
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        result = _flow(Path(folder))
        if cold:
            result["cold_make_run_seconds"] = _cold(Path(folder))
        elif "cold_make_run_seconds" in kept:
            result["cold_make_run_seconds"] = kept["cold_make_run_seconds"]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "performance.md", "flow", _table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def _flow(folder: Path) -> dict:
    environment = {
        **os.environ,
        "ENERGY_STORE": str(folder / "store"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
    }
    command = [sys.executable, str(ROOT / "flows" / "trainflow.py"), "run"]
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment, cwd=folder)
    wall = time.perf_counter() - began
    steps, branches = _steps(folder)
    (scores,) = folder.glob("store/releases/*/scores.json")
    rows = json.loads(scores.read_text("utf-8"))["backtest"]
    fitted = [row for row in rows if not BENCH[row["forecaster"]].members]
    cores = os.cpu_count() or 1
    work = sum(row["seconds"] for row in fitted)
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {cores} cores",
        "versions": {n: version(n) for n in ("metaflow", "sktime", "statsmodels", "pandas")},
        "forecasters": len(rows),
        "fitted": len(fitted),
        "branches": branches,
        "fit_and_predict_cpu_seconds": round(work, 1),
        "ideal_seconds": round(work / cores, 1),
        "flow_seconds": round(wall, 1),
        "flow_wall_over_ideal": round(wall / (work / cores), 2),
        "step_seconds": steps,
    }


def _steps(folder: Path) -> tuple[dict[str, float], int]:
    """Wall seconds of each step of the run in that datastore, and how many branches it had."""
    os.environ["METAFLOW_DATASTORE_SYSROOT_LOCAL"] = str(folder)
    from metaflow import Flow, namespace

    namespace(None)
    spans, branches = {}, 0
    for step in Flow("TrainFlow").latest_run.steps():
        tasks = list(step.tasks())
        branches = len(tasks) if step.id == "backtest" else branches
        began = min(task.created_at for task in tasks)
        spans[step.id] = round((max(t.finished_at for t in tasks) - began).total_seconds(), 1)
    return dict(reversed(spans.items())), branches


def _cold(folder: Path) -> float:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    # Nothing of this project's settings, nor of the make that runs this script.
    ours = ("ENERGY_", "METAFLOW_", "MLFLOW_", "MAKE", "MFLAGS", "ARGS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environment = {**kept, "UV_CACHE_DIR": str(folder / "cache")}
    began = time.perf_counter()
    subprocess.run(["make", "run"], check=True, env=environment, cwd=clone)
    return round(time.perf_counter() - began, 1)


def _table(result: dict) -> str:
    rows = [
        ["flow, wall", f"{result['flow_seconds']} s"],
        ["fitting and predicting, CPU", f"{result['fit_and_predict_cpu_seconds']} s"],
        ["the same over the cores: the ideal", f"{result['ideal_seconds']} s"],
        ["wall over ideal", f"{result['flow_wall_over_ideal']}"],
    ]
    if "cold_make_run_seconds" in result:
        cold = f"{result['cold_make_run_seconds']} s"
        rows.append(["`make run` on a fresh clone, installs included", cold])
    rows += [[f"step `{name}`", f"{spent} s"] for name, spent in result["step_seconds"].items()]
    told = f"Measured {result['measured_at']} on {result['machine']}: {result['forecasters']} "
    told += f"forecasters, {result['fitted']} of them fitted in {result['branches']} branches."
    return f"{told}\n\n{markdown_table(['what', 'figure'], rows)}"


if __name__ == "__main__":
    sys.exit(main())
