"""MonitorFlow as a user runs it, with months to score, and without a live release."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from flow_runs import Checkout, Ended, Once, check_out
from made_records import publish
from made_releases import RAW
from moto.server import ThreadedMotoServer
from walked import walk

from energy.contract.track_record import TrackRecord
from energy.data.frame import read_frame
from energy.data.vintages import open_vintage
from energy.monitoring.cloudwatch import track_record_metrics
from energy.releases.reader import TRACK_RECORD
from energy.releases.store import open_store

pytestmark = [
    pytest.mark.e2e,
    # MLflow's and Metaflow's own, in this process alone.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),
    pytest.mark.filterwarnings("ignore:The _yaml extension module"),
]
CUTOFFS = ("2022-01", "2022-03", "2022-05")


@dataclass(frozen=True)
class Story:
    """A run, the metrics that it sent, and the published releases."""

    checkout: Checkout
    scored: Ended
    sent: list[str]
    release_ids: list[str]

    @property
    def record(self) -> TrackRecord:
        data = (self.checkout.store / TRACK_RECORD).read_bytes()
        return TrackRecord.from_dict(json.loads(data))


@pytest.fixture(scope="session")
def story(once: Once[Story], new_database: Callable[[Path], Path]) -> Story:
    def build(folder: Path) -> Story:
        checkout = check_out(folder)
        new_database(checkout.database)
        store, frame = open_store(str(checkout.store)), read_frame(open_vintage(RAW))
        names = [publish(store, cutoff, frame=frame) for cutoff in CUTOFFS]
        scored, sent = with_cloudwatch(checkout)
        return Story(checkout, scored, sent, names)

    return once("monitors", build)


def with_cloudwatch(checkout: Checkout) -> tuple[Ended, list[str]]:
    """A run that sends its metrics to a server in this process; returns their names there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        aws = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "never-shown",
            "AWS_DEFAULT_REGION": "eu-west-2",
            "NO_PROXY": "127.0.0.1",
        }
        environ = {"ENERGY_METRICS_NAMESPACE": "Energy", **aws}
        run = checkout.python("flows/monitorflow.py", "run", **environ)
        client = boto3.client(
            "cloudwatch",
            endpoint_url=aws["AWS_ENDPOINT_URL"],
            region_name="eu-west-2",
            aws_access_key_id="somebody",
            aws_secret_access_key="never-shown",
        )
        metrics = client.list_metrics(Namespace="Energy")["Metrics"]
    finally:
        server.stop()
    return run, sorted(metric["MetricName"] for metric in metrics)


def test_without_a_live_release_it_says_so_and_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    cards = walk("monitorflow", "MonitorFlow", monkeypatch, store=str(tmp_path / "store"))
    message = "No release is live yet, so there is nothing to monitor"
    assert capsys.readouterr().out.startswith(message)
    assert message in cards["monitor"].words
    assert list(tmp_path.iterdir()) == []


def test_it_scores_in_three_tasks(story: Story) -> None:
    run = story.scored.good()
    assert run.tasks == ["start", "show", "end"]
    summary = run.closing
    assert "Track record of total: 12 months of 3 releases scored on figures to 2022-07" in summary
    assert "Next figures: 2022-08, due on 2022-10-27" in summary
    card = story.checkout.card(run.run_id, "show", "MonitorFlow")
    assert len(card.of_kind("vegaChart")) == 4  # no figure was revised
    assert "## Drift checks" in card.text


def test_the_store_has_the_record(story: Story) -> None:
    record = story.record
    assert [entry.release_id for entry in record.releases] == story.release_ids
    assert record.overall
    assert record.overall.months == 6 + 4 + 2
    measured = {check.name for check in record.drift if check.figure is not None}
    assert measured == {"level", "seasonality", "weather", "response"}


def test_mlflow_has_its_figures(story: Story) -> None:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(story.checkout.tracking_uri)
    experiment = client.get_experiment_by_name("monitoring")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == f"MonitorFlow/{story.scored.run_id}"
    assert run.data.metrics["months_scored"] == 12


def test_cloudwatch_has_its_metrics(story: Story) -> None:
    assert story.sent == sorted(track_record_metrics(story.record))
    assert f"sent {len(story.sent)} metrics to Energy" in story.scored.stdout
    assert "never-shown" not in story.scored.stdout + story.scored.stderr
