"""Over any sequence of events the record loses no row and rewrites none."""

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


def fixed_values(row: ScoredMonth) -> tuple[object, ...]:
    """The values of a row that never change."""
    bounds = (row.lower80, row.upper80, row.lower95, row.upper95)
    return row.horizon, row.mean, bounds, row.naive, row.scale, row.first_print, row.first_vintage


def rows_by_key(result: TrackRecord) -> dict[tuple[str, str], ScoredMonth]:
    return {(row.release_id, row.month): row for row in result.rows}


@given(months, st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_no_row_is_lost_or_rewritten(story, chance) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # Drift checks change no row: those of the last month suffice.
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
                result = record(store, figures, previous)
            except EnergyError:  # not one release can be read, and there is no record yet
                assert previous is None
                return
            check(result, previous)
            # Done again, it is the same.
            again = record(store, figures, result)
            assert rows_by_key(again) == rows_by_key(result)
            previous = result


def check(result: TrackRecord, previous: TrackRecord | None) -> None:
    now, then = rows_by_key(result), rows_by_key(previous) if previous else {}
    assert len(now) == len(result.rows)
    assert set(then) <= set(now)
    for key, row in then.items():
        assert fixed_values(now[key]) == fixed_values(row)
    if previous:
        before = [one.release_id for one in previous.releases]
        assert set(before) <= {one.release_id for one in result.releases}
    counted = [(key[1], row.horizon) for key, row in now.items() if row.counted]
    assert len(counted) == len(set(counted))
    scored = {row.release_id for row in result.rows}
    assert {one.release_id for one in result.releases if one.score} == scored
    first = {row.month: row.first_print for row in result.rows}
    assert all(first[row.month] == row.first_print for row in result.rows)
