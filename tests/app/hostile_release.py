"""A release whose every name and sentence tries to add markup, a link or an image to a page."""

from __future__ import annotations

import json
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path

from made_results import make_comparison, make_plan, make_series, make_table
from made_track_record import a_track_record
from msgspec.structs import replace

from energy.contract import SCHEMA, Calibration, Lineage
from energy.contract.panel import SeriesForecast
from energy.contract.track_record import DriftCheck
from energy.pipelines.many_series import summarise_panel
from energy.pipelines.publish import ReleaseDraft, write_draft
from energy.releases.promotion import promote
from energy.releases.store import open_store

EVIL = (
    '<iframe srcdoc="<script>parent.document.title=1</script>"></iframe><img src=//evil.example>'
    "![x](http://evil.example/x.png) [a](javascript:alert(1)) `b` ``![y](//evil.example)`` | "
    ":red[![z](http://evil.example/z.png)] $d$ http://evil.example www.evil.example a@evil.example"
)
CALIBRATION = Calibration((0.05,) * 12, (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)


def publish(folder: Path) -> str:
    """Publish it in that store with a track record, and make it live; its id."""
    y = make_series("visitors")
    plan = make_plan(y)
    table = replace(make_table(y, plan), target=EVIL, unit=EVIL)
    file = {"name": EVIL, "sha256": EVIL, "bytes": 1, "source": f"https://x.gov.uk/{EVIL}"}
    data = {
        "schema": SCHEMA,
        "vintage_id": EVIL,
        "release": EVIL,
        "title": EVIL,
        "unit": EVIL,
        "units": {EVIL: EVIL},
        "first_month": str(y.index[0]),
        "columns": {EVIL: [*y.round(6)]},
        "provisional": [EVIL],
        "files": [{**file, "published": ""}],
        "licence": EVIL,
        "attribution": EVIL,
        "before": EVIL,
        "revisions": [{"month": EVIL, "column": EVIL, "old": 1.0, "new": 2.0}],
    }
    series = [
        SeriesForecast(
            EVIL, "2022-07", (8.0, 9.0), EVIL, (9.0,) * 12, CALIBRATION, None, None, EVIL
        )
    ]
    panel = (summarise_panel(series, {EVIL: EVIL}, EVIL), series)
    scores = replace_fields(make_comparison(y, plan), why=EVIL)
    draft = ReleaseDraft(table, b"a model", scores, y, data=data, title=EVIL, panel=panel)
    lineage = Lineage({EVIL: EVIL}, EVIL, {EVIL: EVIL}, {EVIL: EVIL}, EVIL)
    store, now = open_store(str(folder)), datetime(2022, 9, 1, tzinfo=UTC)
    manifest, _ = write_draft(store, draft, lineage, now)
    promote(store, manifest.release_id, EVIL, now)
    record = a_track_record()
    checks = (DriftCheck(EVIL, 1.0, 0.5, True, 0.1, EVIL),)
    releases = tuple(replace(r, forecaster=EVIL, trouble=EVIL) for r in record.releases)
    record = replace(
        record, unit=EVIL, drift=checks, notes=(EVIL,), unpublished=(EVIL,), releases=releases
    )
    store.write("track_record.json", json.dumps(record.to_dict()).encode())
    return manifest.release_id
