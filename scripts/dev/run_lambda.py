"""Run the handler as Lambda does, on this machine.

make lambda                     in the emulator, on the live release, until Ctrl-C
make events                     send every event of lambda_handler/events, show the answers
make e2e                        S3, emulator and API Gateway; requests over HTTP
make e2e ARGS=--stay            the same, and keep it running until Ctrl-C
make answers                    write the answers that docs/serving.md shows into that page
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
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl, urlsplit

from energy.errors import STATUS, StoreError
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.settings import ROOT, Settings
from scripts.dev.emulator import INVOCATIONS, Emulator, emulator
from scripts.dev.local_stack import Stack, free_ports, stack
from scripts.markdown_blocks import markdown_table, replace_block

EVENTS = ROOT / "lambda_handler" / "events"
SHOWN = 400
"""Characters of an answer that `make events` shows."""
REQUESTS = (
    ("GET", "/v1/health", None),
    ("GET", "/v1/forecast?periods=3&coverage=0.8", None),
    ("POST", "/v1/forecast", {"months": ["2023-01"], "weather": {"temperature_change": -2.0}}),
    ("GET", "/v1/forecast?periods=0", None),
)
PAGE = ROOT / "docs" / "serving.md"
HTTP_EXAMPLES = {
    "answer-get": ("GET", "/v1/forecast?periods=2&coverage=0.8", None),
    "answer-year": ("POST", "/v1/forecast", {"months": ["2022-12"], "weather": {"year": 2010}}),
    "answer-health": ("GET", "/v1/health", None),
    "answer-error": ("GET", "/v1/forecast?coverage=1", None),
}
DIRECT_EXAMPLES = {
    "answer-direct": {
        "months": ["2023-01"],
        "coverage": [0.9],
        "weather": {"temperature_change": -2},
    }
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("lambda", "events", "e2e", "answers"))
    parser.add_argument("--port", type=int, default=9000, help="of the emulator (9000)")
    parser.add_argument("--full", action="store_true", help="show whole answers")
    parser.add_argument("--stay", action="store_true", help="keep the stack running until Ctrl-C")
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # either way, child processes are ended
        signal.signal(number, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            if options.what == "lambda":
                _serve(options.port)
            elif options.what == "events":
                _events(options.full)
            elif options.what == "e2e":
                _e2e(options.stay, options.full)
            else:
                write_answers()
    except (RuntimeError, StoreError, URLError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def on_release(port: int = 0, log: Path | None = None) -> Iterator[Emulator]:
    """The handler in the emulator, on the store that the settings name; port 0 is any free one."""
    store = Settings.from_environment().store
    if (pointer := read_champion(open_store(store))) is None:
        raise RuntimeError(f"{store} has no release yet: 'make run' publishes one")
    # The caller's AWS and ENERGY variables belong to the store.
    caller_settings = {n: v for n, v in os.environ.items() if n.startswith(("AWS_", "ENERGY_"))}
    runtime_port, other = free_ports(2)
    with emulator(
        port or other, runtime_port, {**caller_settings, "ENERGY_STORE": store}, log
    ) as handler:
        print(f"release {pointer.release_id} of {store}")
        yield handler


def _serve(port: int) -> None:
    with on_release(port) as handler:
        print("Send it one request at a time:\n")
        print(f"  curl -s http://127.0.0.1:{port}{INVOCATIONS} -d '{{\"periods\": 3}}'\n")
        print("Ctrl-C stops it.", flush=True)
        handler.process.wait()
        raise RuntimeError(f"the emulator ended (exit code {handler.process.returncode})")


def _events(full: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, on_release(log=Path(folder, "log")) as handler:
        for file in sorted(EVENTS.glob("*.json")):
            answer = json.loads(handler.send(file.read_bytes()))
            print(f"\n{file.name}\n  {_shown(answer, full)}")


def _shown(answer: dict, full: bool) -> str:
    """An answer in a line: status and body, cut unless `full`."""
    if "statusCode" in answer:
        text = f"{answer['statusCode']} {answer.get('body', '')}"
    else:
        text = json.dumps(answer)
    text = " ".join(text.split())
    return text if full or len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _e2e(stay: bool, full: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as local:
        print(f"release {local.release_id}, published to {local.store} on {local.s3.endpoint}")
        print(f"API at {local.api.url}, Host: {local.api.host}")
        for method, path, body in REQUESTS:
            answer = local.api.ask(method, path, json=body)
            summary = {"statusCode": answer.status_code, "body": answer.text}
            print(
                f"\n{_curl(local, method, path, body)}\n  {_shown(summary, full)}",
                flush=True,
            )
        if stay:
            print("\nCtrl-C stops it.", flush=True)
            local.function.process.wait()


def _curl(local: Stack, method: str, path: str, body: dict | None) -> str:
    data = f" -H 'Content-Type: application/json' -d '{json.dumps(body)}'" if body else ""
    return f"curl -s -X {method} -H 'Host: {local.api.host}' '{local.api.url}{path}'{data}"


def write_answers() -> None:
    """Write the answers of the live release into docs/serving.md, between its markers.

    Raises:
        RuntimeError: An example is answered with an error, or the error example is not.
    """
    with tempfile.TemporaryDirectory() as folder, on_release(log=Path(folder, "log")) as handler:
        for name, (method, path, body) in HTTP_EXAMPLES.items():
            answer = handler.invoke(_http_event(method, path, body))
            content = json.loads(answer["body"])
            if ("error" in content) != (name == "answer-error"):
                raise RuntimeError(f"{path} is answered with {answer}")
            _write_example(name, content, status=answer["statusCode"])
        for name, request in DIRECT_EXAMPLES.items():
            content = handler.invoke(request)
            if "error" in content:
                raise RuntimeError(f"{request} is answered with {content}")
            _write_example(name, content)
    rows = sorted((status, code) for code, status in STATUS.items() if code != "internal")
    table = [[f"`{code}`", str(status)] for status, code in rows]
    replace_block(PAGE, "errors", markdown_table(["code", "status"], table))
    print(f"wrote {PAGE.relative_to(ROOT)}")


def _http_event(method: str, path: str, body: Any) -> dict[str, Any]:
    """The event of API Gateway for a request, in payload format 2.0."""
    parts = urlsplit(path)
    event = {
        "version": "2.0",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": parts.path}},
        "isBase64Encoded": False,
    }
    event |= {"queryStringParameters": dict(parse_qsl(parts.query))} if parts.query else {}
    return event | ({"body": json.dumps(body)} if body else {})


def _write_example(name: str, answer: Any, status: int | None = None) -> None:
    block = f"```json\n{json.dumps(_rounded(answer), indent=2)}\n```"
    replace_block(PAGE, name, block if status is None else f"HTTP {status}\n\n{block}")


def _rounded(value: Any) -> Any:
    """The same with figures rounded to three decimals."""
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
