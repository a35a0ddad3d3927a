"""A scripted service, served on loopback as the REST API and as Lambda's Invoke."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from energy.contract import RELEASE_HEADER
from streamlit_app.client.transport import Request, Response, Transport

INVOKE = "/2015-03-31/functions/"


@dataclass
class ScriptedTransport:
    """A transport with scripted responses, and another transport for all other paths.

    Attributes:
        fallback: The transport of unscripted requests.
        script: By path, a response, an error to raise, or seconds to wait first; `*` is any path.
        requests: Every request, in order.
    """

    fallback: Transport | None
    script: dict[str, Response | Exception | float] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    location: str = "the test"
    kind: str = "the test"

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        action = self.script.get(request.path, self.script.get("*", 0.0))
        if isinstance(action, Exception):
            raise action
        if isinstance(action, Response):
            return action
        time.sleep(action)
        assert self.fallback is not None
        return self.fallback.send(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    transport: ScriptedTransport
    failing: dict[str, Any]

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self._respond(self.transport.send(Request(split.path, dict(parse_qsl(split.query)))))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.startswith(INVOKE):
            self._respond(self.transport.send(Request(urlsplit(self.path).path, body=body)))
            return
        if self.failing:
            self._respond(
                Response(200, json.dumps(self.failing)), {"X-Amz-Function-Error": "Unhandled"}
            )
            return
        post = json.loads(body["body"]) if "body" in body else None
        query = body.get("queryStringParameters") or {}
        response = self.transport.send(Request(body["rawPath"], query, post))
        headers = {RELEASE_HEADER: response.release_id} if response.release_id else {}
        event = {"statusCode": response.status, "body": response.text, "headers": headers}
        self._respond(Response(200, json.dumps(event)))

    def _respond(self, response: Response, headers: dict[str, str] | None = None) -> None:
        body = response.text.encode()
        with suppress(OSError):  # a client that did not wait has hung up
            self.send_response(response.status)
            if response.release_id:
                self.send_header(RELEASE_HEADER, response.release_id)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def serve(transport: ScriptedTransport, failing: dict[str, Any]) -> Iterator[str]:
    """Serve a transport; yields the base URL.

    Args:
        transport: Sends the responses.
        failing: The function error that Invoke reports, while it is not empty.
    """
    handler = type("Handler", (_Handler,), {"transport": transport, "failing": failing})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
