"""Measure the forecast: our bench, the field, and what was tried, on the same folds in one run.

    make bench-accuracy                        everything, about half an hour on two cores
    make bench-accuracy ARGS="--keep FOLDER"   keep what was made there, or take it up

Writes benchmarks/accuracy.json, the blocks of docs/forecasting.md and its figures. Everything is
chosen on the training part; the holdout is scored once, for the version of the bench that is named.
"""

import argparse
import json
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import pandas as pd
from accuracy import (
    board,
    climatology,
    field,
    fuels,
    ours,
    provisional,
    report,
    shocks,
    spreads,
    variants,
)
from accuracy.protocol import lay_out

from energy.data.frame import read_frame, target_series
from energy.data.tables import TARGETS
from energy.data.vintages import open_vintage
from energy.forecasting.models import BASELINE, FORECASTERS, VERSION
from energy.pipelines.prepare import WEATHER_USED
from energy.settings import ROOT
from energy.tracking.lineage import commit

RESULT = ROOT / "benchmarks" / "accuracy.json"
START, LONGEST = "2001-01", "1995-01"
Made = TypeVar("Made")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder for what was forecast")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as folder:
        result, frames, shown = measure(keep or Path(folder))
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    report.draw(ROOT / "docs" / "images", frames, shown)
    report.write(ROOT / "docs" / "forecasting.md", result)
    print(json.dumps(result["summary"], indent=1))
    return 0


def measure(folder: Path) -> tuple[dict, dict[str, pd.DataFrame], list[str]]:
    """Everything that is measured, all fold frames, and whom the figures show, ours first."""
    vintage = open_vintage(ROOT / "data" / "raw")
    # What is kept belongs to these figures and this version of the bench, and to no other.
    folder = folder / f"{VERSION}-{'-'.join(sha[:8] for sha in vintage.hashes.values())}"
    folder.mkdir(parents=True, exist_ok=True)
    frame = read_frame(vintage)
    weather = frame[WEATHER_USED]
    series = {name: target_series(frame, name, START) for name in TARGETS}
    y, longest = series["total"], target_series(frame, "total", LONGEST)
    protocols = lay_out(y)
    split = protocols.rolling.split

    def once(name: str, make: Callable[[], Made]) -> Made:
        file = folder / f"{name}.pickle"
        if not file.exists():
            print(f"Measuring {name}", flush=True)
            file.write_bytes(pickle.dumps(make()))
        # Our own file of this very run, or of the folder that was asked for.
        found: Made = pickle.loads(file.read_bytes())  # noqa: S301
        return found

    mine, seconds = once("ours", lambda: ours.run(y, weather, protocols, list(FORECASTERS)))
    theirs, told = field.run(y, protocols, folder)
    rows = board.rows("bench", mine, seconds)
    rows += board.rows("field", theirs, {name: told[name]["seconds"] for name in theirs})
    champion = min(
        (row for row in rows if row["source"] == "bench" and row["protocol"] == "training"),
        key=lambda row: row["mase"],
    )["forecaster"]
    rolling = mine[champion][mine[champion]["protocol"].isin(("warmup", "backtest"))]
    seen, weather_seen = y.loc[:split], weather.loc[:split]
    summary = board.summary(rows, champion)
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "bench_version": VERSION,
        "commit": commit(ROOT),
        "vintage": vintage.hashes,
        "target": "total",
        "unit": "Mtoe",
        "months": f"{y.index[0]} to {y.index[-1]}",
        "split": str(split),
        "protocols": board.PROTOCOLS,
        "summary": summary,
        "rows": rows,
        "paired": board.paired(mine[champion], theirs | {BASELINE: mine[BASELINE]}),
        "by_horizon": board.by_horizon(mine[champion]),
        "spreads": once("spreads", lambda: spreads.compare(rolling, seen, weather_seen)),
        "shocks": once("shocks", lambda: shocks.compare(seen, weather_seen)),
        "provisional": once("provisional", lambda: provisional.compare(seen, weather_seen)),
        "variants": once("variants", lambda: variants.compare(longest.loc[:split], weather_seen)),
        "climatology": once("climatology", lambda: climatology.compare(seen, weather_seen)),
        "fuels": once("fuels", lambda: fuels.run(series, weather, split)),
        "field": {n: {"failure": told[n]["failure"], "note": told[n]["note"]} for n in theirs},
        "field_missing": told["missing"],
        "versions": {
            **{
                name: version(name)
                for name in ("sktime", "statsmodels", "numpy", "pandas", "scipy")
            },
            "python": platform.python_version(),
            "field": told["versions"],
        },
    }
    best = summary["best_univariate"]
    frames = mine | theirs
    shown = dict.fromkeys([champion, best, "auto_theta", BASELINE])
    return result, frames, [name for name in shown if name in frames]


if __name__ == "__main__":
    sys.exit(main())
