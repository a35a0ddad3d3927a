"""Hand the folds to the field (benchmarks/field), each part of it in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
from accuracy.protocol import Protocols

from energy.contract import LEVELS
from energy.forecasting.metrics import seasonal_naive_scale
from energy.settings import ROOT

SCRIPT = ROOT / "benchmarks" / "field" / "forecast.py"
ENVIRONMENTS = (".venv-field", ".venv-autogluon")
"""Made by `make field`; one that is not there is left out, and the report says so."""


def run(
    y: pd.Series, protocols: Protocols, folder: Path
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Fold frame of every opponent, and what is told of each: seconds, failure, note; versions.

    Args:
        y: The whole series.
        protocols: The folds.
        folder: Where requests and answers go.
    """
    request, asked = folder / "request.json", json.dumps(_request(y, protocols))
    answered = request.exists() and request.read_text("utf-8") == asked
    request.write_text(asked, "utf-8")
    frames: dict[str, pd.DataFrame] = {}
    told: dict[str, Any] = {"versions": {}, "missing": []}
    for name in ENVIRONMENTS:
        python = ROOT / name / "bin" / "python"
        if not python.exists():
            told["missing"].append(name)
            continue
        answer = folder / name.strip(".")
        if not (answered and (answer / "field.json").exists()):
            # What is not installed there is not asked; AutoGluon's environment has the others too.
            only = ["--forecasters", "autogluon"] if "autogluon" in name else []
            command = [str(python), str(SCRIPT), str(request), str(answer), *only]
            subprocess.run([*command, "--jobs", str(os.cpu_count())], check=True)
        one = json.loads((answer / "field.json").read_text("utf-8"))
        told["versions"][name.removeprefix(".venv-")] = one.pop("versions")
        told |= one
        forecasts = pd.read_csv(answer / "forecasts.csv")
        for forecaster, rows in forecasts.groupby("forecaster", sort=False):
            frames[str(forecaster)] = _frame(rows, y)
    return frames, told


def _request(y: pd.Series, protocols: Protocols) -> dict[str, Any]:
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


def _frame(rows: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """An answer as a fold frame, with our protocols' names, actuals and MASE's scale."""
    frame = rows.drop(columns="forecaster").reset_index(drop=True)
    frame["protocol"] = frame["protocol"].replace("training", "backtest")
    for column in ("cutoff", "month"):
        frame[column] = pd.PeriodIndex(frame[column], freq="M")
    frame["actual"] = y.reindex(frame["month"]).to_numpy()
    scale = {c: seasonal_naive_scale(y.loc[:c].to_numpy()) for c in frame["cutoff"].unique()}
    return frame.assign(scale=frame["cutoff"].map(scale).astype(float))
