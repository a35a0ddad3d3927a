"""A track record's figures as CloudWatch metrics, for alarms."""

from __future__ import annotations

from typing import Any

from energy.contract.record import TrackRecord
from energy.errors import MetricsUnsent
from energy.monitoring.metrics import metrics

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
ATTEMPTS = 3


def send(namespace: str, record: TrackRecord) -> dict[str, float]:
    """Put every metric of a record, with the dimension `target`; returns what was sent, by name.

    Raises:
        MetricsUnsent: CloudWatch cannot be reached, or refuses; no part of it holds a credential.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found = metrics(record)
    dimensions = [{"Name": "target", "Value": record.target}]
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Value": value}
        for name, value in found.items()
    ]
    try:
        _client().put_metric_data(Namespace=namespace, MetricData=data)
    except ClientError as error:
        reason = f"it refused ({error.response['Error']['Code']})"
        raise MetricsUnsent(namespace, reason) from None
    except (BotoCoreError, ValueError) as error:  # ValueError: a malformed endpoint
        raise MetricsUnsent(namespace, f"it cannot be asked ({type(error).__name__})") from None
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
