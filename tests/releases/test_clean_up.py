"""Unfinished releases are deleted; finished ones never are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from drafts import NOW, contents, interrupted, published
from mortal_store import Hooked, Killed

from energy.errors import ReleaseMissing
from energy.releases.bundle import release_ids, verify_release
from energy.releases.inventory import clean_up, unfinished_releases
from energy.releases.promotion import promote
from energy.releases.store import Store

LATER = NOW + timedelta(days=2)


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
