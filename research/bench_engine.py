"""Count what a run needs of an engine: memory by step, requests to S3, rows in MLflow.

    make bench-engine             runs TrainFlow twice, on all models and on one branch; minutes

Writes benchmarks/engine.json and its tables in docs/scale.md. Datastore and store are on an
S3 server on this machine, which counts its requests.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from energy.settings import ROOT, Settings
from scripts.dev.local_stack import S3Server, free_ports, s3_server
from scripts.dev.processes import surroundings
from scripts.markdown_blocks import markdown_table, replace_block

RESULT = ROOT / "benchmarks" / "engine.json"
DOCUMENT = ROOT / "docs" / "scale.md"
ONE_BRANCH = "naive,drift"
"""Cheap forecasters, which share a branch with the baseline."""
EVERY = 0.1
"""Seconds between two samples of the tasks' memory."""
SERVED = re.compile(r'^SeaweedFS_s3_request_total\{bucket="energy",.*type="(\w+)"\} (\d+)$', re.M)
TABLES = ("runs", "metrics", "params", "tags")


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(arguments)
    other_flows, whole, one_branch = (
        measure_other_flows(),
        measure_run("all"),
        measure_run(ONE_BRANCH),
    )
    more_branches = whole["branches"] - one_branch["branches"]
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in ("metaflow", "mlflow", "pandas", "sktime")},
        "peak_mb_of_others": other_flows,
        "whole": whole,
        "one_branch": one_branch,
        "per_branch": {
            kind: {
                name: round(
                    (whole[kind].get(name, 0) - one_branch[kind].get(name, 0)) / more_branches, 1
                )
                for name in {*whole[kind], *one_branch[kind]}
            }
            for kind in ("s3", "metadata")
        },
    }
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(DOCUMENT, "step-memory", memory_table(result))
    replace_block(DOCUMENT, "counted", count_table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def measure_run(forecasters: str) -> dict[str, Any]:
    """Run TrainFlow on some forecasters, and count.

    Returns:
        `branches`; `tasks`; `peak_mb` of a task by step; `s3`: requests by kind; `metadata`: rows
        of a metadata service; `mlflow`: rows by table; `mlflow_seconds_a_run`: time from the first
        MLflow run to the last, divided by their number.
    """
    (port,) = free_ports(1)
    with (
        tempfile.TemporaryDirectory() as name,
        s3_server(Path(name, "s3"), f"-metricsPort={port}") as s3,
    ):
        folder = Path(name)
        before = requests(port)
        peak = _run(folder, s3, "trainflow", "--forecasters", forecasters)
        request_counts = requests(port) - before
        metadata = folder / ".metaflow" / "TrainFlow"
        tasks = Counter(path.parents[2].name for path in metadata.glob("*/*/*/_meta/_self.json"))
        return {
            "branches": tasks["backtest"],
            "tasks": sum(tasks.values()) - tasks["_parameters"],
            "peak_mb": {step: round(peak[step]) for step in tasks if step in peak},
            "s3": dict(request_counts),
            "metadata": {"rows": len(list(metadata.rglob("_meta/*.json")))},
            **_tracked(folder / "mlflow.db"),
        }


def requests(port: int) -> Counter[str]:
    """Answered requests to the bucket by kind; a HEAD counts as a GET."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode("utf-8")
    counts: Counter[str] = Counter()
    for kind, count in SERVED.findall(text):
        counts[kind] += int(count)
    return counts


def measure_other_flows() -> dict[str, dict[str, int]]:
    """Peak memory by step of the other flows: ingest of the embedded workbooks, and monitoring of
    the live release."""
    raw = sorted((ROOT / "data" / "raw").iterdir())
    workbooks = ",".join(str(path) for path in raw if path.suffix in {".xlsx", ".ods"})
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        folder = Path(name)
        store = shutil.copytree(Settings().store, folder / "store")
        peaks = {
            "ingestflow": _run(folder, s3, "ingestflow", "--files", workbooks),
            "monitorflow": _run(folder, s3, "monitorflow", "--store", str(store)),
        }
    return {flow: {step: round(peak[step]) for step in peak} for flow, peak in peaks.items()}


def _run(folder: Path, s3: S3Server, flow: str, *words: str) -> Mapping[str, float]:
    command = [sys.executable, str(ROOT / "flows" / f"{flow}.py"), "--datastore", "s3", "run"]
    environment = surroundings(
        {
            **{name: value for name, value in s3.environment.items() if value},
            "ENERGY_DATA": str(folder / "data") if flow == "ingestflow" else str(ROOT / "data"),
            "ENERGY_STORE": f"s3://{s3.bucket}/store",
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
            "METAFLOW_DATASTORE_SYSROOT_S3": f"s3://{s3.bucket}/metaflow",
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        }
    )
    with subprocess.Popen([*command, *words], env=environment, cwd=folder) as run:
        watch = Watch(psutil.Process(run.pid))
        watch.start()
        code = run.wait()
        watch.over.set()
        watch.join()
    if code:
        raise RuntimeError(f"the flow failed with {code}")
    return watch.peak


class Watch(threading.Thread):
    """Samples the tasks of a run until it ends; keeps the peak memory by step, in MB."""

    def __init__(self, run: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.peak: defaultdict[str, float] = defaultdict(float)
        self._run = run

    def run(self) -> None:
        while not self.over.wait(EVERY):
            with suppress(psutil.NoSuchProcess):
                for task in self._run.children():
                    self._look(task)

    def _look(self, task: psutil.Process) -> None:
        """Add up proportional set sizes: forks of a branch share most of their pages."""
        with suppress(psutil.NoSuchProcess, ValueError, IndexError):
            words = task.cmdline()
            step = words[words.index("step") + 1]
            used = 0.0
            for process in (task, *task.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    used += process.memory_full_info().pss / 1e6
            self.peak[step] = max(self.peak[step], used)


def _tracked(database: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(database)) as connection:
        count = "SELECT count(*) FROM "
        rows = {name: connection.execute(count + name).fetchone()[0] for name in TABLES}
        span = "SELECT max(end_time) - min(start_time) FROM runs"
        seconds = connection.execute(span).fetchone()[0] / 1000
    return {"mlflow": rows, "mlflow_seconds_a_run": round(seconds / rows["runs"], 2)}


STEPS = ("start", "backtest", "select", "refit", "leaderboard", "publish", "close", "end")


def memory_table(result: Mapping[str, Any]) -> str:
    """Markdown: peak memory of a task, TrainFlow's by step, then that of other flows."""
    peak = result["whole"]["peak_mb"]
    order = [*(name for name in STEPS if name in peak), *sorted(set(peak) - set(STEPS))]
    rows = [[f"`{name}`", f"{peak[name]:,} MB"] for name in order]
    for flow, steps in result["peak_mb_of_others"].items():
        name = max(sorted(steps), key=lambda step: steps[step])  # the first by name of equals
        rows.append([f"{flow}, at most: `{name}`", f"{steps[name]:,} MB"])
    return f"{_measured_note(result)}\n\n{markdown_table(['step', 'most memory of a task'], rows)}"


def count_table(result: Mapping[str, Any]) -> str:
    """Markdown: requests and rows of a whole run, and those that each further branch adds."""
    whole, per_branch = result["whole"], result["per_branch"]
    mlflow = sum(count for name, count in whole["mlflow"].items() if name != "runs")
    rows = [
        ["tasks", f"{whole['tasks']:,}", "1"],
        *(
            [f"requests to S3: {kind}", f"{count:,}", f"{per_branch['s3'][kind]:g}"]
            for kind, count in sorted(whole["s3"].items())
        ),
        [
            "rows of metadata",
            f"{whole['metadata']['rows']:,}",
            f"{per_branch['metadata']['rows']:g}",
        ],
        ["MLflow: runs", f"{whole['mlflow']['runs']:,}", ""],
        ["MLflow: their metrics, parameters and tags", f"{mlflow:,}", ""],
        ["MLflow: seconds, by run", f"{whole['mlflow_seconds_a_run']:g}", ""],
    ]
    header = ["what", "the whole bench", "each further branch"]
    return f"{_measured_note(result)}\n\n{markdown_table(header, rows)}"


def _measured_note(result: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    note = f"Measured {result['measured_at']} on {result['machine']}, with {versions}: "
    return f"{note}{result['whole']['branches']} branches."


if __name__ == "__main__":
    sys.exit(main())
