"""A log line has the metrics in CloudWatch's embedded format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_handler.log import UNITS, RequestLog, error_location, log_line


def logged(**changes: Any) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(
        log_line(RequestLog("direct", "id", False, **changes), 1.23456)
    )
    return line


@pytest.mark.parametrize(
    ("changes", "dimensions"),
    [
        ({"tier": "table"}, [["service"], ["service", "tier"]]),
        ({"code": "not_json", "status": 400}, [["service"]]),
    ],
)
def test_metrics_are_in_the_embedded_format(changes: Any, dimensions: Any) -> None:
    line = logged(**changes)
    groups = line["_aws"]["CloudWatchMetrics"]
    assert {group["Namespace"] for group in groups} == {"EnergyForecast"}
    assert [group["Dimensions"] for group in groups] == [[names] for names in dimensions]
    assert isinstance(line["_aws"]["Timestamp"], int)
    for metric in (metric for group in groups for metric in group["Metrics"]):
        assert isinstance(line[metric["Name"]], int | float)
        assert metric["Unit"] == UNITS[metric["Name"]]
    assert all(isinstance(line[name], str) for names in dimensions for name in names)


def test_metrics_stay_within_the_free_ones() -> None:
    lines = [logged(tier=tier, code=code) for tier in (None, "table", "champion") for code in "ab"]
    sent = {
        (metric["Name"], *(line[name] for name in group["Dimensions"][0]))
        for line in lines
        for group in line["_aws"]["CloudWatchMetrics"]
        for metric in group["Metrics"]
    }
    assert len(sent) == 8


@pytest.mark.parametrize(
    ("changes", "level", "counts"),
    [
        ({}, "INFO", (0, 0, 0)),
        ({"status": 422, "code": "not_allowed"}, "INFO", (1, 0, 0)),
        ({"status": 503, "code": "no_release"}, "ERROR", (0, 1, 0)),
        ({"stale_reason": "no answer"}, "WARNING", (0, 0, 1)),
    ],
)
def test_errors_faults_and_stale_answers_are_counted(changes: Any, level: str, counts: Any) -> None:
    line = logged(**changes)
    assert line["level"] == level
    assert (line["errors"], line["faults"], line["stale"]) == counts
    assert (line["requests"], line["latency"]) == (1, 1.235)


def test_a_line_is_a_single_line() -> None:
    text = log_line(RequestLog("direct", "a\nb\u2028", True, reason="x\ny"), 0)
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_an_error_is_logged_by_its_place() -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        raise ValueError("a secret")
    assert error_location(caught.value).startswith("ValueError at test_log.py:")
    assert error_location(ValueError("a secret")) == "ValueError"
