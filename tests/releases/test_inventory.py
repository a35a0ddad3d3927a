"""The list of a store's releases, and notes on what is wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, interrupted, make_draft, overwrite, published

from energy.errors import BadReleaseId
from energy.releases.bundle import iso_timestamp
from energy.releases.inventory import list_store, verify_releases
from energy.releases.promotion import REFUSED, Decision, promote, record_decision, rollback
from energy.releases.store import Store, open_store

LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


def publish(store: Store, count: int) -> list[str]:
    return [published(store, number).id for number in range(1, count + 1)]


def test_an_empty_store(store: Store) -> None:
    listing = list_store(store, NOW)
    assert (listing.pointer, listing.releases) == (None, ())
    assert listing.notes == ("No release is live: none was promoted yet.",)


def test_each_release_has_a_status(store: Store) -> None:
    first, second, third, fourth = publish(store, 4)
    promote(store, first, "first", NOW)
    promote(store, second, "second", NOW + timedelta(hours=1))
    time = iso_timestamp(NOW + timedelta(hours=2))
    record_decision(store, Decision(REFUSED, third, second, time, "no good"))
    listing = list_store(store, LATER)
    assert [(row.status, row.live) for row in listing.releases] == [
        *(("promoted", False), ("promoted", True), ("refused", False), ("undecided", False)),
    ]
    assert listing.notes == ()
    rollback(store, "back", "ada", LATER)
    listing = list_store(store, LATER)
    assert [row.status for row in listing.releases[:2]] == ["restored", "rolled_back"]
    assert listing.releases[0].live
    assert [len(row.decisions) for row in listing.releases] == [2, 2, 1, 0]
    assert fourth == listing.releases[-1].release_id


def test_a_missing_live_release_is_noted(store: Store) -> None:
    (release_id,) = publish(store, 1)
    promote(store, release_id, "first", NOW)
    store.delete(f"releases/{release_id}/manifest.json")
    (note,) = list_store(store, LATER).notes
    assert note.startswith(f"{release_id} is live but not in the store")


def test_a_damaged_release_is_listed_with_its_error(store: Store) -> None:
    first, second = publish(store, 2)
    promote(store, first, "first", NOW)
    overwrite(store, f"releases/{first}/manifest.json", b"garbled")
    overwrite(store, f"releases/{second}/model.zip", b"altered")
    rows = {row.release_id: row for row in list_store(store, LATER).releases}
    assert (rows[first].manifest, "manifest.json" in rows[first].error) == (None, True)
    assert [rows[release_id].status for release_id in (first, second)] == ["promoted", "undecided"]
    errors = verify_releases(store)
    assert "manifest.json" in errors[first]
    assert "model.zip" in errors[second]
    assert verify_releases(store, second) == {second: errors[second]}
    intact, missing = published(store, 4).id, make_draft(3).id
    assert verify_releases(store)[intact] == ""
    assert "is not in the store" in verify_releases(store, missing)[missing]
    with pytest.raises(BadReleaseId):
        verify_releases(store, "nonsense")


def test_a_release_from_the_future_is_noted(store: Store) -> None:
    (release_id,) = publish(store, 1)
    promote(store, release_id, "first", NOW + timedelta(days=3))
    clocks, future = list_store(store, NOW - timedelta(days=1)).notes
    assert clocks.startswith("Clocks disagree: the live release was promoted at 2026-11-26")
    assert future.startswith(f"{release_id} is from the future: made at 2026-11-23T17:01:00Z")


def test_decisions_in_the_wrong_order_are_noted(store: Store) -> None:
    """The second publisher's clock is a day behind: by their times, its decision came first."""
    first, second = publish(store, 2)
    promote(store, first, "first", NOW)
    promote(store, second, "second", NOW - timedelta(days=1))
    listing = list_store(store, LATER)
    assert listing.pointer is not None
    assert listing.pointer.release_id == second
    (note,) = listing.notes
    assert "a clock was wrong" in note
    assert first in note
    assert rollback(store, "back", "ada", LATER).pointer.release_id == first


def test_an_unfinished_release_is_noted(store: Store) -> None:
    release_id = interrupted(store, 1, 2)
    note = list_store(store, LATER).notes[-1]
    assert note.startswith(f"{release_id} was never finished (2 files)")
