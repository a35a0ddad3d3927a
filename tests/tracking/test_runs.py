"""What MLflow has of a training run, in a SQLite file."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_results import (
    AND_WEATHER,
    make_comparison,
    make_plan,
    make_series,
)

from energy.errors import RequestError
from energy.forecasting.metrics import Score
from energy.forecasting.models import FORECASTERS
from energy.settings import Settings
from energy.tracking import runs
from energy.tracking.runs import TrackedRun

# MLflow's own, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")


def log_run(settings: Settings, run: TrackedRun) -> str:
    with runs.log_in_background(settings, [run]) as ids:
        return ids[run.target]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A new MLflow database, in a folder that does not exist yet."""
    folder = tmp_path_factory.mktemp("tracking") / "deep" / "down"
    return Settings.from_environment({"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"})


@pytest.fixture(scope="module")
def experiment() -> TrackedRun:
    y = make_series()
    made = make_comparison(y, make_plan(y), failed=["ridge"], names=AND_WEATHER)
    drawn = partial(bytes, b"\x89PNG")
    return TrackedRun(
        target="total",
        params={"run": "TrainFlow/1", "commit": "1" * 40, "data_sha256": "a" * 64, "horizon": 24},
        ranked=made.ranked,
        reported={"holdout": made.holdout, "nowcast": made.nowcast},
        single_origin=made.single_origin,
        folds=made.folds,
        images={"leaderboard.png": drawn, "by_horizon.png": drawn},
    )


@pytest.fixture(scope="module")
def parent(settings: Settings, experiment: TrackedRun) -> str:
    return log_run(settings, experiment)


@pytest.fixture(scope="module")
def client(settings: Settings, parent: str) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(settings.tracking_uri, registry_uri=settings.tracking_uri)


@pytest.fixture(scope="module")
def children(client: Any, parent: str) -> dict[str, Any]:
    experiment_id = client.get_run(parent).info.experiment_id
    listed = client.search_runs([experiment_id], f"tags.mlflow.parentRunId = '{parent}'")
    return {run.info.run_name: run for run in listed}


def test_artifacts_are_next_to_the_database(settings: Settings, client: Any, parent: str) -> None:
    folder = Path(settings.tracking_uri.removeprefix("sqlite:///")).parent
    assert client.get_run(parent).info.artifact_uri.startswith(str(folder / "artifacts"))
    assert list(folder.rglob("leaderboard.png"))


def test_the_parent_is_the_run(client: Any, parent: str, experiment: TrackedRun) -> None:
    run = client.get_run(parent)
    assert (run.info.run_name, run.info.status) == ("TrainFlow/1", "FINISHED")
    assert run.data.params == {
        **{name: str(value) for name, value in experiment.params.items()},
        "champion": "weather_normalised_theta",
    }
    assert run.data.metrics["mase"] == experiment.ranked[0].mase
    assert run.data.tags["mlflow.source.git.commit"] == "1" * 40
    listed = {file.path for file in client.list_artifacts(parent)}
    assert listed >= {"leaderboard.png", "by_horizon.png"}


def test_a_child_for_each_forecaster(children: dict[str, Any], experiment: TrackedRun) -> None:
    assert set(children) == set(AND_WEATHER)
    for score in experiment.ranked:
        run = children[score.forecaster]
        assert run.data.params["data_sha256"] == "a" * 64
        assert run.data.params["summary"]
        if score.failure is None:
            assert run.info.status == "FINISHED"
            for name in ("mase", "mape", "wis", "coverage80", "coverage95", "seconds"):
                assert run.data.metrics[name] == getattr(score, name)
            holdout = experiment.reported["holdout"][score.forecaster]
            assert run.data.metrics["holdout_mase"] == holdout.mase


def test_nowcasts_are_metrics_of_forecasters_that_use_weather(
    children: dict[str, Any], experiment: TrackedRun
) -> None:
    name = "weather_normalised_theta"
    metrics, now = children[name].data.metrics, experiment.reported["nowcast"][name]
    assert (metrics["nowcast_mase"], metrics["nowcast_mape"]) == (now.mase, now.mape)
    assert "nowcast_mase" not in children["theta"].data.metrics


def test_a_combination_has_its_members_and_its_rule(
    settings: Settings, client: Any, experiment: TrackedRun
) -> None:
    entry = FORECASTERS["weather_normalised_combination"]
    failed = [*experiment.ranked, Score(entry.name, failure="its member failed: sarimax")]
    parent = client.get_run(log_run(settings, replace(experiment, ranked=failed)))
    listed = client.search_runs(
        [parent.info.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    )
    rules = {run.info.run_name: run.data.params["rule"] for run in listed}
    members = {run.info.run_name: run.data.params["members"] for run in listed}
    assert rules == {**dict.fromkeys(AND_WEATHER, ""), entry.name: "inverse squared error"}
    assert members[entry.name] == ", ".join(entry.members)


def test_a_failed_score_is_a_failed_run(children: dict[str, Any]) -> None:
    run = children["ridge"]
    assert run.info.status == "FAILED"
    assert run.data.params["failure"] == "ValueError: it broke"
    assert run.data.metrics == {}


def test_folds_and_errors_by_horizon(
    client: Any, children: dict[str, Any], experiment: TrackedRun, tmp_path: Path
) -> None:
    run_id = children["theta"].info.run_id
    file = client.download_artifacts(run_id, "folds.csv", str(tmp_path))
    assert len(pd.read_csv(file)) == len(experiment.folds["theta"])
    (rows,) = (s.by_horizon for s in experiment.ranked if s.forecaster == "theta")
    history = client.get_metric_history(run_id, "mase_by_horizon")
    assert {metric.step: metric.value for metric in history} == {
        row["horizon"]: row["mase"] for row in rows
    }


def test_no_holdout_and_no_mape(settings: Settings, client: Any, experiment: TrackedRun) -> None:
    ranked = [replace(score, mape=None) for score in experiment.ranked]
    less = replace(experiment, ranked=ranked, reported={}, single_origin={})
    run = client.get_run(log_run(settings, less))
    assert run.info.status == "FINISHED"
    assert "mape" not in run.data.metrics


def test_the_runs_fail_with_the_body(
    settings: Settings, client: Any, experiment: TrackedRun
) -> None:
    seen = {}

    def fail() -> None:
        with runs.log_in_background(settings, [replace(experiment, target="stopped")]) as ids:
            seen[ids["stopped"]] = client.get_run(ids["stopped"]).info.status
            raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        fail()
    ((run_id, status),) = seen.items()
    assert status == "RUNNING"
    assert client.get_run(run_id).info.status == "FAILED"


def test_a_run_that_cannot_be_logged_fails(
    settings: Settings, client: Any, experiment: TrackedRun
) -> None:
    def break_down() -> bytes:
        raise OSError("no ink")

    broken = replace(experiment, target="broken", images={"leaderboard.png": break_down})
    with pytest.raises(OSError, match="no ink"):
        log_run(settings, broken)
    where = client.get_experiment_by_name("trainflow-broken").experiment_id
    listed = client.search_runs([where])
    (parent,) = (run for run in listed if "mlflow.parentRunId" not in run.data.tags)
    assert parent.info.status == "FAILED"


def test_runs_of_a_target_share_an_experiment(
    settings: Settings, client: Any, parent: str, experiment: TrackedRun
) -> None:
    again = client.get_run(log_run(settings, experiment))
    assert again.info.experiment_id == client.get_run(parent).info.experiment_id
    other = client.get_run(log_run(settings, replace(experiment, target="coal")))
    assert other.info.experiment_id != again.info.experiment_id
    assert client.get_experiment(other.info.experiment_id).name == "trainflow-coal"


def test_another_data_set_has_its_own_names() -> None:
    assert runs.experiment_name("total") == "trainflow-total"
    assert runs.experiment_name("total", "mill") == "trainflow-mill-total"
    assert runs.registered_name("total") == "energy-total"
    assert runs.registered_name("total", "mill") == "mill-total"


def test_logging_is_quiet(experiment: TrackedRun, tmp_path: Path) -> None:
    code = (
        "import pickle, sys\n"
        "from energy.settings import Settings\n"
        "from energy.tracking import runs\n"
        "settings = Settings.from_environment({'MLFLOW_TRACKING_URI': sys.argv[1]})\n"
        "with runs.log_in_background(settings, [pickle.load(sys.stdin.buffer)]):\n    pass"
    )
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    ended = subprocess.run(
        [sys.executable, "-c", code, uri],
        input=pickle.dumps(experiment),
        capture_output=True,
        check=True,
    )
    assert (ended.stdout, ended.stderr) == (b"", b"")


@pytest.mark.parametrize("name", ["file/mlflow.db", "file"])
def test_a_database_that_cannot_be_written_or_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a database, and longer than the header of one" * 9)
    with pytest.raises(RequestError, match="MLFLOW_TRACKING_URI"):
        runs.check_backend(Settings(tracking_uri=f"sqlite:///{tmp_path}/{name}"))


def test_a_server_that_does_not_answer_and_its_password() -> None:
    with pytest.raises(RequestError) as caught:
        runs.check_backend(Settings(tracking_uri="http://me:secret@127.0.0.1:9"))
    assert "secret" not in str(caught.value)


def test_a_new_database_can_be_used_and_is_not_created_by_the_check(tmp_path: Path) -> None:
    runs.check_backend(Settings(tracking_uri=f"sqlite:///{tmp_path}/new/mlflow.db"))
    assert list(tmp_path.iterdir()) == []
