"""Measure how many requests an instance answers, and simulate Lambda's scaling from that.

    make bench-requests                          four minutes of an idle machine
    make bench-requests ARGS=--simulate          the simulation alone, from the times in the file

Writes benchmarks/requests.json and the tables in docs/scale.md. The live release is first copied to
an S3 server on this machine, since a deployed handler reads it from S3.
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
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from energy.errors import StoreError
from energy.settings import ROOT
from research.lambda_scaling import (
    NEW_ACCOUNT_CONCURRENCY,
    Limits,
    Outcome,
    Times,
    Traffic,
    simulate,
    terraform_limits,
)
from scripts.benchmarks.bench_lambda import compile_sources, copy_release, handler_environment
from scripts.deploy.costs import PRICES, TRACED_SHARE, bytes_logged, dollars
from scripts.markdown_blocks import markdown_table, replace_block

RESULT = ROOT / "benchmarks" / "requests.json"
DOCUMENT = ROOT / "docs" / "scale.md"
RATES = {1: (100, 6 * 3600, 3600), 100: (10, 1200, 600), 10_000: (1, 60, 60)}
"""By requests a second: repeats of the first minute, seconds counted after it has settled, and
seconds before those."""
FIRST = 60.0
"""Seconds of the first minute."""
VERSIONS = ("awslambdaric", "obstore", "pywrkr", "pandas", "sktime")
MILLION = 1_000_000
CASE_NAMES = {
    "empty": "empty handler: the emulator's share",
    "get": "`GET /v1/forecast`, table",
    "post": "`POST /v1/forecast`, table",
    "champion": "`POST /v1/forecast`, champion",
    "gateway": "`GET /v1/forecast` through API Gateway's emulator",
}
LIMIT_NAMES = {
    "account": "an account's own limits",
    "deployed": "as `terraform/` sets them",
    "new": "a new account's",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run (8)")
    parser.add_argument("--turns", type=int, default=3, help="runs of each kind (3)")
    parser.add_argument("--trials", type=int, default=9, help="cold starts (9)")
    parser.add_argument("--simulate", action="store_true", help="keep what was measured")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        measured = json.loads(RESULT.read_text("utf-8")) if options.simulate else _measured(options)
    except (RuntimeError, StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    result = measured | simulated(measured, json.loads(PRICES.read_text("utf-8")))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    for name, text in tables(result).items():
        replace_block(DOCUMENT, name, text)
        print(f"{text}\n")
    print(f"{time.monotonic() - start:.0f} seconds")
    return 0


def tables(result: dict[str, Any]) -> dict[str, str]:
    """Tables of docs/scale.md, by block."""
    return {
        "requests-load": load_table(result),
        "requests-scaling": scaling_table(result),
        "requests-limits": limits_table(result),
    }


def simulated(measured: dict[str, Any], prices: dict[str, Any]) -> dict[str, Any]:
    """Simulate each rate under each set of limits, with the measured times."""
    assumed = prices["assumed"]
    instance_seconds = {"kept": assumed["idle_seconds"], "refresh": assumed["refresh_seconds"]}
    times = Times(**measured["times"], **instance_seconds)
    share = assumed["champion_share"]
    deployed = terraform_limits()
    all_limits = {
        "account": Limits(),
        "deployed": deployed,
        "new": replace(Limits(), concurrency=NEW_ACCOUNT_CONCURRENCY),
    }
    rows = []
    for name, limits in all_limits.items():
        for rate, (repeats, seconds, ahead) in RATES.items():
            traffic = Traffic(rate, FIRST, share, seed=rate)
            first = simulate(times, limits, replace(traffic, times=repeats))
            after = simulate(times, limits, replace(traffic, seconds=seconds, ahead=ahead))
            usd = dollars_per_million(after, prices)
            rows.append(
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
        "simulated": rows,
        "champion_share": share,
        "kept": instance_seconds["kept"],
        "memory_mb": assumed["memory_mb"],
    }


def _rounded(outcome: Outcome) -> dict[str, float]:
    figures = asdict(outcome) | {"refused": outcome.refused}
    return {name: float(f"{value:.4g}") if value % 1 else value for name, value in figures.items()}


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    from research.measure_requests import measure
    from scripts.dev.local_stack import s3_server

    compile_sources()
    with tempfile.TemporaryDirectory() as name, s3_server(Path(name, "s3")) as s3:
        url = f"s3://{s3.bucket}/bench"
        forecaster = copy_release(s3, url)
        environment = handler_environment(s3, url)
        folder = Path(name, "logs")
        folder.mkdir()
        measured = measure(environment, folder, options.seconds, options.turns, options.trials)
    return {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in VERSIONS},
        "forecaster": forecaster,
        "seconds": options.seconds,
        "turns": options.turns,
        "trials": options.trials,
        "asked": {
            n: {k: round(v, 6) for k, v in figures.items()} for n, figures in measured.asked.items()
        },
        "many": {str(count): round(rate, 1) for count, rate in measured.many.items()},
        "times": {
            n: [round(figures, 6) for figures in samples] for n, samples in measured.times.items()
        },
        "from_nothing": measured.from_nothing,
        "start_ratio_to_botocore": _start_ratio(measured.times["start"], measured.by_botocore),
    }


def _start_ratio(starts: list[float], by_botocore: list[float]) -> float:
    """Median ratio of the trials: a slow minute of the machine affects both."""
    ratios = [
        seconds / botocore_seconds
        for seconds, botocore_seconds in zip(starts, by_botocore, strict=True)
    ]
    return round(statistics.median(ratios), 3)


def dollars_per_million(outcome: Outcome, prices: Mapping[str, Any]) -> dict[str, float]:
    """US dollars of a million answers, by item of the price list, with nothing free.

    Rejected requests cost nothing.

    Args:
        outcome: The simulation's.
        prices: scripts/deploy/prices.json.
    """
    assumed = prices["assumed"]
    used = {
        "lambda_requests": MILLION,
        "lambda_gb_seconds": MILLION * outcome.billed * assumed["memory_mb"] / 1024,
        "api_requests": MILLION,
        "log_gb": MILLION * bytes_logged(assumed) / 1e9,
        "traces": MILLION * TRACED_SHARE,
        "s3_reads": MILLION * (outcome.looks + outcome.cold * assumed["reads_of_a_cold_start"]),
        "out_gb": MILLION * assumed["answer_bytes"] / 1e9,
    }
    return dollars(used, prices["items"], free=False)


def load_table(result: Mapping[str, Any]) -> str:
    """Markdown: answers of an instance, how they grow, and a check of the simulation."""
    versions = ", ".join(f"{name} {number}" for name, number in sorted(result["versions"].items()))
    note = (
        f"Measured {result['measured_at']} on {result['machine']} ({versions}), with the release "
        f"on a local S3 server; the champion is `{result['forecaster']}`. One instance, one "
        f"request at a time, {result['seconds']:g} seconds each; medians of {result['turns']} "
        "turns."
    )
    least = result["asked"]["empty"]["p50"]
    rows = [
        [
            what,
            f"{figures['per_second']:.0f}",
            f"{1000 * figures['p50']:.1f} ms",
            f"{1000 * figures['p99']:.1f} ms",
            f"{figures['p50'] / least:.2f}",
        ]
        for name, what in CASE_NAMES.items()
        for figures in (result["asked"][name],)
    ]
    header = [
        "requests to an instance",
        "answers a second",
        "median",
        "99th centile",
        "over an empty handler",
    ]
    return f"{note}\n\n{markdown_table(header, rows)}\n\n{_growth_note(result)}"


def _growth_note(result: Mapping[str, Any]) -> str:
    single = result["many"]["1"]
    growth = ", ".join(
        f"{count} instances give {rate / single:.2f}"
        for count, rate in result["many"].items()
        if count != "1"
    )
    start = result["from_nothing"]
    return (
        f"Relative to the answers a second of one instance to `GET`, {growth}: client, front and "
        f"instances share this machine's cores. From no instance, at {start['rate']:g} requests a "
        f"second, {start['cold']} of {start['requests']} requests were cold starts "
        f"({_share(start['cold'] / start['requests'])}); the simulation gives "
        f"{start['cold_simulated']}. A cold start takes {result['start_ratio_to_botocore']:.2f} of "
        "its time with botocore, measured by turns."
    )


def scaling_table(result: Mapping[str, Any]) -> str:
    """Markdown: a column for each rate, under the limits of an account as AWS gives it."""
    columns = [column for column in result["simulated"] if column["limits"] == "account"]
    share = f"{result['champion_share']:.0%}"
    note = (
        f"Simulated with the times of that run, {share} of the requests to the champion, an idle "
        f"instance kept {result['kept'] / 60:g} minutes, {result['memory_mb']} MB."
    )
    header = ["requests a second", *(f"{column['rate']:,}" for column in columns)]
    rows = [["**the first minute, from nothing**", *("" for _ in columns)]]
    rows += _outcome_rows([column["first"] for column in columns])
    rows += [["last rejection after", *(_seconds(column["first"]["room"]) for column in columns)]]
    rows += [["**after that**", *("" for _ in columns)]]
    rows += _outcome_rows([column["after"] for column in columns])
    rows += [["USD for a million answers", *(f"{column['usd']:.2f}" for column in columns)]]
    rows += [
        [
            "Lambda's share of it",
            *(_share(column["usd_lambda"] / column["usd"]) for column in columns),
        ]
    ]
    return f"{note}\n\n{markdown_table(header, rows)}"


def limits_table(result: Mapping[str, Any]) -> str:
    """Markdown: share of rejected requests, by limits and rate."""
    rates = sorted({row["rate"] for row in result["simulated"]})
    header = ["limits", "requests a second", "at once", *(f"at {rate:,}" for rate in rates)]
    rows = []
    for name, what in LIMIT_NAMES.items():
        cells = {row["rate"]: row for row in result["simulated"] if row["limits"] == name}
        first = cells[rates[0]]
        refused = (
            f"{_share(cells[rate]['first']['refused'])}, {_share(cells[rate]['after']['refused'])}"
            for rate in rates
        )
        rows.append(
            [what, f"{first['most_a_second']:,.0f}", f"{first['most_at_once']:,}", *refused]
        )
    note = "Rejected: in the first minute, and after that."
    return f"{note}\n\n{markdown_table(header, rows)}"


def _outcome_rows(columns: list[Mapping[str, Any]]) -> list[list[str]]:
    return [
        ["instances, at most", *(f"{column['instances']:,}" for column in columns)],
        ["busy, on average", *(f"{column['busy']:.3g}" for column in columns)],
        ["cold starts", *(_share(column["cold"]) for column in columns)],
        ["median", *(_seconds(column["p50"]) for column in columns)],
        ["99th centile", *(_seconds(column["p99"]) for column in columns)],
        ["rejected", *(_share(column["refused"]) for column in columns)],
    ]


def _share(part: float) -> str:
    return "0" if part == 0 else "< 0.01%" if part < 0.0001 else f"{100 * part:.3g}%"


def _seconds(value: float) -> str:
    if value == 0:
        return ""
    return f"{value:.2f} s" if value >= 0.1 else f"{1000 * value:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
