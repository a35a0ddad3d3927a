"""The handler in this process, on a real release, with its log line captured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from energy.releases.reader import ReleaseReader
from energy.releases.store import Store, open_store
from lambda_handler.routes import RequestHandler


class Caller:
    """Sends events to a handler and keeps the log line of the last."""

    def __init__(self, service: RequestHandler, capsys: pytest.CaptureFixture[str]) -> None:
        self.service, self.capsys = service, capsys
        self.line: dict[str, Any] = {}

    def direct(self, event: object) -> Any:
        """The answer, which is valid JSON; a single line is logged."""
        answer = self.service.handle(event, "request-1")
        (line,) = self.capsys.readouterr().out.splitlines()
        self.line = json.loads(line)
        return json.loads(json.dumps(answer, allow_nan=False))

    def http(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: object = None,
        **changes: Any,
    ) -> tuple[int, Any]:
        """Status and body of an HTTP request; the body as an object where it is JSON."""
        answer = self.direct(http_event(method, path, query, body) | changes)
        assert answer["isBase64Encoded"] is False
        self.headers = answer["headers"]
        is_json = self.headers["content-type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"]) if is_json else answer["body"]

    def error(self, method: str, path: str, *arguments: Any, **changes: Any) -> tuple[int, str]:
        """Status and code of an HTTP request that fails; `message` is kept."""
        status, answer = self.http(method, path, *arguments, **changes)
        self.message = answer["error"]["message"]
        return status, answer["error"]["code"]


def http_event(
    method: str, path: str, query: dict[str, str] | None = None, body: object = None
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    if query is not None:
        event["queryStringParameters"] = query
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


@pytest.fixture
def call_on(capsys: pytest.CaptureFixture[str]) -> Callable[[Store], Caller]:
    """A caller of a handler on a store."""

    def on(store: Store, refresh_seconds: float = 0.0) -> Caller:
        reader = ReleaseReader(store, refresh_seconds)
        return Caller(RequestHandler(lambda: reader), capsys)

    return on


@pytest.fixture(scope="session")
def services() -> dict[str, RequestHandler]:
    return {}


@pytest.fixture(params=["weather_normalised_components", "theta"])
def caller(
    request: pytest.FixtureRequest,
    made_store: Callable[[str], Path],
    services: dict[str, RequestHandler],
    capsys: pytest.CaptureFixture[str],
) -> Caller:
    """A caller of a service on a real release; its champion is unpickled once a session."""
    if request.param not in services:
        reader = ReleaseReader(open_store(str(made_store(request.param))), 600)
        services[request.param] = RequestHandler(lambda: reader)
    return Caller(services[request.param], capsys)
