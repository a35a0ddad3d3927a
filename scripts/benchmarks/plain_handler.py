"""The plain handler that `make bench-lambda` compares with: no forecast table, only the model.

At import it reads the same champion from the same store with the same verification, imports sktime
and unpickles the model; then every answer is a prediction.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from energy.forecasting.backtest import forecast
from energy.forecasting.intervals import quantiles
from energy.forecasting.selection import model_from_zip
from energy.releases.bundle import MODEL, read_file, read_manifest, read_table
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.settings import Settings

_store = open_store(Settings.from_environment().store)
_pointer = read_champion(_store)
assert _pointer is not None  # noqa: S101 - the benchmark copied one
_manifest = read_manifest(_store, _pointer.release_id)
_table = read_table(_store, _manifest)
_fitted = model_from_zip(read_file(_store, _manifest, MODEL))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer for the next `periods` months with intervals."""
    ahead = pd.Series(range(1, int(event.get("periods", 12)) + 1)).to_numpy()
    mean = forecast(_table.forecaster, _fitted, int(ahead[-1]), _table.calibration.log, None)
    months = pd.PeriodIndex(mean.index)
    bands = quantiles(mean.to_numpy(), ahead, months, _table.calibration)
    return {
        "months": [
            {"month": str(month), "mean": float(value), "quantiles": list(map(float, band))}
            for month, value, band in zip(months, mean, bands, strict=True)
        ]
    }
