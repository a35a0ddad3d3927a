"""IngestFlow's card: what was found, what was checked, what the new figures changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from energy import charts
from energy.components import chart, table, words
from energy.data.archive import find, held
from energy.data.checks import Check
from energy.data.keeping import Kept, Refused
from energy.data.monthly import read_frame
from energy.data.tables import ENERGY, UNITS
from energy.data.vintages import open_vintage
from energy.ingesting import Delivery, Outcome, conclusion
from energy.settings import Settings

MOST_ROWS = 60
"""Revisions that the card lists; `revisions.csv` has them all."""


def vintage(
    card: Any, settings: Settings, deliveries: Sequence[Delivery], outcome: Outcome | None
) -> None:
    """Fill the card of an ingest, whatever came of it."""
    words(card, "# The data", f"**{conclusion(outcome, deliveries)}**", "## What was found")
    words(card, "\n".join(f"- {line.strip()}" for one in deliveries for line in one.lines))
    if isinstance(outcome, Kept | Refused) and outcome.checks:
        words(card, "## Checks")
        table(card, ["Check", "", "Found", "Expected", "Where"], list(map(_row, outcome.checks)))
    if isinstance(outcome, Kept):
        _revisions(card, settings, outcome)
    _in_use(card, settings)


def _in_use(card: Any, settings: Settings) -> None:
    words(card, "## In use")
    every = held(settings.data)
    if not every:  # The first workbooks of all were refused, or could not be reached.
        words(card, "No vintage is held yet.")
        return
    used = every[-1]
    words(card, f"Vintage `{used.vintage_id}`, energy to {used.month}.")
    hashes = [[name, f"`{sha256}`"] for name, sha256 in used.hashes.items()]
    table(card, ["Workbook", "SHA-256"], hashes)
    words(card, open_vintage(used.folder).attribution)


def _revisions(card: Any, settings: Settings, kept: Kept) -> None:
    words(card, "## Revisions")
    found = kept.revisions
    if found.empty:
        words(card, "No figure that was held already has changed.")
        return
    words(card, f"{len(found)} figures differ from vintage `{kept.before}`.")
    before = read_frame(open_vintage(find(settings.data, kept.before).folder))
    now = read_frame(open_vintage(kept.vintage.folder))
    parts = found.loc[found["column"] != ENERGY.total, "column"]
    for column in ("total", *parts.value_counts().index[:1]):
        chart(card, charts.old_against_new(before[column], now[column], UNITS[column]))
    newest_first = found.sort_values("month", ascending=False, kind="stable").head(MOST_ROWS)
    table(card, ["Month", "Column", "Before", "Now", "Change"], _changes(newest_first))
    if len(found) > MOST_ROWS:
        words(card, f"The newest {MOST_ROWS} of {len(found)}; `revisions.csv` has them all.")


def _changes(rows: pd.DataFrame) -> list[list[str]]:
    return [
        [str(row.month), str(row.column), f"{row.old:.2f}", f"{row.new:.2f}", f"{change:+.2f}"]
        for row, change in zip(rows.itertuples(), rows["new"] - rows["old"], strict=True)
    ]


def _row(check: Check) -> list[str]:
    verdict = "passed" if check.passed else "**refused**" if check.blocking else "noted"
    return [check.name, verdict, check.found, check.expected, check.where]
