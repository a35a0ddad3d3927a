"""The front sends an event to a free instance or starts another."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from research import load_front

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.research


def post(url: str, body: bytes) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, body, timeout=10) as answer:  # noqa: S310 - this machine
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_the_emulators_answer_what_the_generator_asks(tmp_path: Path) -> None:
    pytest.importorskip("pywrkr", reason="pywrkr is not installed: nothing to ask with")
    environment = {"PYTHONPATH": str(ROOT)}
    with load_front.front(
        environment, tmp_path / "log", 2, "research.empty_handler.handler"
    ) as load:
        load.warm(1, b"{}")
        assert load.instances == 1
        result = load_front.send_requests(
            load.url, 0.5, 2, body=b"{}", report=tmp_path / "report.json"
        )
        assert load.instances == 2
        assert result.refused == 0
        assert result.requests == len(load.served) > 10
        assert 0 < result.p50 <= result.p99
        status, body = post(load.url, b"{}")
        assert (status, json.loads(body)["statusCode"]) == (200, 200)


@pytest.mark.parametrize(
    "more",
    [{"status_codes": {"200": 5, "502": 1}}, {"status_codes": {}}, {"error_types": {"gone": 1}}],
)
def test_a_run_with_errors_is_no_measure(more: dict[str, Any]) -> None:
    report = {
        "status_codes": {"200": 5, "429": 2},
        "total_requests": 7,
        "requests_per_sec": 3.5,
        "percentiles": {"p50": 0.1, "p99": 0.2},
    }
    result = load_front.load_result(report)
    assert (result.requests, result.refused, result.per_second) == (7, 2, 3.5)
    with pytest.raises(RuntimeError, match="answered"):
        load_front.load_result(report | more)
