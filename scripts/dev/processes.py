"""Run other programs for as long as a test or a tool needs them."""

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
NOT_INHERITED = ("AWS_", "ENERGY_", "POWERTOOLS_", "LAMBDA_", "MINISTACK_")
"""Prefixes of variables that are not inherited from the caller's environment."""


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the project's folder; kill it and its children at the end.

    Of the caller's variables, those with NOT_INHERITED are left out.
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
            # The emulator starts the handler in a process group of its own.
            child_ids = children(process.pid)
            for kill, process_id in (
                (os.killpg, process.pid),
                *((os.kill, child_id) for child_id in child_ids),
            ):
                with suppress(ProcessLookupError):
                    kill(process_id, signal.SIGKILL)
            process.wait()


def children(process: int) -> list[int]:
    """Running child processes of a process."""
    child_ids: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            child_ids += map(int, thread.read_text().split())
    return child_ids


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without NOT_INHERITED, with the variables that are not empty."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)
    }
    return {**inherited, **{name: value for name, value in variables.items() if value}}


def wait_until_listening(
    process: subprocess.Popen[bytes], port: int, pause: float = 0.05, seconds: float = UP_SECONDS
) -> None:
    """Return once the process listens on a port of this machine.

    Raises:
        RuntimeError: The process ended, or the time is up.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(pause)
    program = Path(process.args[0]).name if isinstance(process.args, list) else process.args
    raise RuntimeError(f"{program} does not listen on port {port} (exit code {process.poll()})")
