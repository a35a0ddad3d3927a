"""IngestFlow's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from energy import charts
from energy.data.archive import find_vintage, list_vintages
from energy.data.checks import DataCheck
from energy.data.frame import read_frame
from energy.data.tables import ENERGY, UNITS
from energy.data.vintage_builder import NewVintage, RejectedVintage
from energy.data.vintages import open_vintage
from energy.pipelines.ingest import FetchResult, Outcome, conclusion
from energy.reports.components import chart, markdown, table
from energy.settings import Settings

MOST_ROWS = 60
"""Revisions that the card lists; `revisions.csv` has them all."""


def fill_ingest_card(
    card: Any, settings: Settings, deliveries: Sequence[FetchResult], outcome: Outcome | None
) -> None:
    """Fill the card of an ingest, whatever came of it."""
    markdown(card, "# The data", f"**{conclusion(outcome, deliveries)}**", "## What was found")
    markdown(card, "\n".join(f"- {line.strip()}" for one in deliveries for line in one.lines))
    if isinstance(outcome, NewVintage | RejectedVintage) and outcome.checks:
        markdown(card, "## Checks")
        table(card, ["Check", "", "Found", "Expected", "Where"], list(map(_row, outcome.checks)))
    if isinstance(outcome, NewVintage):
        _revisions(card, settings, outcome)
    _in_use(card, settings)


def _in_use(card: Any, settings: Settings) -> None:
    markdown(card, "## In use")
    every = list_vintages(settings.data)
    if not every:  # The first workbooks of all were refused, or could not be reached.
        markdown(card, "No vintage is held yet.")
        return
    used = every[-1]
    markdown(card, f"Vintage `{used.vintage_id}`, energy to {used.month}.")
    hashes = [[name, f"`{sha256}`"] for name, sha256 in used.hashes.items()]
    table(card, ["Workbook", "SHA-256"], hashes)
    markdown(card, open_vintage(used.folder).attribution)


def _revisions(card: Any, settings: Settings, kept: NewVintage) -> None:
    markdown(card, "## Revisions")
    found = kept.revisions
    if found.empty:
        markdown(card, "No figure that was held already has changed.")
        return
    markdown(card, f"{len(found)} figures differ from vintage `{kept.before}`.")
    before = read_frame(open_vintage(find_vintage(settings.data, kept.before).folder))
    now = read_frame(open_vintage(kept.vintage.folder))
    parts = found.loc[found["column"] != ENERGY.total, "column"]
    for column in ("total", *parts.value_counts().index[:1]):
        chart(card, charts.old_against_new(before[column], now[column], UNITS[column]))
    newest_first = found.sort_values("month", ascending=False, kind="stable").head(MOST_ROWS)
    table(card, ["Month", "Column", "Before", "Now", "Change"], _changes(newest_first))
    if len(found) > MOST_ROWS:
        markdown(card, f"The newest {MOST_ROWS} of {len(found)}; `revisions.csv` has them all.")


def _changes(rows: pd.DataFrame) -> list[list[str]]:
    return [
        [str(row.month), str(row.column), f"{row.old:.2f}", f"{row.new:.2f}", f"{change:+.2f}"]
        for row, change in zip(rows.itertuples(), rows["new"] - rows["old"], strict=True)
    ]


def _row(check: DataCheck) -> list[str]:
    verdict = "passed" if check.passed else "**refused**" if check.blocking else "noted"
    return [check.name, verdict, check.found, check.expected, check.where]
