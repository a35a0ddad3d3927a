"""One log line for each request, with its CloudWatch metrics."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

NAMESPACE = "EnergyForecast"
SERVICE = "energy-forecast"
UNITS = {
    "requests": "Count",
    "latency": "Milliseconds",
    "errors": "Count",
    "faults": "Count",
    "stale": "Count",
    "cold_start": "Count",
}
"""What every line counts; `errors` are of the caller's making (4xx), `faults` of ours (5xx)."""
WHOLE = ("errors", "faults", "stale", "cold_start")
OF_A_TIER = ("requests", "latency")
"""Metrics of the service and of each tier: eight in all, of ten that cost nothing. Error codes are
in the log alone: a metric of each, and of every count by tier, would be paid for."""


@dataclass
class RequestLog:
    """What is to be told of one request.

    Attributes:
        route: Such as `GET /v1/forecast`, or `direct`.
        request_id: Lambda's.
        cold_start: Whether it is the first of its process.
        status: HTTP status, or the one a direct caller's answer stands for.
        tier: `table` or `champion`, where a forecast was made.
        release_id: Of the release that answered.
        stale: Whether it was stale, and why.
        code: Of the error, if there was one.
        field: The field of the request that the error is about.
        reason: What went wrong here; only for faults, whose messages hold nothing of a caller's.
    """

    route: str
    request_id: str
    cold_start: bool
    status: int = 200
    tier: str | None = None
    release_id: str | None = None
    stale: str | None = None
    code: str | None = None
    field: str | None = None
    reason: str | None = None


def log_line(told: RequestLog, milliseconds: float) -> str:
    """The line to print: JSON with an EMF header, of metrics for the service and for the tier."""
    metrics = [_directive(["service"], WHOLE)]
    if told.tier:
        metrics.append(_directive(["service", "tier"], OF_A_TIER))
    header = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": metrics,
    }
    said: Mapping[str, Any] = {
        "level": "ERROR" if told.status >= 500 else "WARNING" if told.stale else "INFO",
        "service": SERVICE,
        "route": told.route,
        "request_id": told.request_id,
        "status": told.status,
        "tier": told.tier,
        "release_id": told.release_id,
        "code": told.code,
        "field": told.field,
        "stale_reason": told.stale,
        "reason": told.reason,
        "requests": 1,
        "latency": round(milliseconds, 3),
        "errors": int(400 <= told.status < 500),
        "faults": int(told.status >= 500),
        "stale": int(bool(told.stale)),
        "cold_start": int(told.cold_start),
        "_aws": header,
    }
    return json.dumps({name: value for name, value in said.items() if value is not None})


def _directive(dimensions: list[str], names: Sequence[str]) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [dimensions],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in names],
    }


def error_location(error: BaseException) -> str:
    """An error that nobody expected, by its kind and place; its text may hold anything."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = PurePath(trace.tb_frame.f_code.co_filename).name
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"


def write_log(told: RequestLog, milliseconds: float) -> None:
    """Print the line where Lambda collects it."""
    print(log_line(told, milliseconds), file=sys.stdout, flush=True)
