"""Measure TrainFlow on 1, 9, 100 and 1,000 series, and beside statsforecast on the last.

    make bench-scale
    make bench-scale ARGS="--sizes 1,9"

Series are made up from a seed (scripts/scale/drawn.py). Writes benchmarks/scale.json and the table
in docs/scale.md. Seconds are those of one machine; the ratios are of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from figures import markdown_table, replace_block
from scale import drawn, ours, theirs

from energy.settings import ROOT

RESULT = ROOT / "benchmarks" / "scale.json"
SIZES = (1, 9, 100, 1000)
LIGHT = "seasonal_naive,naive,drift,theta,exponential_smoothing,ets"
SHARED = "seasonal_naive,naive,drift,theta,exponential_smoothing"
FOLDS, SHARED_FOLDS = 24, 9
LENGTHS, SHARED_LENGTHS = (60, 240), (100, 240)


def main() -> int:
    """Run everything, write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="of the tables")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {str(size): _size(size, folder / str(size)) for size in sizes}
        beside = _beside(max(sizes), folder / "beside")
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {n: version(n) for n in ("metaflow", "numpy", "pandas")},
        "by_size": rows,
        "seconds_per_series": {size: row["seconds_per_series"] for size, row in rows.items()},
        "chunk_seconds_per_series": {
            size: round(row["chunk_cpu_seconds"] / int(size), 4)
            for size, row in rows.items()
            if row["chunks"]
        },
        "kilobytes_per_series": rows[str(max(sizes))]["kilobytes_per_series"],
        "peak_mb": {size: row["peak_mb"] for size, row in rows.items()},
        f"seconds_{sizes[-1]}_series": rows[str(sizes[-1])]["seconds"],
        "vs_statsforecast_ratio": beside["ratio"],
        "beside_statsforecast": beside,
        "flow_wall_over_ideal": json.loads((RESULT.parent / "flow.json").read_text("utf-8"))[
            "flow_wall_over_ideal"
        ],
    }
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    replace_block(ROOT / "docs" / "scale.md", "many", _table(result))
    print(json.dumps(result, indent=1, sort_keys=True))
    return 0


def _size(size: int, folder: Path) -> dict[str, Any]:
    """A table of so many series, with the light bench and a full backtest."""
    settings = drawn.write(drawn.table(size, seed=size, lengths=LENGTHS), folder)
    found = ours.run(settings, folder, "--forecasters", LIGHT, "--folds", str(FOLDS))
    told: dict[str, Any] = {
        "seconds": found.seconds,
        "cpu_seconds": found.cpu_seconds,
        "chunk_cpu_seconds": found.chunk_seconds,
        "chunks": found.chunks,
        "seconds_per_series": round(found.seconds / size, 4),
        "peak_mb": found.peak_mb,
        "kilobytes_per_series": round(found.kilobytes / size, 2),
    }
    if found.panel:
        told["median_mase"] = found.panel.mase
        told["median_mase_seasonal_naive"] = found.panel.baseline_mase
        told["coverage80"] = found.panel.coverage80
    return told


def _beside(size: int, folder: Path) -> dict[str, Any]:
    """The same models on the same folds of the same series: our whole flow, their command."""
    table = drawn.table(size, seed=0, lengths=SHARED_LENGTHS, short=0.0)
    settings = drawn.write(table, folder)
    seconds, answered = theirs.run(table, folder, SHARED_FOLDS)
    options = ("--forecasters", SHARED, "--folds", str(SHARED_FOLDS), "--horizon", "12")
    found = ours.run(settings, folder, *options)
    return {
        "series": size,
        "folds": SHARED_FOLDS,
        "forecasters": SHARED.split(","),
        "ours_seconds": found.seconds,
        "theirs_seconds": seconds,
        "ratio": round(found.seconds / seconds, 3),
        "theirs_mase": answered["mase"],
        "versions": answered["versions"],
    }


def _table(result: dict[str, Any]) -> str:
    rows = [
        [
            f"{int(size):,}",
            f"{row['seconds']:.0f} s",
            f"{1000 * row['seconds_per_series']:,.0f} ms",
            f"{row['chunk_cpu_seconds']:.1f} s",
            f"{row['chunks']}",
            f"{row['peak_mb']:.0f} MB" if row["chunks"] else "",
        ]
        for size, row in result["by_size"].items()
    ]
    header = ["series", "whole run", "a series", "CPU in chunks", "chunks", "memory of a chunk"]
    beside = result["beside_statsforecast"]
    return (
        f"Measured {result['measured_at']} on {result['machine']}.\n\n"
        f"{markdown_table(header, rows)}\n\n"
        f"Beside statsforecast {beside['versions']['statsforecast']} on {beside['series']:,} "
        f"series, {len(beside['forecasters'])} models and {beside['folds']} cutoffs each, both on "
        "all cores: our "
        f"whole flow took {beside['ours_seconds']:.0f} s, its `cross_validation` "
        f"{beside['theirs_seconds']:.0f} s: **{beside['ratio']:.2f} of its time**."
    )


if __name__ == "__main__":
    sys.exit(main())
