"""The champion as MLflow hands it out: `mlflow.pyfunc.load_model("models:/energy-total@champion")`.

MLflow imports this module and calls `_load_pyfunc` with the folder that `energy.registry` saved.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastTable
from energy.forecasting.champion import from_zip
from energy.forecasting.fitting import forecast
from energy.forecasting.intervals import quantiles
from energy.forecasting.scores import quantile_columns


class RegisteredChampion:
    """A fitted champion with its calibration; predicts for any months ahead."""

    def __init__(self, fitted: Any, table: ForecastTable) -> None:
        """Keep the fitted forecaster and the table it was published with."""
        self.fitted, self.table = fitted, table

    def predict(self, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Forecast the months ahead that are asked for.

        Args:
            model_input: A column `horizon` of whole numbers, 1 for the month after the cutoff.
            params: Unused; part of MLflow's interface.

        Returns:
            A row for each: month (text), mean and q0.025 to q0.975, in the release's unit.
        """
        asked = model_input["horizon"].astype(int).to_numpy()
        calibration, observed = self.table.calibration, self.table.observed
        X = None
        if observed:  # the weather that the release was made with
            months = pd.PeriodIndex(list(observed), freq="M")
            X = pd.DataFrame({"degree_days": list(observed.values())}, months)
        ahead = forecast(self.table.forecaster, self.fitted, int(asked.max()), calibration.log, X)
        mean = ahead.iloc[asked - 1]
        months = pd.PeriodIndex(mean.index)
        known = np.array([str(month) in observed for month in months])
        q = quantiles(mean.to_numpy(), asked, months, calibration, known)
        answer = pd.DataFrame(q, columns=quantile_columns())
        answer.insert(0, "month", [str(month) for month in mean.index])
        answer.insert(1, "mean", mean.to_numpy())
        return answer


def _load_pyfunc(path: str) -> RegisteredChampion:
    folder = Path(path)
    table = ForecastTable.from_dict(json.loads((folder / "forecast.json").read_text("utf-8")))
    return RegisteredChampion(from_zip((folder / "model.zip").read_bytes()), table)
