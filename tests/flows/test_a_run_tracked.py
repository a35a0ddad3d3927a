"""What MLflow has of two runs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from flow_runs import Good

from energy.contract import Manifest
from energy.forecasting.models import VERSION
from energy.releases.bundle import read_table, verify_release
from energy.releases.reader import read_champion
from energy.releases.store import open_store

pytestmark = [
    pytest.mark.e2e,
    # MLflow's own, in this process alone.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),
]


@pytest.fixture(scope="module")
def client(again: Good) -> Any:
    from mlflow.tracking import MlflowClient

    uri = again.checkout.tracking_uri
    return MlflowClient(uri, registry_uri=uri)


@pytest.fixture(scope="module")
def runs(client: Any) -> list[Any]:
    """Every run of the one experiment, oldest first."""
    (experiment,) = (e for e in client.search_experiments() if e.name != "Default")
    assert experiment.name == "trainflow-total"
    return list(client.search_runs([experiment.experiment_id], order_by=["start_time ASC"]))


@pytest.fixture(scope="module")
def parents(runs: list[Any]) -> list[Any]:
    return [run for run in runs if "mlflow.parentRunId" not in run.data.tags]


def children(runs: list[Any], parent: Any) -> dict[str, Any]:
    """A run's children by forecaster."""
    found = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    return {run.info.run_name: run for run in found}


def live_release(good: Good) -> Manifest:
    store = open_store(str(good.checkout.store))
    pointer = read_champion(store)
    assert pointer is not None
    return verify_release(store, pointer.release_id)


def test_a_parent_run_for_each_run(again: Good, good: Good, parents: list[Any]) -> None:
    names = [run.info.run_name for run in parents]
    assert names == [f"TrainFlow/{good.run.run_id}", f"TrainFlow/{again.run.run_id}"]
    for run in parents:
        assert run.info.status == "FINISHED"
        assert run.data.tags["mlflow.source.git.commit"] == good.checkout.commit
        assert {"target", "start", "horizon", "folds", "split", "months", "champion"} <= set(
            run.data.params
        )
        assert run.data.params["bench_version"] == str(VERSION)
        assert {"mase", "mape", "wis", "coverage80", "coverage95"} <= set(run.data.metrics)
    assert [run.data.params["horizon"] for run in parents] == ["24", "6"]


def test_a_child_for_each_forecaster(
    good: Good, client: Any, runs: list[Any], parents: list[Any]
) -> None:
    parent = {file.path for file in client.list_artifacts(parents[0].info.run_id)}
    assert {"leaderboard.png", "by_horizon.png", "champion_folds.png", "model"} <= parent
    found = children(runs, parents[0])
    assert sorted(found) == ["seasonal_naive", "theta", "weather_normalised_theta"]
    hashes = live_release(good).lineage.vintage.values()
    for name, run in found.items():
        assert run.info.status == "FINISHED"
        assert run.data.params["forecaster"] == name
        assert run.data.params["data_sha256"].split(", ") == sorted(hashes)
        assert {"mase", "coverage80", "holdout_mase", "single_origin_mape"} <= set(run.data.metrics)
        assert ("nowcast_mape" in run.data.metrics) == (name == "weather_normalised_theta")
        assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["folds.csv"]
    history = client.get_metric_history(found["theta"].info.run_id, "mase_by_horizon")
    assert [metric.step for metric in history] == list(range(1, 13))


def test_a_failed_forecaster_is_a_failed_run(runs: list[Any], parents: list[Any]) -> None:
    found = children(runs, parents[1])
    assert {name: run.info.status for name, run in found.items()} == {
        "seasonal_naive": "FINISHED",
        "drift": "FINISHED",
        "explodes": "FAILED",
        "dies": "FAILED",
        "dies_alone": "FAILED",
    }
    assert "never going to work" in found["explodes"].data.params["failure"]


def test_a_rejected_version_has_no_alias(
    client: Any, parents: list[Any], good: Good, again: Good
) -> None:
    versions = client.search_model_versions("name='energy-total'")
    assert sorted(int(version.version) for version in versions) == [1, 2]
    live = client.get_model_version_by_alias("energy-total", "champion")
    assert (int(live.version), live.run_id) == (1, parents[0].info.run_id)
    assert "models:/energy-total@champion is version 1" in good.run.closing
    assert "energy-total version 2, without the alias champion" in again.run.closing
    assert live.tags["release_id"] == live_release(again).release_id
    refused = client.get_model_version("energy-total", "2")
    assert refused.tags["release_id"] == again.run.release_id


def test_mlflow_answers_as_the_release_does(again: Good, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow.pyfunc

    monkeypatch.setenv("MLFLOW_TRACKING_URI", again.checkout.tracking_uri)
    model = mlflow.pyfunc.load_model("models:/energy-total@champion")
    answer = model.predict(pd.DataFrame({"horizon": range(1, 7)}))
    table = read_table(open_store(str(again.checkout.store)), live_release(again))
    for (month, *figures), row in zip(answer.to_numpy(), table.months[:6], strict=True):
        assert month == row.month
        assert figures == pytest.approx([row.mean, *row.quantiles], abs=1e-9)
