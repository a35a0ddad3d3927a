r"""Cross-validate many monthly series with statsforecast, for `make bench-scale`.

    .venv-field/bin/python benchmarks/field/panel_opponent.py TABLE.csv ANSWER.json \
        --folds 9 --step 5 --jobs 2

TABLE.csv has columns unique_id, ds (first of the month), y. Every model is refitted at every
cutoff. ANSWER.json has the MASE of each model over all series and folds, and the versions.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

HORIZON, SP = 12, 12
MODELS = {
    "SeasonalNaive": "seasonal_naive",
    "Naive": "naive",
    "RWD": "drift",
    "Theta": "theta",
    "HoltWinters": "exponential_smoothing",
}
"""Names in statsforecast, and of our candidate models."""


def main(arguments: list[str] | None = None) -> None:
    """Read the table, cross-validate, write the answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("answer", type=Path)
    for name in ("folds", "step", "jobs"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args(arguments)
    from statsforecast import StatsForecast
    from statsforecast.models import HoltWinters, Naive, RandomWalkWithDrift, SeasonalNaive, Theta

    table = pd.read_csv(options.table, parse_dates=["ds"])
    logs = table.assign(y=np.log(table["y"]))
    models = [
        *(SeasonalNaive(SP), Naive(), RandomWalkWithDrift(), Theta(SP)),
        HoltWinters(SP, error_type="A"),
    ]
    forecaster = StatsForecast(models=models, freq="MS", n_jobs=options.jobs)
    forecasts = forecaster.cross_validation(
        df=logs, h=HORIZON, n_windows=options.folds, step_size=options.step
    )
    scale = _scale(table)
    merged = forecasts.merge(scale, on=["unique_id", "cutoff"])
    actual = np.exp(merged["y"])
    mase = {
        model: float(((actual - np.exp(merged[column])).abs() / merged["scale"]).mean())
        for column, model in MODELS.items()
    }
    answer = {
        "mase": {name: round(value, 4) for name, value in mase.items()},
        "rows": len(forecasts),
        "series": int(forecasts["unique_id"].nunique()),
        "versions": {name: version(name) for name in ("statsforecast", "coreforecast", "pandas")},
    }
    options.answer.write_text(json.dumps(answer), "utf-8")


def _scale(table: pd.DataFrame) -> pd.DataFrame:
    """MASE's denominator at every month of every series: mean absolute change on a year before."""
    change = table.groupby("unique_id")["y"].diff(SP).abs()
    mean = change.groupby(table["unique_id"]).expanding().mean().reset_index(level=0, drop=True)
    return table.assign(scale=mean, cutoff=table["ds"])[["unique_id", "cutoff", "scale"]]


if __name__ == "__main__":
    main()
