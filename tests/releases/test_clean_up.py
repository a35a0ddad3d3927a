"""What was never finished is found and cleared away; what was, never."""

from __future__ import annotations

from datetime import timedelta

import pytest
from drafts import NOW, make_draft
from mortal_store import Killed, Mortal

from energy.errors import ReleaseMissing
from energy.releases.bundle import release_ids, verify_release, write_release
from energy.releases.inventory import clean_up, unfinished_releases
from energy.releases.promotion import promote
from energy.releases.store import Store

LATER = NOW + timedelta(days=2)


def killed(store: Store, number: int, writes: int) -> str:
    """A publisher that got so far with a release; its id."""
    draft = make_draft(number)
    with pytest.raises(Killed):
        write_release(Mortal(store, writes), draft.manifest, draft.files)  # type: ignore[arg-type]
    return draft.id


def finished(store: Store, number: int) -> str:
    draft = make_draft(number)
    write_release(store, draft.manifest, draft.files)
    return draft.id


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_half_a_release_is_found_and_swept(store: Store, writes: int) -> None:
    whole, half = finished(store, 1), killed(store, 2, writes)
    (found,) = unfinished_releases(store)
    assert (found.release_id, len(found.keys)) == (half, writes)
    assert found.started_at == NOW + timedelta(minutes=2)
    swept = clean_up(store, LATER)
    assert [one.release_id for one in swept.deleted] == [half]
    assert (swept.kept, unfinished_releases(store)) == ((), [])
    assert release_ids(store) == [whole]
    verify_release(store, whole)
    assert all(whole in key for key in store.keys("releases/"))


def test_after_a_sweep_the_same_release_can_be_written(store: Store) -> None:
    killed(store, 1, 2)
    clean_up(store, LATER)
    verify_release(store, finished(store, 1))


def test_a_publisher_at_work_is_left_alone(store: Store) -> None:
    half = killed(store, 1, 2)
    for now in (NOW + timedelta(hours=23), NOW - timedelta(days=30)):  # or its clock is ahead
        swept = clean_up(store, now)
        assert [one.release_id for one in swept.kept] == [half]
        assert swept.deleted == ()
    assert clean_up(store, NOW + timedelta(hours=2), timedelta(hours=1)).deleted


def test_finished_releases_stay_in_service_or_not(store: Store) -> None:
    one, two = finished(store, 1), finished(store, 2)
    promote(store, two, "it is best", NOW)
    before = {key: store.read(key) for key in store.keys("")}
    swept = clean_up(store, LATER + timedelta(days=10_000), timedelta(0))
    assert (swept.deleted, swept.kept) == ((), ())
    assert {key: store.read(key) for key in store.keys("")} == before
    assert release_ids(store) == [one, two]


def test_a_release_that_lost_its_manifest_is_damaged_and_not_swept(store: Store) -> None:
    """It was in service once, so it had been whole: what is left of it may be wanted."""
    one, two = finished(store, 1), finished(store, 2)
    promote(store, one, "first", NOW)
    promote(store, two, "second", NOW)
    for lost in (one, two):
        store.delete(f"releases/{lost}/manifest.json")
        with pytest.raises(ReleaseMissing):
            verify_release(store, lost)
    before = store.keys()
    assert unfinished_releases(store) == []
    assert clean_up(store, LATER).deleted == ()
    assert store.keys() == before


def test_what_the_pointer_tells_of_is_not_swept_though_no_decision_was_written(
    store: Store,
) -> None:
    one, two, three = (finished(store, number) for number in (1, 2, 3))
    for release_id in (one, two, three):
        promote(store, release_id, "it is best", NOW)
    for key in store.keys("decisions/"):
        store.delete(key)
    for lost in (one, two, three):
        store.delete(f"releases/{lost}/manifest.json")
    half = killed(store, 4, 1)
    assert [found.release_id for found in unfinished_releases(store)] == [half]


def test_one_that_is_finished_while_we_look_is_left(store: Store) -> None:
    half, draft = killed(store, 1, 3), make_draft(1)

    class Finishing:
        """Its publisher writes the manifest once we have listed what is there."""

        def __getattr__(self, name: str) -> object:
            key = f"releases/{half}/manifest.json"
            if name == "read_versioned" and store.read_versioned(key) is None:
                store.write(key, b"finished")
            return getattr(store, name)

    swept = clean_up(Finishing(), LATER)  # type: ignore[arg-type]
    assert swept.deleted == ()
    assert len(store.keys(f"releases/{draft.id}/")) == 4


def test_what_is_no_release_of_ours_is_left(store: Store) -> None:
    names = ("notes/readme.txt", "2022-07-20269999T999999Z-0123abcd/model.zip", "loose.txt")
    for name in names:
        store.write(f"releases/{name}", b"1")
    assert unfinished_releases(store) == []
    clean_up(store, LATER)
    assert len(store.keys()) == 3


def test_a_sweep_that_is_killed_is_taken_up_again(store: Store) -> None:
    half, left = killed(store, 1, 3), [2]

    class Dying:
        def __getattr__(self, name: str) -> object:
            if name == "delete":
                left[0] -= 1
                if left[0] == 0:
                    raise Killed
            return getattr(store, name)

    with pytest.raises(Killed):
        clean_up(Dying(), LATER)  # type: ignore[arg-type]
    assert len(store.keys(f"releases/{half}/")) == 2
    assert clean_up(store, LATER).deleted
    assert store.keys() == []
