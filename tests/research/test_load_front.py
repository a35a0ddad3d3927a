"""The front sends an event to a free instance or starts another."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from research import load_front

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.research


class Waiting:
    """An instance that answers when it may."""

    def __init__(self, may: threading.Event) -> None:
        self._may = may

    def invoke(self, event: bytes) -> bytes:
        assert self._may.wait(10)
        return event

    def close(self) -> None:
        pass


def post(url: str, body: bytes) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, body, timeout=10) as answer:  # noqa: S310 - this machine
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_each_busy_instance_makes_another_until_there_are_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may, begun = threading.Event(), threading.Semaphore(0)

    def start(self: Any, *, is_counted: bool = False) -> Waiting:
        assert is_counted
        begun.release()
        return Waiting(may)

    monkeypatch.setattr(load_front.Front, "_start", start)
    with load_front.front({}, tmp_path / "log", most=2) as load, ThreadPoolExecutor(2) as pool:
        responses = [pool.submit(post, load.url, text) for text in (b"first", b"second")]
        assert all(begun.acquire(timeout=10) for _ in responses)
        assert post(load.url, b"third") == (429, b"")
        may.set()
        assert [event.result() for event in responses] == [(200, b"first"), (200, b"second")]
        assert post(load.url, b"fourth") == (200, b"fourth")
        assert [event.cold for event in load.served] == [True, True, False]
        assert (load.instances, load.refused) == (2, 1)
        load.forget()
        assert (load.served, load.refused) == ([], 0)


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
