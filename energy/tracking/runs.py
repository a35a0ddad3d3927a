"""Training runs in MLflow: a parent run and a child for each forecaster."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy.errors import RequestError
from energy.forecasting.metrics import Score
from energy.forecasting.models import FORECASTERS
from energy.settings import Settings

SHIPPED = "energy"
"""The data set that comes with the project; names of its experiments leave it out."""
SQLITE = "sqlite:///"

Steps = Mapping[str, Sequence[tuple[int, float | None]]]
"""Metric values by step, such as months ahead, by metric name."""


def registered_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the registered model of a target."""
    return f"{dataset}-{target}"


def experiment_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the experiment with the training runs of a target."""
    return f"trainflow-{target if dataset == SHIPPED else registered_name(target, dataset)}"


def check_backend(settings: Settings) -> None:
    """Check that runs can be tracked, before any work is done.

    It does not use MLflow, which takes seconds to import and minutes to give up on a server.

    Raises:
        RequestError: The database cannot be written, or the server does not answer.
    """
    uri = settings.tracking_uri
    try:
        if uri.startswith(SQLITE):
            _check_database(Path(uri.removeprefix(SQLITE)).absolute())
        elif uri.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=5):  # noqa: S310
                pass
    except urllib.error.HTTPError as error:
        if error.code >= 500:  # a login page or "not found" shows that the server works
            raise _unusable(uri, error) from error
    except (OSError, sqlite3.Error) as error:
        raise _unusable(uri, error) from error


def _unusable(uri: str, error: Exception) -> RequestError:
    uri = re.sub(r"//[^/@]*@", "//***@", uri)  # it may hold a password
    return RequestError(
        f"MLflow's backend {uri} cannot be used: {error}. Set MLFLOW_TRACKING_URI to another one, "
        "or leave it unset for a local file."
    )


def _check_database(path: Path) -> None:
    """Raise OSError or sqlite3.Error if it cannot be written; create nothing."""
    if path.exists():
        with closing(sqlite3.connect(path)) as database:
            database.execute("BEGIN IMMEDIATE")
        return
    nearest = next(parent for parent in path.parents if parent.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise NotADirectoryError(f"{nearest} is not a folder that can be written")


def mlflow_client(settings: Settings) -> Any:
    """MLflow's client for the backend in the settings; a new SQLite file is created."""
    for name in ("mlflow.store.db.utils", "mlflow.utils.environment", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from mlflow.tracking import MlflowClient

    uri = settings.tracking_uri
    if uri.startswith(SQLITE):
        Path(uri.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(uri, registry_uri=uri)


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """What MLflow keeps of a training run: its inputs, and scores and folds by forecaster.

    The backtest scores are ranked, best first; `reported` has those that were not used for
    selection, by protocol (`holdout`, `nowcast`), `single_origin` the MAPE of the 80:20 forecast.
    `images` has functions that draw the PNG images of the parent run, by file name.
    """

    target: str
    params: Mapping[str, object]
    ranked: Sequence[Score]
    reported: Mapping[str, Mapping[str, Score]]
    single_origin: Mapping[str, float | None]
    folds: Mapping[str, pd.DataFrame]
    images: Mapping[str, Callable[[], bytes]]
    dataset: str = SHIPPED

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the parent and of every child."""
        commit = str(self.params.get("commit", "unknown"))
        return {"mlflow.source.git.commit": commit, "target": self.target}


@contextmanager
def log_in_background(settings: Settings, runs: Sequence[TrackedRun]) -> Iterator[dict[str, str]]:
    """Log runs in a thread beside the body, each a parent with a child for each forecaster.

    Yields the parent's run id by target, at once. If the body fails, the runs are marked as failed.
    """
    client = mlflow_client(settings)
    ids = {}
    for run in runs:
        experiment_id = _experiment_id(client, settings, experiment_name(run.target, run.dataset))
        created = client.create_run(experiment_id, run_name=str(run.params["run"]), tags=run.tags)
        ids[run.target] = str(created.info.run_id)
    status = "FAILED"
    with ThreadPoolExecutor(1) as pool:
        logging_runs = pool.submit(_log_runs, client, ids, runs)
        try:
            yield ids
            logging_runs.result()
            status = "FINISHED"
        finally:
            wait([logging_runs])
            for run_id in ids.values():
                client.set_terminated(run_id, status=status)


def log_figures(
    settings: Settings,
    experiment: str,
    run_name: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    steps: Steps,
) -> str:
    """Log a single run, such as that of a track record; returns its run id."""
    client = mlflow_client(settings)
    run = client.create_run(_experiment_id(client, settings, experiment), run_name=run_name)
    run_id = str(run.info.run_id)
    _log_batch(client, run_id, params, metrics, steps)
    client.set_terminated(run_id)
    return run_id


def _experiment_id(client: Any, settings: Settings, name: str) -> Any:
    """Id of an experiment, created if it does not exist."""
    if experiment := client.get_experiment_by_name(name):
        return experiment.experiment_id
    local = settings.tracking_uri.startswith(SQLITE)
    location = str(settings.artifacts / name) if local else None
    return client.create_experiment(name, artifact_location=location)


def _log_runs(client: Any, ids: Mapping[str, str], runs: Sequence[TrackedRun]) -> None:
    for run in runs:
        best, run_id = run.ranked[0], ids[run.target]
        experiment_id = client.get_run(run_id).info.experiment_id
        _log_batch(client, run_id, {**run.params, "champion": best.forecaster}, _metrics(best))
        for score in run.ranked:
            _log_child(client, experiment_id, run_id, run, score)
        for file, draw in run.images.items():
            _log_artifact(client, run_id, file, draw())


def _log_child(
    client: Any, experiment_id: str, parent_id: str, run: TrackedRun, score: Score
) -> None:
    name, entry = score.forecaster, FORECASTERS[score.forecaster]
    tags = {**run.tags, "mlflow.parentRunId": parent_id}
    run_id = client.create_run(experiment_id, run_name=name, tags=tags).info.run_id
    params = {
        "forecaster": name,
        "kind": entry.kind,
        "summary": entry.summary,
        "log": entry.log,
        "weather": entry.weather,
        "members": ", ".join(entry.members),
        "rule": "inverse squared error" if entry.members else "",
        "data_sha256": run.params["data_sha256"],
    }
    if score.failure is not None:
        _log_batch(client, run_id, {**params, "failure": score.failure[:500]}, {})
        client.set_terminated(run_id, status="FAILED")
        return
    metrics = _metrics(score)
    for protocol, scores in run.reported.items():
        if reported := scores.get(name):
            metrics |= _metrics(reported, f"{protocol}_")
    if (mape := run.single_origin.get(name)) is not None:
        metrics["single_origin_mape"] = mape
    steps = {
        f"{figure}_by_horizon": [(int(r["horizon"] or 0), r[figure]) for r in score.by_horizon]
        for figure in ("mase", "coverage80")
    }
    _log_batch(client, run_id, params, metrics, steps)
    _log_artifact(client, run_id, "folds.csv", run.folds[name].to_csv(index=False).encode())
    client.set_terminated(run_id)


def _metrics(score: Score, prefix: str = "") -> dict[str, float]:
    names = ("mase", "mape", "wis", "coverage80", "coverage95", "seconds")
    values = {prefix + name: getattr(score, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _log_batch(
    client: Any,
    run_id: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    steps: Steps | None = None,
) -> None:
    from mlflow.entities import Metric, Param

    points = {**{name: [(0, value)] for name, value in metrics.items()}, **(steps or {})}
    batch = [
        Metric(name, value, 0, step)
        for name, rows in points.items()
        for step, value in rows
        if value is not None
    ]
    strings = [Param(name, str(value)) for name, value in params.items()]
    client.log_batch(run_id, metrics=batch, params=strings)


def _log_artifact(client: Any, run_id: str, name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        client.log_artifact(run_id, str(path))
