"""MLflow's model registry: every release that was published, and which of them is in service."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from energy import backend
from energy.contract import Manifest
from energy.lineage import pins
from energy.settings import Settings

ALIAS = "champion"
"""Alias of the registered version that is in service: `models:/energy-total@champion`."""
SHIPPED = "energy"
"""Name of the data set that the project ships with; its experiments do not say it."""


def registered_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the registered model of a target."""
    return f"{dataset}-{target}"


def register(
    settings: Settings,
    target: str,
    run_id: str,
    files: Mapping[str, bytes],
    manifest: Manifest,
    promoted: bool,
    dataset: str = SHIPPED,
) -> str:
    """Register the champion that was published; returns its version.

    It gets the alias if its release was promoted; else the version in service keeps it.

    What is registered is the release's own files; `energy.registered` reads them, so that
    `mlflow.pyfunc.load_model("models:/energy-total@champion")` answers as the release does.

    Args:
        settings: Where MLflow is.
        target: Names the registered model.
        run_id: The parent run.
        files: The release's files by name, as published.
        manifest: The release that holds it.
        promoted: Whether that is in service.
        dataset: Name of the data set.
    """
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    client = backend.client(settings)
    name = registered_name(target, dataset)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        release = Path(folder) / "release"
        release.mkdir()
        for file, data in files.items():
            (release / file).write_bytes(data)
        # Left to itself, MLflow would guess the requirements for ten seconds.
        mlflow.pyfunc.save_model(
            str(path),
            loader_module="energy.registered",
            data_path=str(release),
            pip_requirements=pins(manifest.lineage),
        )
        client.log_artifacts(run_id, str(path), "model")
    try:
        client.create_registered_model(name, description=f"Champion forecaster of {target}.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    tags = {"release_id": manifest.release_id, "forecaster": manifest.forecaster}
    version: str = client.create_model_version(name, source, run_id, tags=tags).version
    if promoted:
        client.set_registered_model_alias(name, ALIAS, version)
    return str(version)
