"""What a run for many series costs on Batch, by arithmetic from counted figures.

    make costs        rewrites the tables in docs/scale.md, too

The seconds of a series are those of benchmarks/scale.json, the requests those of
benchmarks/engine.json; scripts/cloud/prices.json has the prices and what is assumed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

from cloud.cost import PRICES, cost, price_list
from figures import markdown_table, replace_block

from energy.settings import ROOT

SCALE = ROOT / "benchmarks" / "scale.json"
ENGINE = ROOT / "benchmarks" / "engine.json"
DOCUMENT = ROOT / "docs" / "scale.md"
SERIES = (1_000, 1_000_000)
OTHER_STEPS = 7
"""Tasks of a run that are no branch: start, select, refit, leaderboard, publish, close, end."""


def seconds_of(scale: Mapping[str, Any]) -> float:
    """Processor seconds that a series takes in its chunk, at the largest size that was measured.

    Args:
        scale: benchmarks/scale.json.
    """
    found = scale["chunk_seconds_per_series"]
    return float(found[max(found, key=int)])


def usage(
    series: int, seconds: float, engine: Mapping[str, Any], assumed: Mapping[str, Any]
) -> dict[str, float]:
    """How much of each item of the price list a run takes.

    A branch does as much work as fills `branch_seconds`; a task is billed from when its image is
    fetched, `start_seconds` before it works.

    Args:
        series: How many.
        seconds: Of one processor, for one of them.
        engine: benchmarks/engine.json.
        assumed: `training_assumed` of prices.json.
    """
    tasks = branches(series, seconds, assumed) + OTHER_STEPS
    hours = (series * seconds + tasks * assumed["start_seconds"]) / 3600
    asked = {
        kind: count + engine["per_branch"]["s3"][kind] * (tasks - OTHER_STEPS - 1)
        for kind, count in engine["one_branch"]["s3"].items()
        if kind != "DELETE"  # S3 takes nothing for those
    }
    reads = asked.pop("GET")
    return {
        "vcpu_hours": hours * assumed["vcpus"],
        "gb_hours": hours * assumed["memory_gb"],
        "s3_writes": sum(asked.values()),
        "s3_reads": reads,
        "transitions": tasks + 2,  # the look-up of how many branches there are, and their map
    }


def branches(series: int, seconds: float, assumed: Mapping[str, Any]) -> int:
    """How many branches the work of that many series makes."""
    return math.ceil(series * seconds / assumed["branch_seconds"])


def load(
    series: int,
    seconds: float,
    engine: Mapping[str, Any],
    assumed: Mapping[str, Any],
    kilobytes: float = 0.0,
) -> dict[str, float]:
    """What a run asks of the services beside it, and of its own join.

    Args:
        series: As in `usage`; the others likewise.
        seconds: As there.
        engine: As there.
        assumed: As there.
        kilobytes: What a chunk passes on of a series.

    Returns:
        `branches`; `hours` that the branches take, `at_once` at a time; `s3_a_second` in these;
        `metadata_rows`; `mlflow_runs`, which are those of the target alone; `gathered_gb` in the
        join.
    """
    count = branches(series, seconds, assumed)
    each = assumed["branch_seconds"] + assumed["start_seconds"]
    hours = math.ceil(count / assumed["at_once"]) * each / 3600
    used = usage(series, seconds, engine, assumed)
    rows = engine["one_branch"]["metadata"]["rows"]
    return {
        "branches": count,
        "hours": hours,
        "s3_a_second": (used["s3_writes"] + used["s3_reads"]) / (hours * 3600),
        "metadata_rows": rows + engine["per_branch"]["metadata"]["rows"] * (count - 1),
        "mlflow_runs": engine["whole"]["mlflow"]["runs"],
        "gathered_gb": series * kilobytes / 1e6,
    }


def table(scale: Mapping[str, Any], engine: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """Markdown: US dollars by item, then what the services beside it are asked, by series."""
    assumed, seconds = prices["training_assumed"], seconds_of(scale)
    used = [usage(one, seconds, engine, assumed) for one in SERIES]
    paid = [cost(one, prices["training"], free=False) for one in used]
    rows = [
        [item["what"], *(_dollars(one[name]) for one in paid)]
        for name, item in prices["training"].items()
    ]
    rows.append(["**all**", *(f"**{_dollars(sum(one.values()))}**" for one in paid)])
    kilobytes = scale["kilobytes_per_series"]
    asked = [load(one, seconds, engine, assumed, kilobytes) for one in SERIES]
    words = {
        "branches": "branches",
        "hours": f"hours, {assumed['at_once']} branches at once",
        "s3_a_second": "requests to S3 a second, on average",
        "metadata_rows": "rows of metadata",
        "mlflow_runs": "MLflow runs",
        "gathered_gb": "GB of forecasts and figures that the join gathers",
    }
    loads = [
        [told, *(f"{one[name]:,.{1 if one[name] < 100 else 0}f}" for one in asked)]
        for name, told in words.items()
    ]
    header = [f"{one:,} series" for one in SERIES]
    told = (
        f"{seconds:g} s of one processor for a series (benchmarks/scale.json); assumed: branches "
    )
    told += f"of {assumed['branch_seconds']} s, {assumed['start_seconds']} s to start a task, "
    told += f"{assumed['vcpus']} vCPU and {assumed['memory_gb']} GB each. Nothing taken as free."
    return "\n\n".join(
        (
            told,
            markdown_table(["USD a run", *header], rows),
            markdown_table(["what is asked of others", *header], loads),
        )
    )


def main() -> int:
    prices = json.loads(PRICES.read_text("utf-8"))
    replace_block(DOCUMENT, "training-prices", price_list({**prices, "items": prices["training"]}))
    if missing := [path.name for path in (SCALE, ENGINE) if not path.exists()]:
        print(f"no benchmarks/{missing[0]} yet: the cost of a run is left as it stands")
        return 0
    scale, engine = (json.loads(path.read_text("utf-8")) for path in (SCALE, ENGINE))
    replace_block(DOCUMENT, "training-costs", table(scale, engine, prices))
    print(table(scale, engine, prices))
    return 0


def _dollars(amount: float) -> str:
    return "< 0.01" if amount < 0.01 else f"{amount:,.2f}"


if __name__ == "__main__":
    sys.exit(main())
