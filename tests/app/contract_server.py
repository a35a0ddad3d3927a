"""The service over HTTP on loopback: as its REST API, and as Lambda's Invoke answers for it."""

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
from streamlit_app.client import Question, Transport
from streamlit_app.client.answers import Answer

INVOKE = "/2015-03-31/functions/"


@dataclass
class Scripted:
    """A transport that answers by script where there is one, and asks another where there is none.

    Attributes:
        behind: Who is asked otherwise.
        script: What to answer by path: an Answer, an error to raise, or seconds to wait first.
        asked: Every question, in order.
    """

    behind: Transport | None
    script: dict[str, Answer | Exception | float] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    where: str = "the test"
    kind: str = "the test"

    def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        found = self.script.get(question.path, self.script.get("*", 0.0))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Answer):
            return found
        time.sleep(found)
        assert self.behind is not None
        return self.behind.ask(question)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    transport: Scripted
    failing: dict[str, Any]

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self._say(self.transport.ask(Question(split.path, dict(parse_qsl(split.query)))))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.startswith(INVOKE):
            self._say(self.transport.ask(Question(urlsplit(self.path).path, body=body)))
            return
        if self.failing:
            self._say(Answer(200, json.dumps(self.failing)), {"X-Amz-Function-Error": "Unhandled"})
            return
        given = json.loads(body["body"]) if "body" in body else None
        query = body.get("queryStringParameters") or {}
        answer = self.transport.ask(Question(body["rawPath"], query, given))
        headers = {RELEASE_HEADER: answer.release_id} if answer.release_id else {}
        event = {"statusCode": answer.status, "body": answer.text, "headers": headers}
        self._say(Answer(200, json.dumps(event)))

    def _say(self, answer: Answer, headers: dict[str, str] | None = None) -> None:
        body = answer.text.encode()
        with suppress(OSError):  # who was not willing to wait has hung up
            self.send_response(answer.status)
            told = {RELEASE_HEADER: answer.release_id} if answer.release_id else {}
            for name, value in {
                "Content-Length": str(len(body)),
                **told,
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def contract_server(transport: Scripted, failing: dict[str, Any]) -> Iterator[str]:
    """Serve a transport; yields the base URL.

    Args:
        transport: Who answers.
        failing: The error that Invoke tells of instead of answering, while there is one.
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
