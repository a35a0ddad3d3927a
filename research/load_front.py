"""Lambda's front on this machine: passes each event to a free instance, or starts one; and load.

An emulator is one instance (scripts/dev/emulator.py). The front has the same HTTP interface, so
that a load generator or API Gateway can use many instances as one.

The load generator is pywrkr: pure Python on aiohttp, one additional package where locust has
fourteen.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scripts.dev.emulator import ANSWER_SECONDS, HANDLER, INVOCATIONS, emulator
from scripts.dev.local_stack import free_ports
from scripts.dev.processes import surroundings


@dataclass(frozen=True)
class Served:
    """An answered event.

    Attributes:
        cold: Whether an instance was started for it.
        seconds: Time from its arrival to the answer, cold start included.
    """

    cold: bool
    seconds: float


class Instance:
    """An emulator with a persistent connection."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def invoke(self, event: bytes) -> bytes:
        """Send an event as bytes; return the answer as bytes."""
        self._connection.request("POST", INVOCATIONS, event)
        return self._connection.getresponse().read()

    def close(self) -> None:
        """Close the connection; the emulator keeps running."""
        self._connection.close()


@dataclass
class Front:
    """Instances behind one address; the instance that became free last is used first.

    Attributes:
        environment: Variables of each handler.
        log: File for the output of all.
        most: Most instances; at the limit, events are rejected as Lambda does.
        handler: Module and function.
        served: Answered events, in order.
        refused: Number of rejected events.
    """

    environment: Mapping[str, str]
    log: Path
    most: int
    handler: str = HANDLER
    port: int = 0
    served: list[Served] = field(default_factory=list)
    refused: int = 0
    _free: list[Instance] = field(default_factory=list)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        """URL that events are posted to."""
        return f"http://127.0.0.1:{self.port}{INVOCATIONS}"

    @property
    def instances(self) -> int:
        """Number of running instances."""
        return self._count

    def warm(self, count: int, event: bytes) -> None:
        """Start instances up to `count`, and have each answer an event.

        Raises:
            RuntimeError: An answer is not an HTTP response of status 200.
        """
        instances = [self._start() for _ in range(count - self._count)]
        with self._lock:
            instances += self._free
            self._free = []
        for instance in instances:
            answer = json.loads(instance.invoke(event))
            if answer.get("statusCode") != 200:
                raise RuntimeError(f"{self.handler} answered {answer}: see {self.log}")
        self._free = instances

    def invoke(self, event: bytes) -> bytes | None:
        """Have an instance answer an event; None if the event is rejected."""
        start = time.perf_counter()
        with self._lock:
            instance = self._free.pop() if self._free else None
            if instance is None and self._count >= self.most:
                self.refused += 1
                return None
            self._count += instance is None
        is_cold = instance is None
        if instance is None:
            instance = self._start(is_counted=True)
        answer = instance.invoke(event)
        with self._lock:
            self._free.append(instance)
            self.served.append(Served(is_cold, time.perf_counter() - start))
        return answer

    def forget(self) -> None:
        """Reset the record of answered and rejected events."""
        with self._lock:
            self.served, self.refused = [], 0

    def close(self) -> None:
        """End every instance."""
        for instance in self._free:
            instance.close()
        self._started.close()

    def _start(self, *, is_counted: bool = False) -> Instance:
        ports = free_ports(2)
        process = self._started.enter_context(
            emulator(*ports, self.environment, self.log, self.handler)
        )
        with self._lock:
            self._count += not is_counted
        return Instance(process.port)


@contextmanager
def front(
    environment: Mapping[str, str], log: Path, most: int, handler: str = HANDLER
) -> Iterator[Front]:
    """Serve on a free port without instances at first; end all instances on exit.

    Args:
        environment: Variables of each handler.
        log: File for the output of all.
        most: Most instances.
        handler: Module and function.
    """
    server_front = Front(environment, log, most, handler)

    class Answering(BaseHTTPRequestHandler):
        """A connection, in its own thread."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else the second write of an answer waits 40 ms
        wbufsize = -1

        def do_POST(self) -> None:
            event = self.rfile.read(int(self.headers["Content-Length"]))
            answer = server_front.invoke(event)
            self.send_response(200 if answer is not None else 429)
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512

    with Server(("127.0.0.1", 0), Answering) as server:
        server_front.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server_front
        finally:
            server.shutdown()
            server_front.close()


@dataclass(frozen=True)
class LoadResult:
    """Result of a load run.

    Attributes:
        requests: Number of requests.
        refused: Number answered with 429.
        per_second: Answers a second.
        p50: Median latency at the client, in seconds.
        p99: 99th centile of it.
    """

    requests: int
    refused: int
    per_second: float
    p50: float
    p99: float


def send_requests(
    url: str,
    seconds: float,
    at_once: int,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    rate: float | None = None,
    report: Path,
) -> LoadResult:
    """Send requests for some seconds.

    Args:
        url: Where to.
        seconds: How long.
        at_once: Concurrent connections, each sending a request after the other.
        body: Body of a POST; None for a GET.
        headers: Request headers.
        rate: Most requests a second; None for no limit.
        report: File for pywrkr's report.

    Raises:
        RuntimeError: A status is neither 200 nor 429.
    """
    command = [sys.executable, "-m", "pywrkr", url, "-c", str(at_once), "-d", f"{seconds:g}"]
    command += ["--json", str(report)]
    command += [
        word for name, text in (headers or {}).items() for word in ("-H", f"{name}: {text}")
    ]
    if body is not None:
        command += ["-m", "POST", "-b", body.decode()]
    if rate is not None:
        command += ["--rate", f"{rate:g}"]
    result = subprocess.run(
        command, check=False, capture_output=True, text=True, env=surroundings({})
    )
    if result.returncode:
        raise RuntimeError(f"pywrkr failed: {(result.stderr or result.stdout)[-1000:]}")
    return load_result(json.loads(report.read_text("utf-8")))


def load_result(report: Mapping[str, Any]) -> LoadResult:
    """Read pywrkr's report.

    Raises:
        RuntimeError: A status is neither 200 nor 429, or there is none.
    """
    statuses = {int(status): int(count) for status, count in report["status_codes"].items()}
    unexpected = {status: count for status, count in statuses.items() if status not in (200, 429)}
    if unexpected or not statuses or report.get("error_types"):
        raise RuntimeError(f"answered {statuses}, errors {report.get('error_types')}")
    return LoadResult(
        requests=int(report["total_requests"]),
        refused=statuses.get(429, 0),
        per_second=float(report["requests_per_sec"]),
        p50=float(report["percentiles"]["p50"]),
        p99=float(report["percentiles"]["p99"]),
    )
