"""Releases in MLflow's model registry, and the model that MLflow loads."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastTable, Manifest
from energy.forecasting.backtest import forecast
from energy.forecasting.folds import quantile_columns
from energy.forecasting.intervals import quantiles
from energy.forecasting.selection import model_from_zip
from energy.settings import Settings
from energy.tracking.lineage import pins
from energy.tracking.runs import SHIPPED, mlflow_client, registered_name

ALIAS = "champion"
"""Alias of the live version: `models:/energy-total@champion`."""


def register_release(
    settings: Settings,
    target: str,
    run_id: str,
    files: Mapping[str, bytes],
    manifest: Manifest,
    promoted: bool,
    dataset: str = SHIPPED,
) -> str:
    """Register a published release as a new model version; returns the version.

    The model consists of the release's own files, by name, so that
    `mlflow.pyfunc.load_model("models:/energy-total@champion")` answers as the release does. The
    version of a promoted release gets the alias.
    """
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    client = mlflow_client(settings)
    name = registered_name(target, dataset)
    with tempfile.TemporaryDirectory() as folder:
        model, release = Path(folder) / "model", Path(folder) / "release"
        release.mkdir()
        for file, data in files.items():
            (release / file).write_bytes(data)
        mlflow.pyfunc.save_model(
            str(model),
            loader_module="energy.tracking.registry",
            data_path=str(release),
            pip_requirements=pins(manifest.lineage),  # else MLflow infers them for ten seconds
        )
        client.log_artifacts(run_id, str(model), "model")
    try:
        client.create_registered_model(name, description=f"Champion forecaster of {target}.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    tags = {"release_id": manifest.release_id, "forecaster": manifest.forecaster}
    version = str(client.create_model_version(name, source, run_id, tags=tags).version)
    if promoted:
        client.set_registered_model_alias(name, ALIAS, version)
    return version


class RegisteredChampion:
    """A fitted champion with its calibration; predicts for any months ahead."""

    def __init__(self, fitted: Any, table: ForecastTable) -> None:
        """Keep the fitted forecaster and the table it was published with."""
        self.fitted, self.table = fitted, table

    def predict(self, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Forecast the months of the column `horizon`, 1 for the month after the cutoff.

        A row for each: month (text), mean and q0.025 to q0.975, in the release's unit. MLflow's
        interface has `params`, which are unused.
        """
        horizons = model_input["horizon"].astype(int).to_numpy()
        calibration, observed = self.table.calibration, self.table.observed
        X = None
        if observed:  # the weather that the release was made with
            index = pd.PeriodIndex(list(observed), freq="M")
            X = pd.DataFrame({"degree_days": list(observed.values())}, index)
        longest = int(horizons.max())
        means = forecast(self.table.forecaster, self.fitted, longest, calibration.log, X)
        mean = means.iloc[horizons - 1]
        months = pd.PeriodIndex(mean.index)
        nowcast = np.array([str(month) in observed for month in months])
        q = quantiles(mean.to_numpy(), horizons, months, calibration, nowcast)
        answer = pd.DataFrame(q, columns=quantile_columns())
        answer.insert(0, "month", [str(month) for month in months])
        answer.insert(1, "mean", mean.to_numpy())
        return answer


def _load_pyfunc(path: str) -> RegisteredChampion:
    """Load a registered model; MLflow calls it by this name."""
    folder = Path(path)
    table = ForecastTable.from_dict(json.loads((folder / "forecast.json").read_text("utf-8")))
    return RegisteredChampion(model_from_zip((folder / "model.zip").read_bytes()), table)
