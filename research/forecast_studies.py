"""Run a concluded study of the forecast again, on the embedded vintage.

    make study NAME=shocks                    minutes; writes research/results/shocks.json and the
                                              study's table in docs/forecasting.md
    make study NAME=shocks ARGS='--thin 4'    every fourth cutoff only; writes nothing

Every study uses the training part alone, so that nothing is selected on the holdout.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from energy.data.frame import read_frame, target_series
from energy.data.vintages import open_vintage
from energy.forecasting import backtest
from energy.forecasting.folds import FoldPlan
from energy.forecasting.models import FORECASTERS, VERSION
from energy.settings import ROOT
from energy.tracking.lineage import commit
from research import climatology, interval_spreads, model_variants, provisional_month, shocks
from scripts.benchmarks import bench_accuracy
from scripts.benchmarks.accuracy_tables import Row, in_words, plain_table
from scripts.markdown_blocks import markdown_table, replace_block

RESULTS = ROOT / "research" / "results"
PAGE = ROOT / "docs" / "forecasting.md"
LONG_START = "1995-01"
"""First month of the energy table; the candidate models learn from 2001 on."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=STUDIES)
    parser.add_argument("--thin", type=int, default=1, help="use every so many-th cutoff (1: all)")
    options = parser.parse_args(arguments)
    run, table, block = STUDIES[options.name]
    vintage = open_vintage(ROOT / "data" / "raw")
    rows = run(read_frame(vintage), options.thin)
    if options.thin == 1:
        result = {
            "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "bench_version": VERSION,
            "commit": commit(ROOT),
            "vintage": vintage.hashes,
            "rows": rows,
        }
        (RESULTS / f"{options.name}.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        replace_block(PAGE, block, table(rows))
    print(table(rows))
    return 0


def training_part(frame: pd.DataFrame, start: str) -> tuple[pd.Series, pd.DataFrame]:
    """The total and the weather up to the end of the training part.

    Args:
        frame: The monthly frame of a vintage.
        start: First month of the total.
    """
    y = target_series(frame, "total", bench_accuracy.START)
    split = bench_accuracy.lay_out(y).rolling.split
    known = target_series(frame, "total", start).loc[:split]
    return known, frame[bench_accuracy.WEATHER].loc[:split]


def champion_folds(y: pd.Series, weather: pd.DataFrame, thin: int) -> pd.DataFrame:
    """Fold frame of the champion of benchmarks/accuracy.json, warm-up folds included."""
    result = json.loads((ROOT / "benchmarks" / "accuracy.json").read_text("utf-8"))
    name = result["summary"]["champion"]
    split = pd.Period(y.index[-1], "M")
    cutoffs = pd.period_range(bench_accuracy.FIRST, split - 12, freq="M")[::thin]
    warmup = pd.period_range(
        bench_accuracy.FIRST_WARMUP, pd.Period(bench_accuracy.FIRST, "M") - 1, freq="M"
    )
    folds = FoldPlan(tuple(cutoffs), (), split, 12, tuple(warmup[::thin]))
    members = FORECASTERS[name].members
    frames = {
        member: backtest.run_backtest(member, y, weather, folds)[0] for member in members or (name,)
    }
    frame = backtest.combine_backtests(frames, y, weather) if members else frames[name]
    return frame[frame["protocol"].isin(("warmup", "backtest"))]


def _climatology(frame: pd.DataFrame, thin: int) -> list[Row]:
    return climatology.compare(*training_part(frame, bench_accuracy.START), thin)


def _interval_spreads(frame: pd.DataFrame, thin: int) -> list[Row]:
    y, weather = training_part(frame, bench_accuracy.START)
    return interval_spreads.compare(champion_folds(y, weather, thin), y, weather)


def _model_variants(frame: pd.DataFrame, thin: int) -> list[Row]:
    return model_variants.compare(*training_part(frame, LONG_START), thin)


def _provisional_month(frame: pd.DataFrame, thin: int) -> list[Row]:
    return provisional_month.compare(*training_part(frame, bench_accuracy.START), thin)


def _shocks(frame: pd.DataFrame, thin: int) -> list[Row]:
    return shocks.compare(*training_part(frame, bench_accuracy.START), thin)


def shocks_table(rows: Sequence[Row]) -> str:
    """A row for each treatment, a column for each shock: MAPE (bias); difference ± error."""

    def cell(row: Row) -> str:
        error = "" if row["error"] is None else f" ± {row['error']:.2f}"
        gain = "" if row["treatment"] == "nothing" else f"; {row['difference']:+.2f}{error}"
        return f"{row['mape']:.2f} ({row['bias']:+.1f}){gain}"

    return _pivot(rows, "treatment", lambda row: f"{row['shock']}; {row['cutoffs']}", cell)


def provisional_table(rows: Sequence[Row]) -> str:
    """MAPE by alternative and size of the revision, then where each alternative breaks even."""
    scores = [
        {**row, "what": f"{row['ahead']} ahead, {row['alternative']}"}
        for row in rows
        if "mape" in row
    ]
    by_size = _pivot(
        scores, "what", lambda row: f"{row['size']}%", lambda row: f"{row['mape']:.3f}"
    )
    return f"{by_size}\n\n{plain_table(_of_table(rows, 'break-even'))}"


def climatology_table(rows: Sequence[Row]) -> str:
    """What was expected of the weather, what that does to the forecast, and the trend."""
    names = dict.fromkeys(row["table"] for row in rows)
    return "\n\n".join(plain_table(_of_table(rows, name)) for name in names)


def _of_table(rows: Sequence[Row], name: str) -> list[Row]:
    return [
        {key: value for key, value in row.items() if key != "table"}
        for row in rows
        if row["table"] == name
    ]


def _pivot(
    rows: Sequence[Row], index: str, column: Callable[[Row], str], cell: Callable[[Row], str]
) -> str:
    columns = list(dict.fromkeys(column(row) for row in rows))
    cells = {(row[index], column(row)): cell(row) for row in rows}
    names = dict.fromkeys(row[index] for row in rows)
    lines = [[in_words(name), *(cells.get((name, key), "") for key in columns)] for name in names]
    return markdown_table([in_words(index), *columns], lines)


Study = tuple[Callable[[pd.DataFrame, int], list[Row]], Callable[[Sequence[Row]], str], str]
STUDIES: Mapping[str, Study] = {
    "climatology": (_climatology, climatology_table, "climatology"),
    "interval_spreads": (_interval_spreads, plain_table, "spreads"),
    "model_variants": (_model_variants, plain_table, "variants"),
    "provisional_month": (_provisional_month, provisional_table, "provisional"),
    "shocks": (_shocks, shocks_table, "shocks"),
}
"""By name: the function that runs it, its table, and the block of docs/forecasting.md."""


if __name__ == "__main__":
    sys.exit(main())
