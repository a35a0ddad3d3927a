"""A release whose every name and sentence tries to add markup, a link or an image to a page."""

from __future__ import annotations

import json
from pathlib import Path

import own_release
from made_track_record import a_track_record
from msgspec.structs import replace

from energy.contract import Calibration, Lineage
from energy.contract.panel import SeriesForecast
from energy.contract.track_record import DriftCheck
from energy.pipelines.many_series import summarise_panel
from energy.releases.store import open_store

EVIL = (
    '<iframe srcdoc="<script>parent.document.title=1</script>"></iframe><img src=//evil.example>'
    "![x](http://evil.example/x.png) [a](javascript:alert(1)) `b` ``![y](//evil.example)`` | "
    ":red[![z](http://evil.example/z.png)] $d$ http://evil.example www.evil.example a@evil.example"
)
CALIBRATION = Calibration((0.05,) * 12, (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)


def publish(folder: Path) -> str:
    """Publish it in that store with a track record, and make it live; its id."""
    file = {"name": EVIL, "sha256": EVIL, "bytes": 1, "source": f"https://x.gov.uk/{EVIL}"}
    texts = ("vintage_id", "release", "licence", "attribution", "before")
    series = [
        SeriesForecast(
            EVIL, "2022-07", (8.0, 9.0), EVIL, (9.0,) * 12, CALIBRATION, None, None, EVIL
        )
    ]
    release_id = own_release.publish(
        folder,
        (summarise_panel(series, {EVIL: EVIL}, EVIL), series),
        *(EVIL, EVIL, EVIL),
        Lineage({EVIL: EVIL}, EVIL, {EVIL: EVIL}, {EVIL: EVIL}, EVIL),
        EVIL,
        **dict.fromkeys(texts, EVIL),
        provisional=[EVIL],
        files=[{**file, "published": ""}],
        revisions=[{"month": EVIL, "column": EVIL, "old": 1.0, "new": 2.0}],
    )
    record = a_track_record()
    checks = (DriftCheck(EVIL, 1.0, 0.5, True, 0.1, EVIL),)
    releases = tuple(replace(r, forecaster=EVIL, trouble=EVIL) for r in record.releases)
    record = replace(
        record, unit=EVIL, drift=checks, notes=(EVIL,), unpublished=(EVIL,), releases=releases
    )
    open_store(str(folder)).write("track_record.json", json.dumps(record.to_dict()).encode())
    return release_id
