"""Measure TrainFlow as a user runs it.

    make bench                    the flow on its own, twice
    make bench ARGS=--cold        and `make run` on a fresh clone, installs included

Writes benchmarks/flow.json and the table in docs/performance.md. Every run creates a datastore, a
store and an MLflow database of its own. `make bench-compare` compares the ratios; seconds depend on
the machine.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from energy.forecasting.models import FORECASTERS
from energy.settings import ROOT
from scripts.benchmarks.compare_benchmarks import FLOW, spreads
from scripts.markdown_blocks import markdown_table, replace_block

RESULT = ROOT / "benchmarks" / "flow.json"
RUNS = 2
CLOCK = Path("/proc/stat")
"""Linux's processor times."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cold", action="store_true", help="time `make run` on a fresh clone too")
    cold = parser.parse_args(arguments).cold
    previous = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    result = summary([measure() for _ in range(RUNS)])
    if cold:
        with tempfile.TemporaryDirectory() as folder:
            result["cold_make_run_seconds"] = _cold(Path(folder))
    elif "cold_make_run_seconds" in previous:
        result["cold_make_run_seconds"] = previous["cold_make_run_seconds"]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "performance.md", "flow", _table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def measure() -> dict:
    """Run the flow once; return its ratios and the times behind them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **os.environ,
            "ENERGY_STORE": str(folder / "store"),
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
            "PYTHONPATH": str(ROOT),  # this checkout, even if another is installed
        }
        command = [sys.executable, str(ROOT / "flows" / "trainflow.py"), "run"]
        start, cpu_before, busy_before = time.perf_counter(), _cpu_seconds(), _busy()
        subprocess.run(command, check=True, env=environment, cwd=folder)
        wall, cpu_seconds = time.perf_counter() - start, _cpu_seconds() - cpu_before
        busy = _busy() - busy_before if CLOCK.exists() else None
        steps, branches = _steps(folder)
        (scores,) = folder.glob("store/releases/*/scores.json")
        rows = json.loads(scores.read_text("utf-8"))["backtest"]
    fitted = [row for row in rows if not FORECASTERS[row["forecaster"]].members]
    cores = os.cpu_count() or 1
    work = sum(row["seconds"] for row in fitted)
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {cores} cores",
        "versions": {n: version(n) for n in ("metaflow", "mlflow", "sktime", "statsmodels")},
        "forecasters": len(rows),
        "fitted": len(fitted),
        "branches": branches,
        "fit_and_predict_cpu_seconds": round(work, 1),
        "ideal_seconds": round(work / cores, 1),
        "flow_seconds": round(wall, 1),
        "flow_cpu_seconds": round(cpu_seconds, 1),
        "flow_wall_over_ideal": round(wall / (work / cores), 3),
        "flow_cpu_over_fit": round(cpu_seconds / work, 3),
        "busy_elsewhere": (
            None if busy is None else round(max(0, busy - cpu_seconds) / wall / cores, 2)
        ),
        "step_seconds": steps,
    }


def summary(runs: list[dict]) -> dict:
    """The fastest of several runs, with the mean and the spread of the ratios of all."""
    quickest = min(runs, key=lambda run: run["flow_seconds"])
    means = {key: round(sum(run[key] for run in runs) / len(runs), 3) for key in FLOW}
    return {**quickest, **means, "runs": len(runs), "spread": spreads(runs, FLOW)}


def _cpu_seconds() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float:
    """CPU seconds that all cores were busy; 0 where the system does not say."""
    if not CLOCK.exists():
        return 0.0
    user, nice, system, _idle, _waiting, irq, soft, stolen = map(
        int, CLOCK.read_text("utf-8").splitlines()[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def _steps(folder: Path) -> tuple[dict[str, float], int]:
    """Wall seconds of each step of the run in a datastore, and its number of branches."""
    code = (
        "import json; from metaflow import Flow, namespace; namespace(None)\n"
        "for step in Flow('TrainFlow').latest_run.steps():\n"
        "    tasks = list(step.tasks()); began = min(task.created_at for task in tasks)\n"
        "    spent = (max(task.finished_at for task in tasks) - began).total_seconds()\n"
        "    print(json.dumps([step.id, round(spent, 1), len(tasks)]))"
    )
    environment = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder)}
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    rows = [json.loads(line) for line in reversed(output.stdout.splitlines())]
    tasks = {name: number for name, _, number in rows}
    return {name: seconds for name, seconds, _ in rows}, tasks["backtest"]


def _cold(folder: Path) -> float:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    # Without this project's settings, and without those of the make that runs this script.
    prefixes = ("ENERGY_", "METAFLOW_", "MLFLOW_", "MAKE", "MFLAGS", "ARGS")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    environment = {**inherited, "UV_CACHE_DIR": str(folder / "cache")}
    start = time.perf_counter()
    subprocess.run(["make", "run"], check=True, env=environment, cwd=clone)
    return round(time.perf_counter() - start, 1)


def _table(result: dict) -> str:
    rows = [
        ["flow, wall over ideal", f"{result['flow_wall_over_ideal']:.2f}"],
        ["flow, CPU over fitting and predicting", f"{result['flow_cpu_over_fit']:.2f}"],
        ["flow, wall", f"{result['flow_seconds']} s"],
        ["flow, CPU", f"{result['flow_cpu_seconds']} s"],
        ["fitting and predicting, CPU", f"{result['fit_and_predict_cpu_seconds']} s"],
        ["the same over the cores: the ideal", f"{result['ideal_seconds']} s"],
    ]
    if "cold_make_run_seconds" in result:
        cold = f"{result['cold_make_run_seconds']} s"
        rows.append(["`make run` on a fresh clone, installs included", cold])
    rows += [[f"step `{name}`", f"{seconds} s"] for name, seconds in result["step_seconds"].items()]
    note = f"Measured {result['measured_at']} on {result['machine']}: {result['forecasters']} "
    note += f"forecasters, {result['fitted']} of them fitted in {result['branches']} branches."
    if result["busy_elsewhere"]:
        note += f" Other programs had {result['busy_elsewhere']:.0%} of the cores meanwhile."
    return f"{note}\n\n{markdown_table(['what', 'figure'], rows)}"


if __name__ == "__main__":
    sys.exit(main())
