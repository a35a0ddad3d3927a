"""Compute what AWS costs, a month of serving and a training run, from measurements and prices.

    make costs        rewrites the tables in docs/deploy.md and docs/scale.md

Serving uses the times in benchmarks/lambda.json and assumes that requests arrive at random over a
month of thirty days. Training on AWS Batch uses benchmarks/scale.json and benchmarks/engine.json.
prices.json lists the prices, the page and date of each, and what is assumed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from energy.settings import ROOT
from lambda_handler.log import SERVICE_METRICS, TIER_METRICS, RequestLog, log_line
from scripts.markdown_blocks import markdown_table, replace_block

PRICES = Path(__file__).with_name("prices.json")
LAMBDA_BENCHMARK = ROOT / "benchmarks" / "lambda.json"
DEPLOY_PAGE = ROOT / "docs" / "deploy.md"
TRAFFIC = (0, 1_000, 1_000_000)
GROUPS = {
    "Lambda": ("lambda_requests", "lambda_gb_seconds"),
    "HTTP API": ("api_requests",),
    "logs": ("log_gb",),
    "metrics": ("metric_hours",),
    "traces": ("traces",),
    "alarms, dashboard": ("alarms", "dashboards"),
    "bucket": ("s3_gb", "s3_writes", "s3_reads"),
    "images": ("ecr_gb",),
    "data out": ("out_gb",),
}
HOUR = 3600
TRACED_SHARE = 0.05
"""Share of the requests that X-Ray traces beyond the first of each second."""
SCALE_BENCHMARK = ROOT / "benchmarks" / "scale.json"
ENGINE_BENCHMARK = ROOT / "benchmarks" / "engine.json"
SCALE_PAGE = ROOT / "docs" / "scale.md"
SERIES_COUNTS = (1_000, 1_000_000)
TASKS_BESIDE_BRANCHES = 7
"""Tasks of a run that are no branch: start, select, refit, leaderboard, publish, close, end."""


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(arguments)
    prices = json.loads(PRICES.read_text("utf-8"))
    _write_serving_costs(prices)
    _write_training_costs(prices)
    return 0


def serving_usage(
    requests: int, bench: Mapping[str, Any], prices: Mapping[str, Any]
) -> dict[str, float]:
    """How much of each item of the price list a month of serving uses."""
    assumed, hours = prices["assumed"], prices["month_hours"]
    seconds = hours * HOUR
    cold = requests * math.exp(-requests * assumed["idle_seconds"] / seconds)
    first = _share_of_slots(requests, seconds) * seconds
    champion = requests * assumed["champion_share"]
    tiers = sum(_share_of_slots(events, hours) for events in (requests - champion, champion))
    by_handler = (
        len(SERVICE_METRICS) * _share_of_slots(requests, hours) + len(TIER_METRICS) * tiers
    ) * hours
    checks = min(requests, seconds / assumed["refresh_seconds"])
    stored_gb = assumed["release_mb"] * assumed["releases"] / 1000
    return {
        "lambda_requests": requests,
        "lambda_gb_seconds": _billed_seconds(requests, cold, bench, assumed)
        * assumed["memory_mb"]
        / 1024,
        "api_requests": requests,
        "log_gb": requests * bytes_logged(assumed) / 1e9,
        "metric_hours": by_handler + assumed["monitor_metrics"] * hours / 24,
        "alarms": assumed["alarms"],
        "dashboards": assumed["dashboards"],
        "traces": first + TRACED_SHARE * (requests - first),
        "s3_gb": stored_gb,
        "s3_writes": assumed["writes"],
        "s3_reads": checks + cold * assumed["reads_of_a_cold_start"],
        "ecr_gb": assumed["images"] * bench["image_mb_compressed"] / 1000,
        "out_gb": requests * assumed["answer_bytes"] / 1e9,
    }


def bytes_logged(assumed: Mapping[str, Any]) -> int:
    """Bytes logged for a request by the handler, the API and the platform."""
    return len(_log_line()) + assumed["access_log_bytes"] + assumed["platform_log_bytes"]


def dollars(used: Mapping[str, float], items: Mapping[str, Any], free: bool) -> dict[str, float]:
    """US dollars for each item, less what is free for every account for ever if `free`."""
    return {
        name: max(0.0, amount - (items[name]["free"] if free else 0))
        * items[name]["usd"]
        / items[name]["per"]
        for name, amount in used.items()
    }


def serving_table(bench: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """Markdown: a row for each service, a pair of columns for each traffic."""
    columns = [(requests, free) for requests in TRAFFIC for free in (True, False)]
    costs = [
        dollars(serving_usage(requests, bench, prices), prices["items"], free)
        for requests, free in columns
    ]
    header = ["USD a month"]
    header += [f"{requests:,}{'' if free else ', nothing free'}" for requests, free in columns]
    rows = [
        [name, *(_dollars(sum(by_item[item] for item in items)) for by_item in costs)]
        for name, items in GROUPS.items()
    ]
    rows.append(["**all**", *(f"**{_dollars(sum(by_item.values()))}**" for by_item in costs)])
    return f"{_serving_note(bench, prices)}\n\n{markdown_table(header, rows)}"


def price_list(prices: Mapping[str, Any]) -> str:
    """Markdown: each price, what is free of it, and its page and date."""
    rows = [
        [
            item["what"],
            f"{item['usd']:.10f}".rstrip("0").ljust(4, "0") + f" for a {item['unit']}",
            f"{item['free']:,}" if item["free"] else "",
            f"{item['seen']}, {item['at']}",
        ]
        for item in prices["items"].values()
    ]
    return markdown_table([prices["region"], "USD", "free a month", "seen"], rows)


def _write_serving_costs(prices: Mapping[str, Any]) -> None:
    bench = json.loads(LAMBDA_BENCHMARK.read_text("utf-8"))
    replace_block(DEPLOY_PAGE, "costs", serving_table(bench, prices))
    replace_block(DEPLOY_PAGE, "prices", price_list(prices))
    print(serving_table(bench, prices))


def _billed_seconds(
    requests: float, cold: float, bench: Mapping[str, Any], assumed: Mapping[str, Any]
) -> float:
    """Billed seconds: the time of each answer, rounded up to a millisecond."""
    share, total = assumed["champion_share"], 0.0
    for tier, part in (("table", 1 - share), ("champion", share)):
        warm = math.ceil(bench[f"warm_p50_ms_{tier}_tier"]) / 1000
        start = bench[f"cold_seconds_{tier}_tier"]
        total += part * (cold * start + (requests - cold) * warm)
    return total


def _share_of_slots(events: float, slots: float) -> float:
    """Share of equal slots of time with at least one of so many random events."""
    return 1 - math.exp(-events / slots)


def _log_line() -> str:
    release = "2022-07-20221001T000000Z-00000000"
    log = RequestLog(
        "GET /v1/forecast", "00000000-0000-0000-0000-000000000000", False, 200, "table"
    )
    log.release_id = release
    return log_line(log, 0.123)


def _dollars(amount: float) -> str:
    return "0" if amount == 0 else "< 0.01" if amount < 0.01 else f"{amount:,.2f}"


def _serving_note(bench: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    assumed = prices["assumed"]
    note = (
        f"Prices of {prices['region']}, for {prices['architecture']}, as seen on the pages below; "
    )
    note += f"times measured {bench['measured_at']} on {bench['machine']}, not on Lambda, for "
    note += (
        f"{assumed['memory_mb']} MB. Assumed: {assumed['champion_share']:.0%} of the requests go "
    )
    note += (
        f"to the champion, an instance is kept {assumed['idle_seconds'] // 60} minutes, tracing "
    )
    return note + "is on."


def seconds_per_series(scale: Mapping[str, Any]) -> float:
    """Processor seconds of a series in its chunk, at the largest measured size."""
    by_size = scale["chunk_seconds_per_series"]
    return float(by_size[max(by_size, key=int)])


def training_usage(
    series: int, seconds: float, engine: Mapping[str, Any], assumed: Mapping[str, Any]
) -> dict[str, float]:
    """How much of each item of the price list a training run uses.

    A branch works for `branch_seconds`; a task is billed from the start of its image's download,
    `start_seconds` before.
    """
    tasks = branch_count(series, seconds, assumed) + TASKS_BESIDE_BRANCHES
    hours = (series * seconds + tasks * assumed["start_seconds"]) / 3600
    requests = {
        kind: count + engine["per_branch"]["s3"][kind] * (tasks - TASKS_BESIDE_BRANCHES - 1)
        for kind, count in engine["one_branch"]["s3"].items()
        if kind != "DELETE"  # S3 charges nothing for those
    }
    reads = requests.pop("GET")
    return {
        "vcpu_hours": hours * assumed["vcpus"],
        "gb_hours": hours * assumed["memory_gb"],
        "s3_writes": sum(requests.values()),
        "s3_reads": reads,
        "transitions": tasks + 2,  # plus reading the number of branches, and mapping over them
    }


def branch_count(series: int, seconds: float, assumed: Mapping[str, Any]) -> int:
    """Number of branches for so many series."""
    return math.ceil(series * seconds / assumed["branch_seconds"])


def training_load(
    series: int,
    seconds: float,
    engine: Mapping[str, Any],
    assumed: Mapping[str, Any],
    kilobytes: float = 0.0,
) -> dict[str, float]:
    """The load of a run on the services beside it, and on its own join.

    Returns:
        `branches`; `hours` of the branches, `at_once` at a time; `s3_a_second` during these;
        `metadata_rows`; `mlflow_runs`, of the target alone; `gathered_gb` in the join.
    """
    count = branch_count(series, seconds, assumed)
    each = assumed["branch_seconds"] + assumed["start_seconds"]
    hours = math.ceil(count / assumed["at_once"]) * each / 3600
    used = training_usage(series, seconds, engine, assumed)
    rows = engine["one_branch"]["metadata"]["rows"]
    return {
        "branches": count,
        "hours": hours,
        "s3_a_second": (used["s3_writes"] + used["s3_reads"]) / (hours * 3600),
        "metadata_rows": rows + engine["per_branch"]["metadata"]["rows"] * (count - 1),
        "mlflow_runs": engine["whole"]["mlflow"]["runs"],
        "gathered_gb": series * kilobytes / 1e6,
    }


def training_table(
    scale: Mapping[str, Any], engine: Mapping[str, Any], prices: Mapping[str, Any]
) -> str:
    """Markdown: US dollars by item, then the load on other services, by number of series."""
    assumed, seconds = prices["training_assumed"], seconds_per_series(scale)
    costs = [
        dollars(training_usage(count, seconds, engine, assumed), prices["training"], free=False)
        for count in SERIES_COUNTS
    ]
    cost_rows = [
        [item["what"], *(_dollars(by_item[name]) for by_item in costs)]
        for name, item in prices["training"].items()
    ]
    cost_rows.append(["**all**", *(f"**{_dollars(sum(by_item.values()))}**" for by_item in costs)])
    kilobytes = scale["kilobytes_per_series"]
    loads = [training_load(count, seconds, engine, assumed, kilobytes) for count in SERIES_COUNTS]
    labels = {
        "branches": "branches",
        "hours": f"hours, {assumed['at_once']} branches at once",
        "s3_a_second": "requests to S3 a second, on average",
        "metadata_rows": "rows of metadata",
        "mlflow_runs": "MLflow runs",
        "gathered_gb": "GB of forecasts and figures that the join gathers",
    }
    load_rows = [
        [label, *(f"{load[name]:,.{1 if load[name] < 100 else 0}f}" for load in loads)]
        for name, label in labels.items()
    ]
    header = [f"{count:,} series" for count in SERIES_COUNTS]
    note = (
        f"{seconds:g} s of one processor for a series (benchmarks/scale.json); assumed: branches "
    )
    note += f"of {assumed['branch_seconds']} s, {assumed['start_seconds']} s to start a task, "
    note += f"{assumed['vcpus']} vCPU and {assumed['memory_gb']} GB each. Nothing taken as free."
    return "\n\n".join(
        (
            note,
            markdown_table(["USD a run", *header], cost_rows),
            markdown_table(["what is asked of others", *header], load_rows),
        )
    )


def _write_training_costs(prices: Mapping[str, Any]) -> None:
    replace_block(
        SCALE_PAGE, "training-prices", price_list({**prices, "items": prices["training"]})
    )
    if missing := [path.name for path in (SCALE_BENCHMARK, ENGINE_BENCHMARK) if not path.exists()]:
        print(f"benchmarks/{missing[0]} is missing: the table of a run's costs is left as it is.")
        return
    scale, engine = (
        json.loads(path.read_text("utf-8")) for path in (SCALE_BENCHMARK, ENGINE_BENCHMARK)
    )
    replace_block(SCALE_PAGE, "training-costs", training_table(scale, engine, prices))
    print(training_table(scale, engine, prices))


if __name__ == "__main__":
    sys.exit(main())
