"""Training runs in MLflow: a parent run and a child for each forecaster."""

from __future__ import annotations

import logging
import os
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

from energy import legacy_errors
from energy.forecasting.metrics import Score
from energy.forecasting.models import FORECASTERS
from energy.settings import Settings

SHIPPED = "energy"
"""Name of the data set that the project ships with; its experiments do not say it."""


def registered_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the registered model of a target."""
    return f"{dataset}-{target}"


def check_backend(settings: Settings) -> None:
    """Find out before any work is done whether runs can be tracked.

    Light on purpose: MLflow itself takes seconds to import, and minutes to give up on a server.

    Raises:
        TrackingUnreachable: The database cannot be written, or the server does not answer.
    """
    uri = settings.tracking_uri
    try:
        if uri.startswith("sqlite:///"):
            _check_database(Path(uri.removeprefix("sqlite:///")).absolute())
        elif uri.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=5):  # noqa: S310
                pass
    except urllib.error.HTTPError as error:
        if error.code >= 500:  # any other answer, a login page too, is an answer
            raise legacy_errors.TrackingUnreachable(uri, str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise legacy_errors.TrackingUnreachable(uri, str(error)) from error


def _check_database(path: Path) -> None:
    """Raise OSError or sqlite3.Error if it cannot be written; leave nothing where nothing was."""
    if path.exists():
        with closing(sqlite3.connect(path)) as database:
            database.execute("BEGIN IMMEDIATE")
        return
    nearest = next(parent for parent in path.parents if parent.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise NotADirectoryError(f"{nearest} is no folder that can be written")


def mlflow_client(settings: Settings) -> Any:
    """MLflow's client for the backend of the settings, which is made if it is a new SQLite file."""
    for noisy in ("mlflow.store.db.utils", "mlflow.utils.environment", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    from mlflow.tracking import MlflowClient

    if settings.tracking_uri.startswith("sqlite:///"):
        Path(settings.tracking_uri.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    return MlflowClient(settings.tracking_uri, registry_uri=settings.tracking_uri)


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """Everything of one run of TrainFlow that is worth keeping.

    Attributes:
        target: Column forecast; names the experiment and the registered model.
        params: What the run was asked to do, and what it rests on (data hash, commit).
        ranked: Backtest scores, best first.
        reported: Scores that nothing is chosen on by forecaster: `holdout`, `nowcast`.
        single_origin: MAPE of the one 80:20 forecast by forecaster.
        folds: Fold frame by forecaster.
        figures: What draws the PNG images of the parent run, by file name.
        dataset: Name of the data set.
    """

    target: str
    params: Mapping[str, object]
    ranked: Sequence[Score]
    reported: Mapping[str, Mapping[str, Score]]
    single_origin: Mapping[str, float | None]
    folds: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Callable[[], bytes]]
    dataset: str = SHIPPED


def experiment_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the experiment that a target's runs are in."""
    return f"trainflow-{target if dataset == SHIPPED else registered_name(target, dataset)}"


@contextmanager
def log_in_background(
    settings: Settings, experiments: Sequence[TrackedRun]
) -> Iterator[dict[str, str]]:
    """Log runs, a parent with a child for each forecaster, in a thread beside the body.

    The body has their ids at once, and what it waits for takes no time of its own. Where it fails,
    so do the runs.

    Args:
        settings: Where MLflow is.
        experiments: One for each target.

    Yields:
        The parent's run id by target.
    """
    client = mlflow_client(settings)
    ids = {one.target: _parent(client, settings, one) for one in experiments}
    status = "FAILED"
    with ThreadPoolExecutor(1) as pool:
        logged = pool.submit(_log, client, ids, experiments)
        try:
            yield ids
            logged.result()
            status = "FINISHED"
        finally:
            wait([logged])
            for run_id in ids.values():
                client.set_terminated(run_id, status=status)


def log_run(settings: Settings, experiment: TrackedRun) -> str:
    """Log a parent run with a child for each forecaster; returns the parent's run id."""
    with log_in_background(settings, [experiment]) as ids:
        return ids[experiment.target]


def _parent(client: Any, settings: Settings, experiment: TrackedRun) -> str:
    name = experiment_name(experiment.target, experiment.dataset)
    run = client.create_run(
        _experiment(client, settings, name),
        run_name=str(experiment.params["run"]),
        tags=_tags(experiment),
    )
    return str(run.info.run_id)


def _log(client: Any, ids: Mapping[str, str], experiments: Sequence[TrackedRun]) -> None:
    for one in experiments:
        best, run_id = one.ranked[0], ids[one.target]
        experiment_id = client.get_run(run_id).info.experiment_id
        _batch(client, run_id, {**one.params, "champion": best.forecaster}, _metrics(best))
        for score in one.ranked:
            _child(client, experiment_id, run_id, one, score)
        for file, draw in one.figures.items():
            _artifact(client, run_id, file, draw())


def _tags(experiment: TrackedRun) -> dict[str, str]:
    commit = str(experiment.params.get("commit", "unknown"))
    return {"mlflow.source.git.commit": commit, "target": experiment.target}


def log_figures(
    settings: Settings,
    experiment: str,
    run_name: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    steps: Mapping[str, Sequence[tuple[int, float | None]]],
) -> str:
    """Log one run of plain figures, such as those of a track record; returns its run id.

    Args:
        settings: Where MLflow is.
        experiment: Name of the experiment, made if it is the first.
        run_name: Of the run.
        params: What it rests on.
        metrics: One figure each.
        steps: Figures by step, such as months ahead.
    """
    client = mlflow_client(settings)
    run = client.create_run(_experiment(client, settings, experiment), run_name=run_name)
    run_id: str = run.info.run_id
    _batch(client, run_id, params, metrics, steps)
    client.set_terminated(run_id)
    return run_id


def _experiment(client: Any, settings: Settings, name: str) -> Any:
    """Id of an experiment, made if it is not there."""
    if known := client.get_experiment_by_name(name):
        return known.experiment_id
    local = settings.tracking_uri.startswith("sqlite:///")
    where = str(settings.artifacts / name) if local else None
    return client.create_experiment(name, artifact_location=where)


def _child(
    client: Any,
    experiment_id: str,
    parent: str,
    experiment: TrackedRun,
    score: Score,
) -> None:
    name, entry = score.forecaster, FORECASTERS[score.forecaster]
    tags = {**_tags(experiment), "mlflow.parentRunId": parent}
    run = client.create_run(experiment_id, run_name=name, tags=tags)
    run_id = run.info.run_id
    params = {
        "forecaster": name,
        "kind": entry.kind,
        "summary": entry.summary,
        "log": entry.log,
        "weather": entry.weather,
        "members": ", ".join(entry.members),
        "rule": "inverse squared error" if entry.members else "",
        "data_sha256": experiment.params["data_sha256"],
    }
    if score.failure is not None:
        _batch(client, run_id, {**params, "failure": score.failure[:500]}, {})
        client.set_terminated(run_id, status="FAILED")
        return
    metrics = _metrics(score)
    for protocol, scores in experiment.reported.items():
        if found := scores.get(name):
            metrics |= _metrics(found, f"{protocol}_")
    if (single := experiment.single_origin.get(name)) is not None:
        metrics["single_origin_mape"] = single
    steps = {
        f"{figure}_by_horizon": [(int(r["horizon"] or 0), r[figure]) for r in score.by_horizon]
        for figure in ("mase", "coverage80")
    }
    _batch(client, run_id, params, metrics, steps)
    _artifact(client, run_id, "folds.csv", experiment.folds[name].to_csv(index=False).encode())
    client.set_terminated(run_id)


def _metrics(score: Score, prefix: str = "") -> dict[str, float]:
    names = ("mase", "mape", "wis", "coverage80", "coverage95", "seconds")
    found = {name: getattr(score, name) for name in names}
    return {prefix + name: value for name, value in found.items() if value is not None}


def _batch(
    client: Any,
    run_id: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    steps: Mapping[str, Sequence[tuple[int, float | None]]] | None = None,
) -> None:
    from mlflow.entities import Metric, Param

    found = [Metric(name, value, 0, 0) for name, value in metrics.items()]
    found += [
        Metric(name, value, 0, step)
        for name, rows in (steps or {}).items()
        for step, value in rows
        if value is not None
    ]
    client.log_batch(
        run_id, metrics=found, params=[Param(name, str(value)) for name, value in params.items()]
    )


def _artifact(client: Any, run_id: str, name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        client.log_artifact(run_id, str(path))
