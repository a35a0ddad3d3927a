"""What a run did, in MLflow: a parent run, a child for each forecaster.

MLflow is imported inside the functions: it takes two seconds, and only two steps need it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy import backend
from energy.forecasting.bench import BENCH
from energy.forecasting.scores import Score
from energy.registry import SHIPPED, registered_name
from energy.settings import Settings


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything of one run of TrainFlow that is worth keeping.

    Attributes:
        target: Column forecast; names the experiment and the registered model.
        params: What the run was asked to do, and what it rests on (data hash, commit).
        ranked: Backtest scores, best first.
        reported: Scores that nothing is chosen on by forecaster: `holdout`, `nowcast`.
        single_origin: MAPE of the one 80:20 forecast by forecaster.
        folds: Fold frame by forecaster.
        figures: PNG images of the parent run by file name.
        dataset: Name of the data set.
    """

    target: str
    params: Mapping[str, object]
    ranked: Sequence[Score]
    reported: Mapping[str, Mapping[str, Score]]
    single_origin: Mapping[str, float | None]
    folds: Mapping[str, pd.DataFrame]
    figures: Mapping[str, bytes]
    dataset: str = SHIPPED


def experiment_name(target: str, dataset: str = SHIPPED) -> str:
    """Name of the experiment that a target's runs are in."""
    return f"trainflow-{target if dataset == SHIPPED else registered_name(target, dataset)}"


def log(settings: Settings, experiment: Experiment) -> str:
    """Log a parent run with a child for each forecaster; returns the parent's run id."""
    client = backend.client(settings)
    name = experiment_name(experiment.target, experiment.dataset)
    experiment_id = _experiment(client, settings, name)
    tags = {
        "mlflow.source.git.commit": str(experiment.params.get("commit", "unknown")),
        "target": experiment.target,
    }
    best = experiment.ranked[0]
    parent = client.create_run(experiment_id, run_name=str(experiment.params["run"]), tags=tags)
    run_id: str = parent.info.run_id
    _batch(client, run_id, {**experiment.params, "champion": best.forecaster}, _metrics(best))
    for file, data in experiment.figures.items():
        _artifact(client, run_id, file, data)
    for score in experiment.ranked:
        _child(client, experiment_id, run_id, experiment, score, tags)
    client.set_terminated(run_id)
    return run_id


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
    client = backend.client(settings)
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
    experiment: Experiment,
    score: Score,
    tags: Mapping[str, str],
) -> None:
    name, entry = score.forecaster, BENCH[score.forecaster]
    run = client.create_run(
        experiment_id, run_name=name, tags={**tags, "mlflow.parentRunId": parent}
    )
    run_id = run.info.run_id
    params = {
        "forecaster": name,
        "kind": entry.kind,
        "summary": entry.summary,
        "log": entry.log,
        "weather": entry.weather,
        "members": ", ".join(entry.members),
        "rule": entry.rule if entry.members else "",
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
