"""The smoke test, on the real handler over HTTP: it passes what is well and names what is not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from energy.releases.reader import ReleaseReader
from energy.releases.store import open_store
from lambda_handler.routes import RequestHandler
from scripts.deploy.deployed_check import REQUEST, CheckFailed, check_forecast, smoke, through_alias

Handle = Callable[[dict[str, Any]], Any]


@contextmanager
def served(handle: Handle) -> Iterator[str]:
    """An HTTP API in front of a handler; its URL."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            answer = handle(
                {
                    "version": "2.0",
                    "rawPath": asked.path,
                    "queryStringParameters": dict(parse_qsl(asked.query)),
                    "headers": {},
                    "requestContext": {"http": {"method": "GET", "path": asked.path}},
                }
            )
            body = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def handle(made_store: Callable[[str], Path]) -> Handle:
    reader = ReleaseReader(open_store(str(made_store("theta"))), 600)
    service = RequestHandler(lambda: reader)
    return lambda event: json.loads(json.dumps(service.handle(event, "request-1")))


def saying(status: int, body: Any) -> Handle:
    return lambda event: {"statusCode": status, "body": json.dumps(body)}


def test_a_release_in_service_passes(handle: Handle) -> None:
    with served(handle) as url:
        lines = smoke(url, handle, tries=1)
    assert [line.partition(":")[0] for line in lines] == ["function", "/v1/health", "/v1/forecast"]
    assert "12 months from release 2022-07-" in lines[0]
    assert lines[2].endswith("12 months from 2022-08")


def test_a_store_without_a_release_does_not(tmp_path: Path) -> None:
    reader = ReleaseReader(open_store(str(tmp_path)), 600)
    service = RequestHandler(lambda: reader)
    with pytest.raises(CheckFailed, match="no_release"):
        smoke("http://127.0.0.1:1", lambda event: service.handle(event, "r"), tries=1)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (saying(200, {"status": "ok", "stale": True}), "/v1/health says"),
        (saying(500, {"message": "Internal Server Error"}), "HTTP 500 from .*/v1/health"),
        (saying(403, {"message": "Forbidden"}), "HTTP 403"),
    ],
)
def test_an_api_that_is_unwell_is_named(handle: Handle, said: Handle, why: str) -> None:
    with served(said) as url, pytest.raises(CheckFailed, match=why):
        smoke(url, handle, tries=1)


def test_an_api_is_given_time_to_be_reached_everywhere(handle: Handle) -> None:
    refusals = [404, 503]

    def later(event: dict[str, Any]) -> Any:
        status = refusals.pop() if refusals else 0
        return saying(status, {})(event) if status else handle(event)

    with served(later) as url:
        assert len(smoke(url, handle, tries=3, pause=0)) == 3


def test_an_api_that_is_guarded_must_turn_strangers_away(handle: Handle) -> None:
    with served(saying(401, {"message": "Unauthorized"})) as url:
        assert smoke(url, handle, guarded=True, tries=1)[1] == (
            "API: rejects requests without authorization (HTTP 401)"
        )
    with served(handle) as url, pytest.raises(CheckFailed, match="HTTP 200 without authorization"):
        smoke(url, handle, guarded=True, tries=1)


def changed(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**body, **more}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda body: [], "not a forecast"),
        (lambda body: {"message": "hello"}, "not a forecast"),
        (lambda body: changed(body, extra=1), "not a forecast"),
        (lambda body: changed(body, months=body["months"][1:]), "expected"),
        (lambda body: changed(body, cutoff="2022-08"), "expected"),
        (lambda body: changed(body, stale=True), "is stale"),
        (lambda body: changed(body, months=[{**m, "mean": 99.0} for m in body["months"]]), "mean"),
        (
            lambda body: changed(body, months=[{**m, "intervals": []} for m in body["months"]]),
            "mean",
        ),
        (lambda body: {"error": {"code": "store", "message": "gone"}}, "answered with an error"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_refused(
    handle: Handle, spoil: Callable[[dict[str, Any]], Any], why: str
) -> None:
    body = handle(REQUEST)
    assert len(check_forecast(body).months) == 12
    with pytest.raises(CheckFailed, match=why):
        check_forecast(spoil(body))


def test_a_function_that_fails_is_told_with_its_own_words() -> None:
    import io

    class Functions:
        def invoke(self, **_: Any) -> dict[str, Any]:
            body = b'{"errorType": "Runtime.ExitError"}'
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(body)}

    with pytest.raises(CheckFailed, match=r"Runtime\.ExitError"):
        through_alias(Functions(), "arn:aws:lambda:::function:f:live")(REQUEST)


def test_a_function_that_cannot_be_invoked_is_unwell_too(account: Any) -> None:
    """Else nobody would ask again, and nothing would be taken back."""
    with pytest.raises(CheckFailed, match=r"cannot be invoked: .*ResourceNotFound"):
        through_alias(account.client("lambda"), "never-was-there")(REQUEST)
