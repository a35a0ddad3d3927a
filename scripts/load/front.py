"""Lambda's front on this machine: hands each event to an instance that is free, or starts one.

An emulator is one instance, which answers one event after another (local/emulator.py). The front
listens where an emulator would, so that whoever can ask one can ask many: API Gateway, too.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local.emulator import ANSWER_SECONDS, HANDLER, INVOCATIONS, emulator
from local.stack import free_ports


@dataclass(frozen=True)
class Served:
    """One event that was answered.

    Attributes:
        cold: Whether an instance was started for it.
        seconds: From when the front had it to the instance's answer, start included.
    """

    cold: bool
    seconds: float


class Instance:
    """One emulator, and a connection to it that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def invoke(self, event: bytes) -> bytes:
        """Send the bytes of an event; the bytes that come back."""
        self._connection.request("POST", INVOCATIONS, event)
        return self._connection.getresponse().read()

    def close(self) -> None:
        """Hang up; the emulator goes on."""
        self._connection.close()


@dataclass
class Front:
    """Instances by whether they are free, the one that was free last first.

    Attributes:
        environment: What each handler finds.
        log: Where all of them write.
        most: Instances that may run at once; beyond it an event is refused, as Lambda does.
        handler: Module and function.
        served: What was answered, in order.
        refused: Events that were not.
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
        """Where events are posted to."""
        return f"http://127.0.0.1:{self.port}{INVOCATIONS}"

    @property
    def instances(self) -> int:
        """How many run."""
        return self._count

    def warm(self, count: int, event: bytes) -> None:
        """Start instances until there are so many, and have each answer an event.

        Raises:
            RuntimeError: One answers with anything but an HTTP answer of status 200.
        """
        found = [self._start() for _ in range(count - self._count)]
        with self._lock:
            found += self._free
            self._free = []
        for one in found:
            answer = json.loads(one.invoke(event))
            if answer.get("statusCode") != 200:
                raise RuntimeError(f"{self.handler} answered {answer}: see {self.log}")
        self._free = found

    def invoke(self, event: bytes) -> bytes | None:
        """Have an instance answer; None if none is free and no more may be started."""
        began = time.perf_counter()
        with self._lock:
            one = self._free.pop() if self._free else None
            if one is None and self._count >= self.most:
                self.refused += 1
                return None
            self._count += one is None
        cold = one is None
        if one is None:
            one = self._start(counted=True)
        answer = one.invoke(event)
        with self._lock:
            self._free.append(one)
            self.served.append(Served(cold, time.perf_counter() - began))
        return answer

    def forget(self) -> None:
        """Forget what was answered and refused."""
        with self._lock:
            self.served, self.refused = [], 0

    def close(self) -> None:
        """End every instance."""
        for one in self._free:
            one.close()
        self._started.close()

    def _start(self, *, counted: bool = False) -> Instance:
        ports = free_ports(2)
        found = self._started.enter_context(
            emulator(*ports, self.environment, self.log, self.handler)
        )
        with self._lock:
            self._count += not counted
        return Instance(found.port)


@contextmanager
def front(
    environment: Mapping[str, str], log: Path, most: int, handler: str = HANDLER
) -> Iterator[Front]:
    """Listen on a free port, with no instance yet; end with all that were started.

    Args:
        environment: What each handler finds.
        log: Where all of them write.
        most: Instances that may run at once.
        handler: Module and function.
    """
    found = Front(environment, log, most, handler)

    class Answering(BaseHTTPRequestHandler):
        """One connection, in a thread of its own."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is two writes, or waits 40 ms for the second
        wbufsize = -1

        def do_POST(self) -> None:
            event = self.rfile.read(int(self.headers["Content-Length"]))
            answer = found.invoke(event)
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
        found.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()
            found.close()
