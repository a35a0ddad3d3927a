"""Published releases in MLflow's model registry, in a SQLite file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_results import (
    make_comparison,
    make_manifest,
    make_plan,
    make_series,
    make_table,
    make_weather,
)

from energy.settings import Settings
from energy.tracking import registry, runs
from energy.tracking.registry import ALIAS

# MLflow's own, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")


@pytest.fixture(scope="module")
def settings(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[Path], Path]
) -> Settings:
    file = new_database(tmp_path_factory.mktemp("registry") / "mlflow.db")
    return Settings(tracking_uri=f"sqlite:///{file}")


@pytest.fixture(scope="module")
def client(settings: Settings) -> Any:
    return runs.mlflow_client(settings)


@pytest.fixture(scope="module")
def run_id(client: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run to register from; `energy.tracking.runs` logs it in a real one."""
    place = tmp_path_factory.mktemp("artifacts").as_uri()
    experiment = client.create_experiment("trainflow-total", artifact_location=place)
    return str(client.create_run(experiment).info.run_id)


@pytest.fixture(scope="module")
def registered(settings: Settings, run_id: str) -> list[str]:
    """Versions of two registrations, one after the other; the second is a fitted forecaster."""
    from energy.forecasting.selection import model_to_zip, refit_champion

    y = make_series()
    laid = make_plan(y)
    folds = make_comparison(y, laid).folds["seasonal_naive"]
    fitted, fitted_table = refit_champion("seasonal_naive", y, make_weather(), folds, 6, "Mtoe")
    made = []
    for number, (model, table) in enumerate(
        ((b"no model", make_table(y, laid)), (model_to_zip(fitted), fitted_table)), 1
    ):
        files = {"model.zip": model, "forecast.json": json.dumps(table.to_dict()).encode()}
        manifest = make_manifest(table, number)
        made.append(
            registry.register_release(settings, "total", run_id, files, manifest, promoted=True)
        )
    return made


def test_the_alias_is_on_the_promoted_version(
    registered: list[str], client: Any, run_id: str
) -> None:
    assert registered == ["1", "2"]
    name = runs.registered_name("total")
    version = client.get_model_version_by_alias(name, ALIAS)
    assert (str(version.version), version.run_id) == ("2", run_id)
    assert version.tags["forecaster"] == "seasonal_naive"
    assert version.tags["release_id"].endswith("3f9a1c22")
    assert client.get_model_version(name, "1").tags["forecaster"] == "theta"


def test_a_rejected_version_has_no_alias(
    registered: list[str], settings: Settings, client: Any, run_id: str
) -> None:
    y = make_series()
    table = make_table(y, make_plan(y))
    files, manifest = {"model.zip": b"no model"}, make_manifest(table, 3)
    version = registry.register_release(settings, "total", run_id, files, manifest, promoted=False)
    assert version not in registered
    name = runs.registered_name("total")
    assert client.get_model_version(name, version).tags["release_id"].endswith("3f9a1c23")
    assert str(client.get_model_version_by_alias(name, ALIAS).version) == registered[-1]


def test_a_model_pins_its_packages(
    registered: list[str], client: Any, run_id: str, tmp_path: Path
) -> None:
    file = client.download_artifacts(run_id, "model/requirements.txt", str(tmp_path))
    mlflow, *pins = Path(file).read_text().split()
    assert mlflow.startswith("mlflow==")
    assert pins == ["sktime==1.2.0", "pandas==3.0.0"]


def test_other_errors_of_the_registry_are_raised(
    settings: Settings, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    def fail(*_: object, **__: object) -> None:
        raise MlflowException("the database is locked")

    monkeypatch.setattr(MlflowClient, "create_registered_model", fail)
    y = make_series()
    table = make_table(y, make_plan(y))
    with pytest.raises(MlflowException, match="locked"):
        registry.register_release(
            settings, "total", run_id, {"model.zip": b""}, make_manifest(table), True
        )
