"""Measure the handler as Lambda runs it, against the plain handler, in one run.

    make bench-lambda                        on the release in service
    make bench-lambda ARGS=--no-image        without building the image; its last sizes are kept

Writes benchmarks/lambda.json and the table in docs/serving.md. The release is copied to an S3
server on this machine first, since that is where a deployed handler reads it.
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

from build_image import build
from cloud.releases import copy_champion
from figures import replace_block
from local.emulator import HANDLER, emulator
from local.processes import children, surroundings
from local.stack import S3Server, free_ports, s3_server
from local.tables import lambda_table

from energy.errors import StoreError
from energy.releases.store import open_store
from energy.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "lambda.json"
YEARS = {"periods": 36}
"""Further than the table goes, so that the champion and the plain handler have the same to do."""
CASES = {
    "table_tier": (HANDLER, {"periods": 12}),
    "champion_tier": (HANDLER, YEARS),
    "plain": ("local.plain.handler", YEARS),
}
"""What is started, and its first question."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=9, help="cold starts of each kind (9)")
    parser.add_argument("--no-image", action="store_true", help="keep the image's last sizes")
    asked = parser.parse_args()
    try:
        result = _measured(asked.trials)
    except (RuntimeError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    result |= _image(asked.no_image)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "serving.md", "lambda", lambda_table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def _measured(trials: int) -> dict:
    compiled()
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        url = f"s3://{s3.bucket}/bench"
        forecaster = copied_release(s3, url)
        environment = surroundings_of(s3, url)
        cold: dict[str, list[float]] = {case: [] for case in CASES}
        memory: dict[str, list[float]] = {case: [] for case in CASES}
        for trial in range(trials + 1):  # the first fills the disk's cache, and is not counted
            for case in sorted(CASES, reverse=bool(trial % 2)):
                seconds, megabytes = _cold(case, environment, Path(name, f"{case}{trial}.log"))
                if trial:
                    cold[case].append(seconds)
                    memory[case].append(megabytes)
        warm = _warm(environment)
    median = {case: statistics.median(found) for case, found in cold.items()}
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
    for tier, found in warm.items():
        # Trial by trial: a machine that is slow for a minute is slow for all three.
        ratios = [ours / plain for ours, plain in zip(cold[tier], cold["plain"], strict=True)]
        result[f"cold_ratio_{tier}"] = round(statistics.median(ratios), 3)
        result |= {f"warm_{name}_ms_{tier}": spent for name, spent in found.items()}
    return result


def compiled() -> None:
    """Compile the byte code of what is measured, as the image has it."""
    for folder in ("energy", "lambda_handler", "scripts/local", "scripts/load"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def copied_release(s3: S3Server, url: str) -> str:
    """Copy the release in service to S3 with the project's own functions; its forecaster."""
    source = open_store(Settings.from_environment().store)  # with the caller's own credentials
    os.environ.update({name: value for name, value in s3.environment.items() if value})
    os.environ.pop("AWS_PROFILE", None)
    return copy_champion(source, open_store(url)).forecaster


def surroundings_of(s3: S3Server, url: str) -> dict[str, str]:
    """What a handler finds that reads its releases there."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS")}
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}
    return {**s3.environment, **threads, **paths, "ENERGY_STORE": url}


def _cold(case: str, environment: dict[str, str], log: Path) -> tuple[float, float]:
    """Seconds from the start of the process to its first answer, and its megabytes after it."""
    handler, question = CASES[case]
    port, runtime_port = free_ports(2)
    began = time.perf_counter()
    with emulator(port, runtime_port, environment, log, handler) as found:
        answer = found.invoke(question)
        seconds = time.perf_counter() - began
        tier = answer.get("tier", "plain")
        if len(answer.get("months", ())) != question["periods"] or not case.startswith(tier):
            raise RuntimeError(f"{case} answered {answer}: {log.read_text('utf-8')[-2000:]}")
        return seconds, _resident(found.process.pid)


def _resident(parent: int) -> float:
    """Megabytes resident of the handler's process, the emulator's only child."""
    (child,) = children(parent)
    status = Path(f"/proc/{child}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def _warm(environment: dict[str, str]) -> dict[str, dict[str, float]]:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "local" / "warm.py"), "2000", "100"],
        check=True,
        stdout=subprocess.PIPE,
        env=surroundings(environment),
        cwd=ROOT,
    )
    return json.loads(ran.stdout)


def _image(keep: bool) -> dict[str, float]:
    """Megabytes of the image by layer: built now where that can be, else as last measured."""
    if not keep and os.geteuid() == 0 and shutil.which("buildah") and shutil.which("debootstrap"):
        with tempfile.TemporaryDirectory() as folder:
            sizes = build(Path(folder, "oci"))
        named = {f"image_mb_{layer}": size for layer, size in sizes.items() if layer != "image"}
        return {"image_mb_compressed": sizes["image"], **named}
    print("The image is not built here: its sizes are those last measured.", file=sys.stderr)
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    return {name: value for name, value in kept.items() if name.startswith("image_mb_")}


if __name__ == "__main__":
    sys.exit(main())
