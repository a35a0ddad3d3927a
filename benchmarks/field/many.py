r"""Cross-validate many monthly series with statsforecast, for scripts/bench_scale.py.

    .venv-field/bin/python benchmarks/field/many.py TABLE.csv ANSWER.json --folds 9 --step 5 \
        --jobs 2

TABLE.csv has columns unique_id, ds (first of the month), y. Every model is fitted anew at every
cutoff. ANSWER.json holds each model's MASE over all series and folds, and what was used.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import HoltWinters, Naive, RandomWalkWithDrift, SeasonalNaive, Theta

HORIZON, SP = 12, 12
MODELS = {
    "SeasonalNaive": "seasonal_naive",
    "Naive": "naive",
    "RWD": "drift",
    "Theta": "theta",
    "HoltWinters": "exponential_smoothing",
}
"""Names as statsforecast has them, and on our bench."""


def main() -> None:
    """Read the table, time nothing (the caller does), write the answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("answer", type=Path)
    for name in ("folds", "step", "jobs"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    table = pd.read_csv(asked.table, parse_dates=["ds"])
    logs = table.assign(y=np.log(table["y"]))
    models = [
        *(SeasonalNaive(SP), Naive(), RandomWalkWithDrift(), Theta(SP)),
        HoltWinters(SP, error_type="A"),
    ]
    forecaster = StatsForecast(models=models, freq="MS", n_jobs=asked.jobs)
    found = forecaster.cross_validation(
        df=logs, h=HORIZON, n_windows=asked.folds, step_size=asked.step
    )
    scale = _scale(table)
    merged = found.merge(scale, on=["unique_id", "cutoff"])
    actual = np.exp(merged["y"])
    mase = {
        ours: float(((actual - np.exp(merged[theirs])).abs() / merged["scale"]).mean())
        for theirs, ours in MODELS.items()
    }
    answer = {
        "mase": {name: round(value, 4) for name, value in mase.items()},
        "rows": len(found),
        "series": int(found["unique_id"].nunique()),
        "versions": {name: version(name) for name in ("statsforecast", "coreforecast", "pandas")},
    }
    asked.answer.write_text(json.dumps(answer), "utf-8")


def _scale(table: pd.DataFrame) -> pd.DataFrame:
    """MASE's denominator at every month of every series: its mean change on the year before."""
    change = table.groupby("unique_id")["y"].diff(SP).abs()
    mean = change.groupby(table["unique_id"]).expanding().mean().reset_index(level=0, drop=True)
    return table.assign(scale=mean, cutoff=table["ds"])[["unique_id", "cutoff", "scale"]]


if __name__ == "__main__":
    main()
