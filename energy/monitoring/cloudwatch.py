"""A track record's figures as CloudWatch metrics."""

from __future__ import annotations

from energy.contract.track_record import TrackRecord
from energy.errors import EnergyError

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
ATTEMPTS = 3


def track_record_metrics(record: TrackRecord) -> dict[str, float]:
    """Figures by metric name; a metric without a value is left out."""
    recent, signal = record.recent, record.tracking_signal
    metrics: dict[str, float | None] = {
        "forecast_age_days": record.forecast_age_days,
        "data_overdue_days": record.next_due.overdue_days,
        "release_overdue_days": record.release_overdue_days,
        "months_scored": record.overall.months if record.overall else 0,
        "recent_mase": recent.mase if recent else None,
        "recent_coverage80": recent.coverage80 if recent else None,
        "tracking_signal": None if signal is None else abs(signal),
        "drift_alarms": sum(check.alarm for check in record.drift),
    }
    return {name: float(value) for name, value in metrics.items() if value is not None}


def send_metrics(namespace: str, record: TrackRecord) -> dict[str, float]:
    """Send the metrics of a record with the dimension `target`; returns them by name.

    Raises:
        EnergyError: CloudWatch cannot be reached or rejects them. The message has no credentials.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    metrics = track_record_metrics(record)
    dimensions = [{"Name": "target", "Value": record.target}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value}
        for name, value in metrics.items()
    ]
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    try:
        client = boto3.client("cloudwatch", config=config)
        client.put_metric_data(Namespace=namespace, MetricData=data)
    except ClientError as error:
        raise _unsent(namespace, f"rejected ({error.response['Error']['Code']})") from None
    except (BotoCoreError, ValueError) as error:  # ValueError: a malformed endpoint
        raise _unsent(namespace, f"no connection ({type(error).__name__})") from None
    return metrics


def _unsent(namespace: str, reason: str) -> EnergyError:
    return EnergyError(
        f"Metrics were not sent to CloudWatch namespace {namespace}: {reason}. The track record is "
        "written. Correct the AWS settings, or leave ENERGY_METRICS_NAMESPACE empty."
    )
