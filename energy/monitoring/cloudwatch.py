"""A track record's figures as CloudWatch metrics."""

from __future__ import annotations

from typing import Any

from energy import legacy_errors
from energy.contract.track_record import TrackRecord


def track_record_metrics(record: TrackRecord) -> dict[str, float]:
    """Figures by metric name; those that there is nothing to say of are left out."""
    recent = record.recent
    signal = record.tracking_signal
    found: dict[str, float | None] = {
        "forecast_age_days": record.forecast_age_days,
        "data_overdue_days": record.next_due.overdue_days,
        "release_overdue_days": record.release_overdue_days,
        "months_scored": record.overall.months if record.overall else 0,
        "recent_mase": recent.mase if recent else None,
        "recent_coverage80": recent.coverage80 if recent else None,
        "tracking_signal": None if signal is None else abs(signal),
        "drift_alarms": sum(check.alarm for check in record.drift),
    }
    return {name: float(value) for name, value in found.items() if value is not None}


CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
ATTEMPTS = 3


def send_metrics(namespace: str, record: TrackRecord) -> dict[str, float]:
    """Put every metric of a record, with the dimension `target`; returns what was sent, by name.

    Raises:
        MetricsUnsent: CloudWatch cannot be reached, or refuses; no part of it holds a credential.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found = track_record_metrics(record)
    dimensions = [{"Name": "target", "Value": record.target}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value}
        for name, value in found.items()
    ]
    try:
        _client().put_metric_data(Namespace=namespace, MetricData=data)
    except ClientError as error:
        reason = f"it refused ({error.response['Error']['Code']})"
        raise legacy_errors.MetricsUnsent(namespace, reason) from None
    except (BotoCoreError, ValueError) as error:  # ValueError: a malformed endpoint
        raise legacy_errors.MetricsUnsent(
            namespace, f"it cannot be asked ({type(error).__name__})"
        ) from None
    return found


def _client() -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    return boto3.client("cloudwatch", config=config)
