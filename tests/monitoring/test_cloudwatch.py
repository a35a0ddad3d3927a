"""The metrics sent to CloudWatch, and the errors if they cannot be sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from made_records import publish, record
from msgspec.structs import replace
from s3_server import free_ports

from energy.contract.track_record import TrackRecord
from energy.errors import EnergyError
from energy.monitoring import cloudwatch
from energy.monitoring.cloudwatch import track_record_metrics
from energy.releases.store import Store
from energy.settings import ROOT

ALWAYS = {
    "forecast_age_days",
    "data_overdue_days",
    "release_overdue_days",
    "months_scored",
    "drift_alarms",
}
SCORED = {"recent_mase", "recent_coverage80"}


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-shown")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")


@pytest.fixture
def made(store: Store) -> TrackRecord:
    for cutoff in ("2022-02", "2022-03", "2022-04", "2022-05"):
        publish(store, cutoff)
    return record(store)


def test_metrics_by_name(made: TrackRecord) -> None:
    metrics = track_record_metrics(made)
    assert set(metrics) == ALWAYS | SCORED | {"tracking_signal"}
    assert metrics["forecast_age_days"] == made.forecast_age_days
    assert metrics["months_scored"] == 5 + 4 + 3 + 2
    assert made.recent
    assert metrics["recent_mase"] == made.recent.mase
    biased = replace(made, tracking_signal=-4.0)
    assert track_record_metrics(biased)["tracking_signal"] == 4.0


def test_the_docs_list_every_metric(made: TrackRecord) -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted(track_record_metrics(made))


def test_a_metric_without_a_value_is_left_out(store: Store) -> None:
    publish(store, "2022-07")
    metrics = track_record_metrics(record(store))
    assert set(metrics) == ALWAYS
    assert metrics["months_scored"] == 0


def test_cloudwatch_has_what_was_sent(made: TrackRecord) -> None:
    import boto3
    from moto import mock_aws

    with mock_aws():
        sent = cloudwatch.send_metrics("Energy", made)
        listed = boto3.client("cloudwatch").list_metrics(Namespace="Energy")["Metrics"]
    assert sent == track_record_metrics(made)
    assert {metric["MetricName"] for metric in listed} == set(sent)
    for metric in listed:
        assert metric["Dimensions"] == [{"Name": "target", "Value": "total"}]


class RejectingClient:
    def put_metric_data(self, **_: Any) -> None:
        error = {"Code": "AccessDenied", "Message": "somebody may not do this"}
        raise ClientError({"Error": error}, "PutMetricData")


def test_a_rejection(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda *_, **__: RejectingClient())
    with pytest.raises(EnergyError) as caught:
        cloudwatch.send_metrics("Energy", made)
    message = str(caught.value)
    assert "namespace Energy: rejected (AccessDenied)." in message
    assert "The track record is written" in message
    assert "somebody" not in message


def test_no_connection(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(cloudwatch, "ATTEMPTS", 1)
    with pytest.raises(EnergyError, match=r"no connection \(EndpointConnectionError\)") as caught:
        cloudwatch.send_metrics("Energy", made)
    assert "never-shown" not in str(caught.value)


def test_no_region(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(EnergyError, match="NoRegionError"):
        cloudwatch.send_metrics("Energy", made)
