"""The list of releases with notes on what is wrong, and the deletion of unfinished ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from drafts import NOW, contents, interrupted, make_draft, overwrite, published
from mortal_store import Hooked, Killed

from energy.errors import BadReleaseId, ReleaseMissing
from energy.releases.bundle import iso_timestamp, release_ids, verify_release
from energy.releases.inventory import clean_up, list_store, unfinished_releases, verify_releases
from energy.releases.promotion import REFUSED, Decision, promote, record_decision, rollback
from energy.releases.store import Store

LATER = NOW + timedelta(days=2)


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


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_an_unfinished_release_is_deleted(store: Store, writes: int) -> None:
    finished, unfinished = published(store, 1).id, interrupted(store, 2, writes)
    (listed,) = unfinished_releases(store)
    assert (listed.release_id, len(listed.keys)) == (unfinished, writes)
    assert listed.started_at == NOW + timedelta(minutes=2)
    result = clean_up(store, LATER)
    assert [release.release_id for release in result.deleted] == [unfinished]
    assert (result.kept, unfinished_releases(store)) == ((), [])
    assert release_ids(store) == [finished]
    verify_release(store, finished)
    assert all(finished in key for key in store.keys("releases/"))
    verify_release(store, published(store, 2).id)  # it can be written again


def test_a_recent_release_is_kept(store: Store) -> None:
    release_id = interrupted(store, 1, 2)
    for now in (NOW + timedelta(hours=23), NOW - timedelta(days=30)):  # or its clock is ahead
        result = clean_up(store, now)
        assert [release.release_id for release in result.kept] == [release_id]
        assert result.deleted == ()
    assert clean_up(store, NOW + timedelta(hours=2), timedelta(hours=1)).deleted


def test_finished_releases_are_kept_live_or_not(store: Store) -> None:
    ids = [published(store, number).id for number in (1, 2)]
    promote(store, ids[1], "it is best", NOW)
    before = contents(store)
    result = clean_up(store, LATER + timedelta(days=10_000), timedelta(0))
    assert (result.deleted, result.kept) == ((), ())
    assert contents(store) == before
    assert release_ids(store) == ids


@pytest.mark.parametrize("recorded", [True, False])
def test_a_release_that_was_live_is_kept_without_its_manifest(store: Store, recorded: bool) -> None:
    """Decisions name it, and so does the pointer where no decision was recorded."""
    ids = [published(store, number).id for number in (1, 2, 3)]
    for release_id in ids:
        promote(store, release_id, "it is best", NOW)
    for key in () if recorded else store.keys("decisions/"):
        store.delete(key)
    for release_id in ids:
        store.delete(f"releases/{release_id}/manifest.json")
        with pytest.raises(ReleaseMissing):
            verify_release(store, release_id)
    before, unfinished = store.keys(), interrupted(store, 4, 1)
    assert [release.release_id for release in unfinished_releases(store)] == [unfinished]
    clean_up(store, LATER)
    assert store.keys() == before


def test_a_release_that_is_finished_meanwhile_is_kept(store: Store) -> None:
    release_id = interrupted(store, 1, 3)
    key = f"releases/{release_id}/manifest.json"

    def finish() -> None:
        """Its publisher writes the manifest after we listed the files."""
        if store.read_versioned(key) is None:
            store.write(key, b"finished")

    result = clean_up(Hooked(store, read_versioned=finish), LATER)  # type: ignore[arg-type]
    assert result.deleted == ()
    assert len(store.keys(f"releases/{release_id}/")) == 4


def test_other_files_are_kept(store: Store) -> None:
    names = ("notes/readme.txt", "2022-07-20269999T999999Z-0123abcd/model.zip", "loose.txt")
    for name in names:
        store.write(f"releases/{name}", b"1")
    assert unfinished_releases(store) == []
    clean_up(store, LATER)
    assert len(store.keys()) == 3


def test_an_interrupted_clean_up_is_resumed(store: Store) -> None:
    release_id, deletions = interrupted(store, 1, 3), iter([True, False])

    def delete() -> None:
        if not next(deletions):
            raise Killed

    with pytest.raises(Killed):
        clean_up(Hooked(store, delete=delete), LATER)  # type: ignore[arg-type]
    assert len(store.keys(f"releases/{release_id}/")) == 2
    assert clean_up(store, LATER).deleted
    assert store.keys() == []
