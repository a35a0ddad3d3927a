"""A server that answers S3's requests as a script says: for what a sound server never answers."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ETAG = '"0123456789abcdef0123456789abcdef"'


@dataclass
class ScriptedS3:
    """A server and its script.

    Attributes:
        endpoint: Its URL.
        answers: Status and body of the answers to come; without any, it answers 200.
        requests: Method and path of each request.
    """

    endpoint: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def use(self, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
        """Point this process at the server."""
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.delenv(name, raising=False)
        keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hunter2"}
        here = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": "eu-west-2"}
        for name, value in {**keys, **here, **changes}.items():
            monkeypatch.setenv(name, value)


def error(code: str) -> bytes:
    """S3's error document."""
    return f"<Error><Code>{code}</Code><Message>hunter2</Message></Error>".encode()


@contextmanager
def scripted_s3(certificate: Path | None = None) -> Iterator[ScriptedS3]:
    """Run a scripted server; with a file that has a key and a certificate, it speaks TLS."""
    script = ScriptedS3()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.requests.append((self.command, self.path))
            status, body = script.answers.pop(0) if script.answers else (200, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", ETAG)
            self.send_header("Last-Modified", "Tue, 01 Dec 2026 12:00:00 GMT")
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_DELETE = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        script.endpoint = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield script
        server.shutdown()
