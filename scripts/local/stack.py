"""All of it at once: a release in S3, the handler in the emulator, API Gateway in front."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from energy.settings import ROOT
from local.emulator import Emulator, emulator
from local.gateway import Gateway, gateway
from local.processes import surroundings

sys.path.append(str(ROOT / "tests"))
from s3_server import S3Server, free_ports, s3_server


@dataclass(frozen=True)
class Stack:
    """What runs, and where it writes.

    Attributes:
        store: URL of the store.
        release_id: The release that was published to it.
        s3: The server that the store is on.
        function: The handler in the emulator.
        api: What a caller asks.
        log: What the handler and the emulator said.
    """

    store: str
    release_id: str
    s3: S3Server
    function: Emulator
    api: Gateway
    log: Path


@contextmanager
def stack(folder: Path, refresh_seconds: int = 60) -> Iterator[Stack]:
    """Bring it up with its files in `folder`; about fifteen seconds, most of them for the release.

    Args:
        folder: An empty one.
        refresh_seconds: How long the handler relies on the release that it holds.
    """
    port, runtime_port, gateway_port = free_ports(3)
    log = folder / "handler.log"
    with s3_server(folder / "s3") as s3:
        store = f"s3://{s3.bucket}/e2e"
        release_id = publish(store, s3)
        environment = {
            **s3.environment,
            "ENERGY_STORE": store,
            "ENERGY_REFRESH_SECONDS": str(refresh_seconds),
        }
        with (
            emulator(port, runtime_port, environment, log) as function,
            gateway(gateway_port, function.url, folder / "gateway.log") as api,
        ):
            yield Stack(store, release_id, s3, function, api, log)


def publish(store: str, s3: S3Server, *more: str) -> str:
    """Publish a quick release to a store on S3, in a process of its own; the release's id."""
    command = [sys.executable, str(ROOT / "scripts" / "local" / "release.py"), store, *more]
    environment = surroundings({"OMP_NUM_THREADS": "1", **s3.environment})
    ran = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    return ran.stdout.split()[-1]
