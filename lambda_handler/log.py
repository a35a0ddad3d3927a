"""One log line for each request, with its CloudWatch metrics.

The line is JSON in CloudWatch's embedded metric format, written by hand to start fast: importing
the logger and metrics of AWS Lambda Powertools takes 68 ms, aws-embedded-metrics 290 ms.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

NAMESPACE = "EnergyForecast"
SERVICE = "energy-forecast"
SERVICE_METRICS = {"errors": "Count", "faults": "Count", "stale": "Count", "cold_start": "Count"}
TIER_METRICS = {"requests": "Count", "latency": "Milliseconds"}
"""Metrics of the service and of each tier: eight in all, of the ten that are free. Error codes are
only in the log, since a metric for each would cost money."""
UNITS = SERVICE_METRICS | TIER_METRICS


@dataclass
class RequestLog:
    """What the log says about one request.

    A `field` or `reason` never contains a caller's own words; only faults have a reason.
    """

    route: str
    request_id: str
    cold_start: bool
    status: int = 200  # also for direct callers, whose answers have none
    tier: str | None = None
    release_id: str | None = None
    stale_reason: str | None = None
    code: str | None = None
    field: str | None = None
    reason: str | None = None


def log_line(log: RequestLog, milliseconds: float) -> str:
    """The line to print; fields without a value are left out."""
    is_fault = log.status >= 500
    metrics = [_directive(["service"], SERVICE_METRICS)]
    if log.tier:
        metrics.append(_directive(["service", "tier"], TIER_METRICS))
    line: dict[str, Any] = {
        "level": "ERROR" if is_fault else "WARNING" if log.stale_reason else "INFO",
        "service": SERVICE,
        "route": log.route,
        "request_id": log.request_id,
        "status": log.status,
        "tier": log.tier,
        "release_id": log.release_id,
        "code": log.code,
        "field": log.field,
        "stale_reason": log.stale_reason,
        "reason": log.reason,
        "requests": 1,
        "latency": round(milliseconds, 3),
        "errors": int(400 <= log.status < 500),
        "faults": int(is_fault),
        "stale": int(bool(log.stale_reason)),
        "cold_start": int(log.cold_start),
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": metrics},
    }
    return json.dumps({name: value for name, value in line.items() if value is not None})


def _directive(dimensions: list[str], units: Mapping[str, str]) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": unit} for name, unit in units.items()]
    return {"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}


def error_location(error: BaseException) -> str:
    """The type and place of an unexpected error, without its text, which may hold anything."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = PurePath(trace.tb_frame.f_code.co_filename).name
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"


def write_log(log: RequestLog, milliseconds: float) -> None:
    """Print the line, which Lambda sends to CloudWatch."""
    print(log_line(log, milliseconds), flush=True)
