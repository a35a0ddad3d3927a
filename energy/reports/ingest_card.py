"""IngestFlow's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy import charts
from energy.data.archive import find_vintage, list_vintages
from energy.data.frame import read_frame
from energy.data.tables import ENERGY, UNITS
from energy.data.vintage_builder import NewVintage, RejectedVintage
from energy.data.vintages import open_vintage
from energy.pipelines.ingest import FetchResult, Outcome, conclusion
from energy.reports.components import add_chart, add_table, add_text
from energy.settings import Settings

MAX_ROWS = 60
"""Revisions on the card; `revisions.csv` has them all."""


def fill_ingest_card(
    card: Any, settings: Settings, fetched: Sequence[FetchResult], outcome: Outcome | None
) -> None:
    """Fill the card of an ingest, whatever its outcome."""
    add_text(card, "# The data", f"**{conclusion(outcome, fetched)}**", "## Sources")
    add_text(card, "\n".join(f"- {line.strip()}" for item in fetched for line in item.lines))
    if isinstance(outcome, NewVintage | RejectedVintage) and outcome.checks:
        add_text(card, "## Checks")
        rows = []
        for check in outcome.checks:
            verdict = "passed" if check.passed else "**refused**" if check.blocking else "noted"
            rows.append([check.name, verdict, check.found, check.expected, check.where])
        add_table(card, ["Check", "", "Found", "Expected", "Where"], rows)
    if isinstance(outcome, NewVintage):
        _revisions(card, settings, outcome)
    _in_use(card, settings)


def _revisions(card: Any, settings: Settings, outcome: NewVintage) -> None:
    add_text(card, "## Revisions")
    revisions = outcome.revisions
    if revisions.empty:
        add_text(card, "No figure of an earlier vintage has changed.")
        return
    add_text(card, f"{len(revisions)} figures differ from vintage `{outcome.before}`.")
    before = read_frame(open_vintage(find_vintage(settings.data, outcome.before).folder))
    now = read_frame(open_vintage(outcome.vintage.folder))
    parts = revisions.loc[revisions["column"] != ENERGY.total, "column"]
    for column in ("total", *parts.value_counts().index[:1]):
        add_chart(card, charts.old_against_new(before[column], now[column], UNITS[column]))
    newest = revisions.sort_values("month", ascending=False, kind="stable").head(MAX_ROWS)
    rows = [
        [str(month), column, f"{old:.2f}", f"{new:.2f}", f"{new - old:+.2f}"]
        for month, column, old, new in newest[["month", "column", "old", "new"]].to_numpy()
    ]
    add_table(card, ["Month", "Column", "Before", "Now", "Change"], rows)
    if len(revisions) > MAX_ROWS:
        add_text(card, f"The newest {MAX_ROWS} of {len(revisions)}; `revisions.csv` has them all.")


def _in_use(card: Any, settings: Settings) -> None:
    add_text(card, "## In use")
    vintages = list_vintages(settings.data)
    if not vintages:  # The first workbooks of all were refused, or could not be reached.
        add_text(card, "There is no vintage yet.")
        return
    newest = vintages[-1]
    add_text(card, f"Vintage `{newest.vintage_id}`, energy to {newest.month}.")
    hashes = [[name, f"`{sha256}`"] for name, sha256 in newest.hashes.items()]
    add_table(card, ["Workbook", "SHA-256"], hashes)
    add_text(card, open_vintage(newest.folder).attribution)
