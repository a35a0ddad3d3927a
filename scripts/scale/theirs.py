"""Let statsforecast cross-validate the same series at the same cutoffs, in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pandas as pd

from energy.data.frame import temporal_split
from energy.forecasting.folds import FoldPlan, plan_folds
from energy.settings import ROOT

SCRIPT = ROOT / "benchmarks" / "field" / "many.py"
PYTHON = ROOT / ".venv-field" / "bin" / "python"


def run(table: pd.DataFrame, folder: Path, folds: int) -> tuple[float, dict[str, Any]]:
    """Wall seconds of the whole command, and what it answered.

    Args:
        table: A long table with columns month, shop, sales, in which every series has room for as
            many folds, so that its windows are our backtest's.
        folder: Where request and answer go.
        folds: Cutoffs of each series.
    """
    parts = []
    for name, rows in table.groupby("shop", sort=False):
        months = pd.PeriodIndex(rows["month"], freq="M")
        laid = _plan(months, folds)
        kept = rows[months <= laid.split]  # what our backtest may look at, and no more
        parts.append(
            pd.DataFrame({"unique_id": name, "ds": kept["month"] + "-01", "y": kept["sales"]})
        )
    pd.concat(parts).to_csv(folder / "theirs.csv", index=False)
    step = (laid.backtest[1] - laid.backtest[0]).n
    command = [str(PYTHON), str(SCRIPT), str(folder / "theirs.csv"), str(folder / "theirs.json")]
    options = {"folds": folds, "step": step, "jobs": os.cpu_count() or 1}
    command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=folder)
    seconds = time.perf_counter() - began
    return round(seconds, 2), json.loads((folder / "theirs.json").read_text("utf-8"))


def _plan(months: pd.PeriodIndex, folds: int) -> FoldPlan:
    laid = plan_folds(months, temporal_split(months)[0][-1], folds, 12)
    if len(laid.backtest) != folds or (laid.backtest[-1] - laid.backtest[0]).n != 5 * (folds - 1):
        raise ValueError(f"{len(months)} months have no room for {folds} folds five months apart")
    return laid
