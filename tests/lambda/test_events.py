"""Every event to try gets what its file name promises: `<status>_<kind>_<what>.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from energy.contract import Forecast

FOLDER = Path(__file__).parents[2] / "lambda_handler" / "events"
EVENTS = sorted(FOLDER.glob("*.json"))
SHAPES = {
    "release": {"lineage", "files", "promoted_at", "targets"},
    "health": {"release_id", "age_seconds", "stale"},
    "openapi": {"openapi", "paths", "components"},
    "release_scores": {"why", "backtest", "holdout"},
    "release_folds": {"rows", "forecasters"},
    "release_history": {"first_month", "values"},
    "release_weather": {"sensitivity", "degree_days"},
    "release_data": {"columns", "files", "revisions", "attribution"},
}
CHAMPION = ("beyond", "furthest", "colder", "year", "degree_days", "observations")
"""Words in the name of an event that the table cannot answer."""


def test_there_are_events_of_every_kind() -> None:
    kinds = {tuple(path.stem.split("_")[:2]) for path in EVENTS}
    assert {status for status, _ in kinds} == {"200", "400", "404", "405", "422"}
    assert {("200", "direct"), ("200", "get"), ("200", "post"), ("400", "direct")} <= kinds


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_gets_what_its_name_promises(caller: Any, path: Path) -> None:
    status, kind, what = path.stem.split("_", 2)
    found = caller.direct(json.loads(path.read_text("utf-8")))
    assert caller.line["status"] == int(status)
    if kind != "direct":
        assert found["statusCode"] == int(status)
        if what == "docs":
            assert found["body"].startswith("<!doctype html>")
            return
        found = json.loads(found["body"])
    if status != "200":
        error = found["error"]
        assert set(error) == {"code", "message", "field"}
        assert caller.line["code"] == error["code"]
        assert (error["field"] is not None) == (status == "422" or "target" in what)
    elif what in SHAPES:
        assert SHAPES[what] <= set(found)
    else:
        answer = Forecast.from_dict(found)
        needed = any(word in what for word in CHAMPION) and what != "every_published_month"
        assert answer.tier == ("champion" if needed else "table")
        assert caller.line["tier"] == answer.tier
        assert answer.months
