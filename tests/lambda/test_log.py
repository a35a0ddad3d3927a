"""One line is log entry and metrics at once, as CloudWatch reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_handler.log import UNITS, RequestLog, error_location, log_line


def logged(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        log_line(RequestLog("direct", "id", False, **changes), 1.23456)
    )
    return found


@pytest.mark.parametrize(
    ("changes", "dimensions"),
    [
        ({}, [["service"]]),
        ({"tier": "table"}, [["service"], ["service", "tier"]]),
        ({"code": "not_json", "status": 400}, [["service"]]),
    ],
)
def test_metrics_are_in_the_embedded_format(changes: Any, dimensions: Any) -> None:
    found = logged(**changes)
    metrics = found["_aws"]["CloudWatchMetrics"]
    assert {one["Namespace"] for one in metrics} == {"EnergyForecast"}
    assert [one["Dimensions"] for one in metrics] == [[some] for some in dimensions]
    assert isinstance(found["_aws"]["Timestamp"], int)
    for one in (one for some in metrics for one in some["Metrics"]):
        assert isinstance(found[one["Name"]], int | float)
        assert one["Unit"] == UNITS[one["Name"]]
    for name in {name for some in dimensions for name in some}:
        assert isinstance(found[name], str)


def test_no_more_metrics_are_sent_than_cost_nothing() -> None:
    lines = [logged(tier=tier, code=code) for tier in (None, "table", "champion") for code in "ab"]
    sent = {
        (metric["Name"], *(found[name] for name in one["Dimensions"][0]))
        for found in lines
        for one in found["_aws"]["CloudWatchMetrics"]
        for metric in one["Metrics"]
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
def test_what_went_wrong_is_counted(changes: Any, level: str, counts: Any) -> None:
    found = logged(**changes)
    assert found["level"] == level
    assert (found["errors"], found["faults"], found["stale"]) == counts
    assert (found["requests"], found["latency"]) == (1, 1.235)


def test_a_line_is_one_line() -> None:
    text = log_line(RequestLog("direct", "a\nb\u2028", True, reason="x\ny"), 0)
    assert text.isascii()
    assert len(text.splitlines()) == 1


def test_where_an_error_came_from() -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        raise ValueError("a secret")
    assert error_location(caught.value).startswith("ValueError at test_log.py:")
    assert error_location(ValueError("a secret")) == "ValueError"
