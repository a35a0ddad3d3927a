"""Programs of others that run for as long as something here needs them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from energy.settings import ROOT

UP_SECONDS = 60.0
OURS = ("AWS_", "ENERGY_", "POWERTOOLS_", "LAMBDA_", "MINISTACK_")
"""Beginnings of variables that a program gets only from whoever starts it here."""


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the project's folder and end it, with all that it started, at the end.

    Args:
        command: The program and its arguments.
        environment: What it gets beside the caller's environment, from which OURS are left out.
        log: Where what it says is added; None for the caller's own standard error.
    """
    with open(log, "ab") if log else nullcontext(sys.stderr) as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=surroundings(environment),
            cwd=ROOT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # The emulator puts the handler into a group of its own.
            started = children(process.pid)
            for end, number in ((os.killpg, process.pid), *((os.kill, one) for one in started)):
                with suppress(ProcessLookupError):
                    end(number, signal.SIGKILL)
            process.wait()


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, thread.read_text().split())
    return found


def surroundings(given: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without OURS, and what is `given` where that is not empty."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, **{name: value for name, value in given.items() if value}}


def wait_until_listening(
    process: subprocess.Popen[bytes], port: int, pause: float = 0.05, seconds: float = UP_SECONDS
) -> None:
    """Return once somebody listens on a port of this machine.

    Raises:
        RuntimeError: The process ended first, or the time is up.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(pause)
    program = Path(process.args[0]).name if isinstance(process.args, list) else process.args
    raise RuntimeError(f"{program} does not listen on port {port} (exit code {process.poll()})")
