"""Run TrainFlow on a long table, and read from its datastore what it took."""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from energy.settings import ROOT

PANELS = "store/releases/*/panel*.json"


@dataclass(frozen=True)
class Ran:
    """What a run took.

    Attributes:
        seconds: Wall time of the whole command, from the start of the interpreter to its end.
        cpu_seconds: CPU time of all its processes.
        chunk_seconds: CPU time inside the chunks.
        chunks: How many there were.
        peak_mb: Most memory that the process of one chunk held.
        kilobytes: Of the release's files on many series.
        panel: What came of it, summed up; None for a table of one series.
    """

    seconds: float
    cpu_seconds: float
    chunk_seconds: float
    chunks: int
    peak_mb: float
    kilobytes: float
    panel: Any


def run(settings: Path, folder: Path, *options: str) -> Ran:
    """Run it on the table of a settings file, with everything that it keeps in `folder`."""
    environment = {
        **os.environ,
        "ENERGY_DATASET": str(settings),
        "ENERGY_STORE": str(folder / "store"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
    }
    command = [sys.executable, str(ROOT / "flows" / "trainflow.py"), "run", "--target", "all"]
    began, before = time.perf_counter(), _children()
    subprocess.run([*command, *options], check=True, env=environment, cwd=folder)
    seconds, spent = time.perf_counter() - began, _children() - before
    found, panel = _chunks(folder)
    return Ran(
        seconds=round(seconds, 2),
        cpu_seconds=round(spent, 2),
        chunk_seconds=round(sum(one.seconds for one in found), 2),
        chunks=len(found),
        peak_mb=max((one.peak_mb for one in found), default=0.0),
        kilobytes=sum(file.stat().st_size for file in folder.glob(PANELS)) / 1000,
        panel=panel,
    )


def _chunks(folder: Path) -> tuple[list[Any], Any]:
    """What the chunks of the run in that datastore took, and the panel that came of it.

    In a process of its own, as Metaflow reads once where its datastore is.
    """
    environment = {**os.environ, "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder)}
    command = [sys.executable, "-m", "scale.kept"]
    ended = subprocess.run(
        command, check=True, env=environment, cwd=ROOT / "scripts", stdout=subprocess.PIPE
    )
    found: tuple[list[Any], Any] = pickle.loads(ended.stdout)  # noqa: S301 - our own, just written
    return found


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
