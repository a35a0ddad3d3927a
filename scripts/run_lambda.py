"""The handler as Lambda runs it, on this machine.

make lambda                     in the emulator, on the release in service, until Ctrl-C
make events                     send every event of lambda_handler/events, show the answers
make e2e                        S3, emulator and API Gateway, asked over HTTP
make e2e ARGS=--stay            the same, and leave it up until Ctrl-C
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

from local.emulator import INVOCATIONS, Emulator, emulator
from local.stack import Stack, free_ports, stack

from energy.errors import StoreError
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.settings import ROOT, Settings

EVENTS = ROOT / "lambda_handler" / "events"
SHOWN = 400
"""Characters of an answer that `make events` shows."""
QUESTIONS = (
    ("GET", "/v1/health", None),
    ("GET", "/v1/forecast?periods=3&coverage=0.8", None),
    ("POST", "/v1/forecast", {"months": ["2023-01"], "weather": {"temperature_change": -2.0}}),
    ("GET", "/v1/forecast?periods=0", None),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("lambda", "events", "e2e"))
    parser.add_argument("--port", type=int, default=9000, help="of the emulator (9000)")
    parser.add_argument("--full", action="store_true", help="show answers whole")
    parser.add_argument("--stay", action="store_true", help="leave the stack up until Ctrl-C")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # either way, what was started is ended
        signal.signal(number, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            if asked.what == "lambda":
                _serve(asked.port)
            elif asked.what == "events":
                _events(asked.full)
            else:
                _e2e(asked.stay, asked.full)
    except (RuntimeError, StoreError, URLError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def on_release(port: int = 0, log: Path | None = None) -> Iterator[Emulator]:
    """The handler on the store that the environment names, as `make run` does; 0: any port."""
    store = Settings.from_environment().store
    if (pointer := read_champion(open_store(store))) is None:
        raise RuntimeError(f"{store} holds no release yet: 'make run' publishes one")
    # The caller's own AWS and ENERGY settings concern a store that they name.
    ours = {n: v for n, v in os.environ.items() if n.startswith(("AWS_", "ENERGY_"))}
    runtime_port, other = free_ports(2)
    with emulator(port or other, runtime_port, {**ours, "ENERGY_STORE": store}, log) as found:
        print(f"release {pointer.release_id} of {store}")
        yield found


def _serve(port: int) -> None:
    with on_release(port) as found:
        print("Ask it, one question at a time:\n")
        print(f"  curl -s http://127.0.0.1:{port}{INVOCATIONS} -d '{{\"periods\": 3}}'\n")
        print("Ctrl-C ends it.", flush=True)
        found.process.wait()
        raise RuntimeError(f"the emulator ended (exit code {found.process.returncode})")


def _events(full: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, on_release(log=Path(folder, "log")) as found:
        for file in sorted(EVENTS.glob("*.json")):
            answer = json.loads(found.send(file.read_bytes()))
            print(f"\n{file.name}\n  {_told(answer, full)}")


def _told(answer: dict, full: bool) -> str:
    """An answer in a line or two: its status and its body, cut unless `full`."""
    if "statusCode" in answer:
        text = f"{answer['statusCode']} {answer.get('body', '')}"
    else:
        text = json.dumps(answer)
    text = " ".join(text.split())
    return text if full or len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _e2e(stay: bool, full: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as up:
        print(f"release {up.release_id}, published to {up.store} on {up.s3.endpoint}")
        print(f"API at {up.api.url}, Host: {up.api.host}")
        for method, path, body in QUESTIONS:
            answer = up.api.ask(method, path, json=body)
            told = {"statusCode": answer.status_code, "body": answer.text}
            print(f"\n{_curl(up, method, path, body)}\n  {_told(told, full)}", flush=True)
        if stay:
            print("\nCtrl-C ends it.", flush=True)
            up.function.process.wait()


def _curl(up: Stack, method: str, path: str, body: dict | None) -> str:
    sent = f" -H 'Content-Type: application/json' -d '{json.dumps(body)}'" if body else ""
    return f"curl -s -X {method} -H 'Host: {up.api.host}' '{up.api.url}{path}'{sent}"


if __name__ == "__main__":
    sys.exit(main())
