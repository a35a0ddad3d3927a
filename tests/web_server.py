"""A small web server on loopback that plays the Content API and the asset host, as scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from energy.data.download import DownloadPolicy

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        body: What follows the headers.
        status: Its status.
        headers: Beside Content-Length; a header named Content-Length replaces ours.
        delay: Seconds of silence before it.
        cut: Bytes of the body after which the connection breaks; -1 for none.
        pause: Seconds before each further `piece` bytes of the body.
        piece: How many bytes are sent between pauses.
        drop: Whether to close the connection without a word.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: int = -1
    pause: float = 0
    piece: int = 1
    drop: bool = False


@dataclass
class WebServer:
    """What it says where, and what it was asked.

    Attributes:
        origin: `http://127.0.0.1:port`.
        asked: Path and headers of each request, in order; header names in lower case.
    """

    origin: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    script: dict[str, list[Answer]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    def play(self, path: str, *answers: Answer) -> str:
        """Answer requests for a path with these in turn; the last one stays. Returns its URL."""
        self.script[path] = list(answers)
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 301) -> str:
        return self.play(path, Answer(status=status, headers={"Location": target}))

    def file(self, path: str, content: bytes, etag: str = "", kind: str = XLSX) -> str:
        """A file, answered with 304 to those who know its ETag, as the asset host does."""
        headers = {"Content-Type": kind, **({"ETag": etag} if etag else {})}
        return self.play(path, Answer(content, headers=headers))

    def page(self, path: str, item: Any, base: str = "/api/content") -> str:
        """A page of the Content API; returns the API's base URL."""
        body = json.dumps(item).encode()
        self.play(f"{base}{path}", Answer(body, headers={"Content-Type": "application/json"}))
        return self.url(base)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def next_answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        answers = self.script.get(path, [Answer(b"nothing here", 404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        etag = answer.headers.get("ETag")
        if answer.status == 200 and etag and headers.get("if-none-match") == etag:
            return Answer(status=304, headers={"ETag": etag})
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: WebServer

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.asked.append((self.path, headers))
        answer = self.web.next_answer(self.path, headers)
        self.close_connection = True
        if answer.drop or self.web.closing.wait(answer.delay):
            return
        with suppress(OSError):  # The client hung up, as some tests want it to.
            self._say(answer)

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        names = {name.lower() for name in answer.headers}
        if not names & {"content-length", "transfer-encoding"} and answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        body = answer.body if answer.cut < 0 else answer.body[: answer.cut]
        step = answer.piece if answer.pause else len(body) or 1
        for start in range(0, len(body), step):
            if answer.pause and self.web.closing.wait(answer.pause):
                return
            self.wfile.write(body[start : start + step])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: pytest shows what failed."""


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Run a server on a free port; it ends without waiting for silences that were scripted."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        web = WebServer(f"http://127.0.0.1:{server.server_address[1]}")
        handler.web = web  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            web.closing.set()
            server.shutdown()
            thread.join()


def quick_policy(web: WebServer, sleep: Callable[[float], None]) -> DownloadPolicy:
    """Manners for tests: of this server alone, and with waits that are not waited."""
    return DownloadPolicy(origins=(web.origin,), connect_seconds=2, read_seconds=5, sleep=sleep)


def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of the machine out of the way."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def attachment(title: str, url: str, **changes: Any) -> dict[str, Any]:
    """An attachment as the Content API lists it; a change to None leaves the field out."""
    filename = url.rpartition("/")[2]
    entry = {
        "accessible": False,
        "attachment_type": "file",
        "content_type": ODS if filename.endswith(".ods") else XLSX,
        "filename": filename,
        "file_size": 43_322,
        "id": filename,
        "title": title,
        "url": url,
        **changes,
    }
    return {name: value for name, value in entry.items() if value is not None}


def content_item(attachments: Sequence[Any] | None, **changes: Any) -> dict[str, Any]:
    """A statistics page as the Content API gives it; a change to None leaves the field out."""
    item = {
        "base_path": "/government/statistics/total-energy-section-1-energy-trends",
        "content_id": "0c4c0f3e-0000-4000-8000-000000000000",
        "title": "Energy Trends: UK total energy",
        "public_updated_at": "2022-09-29T09:30:01+01:00",
        "first_published_at": "2013-06-27T09:30:00+01:00",
        "schema_name": "publication",
        "document_type": "national_statistics",
        "withdrawn_notice": {},
        "details": {
            **({"attachments": list(attachments)} if attachments is not None else {}),
            "change_history": [{"public_timestamp": "2022-09-29T09:30:01+01:00", "note": "July"}],
        },
        **changes,
    }
    return {name: value for name, value in item.items() if value is not None}
