"""Measure how many requests an instance answers, and simulate Lambda's scaling with that.

    make bench-requests                          four minutes of an idle machine
    make bench-requests ARGS=--simulate          the simulation alone, with the times that are held

Writes benchmarks/requests.json and the tables in docs/scale.md. The release in service is copied to
an S3 server on this machine first, since that is where a deployed handler reads it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench_lambda import compiled, copied_release, surroundings_of
from cloud.cost import PRICES
from figures import replace_block
from load.limits import NEW_ACCOUNT_CONCURRENCY, Limits, defaults
from load.pricing import million
from load.simulation import Outcome, Times, Traffic, simulate
from load.tables import limits_table, load_table, scaling_table

from energy.errors import StoreError
from energy.settings import ROOT

RESULT = ROOT / "benchmarks" / "requests.json"
DOCUMENT = ROOT / "docs" / "scale.md"
RATES = {1: (100, 6 * 3600, 3600), 100: (10, 1200, 600), 10_000: (1, 60, 60)}
"""Requests a second: how often the first minute is simulated, the seconds that are counted once it
has settled, and those before."""
FIRST = 60.0
"""Seconds that the first minute has."""
VERSIONS = ("awslambdaric", "obstore", "pywrkr", "pandas", "sktime")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run (8)")
    parser.add_argument("--turns", type=int, default=3, help="runs of each kind (3)")
    parser.add_argument("--trials", type=int, default=9, help="cold starts (9)")
    parser.add_argument("--simulate", action="store_true", help="keep what was measured")
    asked = parser.parse_args()
    began = time.monotonic()
    try:
        held = json.loads(RESULT.read_text("utf-8")) if asked.simulate else _measured(asked)
    except (RuntimeError, StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    result = held | simulated(held, json.loads(PRICES.read_text("utf-8")))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    for name, text in tables(result).items():
        replace_block(DOCUMENT, name, text)
        print(f"{text}\n")
    print(f"{time.monotonic() - began:.0f} seconds")
    return 0


def tables(result: dict[str, Any]) -> dict[str, str]:
    """What stands between the markers of docs/scale.md, by their names."""
    return {
        "requests-load": load_table(result),
        "requests-scaling": scaling_table(result),
        "requests-limits": limits_table(result),
    }


def simulated(held: dict[str, Any], prices: dict[str, Any]) -> dict[str, Any]:
    """What becomes of each rate under each limits, with the times that were measured."""
    assumed = prices["assumed"]
    kept = {"kept": assumed["idle_seconds"], "refresh": assumed["refresh_seconds"]}
    times = Times(**held["times"], **kept)
    share = assumed["champion_share"]
    deployed = defaults()
    all_limits = {
        "account": Limits(),
        "deployed": deployed,
        "new": replace(Limits(), concurrency=NEW_ACCOUNT_CONCURRENCY),
    }
    found = []
    for name, limits in all_limits.items():
        for rate, (often, seconds, ahead) in RATES.items():
            traffic = Traffic(rate, FIRST, share, seed=rate)
            first = simulate(times, limits, replace(traffic, times=often))
            after = simulate(times, limits, replace(traffic, seconds=seconds, ahead=ahead))
            usd = million(after, prices)
            found.append(
                {
                    "limits": name,
                    "rate": rate,
                    "most_a_second": min(limits.rate, limits.requests),
                    "most_at_once": limits.concurrency,
                    "first": _rounded(first),
                    "after": _rounded(after),
                    "usd": round(sum(usd.values()), 4),
                    "usd_lambda": round(usd["lambda_requests"] + usd["lambda_gb_seconds"], 4),
                }
            )
    return {
        "simulated": found,
        "champion_share": share,
        "kept": kept["kept"],
        "memory_mb": assumed["memory_mb"],
    }


def _rounded(found: Outcome) -> dict[str, float]:
    told = asdict(found) | {"refused": found.refused}
    return {name: float(f"{value:.4g}") if value % 1 else value for name, value in told.items()}


def _measured(asked: argparse.Namespace) -> dict[str, Any]:
    from load.measuring import measure
    from local.stack import s3_server

    compiled()
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        url = f"s3://{s3.bucket}/bench"
        forecaster = copied_release(s3, url)
        environment = surroundings_of(s3, url)
        folder = Path(name, "logs")
        folder.mkdir()
        found = measure(environment, folder, asked.seconds, asked.turns, asked.trials)
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in VERSIONS},
        "forecaster": forecaster,
        "seconds": asked.seconds,
        "turns": asked.turns,
        "trials": asked.trials,
        "asked": {n: {k: round(v, 6) for k, v in one.items()} for n, one in found.asked.items()},
        "many": {str(count): round(rate, 1) for count, rate in found.many.items()},
        "times": {n: [round(one, 6) for one in many] for n, many in found.times.items()},
        "from_nothing": found.from_nothing,
        "start_ratio_to_botocore": _start_ratio(found.times["start"], found.by_botocore),
    }


def _start_ratio(starts: list[float], by_botocore: list[float]) -> float:
    """Trial by trial: a machine that is slow for a while is slow for both."""
    ratios = [ours / theirs for ours, theirs in zip(starts, by_botocore, strict=True)]
    return round(statistics.median(ratios), 3)


if __name__ == "__main__":
    sys.exit(main())
