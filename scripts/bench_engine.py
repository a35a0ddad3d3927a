"""Count what a run asks of an engine: memory by step, requests to S3, rows in MLflow.

    make bench-engine             TrainFlow twice, the whole bench and one branch of it; minutes

Writes benchmarks/engine.json and its tables in docs/scale.md. The datastore and the store of
releases are on a real S3 server, which counts its requests itself.
"""

from __future__ import annotations

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
from engine.tables import counted, memory
from figures import replace_block
from local.processes import surroundings

from energy.settings import ROOT, Settings

sys.path.append(str(ROOT / "tests"))
from s3_server import S3Server, free_ports, s3_server

RESULT = ROOT / "benchmarks" / "engine.json"
DOCUMENT = ROOT / "docs" / "scale.md"
ONE_BRANCH = "naive,drift"
"""Cheap forecasters, which share a branch with the baseline."""
EVERY = 0.1
"""Seconds between two looks at the memory of the tasks."""
SERVED = re.compile(r'^SeaweedFS_s3_request_total\{bucket="energy",.*type="(\w+)"\} (\d+)$', re.M)
TABLES = ("runs", "metrics", "params", "tags")


def main() -> int:
    rest, whole, one = others(), measured("all"), measured(ONE_BRANCH)
    more = whole["branches"] - one["branches"]
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in ("metaflow", "mlflow", "pandas", "sktime")},
        "peak_mb_of_others": rest,
        "whole": whole,
        "one_branch": one,
        "per_branch": {
            kind: {
                name: round((whole[kind].get(name, 0) - one[kind].get(name, 0)) / more, 1)
                for name in {*whole[kind], *one[kind]}
            }
            for kind in ("s3", "metadata")
        },
    }
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(DOCUMENT, "step-memory", memory(result))
    replace_block(DOCUMENT, "counted", counted(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def measured(forecasters: str) -> dict[str, Any]:
    """Run the flow once on those forecasters, and count.

    Returns:
        `branches`; `tasks`; `peak_mb` of the processes of one task by step; `s3`: requests by kind;
        `metadata`: rows that a metadata service would keep; `mlflow`: rows by table;
        `mlflow_seconds_a_run`: from the first of its runs to the last, shared out among them.
    """
    (port,) = free_ports(1)
    with (
        tempfile.TemporaryDirectory() as name,
        s3_server(Path(name, "s3"), f"-metricsPort={port}") as s3,
    ):
        folder = Path(name)
        before = requests(port)
        peak = _run(folder, s3, "trainflow", "--forecasters", forecasters)
        served = requests(port) - before
        kept = folder / ".metaflow" / "TrainFlow"
        tasks = Counter(path.parents[2].name for path in kept.glob("*/*/*/_meta/_self.json"))
        return {
            "branches": tasks["backtest"],
            "tasks": sum(tasks.values()) - tasks["_parameters"],
            "peak_mb": {step: round(peak[step]) for step in tasks if step in peak},
            "s3": dict(served),
            "metadata": {"rows": len(list(kept.rglob("_meta/*.json")))},
            **_tracked(folder / "mlflow.db"),
        }


def requests(port: int) -> Counter[str]:
    """Requests to the bucket that the server has answered, by kind; a HEAD counts as a GET."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode("utf-8")
    found: Counter[str] = Counter()
    for kind, count in SERVED.findall(text):
        found[kind] += int(count)
    return found


def others() -> dict[str, dict[str, int]]:
    """The most that a task of the other flows holds, by step: the embedded workbooks are taken in,
    and the release in service here is watched."""
    raw = sorted((ROOT / "data" / "raw").iterdir())
    workbooks = ",".join(str(path) for path in raw if path.suffix in {".xlsx", ".ods"})
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        folder = Path(name)
        store = shutil.copytree(Settings().store, folder / "store")
        found = {
            "ingestflow": _run(folder, s3, "ingestflow", "--files", workbooks),
            "monitorflow": _run(folder, s3, "monitorflow", "--store", str(store)),
        }
    return {flow: {step: round(peak[step]) for step in peak} for flow, peak in found.items()}


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
    """Looks at the tasks of a run until it is over; keeps the most of any task, in MB, by step."""

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
        """A page that processes share counts once: forks of a branch share most of theirs."""
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
        took = connection.execute(span).fetchone()[0] / 1000
    return {"mlflow": rows, "mlflow_seconds_a_run": round(took / rows["runs"], 2)}


if __name__ == "__main__":
    sys.exit(main())
