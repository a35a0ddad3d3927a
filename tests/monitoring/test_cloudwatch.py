"""What is sent to CloudWatch, and what happens when it cannot be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from made_records import publish, record
from msgspec.structs import replace
from s3_server import free_ports

from energy import legacy_errors
from energy.contract.track_record import TrackRecord
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
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-to-be-told")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")


@pytest.fixture
def made(store: Store) -> TrackRecord:
    for cutoff in ("2022-02", "2022-03", "2022-04", "2022-05"):
        publish(store, cutoff)
    return record(store)


def test_the_figures_by_name(made: TrackRecord) -> None:
    found = track_record_metrics(made)
    assert set(found) == ALWAYS | SCORED | {"tracking_signal"}
    assert found["forecast_age_days"] == made.forecast_age_days
    assert found["months_scored"] == 5 + 4 + 3 + 2
    assert made.recent
    assert found["recent_mase"] == made.recent.mase
    lean = replace(made, tracking_signal=-4.0)
    assert track_record_metrics(lean)["tracking_signal"] == 4.0


def test_the_docs_say_what_each_means(made: TrackRecord) -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(told) == sorted(track_record_metrics(made))


def test_what_there_is_nothing_to_say_of_is_not_sent(store: Store) -> None:
    publish(store, "2022-07")
    found = track_record_metrics(record(store))
    assert set(found) == ALWAYS
    assert found["months_scored"] == 0


def test_cloudwatch_holds_what_was_sent(made: TrackRecord) -> None:
    import boto3
    from moto import mock_aws

    with mock_aws():
        sent = cloudwatch.send_metrics("Energy", made)
        listed = boto3.client("cloudwatch").list_metrics(Namespace="Energy")["Metrics"]
    assert sent == track_record_metrics(made)
    assert {one["MetricName"] for one in listed} == set(sent)
    for one in listed:
        assert one["Dimensions"] == [{"Name": "target", "Value": "total"}]


class Refusing:
    def put_metric_data(self, **_: Any) -> None:
        told = {"Code": "AccessDenied", "Message": "somebody may not do this"}
        raise ClientError({"Error": told}, "PutMetricData")


def test_a_refusal_is_one_line(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudwatch, "_client", Refusing)
    with pytest.raises(legacy_errors.MetricsUnsent) as caught:
        cloudwatch.send_metrics("Energy", made)
    told = str(caught.value)
    assert "namespace Energy: it refused (AccessDenied)." in told
    assert "The track record is written" in told
    assert "somebody" not in told


def test_nobody_there(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(cloudwatch, "ATTEMPTS", 1)
    with pytest.raises(
        legacy_errors.MetricsUnsent, match=r"cannot be asked \(EndpointConnectionError\)"
    ) as caught:
        cloudwatch.send_metrics("Energy", made)
    assert "never-to-be-told" not in str(caught.value)


def test_no_region(made: TrackRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(legacy_errors.MetricsUnsent, match="NoRegionError"):
        cloudwatch.send_metrics("Energy", made)
