"""A release of a user's own series: another title and unit, and no weather."""

from __future__ import annotations

from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from made_results import make_comparison, make_plan, make_series, make_table
from msgspec.structs import replace

from energy.contract import SCHEMA, Lineage
from energy.pipelines.publish import ReleaseDraft, write_draft
from energy.releases.promotion import promote
from energy.releases.store import open_store

TITLE, UNIT = "Visitors to the open_air museum", "$ thousand"
"""With characters that are markup in Markdown."""
ATTRIBUTION = "Made-up figures of a made-up museum."
LINEAGE = Lineage({"visitors.csv": "a" * 64}, "unknown", {}, {}, "3.11")


def publish(
    folder: Path,
    panel: Any = None,
    target: str = "visitors",
    title: str = TITLE,
    unit: str = UNIT,
    lineage: Lineage = LINEAGE,
    reason: str = "it is best",
    **changes: Any,
) -> str:
    """Publish it in that store, with changes to its data, and make it live; its id."""
    y = make_series("visitors")
    plan = make_plan(y)
    table = replace(make_table(y, plan), target=target, unit=unit)
    file = {"name": "visitors.csv", "sha256": "a" * 64, "bytes": 4276, "published": ""}
    data = {
        "schema": SCHEMA,
        "vintage_id": "2022-07-00000000",
        "release": "July 2022",
        "title": title,
        "unit": unit,
        "units": {"families": "thousand", target: unit},
        "first_month": str(y.index[0]),
        "columns": {"families": [*(y - 10).round(2)], target: [*y.round(6)]},
        "provisional": [],
        "files": [{**file, "source": "given by hand: visitors.csv"}],
        "licence": "",
        "attribution": ATTRIBUTION,
        "before": "",
        "revisions": [],
        **changes,
    }
    scores = replace_fields(make_comparison(y, plan), why=reason)
    draft = ReleaseDraft(table, b"a model", scores, y, data=data, title=title, panel=panel)
    store, now = open_store(str(folder)), datetime(2022, 9, 1, tzinfo=UTC)
    manifest, _ = write_draft(store, draft, lineage, now)
    promote(store, manifest.release_id, reason, now)
    return manifest.release_id
