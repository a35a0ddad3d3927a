"""Run the drift checks at every past month; write their alarms into docs/monitoring.md.

    make bench-drift

At each month, the checks see only what was known then, in the figures of the embedded vintage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from energy.data.frame import data_as_of, read_frame
from energy.data.tables import UNITS
from energy.data.vintages import open_vintage
from energy.monitoring.drift import check_drift
from energy.settings import ROOT
from scripts.markdown_blocks import markdown_table, replace_block

PAGE = ROOT / "docs" / "monitoring.md"
TARGETS = ("total", "natural_gas")
SINCE = "2005-01"
UPHEAVALS = (("2009-01", "2010-02"), ("2020-03", "2022-07"))
"""The financial crisis; the pandemic and its aftermath."""


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(arguments)
    frame = read_frame(open_vintage(ROOT / "data" / "raw"))
    header = [
        "series and check",
        "threshold now",
        "months judged",
        "alarms",
        "outside",
        "alarmed in",
    ]
    rows = [row for target in TARGETS for row in backtest_checks(frame, target)]
    replace_block(PAGE, "drift", markdown_table(header, rows))
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def backtest_checks(frame: pd.DataFrame, target: str) -> list[list[str]]:
    """A row for each check: its alarms, those outside the upheavals, and their months."""
    last = pd.Period(frame[target].last_valid_index(), "M")
    checked: dict[str, list[str]] = {}
    alarmed: dict[str, list[str]] = {}
    thresholds: dict[str, float] = {}
    for month in pd.period_range(SINCE, last, freq="M"):
        known = data_as_of({"embedded": frame}, month).frame
        for check in check_drift(known, target, UNITS[target], str(month)):
            if check.figure is not None:
                checked.setdefault(check.name, []).append(str(month))
                thresholds[check.name] = check.threshold
            if check.alarm:
                alarmed.setdefault(check.name, []).append(str(month))
    return [
        [
            f"{target.replace('_', ' ')}, {name}",
            f"{thresholds[name]:.3f}",
            str(len(months)),
            _share(alarmed.get(name, []), months),
            _share(_quiet(alarmed.get(name, [])), _quiet(months)),
            _spans(alarmed.get(name, [])),
        ]
        for name, months in checked.items()
    ]


def _quiet(months: Sequence[str]) -> list[str]:
    return [m for m in months if not any(first <= m <= last for first, last in UPHEAVALS)]


def _share(part: Sequence[str], whole: Sequence[str]) -> str:
    return f"{len(part)} ({len(part) / len(whole):.1%})"


def _spans(months: Sequence[str]) -> str:
    """Months as ranges of consecutive months."""
    runs: list[list[str]] = [[month] for month in months[:1]]
    for before, month in pairwise(months):
        if pd.Period(before, "M") + 1 == pd.Period(month, "M"):
            runs[-1].append(month)
        else:
            runs.append([month])
    spans = [run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join(spans) or "never"


if __name__ == "__main__":
    sys.exit(main())
