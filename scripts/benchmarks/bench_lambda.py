"""Measure the handler as Lambda runs it, against a plain handler, in the same run.

    make bench-lambda                        on the live release
    make bench-lambda ARGS=--no-image        without building the image; keeps its last sizes

Writes benchmarks/lambda.json and the table in docs/serving.md. The release is first copied to an
S3 server on this machine, since a deployed handler reads it from S3.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from energy.errors import StoreError
from energy.releases.store import open_store
from energy.settings import ROOT, Settings
from scripts.deploy.deployment import copy_champion
from scripts.dev.build_image import build
from scripts.dev.emulator import HANDLER, emulator
from scripts.dev.local_stack import S3Server, free_ports, s3_server
from scripts.dev.processes import children, surroundings
from scripts.markdown_blocks import markdown_table, replace_block

RESULT = ROOT / "benchmarks" / "lambda.json"
THREE_YEARS = {"periods": 36}
"""More months than the table has, so that champion and plain handler do the same work."""
CASES = {
    "table_tier": (HANDLER, {"periods": 12}),
    "champion_tier": (HANDLER, THREE_YEARS),
    "plain": ("scripts.benchmarks.plain_handler.handler", THREE_YEARS),
}
"""By case: handler and first event."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=9, help="cold starts of each kind (9)")
    parser.add_argument("--no-image", action="store_true", help="do not build the image")
    options = parser.parse_args(arguments)
    try:
        result = _measured(options.trials)
    except (RuntimeError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    result |= _image(options.no_image)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "serving.md", "lambda", lambda_table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def _measured(trials: int) -> dict:
    compile_sources()
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        url = f"s3://{s3.bucket}/bench"
        forecaster = copy_release(s3, url)
        environment = handler_environment(s3, url)
        cold: dict[str, list[float]] = {case: [] for case in CASES}
        memory: dict[str, list[float]] = {case: [] for case in CASES}
        for trial in range(trials + 1):  # the first only fills the disk cache
            for case in sorted(CASES, reverse=bool(trial % 2)):
                seconds, megabytes = _cold(case, environment, Path(name, f"{case}{trial}.log"))
                if trial:
                    cold[case].append(seconds)
                    memory[case].append(megabytes)
        warm = _warm(environment)
    median = {case: statistics.median(measured) for case, measured in cold.items()}
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {
            n: version(n) for n in ("awslambdaric", "sktime", "pandas", "botocore", "obstore")
        },
        "forecaster": forecaster,
        "trials": trials,
        "rss_mb": round(statistics.median(memory["champion_tier"])),
    }
    for case in CASES:
        result[f"cold_seconds_{case}"] = round(median[case], 3)
        result[f"rss_mb_{case}"] = round(statistics.median(memory[case]))
    for tier, measured in warm.items():
        # Ratios of each trial: a slow minute of the machine affects all three cases.
        ratios = [
            handler_seconds / plain_seconds
            for handler_seconds, plain_seconds in zip(cold[tier], cold["plain"], strict=True)
        ]
        result[f"cold_ratio_{tier}"] = round(statistics.median(ratios), 3)
        result |= {f"warm_{name}_ms_{tier}": value for name, value in measured.items()}
    return result


def compile_sources() -> None:
    """Compile the byte code, as the image does."""
    for folder in ("energy", "lambda_handler", "scripts", "research"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def copy_release(s3: S3Server, url: str) -> str:
    """Copy the live release to S3; return its forecaster."""
    source = open_store(Settings.from_environment().store)  # with the caller's credentials
    os.environ.update({name: value for name, value in s3.environment.items() if value})
    os.environ.pop("AWS_PROFILE", None)
    return copy_champion(source, open_store(url)).forecaster


def handler_environment(s3: S3Server, url: str) -> dict[str, str]:
    """Variables of a handler that reads its releases there."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS")}
    paths = {"PYTHONPATH": str(ROOT)}
    return {**s3.environment, **threads, **paths, "ENERGY_STORE": url}


def _cold(case: str, environment: dict[str, str], log: Path) -> tuple[float, float]:
    """Seconds from the start of the process to its first answer, and megabytes after it."""
    handler, event = CASES[case]
    port, runtime_port = free_ports(2)
    start = time.perf_counter()
    with emulator(port, runtime_port, environment, log, handler) as instance:
        answer = instance.invoke(event)
        seconds = time.perf_counter() - start
        tier = answer.get("tier", "plain")
        if len(answer.get("months", ())) != event["periods"] or not case.startswith(tier):
            raise RuntimeError(f"{case} answered {answer}: {log.read_text('utf-8')[-2000:]}")
        return seconds, _resident(instance.process.pid)


def _resident(parent: int) -> float:
    """Resident megabytes of the handler's process, the emulator's only child."""
    (child,) = children(parent)
    status = Path(f"/proc/{child}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def _warm(environment: dict[str, str]) -> dict[str, dict[str, float]]:
    ran = subprocess.run(
        [sys.executable, "-m", "scripts.benchmarks.warm_handler", "2000", "100"],
        check=True,
        stdout=subprocess.PIPE,
        env=surroundings(environment),
        cwd=ROOT,
    )
    return json.loads(ran.stdout)


def _image(keep: bool) -> dict[str, float]:
    """Megabytes of the image by layer: built now where possible, else as last measured."""
    if not keep and os.geteuid() == 0 and shutil.which("buildah") and shutil.which("debootstrap"):
        with tempfile.TemporaryDirectory() as folder:
            sizes = build(Path(folder, "oci"))
        named = {f"image_mb_{layer}": size for layer, size in sizes.items() if layer != "image"}
        return {"image_mb_compressed": sizes["image"], **named}
    print("The image is not built: its sizes are those of the last build.", file=sys.stderr)
    previous = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    return {name: value for name, value in previous.items() if name.startswith("image_mb_")}


def lambda_table(result: dict[str, Any]) -> str:
    """Markdown: date and machine, then a row for each figure."""
    note = f"Measured {result['measured_at']} on {result['machine']}, the release on a local S3 "
    note += f"server, its champion a `{result['forecaster']}`; medians of {result['trials']} cold "
    note += "starts each, by turns."
    header = ["", "look-up", "champion", "plain handler"]
    speed = markdown_table(header, _speed_rows(result))
    return f"{note}\n\n{speed}\n\n{_image_table(result)}".rstrip()


def _speed_rows(result: dict[str, Any]) -> list[list[str]]:
    cases, tiers = ("table_tier", "champion_tier", "plain"), ("table_tier", "champion_tier")
    return [
        ["cold start to first answer", *(f"{result[f'cold_seconds_{c}']:.2f} s" for c in cases)],
        ["share of the plain handler's", *(f"{result[f'cold_ratio_{t}']:.2f}" for t in tiers), "1"],
        ["warm, median", *(f"{result[f'warm_p50_ms_{t}']:.2f} ms" for t in tiers), ""],
        ["warm, 99th centile", *(f"{result[f'warm_p99_ms_{t}']:.2f} ms" for t in tiers), ""],
        ["memory after it", *(f"{result[f'rss_mb_{c}']} MB" for c in cases)],
    ]


def _image_table(result: dict[str, Any]) -> str:
    if "image_mb_compressed" not in result:
        return ""
    rows = [
        ["base (a stand-in)", f"{result['image_mb_base']} MB"],
        ["dependencies", f"{result['image_mb_dependencies']} MB"],
        ["code", f"{result['image_mb_code']} MB"],
        ["image", f"{result['image_mb_compressed']} MB"],
    ]
    return markdown_table(["layer, compressed", "size"], rows)


if __name__ == "__main__":
    sys.exit(main())
