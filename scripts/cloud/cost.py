"""What the cloud costs in a month, from measured times and published prices.

    make costs        rewrites the tables in docs/deploy.md

The times are those of benchmarks/lambda.json; prices.json has the prices, where each was seen and
what is assumed. Requests are taken as spread evenly at random over a month of thirty days.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figures import markdown_table, replace_block

from energy.settings import ROOT
from lambda_handler.log import SERVICE_METRICS, TIER_METRICS, RequestLog, log_line

PRICES = Path(__file__).with_name("prices.json")
BENCH = ROOT / "benchmarks" / "lambda.json"
DOCUMENT = ROOT / "docs" / "deploy.md"
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
SAMPLED = 0.05
"""Share of the requests that X-Ray traces beyond the first of each second."""


def usage(requests: int, bench: Mapping[str, Any], prices: Mapping[str, Any]) -> dict[str, float]:
    """How much of each item of the price list a month takes.

    Args:
        requests: A month.
        bench: benchmarks/lambda.json.
        prices: prices.json.
    """
    assumed, hours = prices["assumed"], prices["month_hours"]
    seconds = hours * HOUR
    cold = requests * math.exp(-requests * assumed["idle_seconds"] / seconds)
    first = _hit(requests, seconds) * seconds
    champion = requests * assumed["champion_share"]
    tiers = sum(_hit(one, hours) for one in (requests - champion, champion))
    by_handler = (len(SERVICE_METRICS) * _hit(requests, hours) + len(TIER_METRICS) * tiers) * hours
    looks = min(requests, seconds / assumed["refresh_seconds"])
    stored = assumed["release_mb"] * assumed["releases"] / 1000
    return {
        "lambda_requests": requests,
        "lambda_gb_seconds": _busy(requests, cold, bench, assumed) * assumed["memory_mb"] / 1024,
        "api_requests": requests,
        "log_gb": requests * bytes_logged(assumed) / 1e9,
        "metric_hours": by_handler + assumed["monitor_metrics"] * hours / 24,
        "alarms": assumed["alarms"],
        "dashboards": assumed["dashboards"],
        "traces": first + SAMPLED * (requests - first),
        "s3_gb": stored,
        "s3_writes": assumed["writes"],
        "s3_reads": looks + cold * assumed["reads_of_a_cold_start"],
        "ecr_gb": assumed["images"] * bench["image_mb_compressed"] / 1000,
        "out_gb": requests * assumed["answer_bytes"] / 1e9,
    }


def bytes_logged(assumed: Mapping[str, Any]) -> int:
    """Bytes logged for a request: the handler's line, the API's and the platform's."""
    return len(_a_line()) + assumed["access_log_bytes"] + assumed["platform_log_bytes"]


def cost(used: Mapping[str, float], items: Mapping[str, Any], free: bool) -> dict[str, float]:
    """US dollars of each item.

    Args:
        used: What `usage` returns.
        items: The price list.
        free: Whether what is free for every account, for ever, is taken off.
    """
    return {
        name: max(0.0, amount - (items[name]["free"] if free else 0))
        * items[name]["usd"]
        / items[name]["per"]
        for name, amount in used.items()
    }


def table(bench: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """Markdown: a row for each service, a pair of columns for each traffic."""
    used = {one: usage(one, bench, prices) for one in TRAFFIC}
    columns = [(one, free) for one in TRAFFIC for free in (True, False)]
    costs = [cost(used[one], prices["items"], free) for one, free in columns]
    header = ["USD a month"]
    header += [f"{one:,}{'' if free else ', nothing free'}" for one, free in columns]
    rows = [
        [name, *(_dollars(sum(one[item] for item in items)) for one in costs)]
        for name, items in GROUPS.items()
    ]
    rows.append(["**all**", *(f"**{_dollars(sum(one.values()))}**" for one in costs)])
    return f"{_told(bench, prices)}\n\n{markdown_table(header, rows)}"


def price_list(prices: Mapping[str, Any]) -> str:
    """Markdown: each price, what is free of it, and where and when it was seen."""
    rows = [
        [
            one["what"],
            f"{one['usd']:.10f}".rstrip("0").ljust(4, "0") + f" for a {one['unit']}",
            f"{one['free']:,}" if one["free"] else "",
            f"{one['seen']}, {one['at']}",
        ]
        for one in prices["items"].values()
    ]
    return markdown_table([prices["region"], "USD", "free a month", "seen"], rows)


def main() -> int:
    bench = json.loads(BENCH.read_text("utf-8"))
    prices = json.loads(PRICES.read_text("utf-8"))
    replace_block(DOCUMENT, "costs", table(bench, prices))
    replace_block(DOCUMENT, "prices", price_list(prices))
    print(table(bench, prices))
    return 0


def _busy(
    requests: float, cold: float, bench: Mapping[str, Any], assumed: Mapping[str, Any]
) -> float:
    """Seconds that are billed: each answer's time rounded up to a millisecond."""
    share, total = assumed["champion_share"], 0.0
    for tier, part in (("table", 1 - share), ("champion", share)):
        warm = math.ceil(bench[f"warm_p50_ms_{tier}_tier"]) / 1000
        start = bench[f"cold_seconds_{tier}_tier"]
        total += part * (cold * start + (requests - cold) * warm)
    return total


def _hit(events: float, slots: float) -> float:
    """Share of equal slots of time in which at least one of some random events falls."""
    return 1 - math.exp(-events / slots)


def _a_line() -> str:
    release = "2022-07-20221001T000000Z-00000000"
    told = RequestLog(
        "GET /v1/forecast", "00000000-0000-0000-0000-000000000000", False, 200, "table"
    )
    told.release_id = release
    return log_line(told, 0.123)


def _dollars(amount: float) -> str:
    return "0" if amount == 0 else "< 0.01" if amount < 0.01 else f"{amount:.2f}"


def _told(bench: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    assumed = prices["assumed"]
    told = (
        f"Prices of {prices['region']}, for {prices['architecture']}, as seen on the pages below; "
    )
    told += f"times measured {bench['measured_at']} on {bench['machine']}, not on Lambda, for "
    told += (
        f"{assumed['memory_mb']} MB. Assumed: {assumed['champion_share']:.0%} of the requests go "
    )
    told += (
        f"to the champion, an instance is kept {assumed['idle_seconds'] // 60} minutes, tracing "
    )
    return told + "is on."


if __name__ == "__main__":
    sys.exit(main())
