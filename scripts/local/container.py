"""The handler inside its image, started by the image's own entrypoint in the emulator."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from energy.settings import ROOT, Settings
from local.emulator import Emulator, fetch
from local.processes import running, wait_until_listening
from local.stack import free_ports

ENTRYPOINT = "/opt/energy/lambda_handler/entrypoint.sh"
HANDLER = "lambda_handler.app.handler"
EVENTS = ("200_direct_periods.json", "200_direct_colder.json", "200_direct_observations.json")


def check(buildah: Sequence[str], image: str) -> None:
    """Ask each tier of the handler in the image, on the release in service; print the answers.

    Raises:
        RuntimeError: It does not start, or an answer is not a forecast.
    """
    store = Path(Settings.from_environment().store)
    (port,) = free_ports(1)
    container = subprocess.run(
        [*buildah, "from", "--pull-never", image], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(*buildah, "run", "--isolation", "chroot", "--user", "65534:65534"),
            f"--volume={fetch()}:/usr/local/bin/aws-lambda-rie:ro",
            f"--volume={store}:/store:ro",
            *("--env", "ENERGY_STORE=/store", "--env", f"PORT={port}"),
            *(container, "--", ENTRYPOINT, HANDLER),
        ]
        log = Path(folder, "log")
        try:
            with running(command, {}, log) as process:
                wait_until_listening(process, port)
                _ask(Emulator(port, process))
        except (OSError, RuntimeError) as error:
            raise RuntimeError(f"{error}: {log.read_text('utf-8')[-2000:]}") from error
        finally:
            subprocess.run([*buildah, "rm", container], check=True, stdout=subprocess.DEVNULL)


def _ask(handler: Emulator) -> None:
    for name in EVENTS:
        event = ROOT / "lambda_handler" / "events" / name
        answer = json.loads(handler.send(event.read_bytes()))
        if "months" not in answer:
            raise RuntimeError(f"{name} is answered with {answer}")
        print(f"{name}: {answer['tier']}, {len(answer['months'])} months")
