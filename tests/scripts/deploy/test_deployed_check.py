"""The check of a deployment, on the real handler over HTTP."""

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
def api_server(handle: Handle) -> Iterator[str]:
    """An HTTP API in front of a handler; its URL."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            answer = handle(
                {
                    "version": "2.0",
                    "rawPath": url.path,
                    "queryStringParameters": dict(parse_qsl(url.query)),
                    "headers": {},
                    "requestContext": {"http": {"method": "GET", "path": url.path}},
                }
            )
            body = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Do not log."""

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


def answering(status: int, body: Any) -> Handle:
    return lambda event: {"statusCode": status, "body": json.dumps(body)}


def test_a_live_release_passes_after_retries(handle: Handle) -> None:
    refusals = [404, 503]

    def later(event: dict[str, Any]) -> Any:
        return answering(refusals.pop(), {})(event) if refusals else handle(event)

    with api_server(later) as url:
        lines = smoke(url, handle, tries=3, pause=0)
    assert [line.partition(":")[0] for line in lines] == ["function", "/v1/health", "/v1/forecast"]
    assert "12 months from release 2022-07-" in lines[0]
    assert lines[2].endswith("12 months from 2022-08")


def test_a_store_without_a_release_fails(tmp_path: Path) -> None:
    reader = ReleaseReader(open_store(str(tmp_path)), 600)
    service = RequestHandler(lambda: reader)
    with pytest.raises(CheckFailed, match="no_release"):
        smoke("http://127.0.0.1:1", lambda event: service.handle(event, "r"), tries=1)


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (answering(200, {"status": "ok", "stale": True}), "/v1/health says"),
        (answering(500, {"message": "Internal Server Error"}), "HTTP 500 from .*/v1/health"),
        (answering(403, {"message": "Forbidden"}), "HTTP 403"),
    ],
)
def test_the_error_names_the_failing_route(handle: Handle, handler: Handle, why: str) -> None:
    with api_server(handler) as url, pytest.raises(CheckFailed, match=why):
        smoke(url, handle, tries=1)


def test_a_guarded_api_must_reject_requests_without_authorization(handle: Handle) -> None:
    with api_server(answering(401, {"message": "Unauthorized"})) as url:
        assert smoke(url, handle, guarded=True, tries=1)[1] == (
            "API: rejects requests without authorization (HTTP 401)"
        )
    with (
        api_server(handle) as url,
        pytest.raises(CheckFailed, match="HTTP 200 without authorization"),
    ):
        smoke(url, handle, guarded=True, tries=1)


def with_months(**change: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: {**body, "months": [{**month, **change} for month in body["months"]]}


@pytest.mark.parametrize(
    ("break_body", "why"),
    [
        (lambda body: [], "not a forecast"),
        (lambda body: {"message": "hello"}, "not a forecast"),
        (lambda body: {**body, "extra": 1}, "not a forecast"),
        (lambda body: {**body, "months": body["months"][1:]}, "expected"),
        (lambda body: {**body, "cutoff": "2022-08"}, "expected"),
        (lambda body: {**body, "stale": True}, "is stale"),
        (with_months(mean=99.0), "mean"),
        (with_months(intervals=[]), "mean"),
        (lambda body: {"error": {"code": "store", "message": "gone"}}, "answered with an error"),
    ],
)
def test_an_answer_that_breaks_the_contract_fails(
    handle: Handle, break_body: Callable[[dict[str, Any]], Any], why: str
) -> None:
    body = handle(REQUEST)
    assert len(check_forecast(body).months) == 12
    with pytest.raises(CheckFailed, match=why):
        check_forecast(break_body(body))


def test_a_function_error_is_in_the_message() -> None:
    import io

    class Functions:
        def invoke(self, **_: Any) -> dict[str, Any]:
            body = b'{"errorType": "Runtime.ExitError"}'
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(body)}

    with pytest.raises(CheckFailed, match=r"Runtime\.ExitError"):
        through_alias(Functions(), "arn:aws:lambda:::function:f:live")(REQUEST)


def test_a_function_that_cannot_be_invoked_fails(account: Any) -> None:
    """Else nobody would ask again, and nothing would be taken back."""
    with pytest.raises(CheckFailed, match=r"cannot be invoked: .*ResourceNotFound"):
        through_alias(account.client("lambda"), "never-was-there")(REQUEST)
