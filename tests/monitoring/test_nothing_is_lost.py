"""Whatever happens month after month, the record loses nothing and rewrites no history."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import make_frame, publish, record

from energy.contract.months import months_after
from energy.contract.track_record import ScoredMonth, TrackRecord
from energy.errors import EnergyError
from energy.monitoring import drift
from energy.monitoring.track_record import Actuals
from energy.releases.bundle import release_ids
from energy.releases.store import open_store

EVENTS = ("publish", "publish again", "lose a release", "lose decisions", "revise", "withdraw")
START = "2020-06"
months = st.lists(st.sets(st.sampled_from(EVENTS)), min_size=2, max_size=7)


def said_then(row: ScoredMonth) -> tuple[object, ...]:
    """What a row may never change: all but the newest figure, and whether it counts."""
    bounds = (row.lower80, row.upper80, row.lower95, row.upper95)
    told = (row.horizon, row.mean, bounds, row.naive, row.scale)
    return (*told, row.first_print, row.first_vintage)


def rows_by_key(found: TrackRecord) -> dict[tuple[str, str], ScoredMonth]:
    return {(row.release_id, row.month): row for row in found.rows}


@given(months, st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_nothing_is_lost_and_no_history_rewritten(story, chance) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # What drifts is worked out anew each month and changes no row: the last month's will do.
        patch.setattr(drift, "check_drift", lambda *_: ())
        store = open_store(folder)
        publish(store, START)
        previous: TrackRecord | None = None
        changes: dict[str, float] = {}
        for number, events in enumerate(story, 1):
            cutoff = months_after(START, number)
            if "publish" in events:
                publish(store, cutoff)
            if "publish again" in events:
                publish(store, cutoff, error=1.0 + number)
            if "lose a release" in events and (ids := release_ids(store)):
                lost = chance.choice(["manifest.json", "forecast.json", "history.json"])
                (Path(folder) / "releases" / chance.choice(ids) / lost).unlink(missing_ok=True)
            if "lose decisions" in events:
                for key in store.keys("decisions/"):
                    (Path(folder) / key).unlink()
            if "revise" in events:
                changes[months_after(START, chance.randint(1, number))] = chance.uniform(-1, 1)
            if "withdraw" in events:
                changes[months_after(START, chance.randint(1, number))] = np.nan
            newest = {month: change for month, change in changes.items() if month < cutoff}
            figures = Actuals(f"{cutoff}-00000000", make_frame(cutoff, newest))
            if number == len(story):
                patch.undo()
            try:
                found = record(store, figures, previous)
            except EnergyError:  # not one release can be read, and there is no record yet
                assert previous is None
                return
            check(found, previous)
            # Done again, it is the same.
            again = record(store, figures, found)
            assert rows_by_key(again) == rows_by_key(found)
            previous = found


def check(found: TrackRecord, previous: TrackRecord | None) -> None:
    now, then = rows_by_key(found), rows_by_key(previous) if previous else {}
    assert len(now) == len(found.rows)
    assert set(then) <= set(now)
    for key, row in then.items():
        assert said_then(now[key]) == said_then(row)
    if previous:
        before = [one.release_id for one in previous.releases]
        assert set(before) <= {one.release_id for one in found.releases}
    counted = [(key[1], row.horizon) for key, row in now.items() if row.counted]
    assert len(counted) == len(set(counted))
    scored = {row.release_id for row in found.rows}
    assert {one.release_id for one in found.releases if one.score} == scored
    first = {row.month: row.first_print for row in found.rows}
    assert all(first[row.month] == row.first_print for row in found.rows)
