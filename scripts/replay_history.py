"""Play history from 2015 on, and tell what it showed.

    python scripts/replay_history.py [--from 2015-01] [--to 2022-07] [--store store-replay]

Writes benchmarks/replay.json, docs/images/replay.svg and the tables of docs/replay.md, and leaves
the store with its releases, decisions and track record to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from figures import replace_block
from replay import report
from replay.play import play

from energy import charts
from energy.pipelines import monitor
from energy.releases.store import open_store
from energy.settings import ROOT

FORECASTERS = "theta,exponential_smoothing,weather_normalised_theta,unobserved_components_weather"
"""A small bench beside the baseline: two families, each with weather and without."""
FOLDS = 24


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="first", default="2015-01", help="first month, ISO")
    parser.add_argument("--to", dest="last", default="2022-07", help="last month, ISO")
    parser.add_argument("--store", default="store-replay", help="what to leave the releases in")
    asked = parser.parse_args()
    store = Path(asked.store).absolute()
    first, last = pd.Period(asked.first, "M"), pd.Period(asked.last, "M")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        months = []
        cores = os.cpu_count() or 1
        for one in play(first, last, Path(folder), FORECASTERS, FOLDS, cores):
            months.append(one)
            print(f"{one.month}: {_line(one)}", flush=True)
        record, _ = monitor.read_track_record(open_store(f"{folder}/store"))
        if record is None:
            raise SystemExit("Two months are the fewest that can be replayed.")
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(Path(folder, "store"), store)
    found = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {cores} cores",
        "versions": {n: version(n) for n in ("sktime", "statsmodels", "pandas")},
        "seconds": round(time.perf_counter() - began),
        "forecasters": FORECASTERS.split(","),
        "folds": FOLDS,
        **report.figures(months, record),
    }
    if (asked.first, asked.last) == (parser.get_default("first"), parser.get_default("last")):
        (ROOT / "benchmarks" / "replay.json").write_text(json.dumps(found, indent=2) + "\n")
        picture = charts.svg(report.picture(found))
        (ROOT / "docs" / "images" / "replay.svg").write_text(picture, "utf-8")
        replace_block(ROOT / "docs" / "replay.md", "replay", report.text(found))
    print(report.text(found))
    return 0


def _line(one: report.Played) -> str:
    told = one.published.manifest.forecaster
    done = "promoted" if one.published.promoted else "refused"
    recent = one.record.recent if one.record else None
    lately = (
        f", last 12 months MASE {recent.mase:.3f} (naive {recent.naive_mase:.3f})" if recent else ""
    )
    alarms = [check.name for check in one.record.drift if check.alarm] if one.record else []
    return f"{told} {done}{lately}{f', alarms: {alarms}' if alarms else ''}"


if __name__ == "__main__":
    sys.exit(main())
