"""IngestFlow's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy import charts
from energy.data.archive import find_vintage, list_vintages
from energy.data.checks import DataCheck
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
        rows = [_check_row(check) for check in outcome.checks]
        add_table(card, ["Check", "", "Found", "Expected", "Where"], rows)
    if isinstance(outcome, NewVintage):
        _revisions(card, settings, outcome)
    _in_use(card, settings)


def _check_row(check: DataCheck) -> list[str]:
    verdict = "passed" if check.passed else "**refused**" if check.blocking else "noted"
    return [check.name, verdict, check.found, check.expected, check.where]


def _revisions(card: Any, settings: Settings, new: NewVintage) -> None:
    add_text(card, "## Revisions")
    revisions = new.revisions
    if revisions.empty:
        add_text(card, "No figure of an earlier vintage has changed.")
        return
    add_text(card, f"{len(revisions)} figures differ from vintage `{new.before}`.")
    before = read_frame(open_vintage(find_vintage(settings.data, new.before).folder))
    now = read_frame(open_vintage(new.vintage.folder))
    parts = revisions.loc[revisions["column"] != ENERGY.total, "column"]
    for column in ("total", *parts.value_counts().index[:1]):
        add_chart(card, charts.old_against_new(before[column], now[column], UNITS[column]))
    newest = revisions.sort_values("month", ascending=False, kind="stable").head(MAX_ROWS)
    rows = [_revision_row(row) for row in newest.itertuples()]
    add_table(card, ["Month", "Column", "Before", "Now", "Change"], rows)
    if len(revisions) > MAX_ROWS:
        add_text(card, f"The newest {MAX_ROWS} of {len(revisions)}; `revisions.csv` has them all.")


def _revision_row(row: Any) -> list[str]:
    change = f"{row.new - row.old:+.2f}"
    return [str(row.month), str(row.column), f"{row.old:.2f}", f"{row.new:.2f}", change]


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
