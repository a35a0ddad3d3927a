"""A store as a person sees it, with whatever is wrong in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, make_draft, overwrite
from mortal_store import Killed, Mortal

from energy.errors import BadReleaseId
from energy.releases.bundle import iso_timestamp, write_release
from energy.releases.inventory import list_store, verify_releases
from energy.releases.promotion import REFUSED, Decision, promote, record_decision, rollback
from energy.releases.store import Store, open_store

LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


def write(store: Store, number: int) -> str:
    draft = make_draft(number)
    write_release(store, draft.manifest, draft.files)
    return draft.id


def test_an_empty_store(store: Store) -> None:
    found = list_store(store, NOW)
    assert (found.pointer, found.releases) == (None, ())
    assert found.notes == ("No release is live: none was promoted yet.",)


def test_each_release_tells_what_became_of_it(store: Store) -> None:
    one, two, three, four = (write(store, number) for number in (1, 2, 3, 4))
    promote(store, one, "first", NOW)
    promote(store, two, "second", NOW + timedelta(hours=1))
    record_decision(
        store, Decision(REFUSED, three, two, iso_timestamp(NOW + timedelta(hours=2)), "no good")
    )
    found = list_store(store, LATER)
    assert [row.status for row in found.releases] == [
        *("promoted", "promoted", "refused", "undecided"),
    ]
    assert [row.live for row in found.releases] == [False, True, False, False]
    assert found.notes == ()
    rollback(store, "back", "ada", LATER)
    found = list_store(store, LATER)
    assert [row.status for row in found.releases[:2]] == ["restored", "rolled_back"]
    assert found.releases[0].live
    assert [len(row.decisions) for row in found.releases] == [2, 2, 1, 0]
    assert four == found.releases[-1].release_id


def test_a_champion_whose_release_is_missing(store: Store) -> None:
    one = write(store, 1)
    promote(store, one, "first", NOW)
    store.delete(f"releases/{one}/manifest.json")
    (note,) = list_store(store, LATER).notes
    assert note.startswith(f"{one} is live but not in the store")


def test_a_release_that_is_damaged_is_listed_with_what_is_wrong(store: Store) -> None:
    one, two = write(store, 1), write(store, 2)
    promote(store, one, "first", NOW)
    overwrite(store, f"releases/{one}/manifest.json", b"garbled")
    overwrite(store, f"releases/{two}/model.zip", b"altered")
    rows = {row.release_id: row for row in list_store(store, LATER).releases}
    assert (rows[one].manifest, "manifest.json" in rows[one].error) == (None, True)
    assert [rows[name].status for name in (one, two)] == ["promoted", "undecided"]
    found = verify_releases(store)
    assert "manifest.json" in found[one]
    assert "model.zip" in found[two]
    assert verify_releases(store, two) == {two: found[two]}
    write(store, 4)
    assert verify_releases(store)[make_draft(4).id] == ""
    assert "is not in the store" in verify_releases(store, make_draft(3).id)[make_draft(3).id]
    with pytest.raises(BadReleaseId):
        verify_releases(store, "nonsense")


def test_a_release_from_the_future(store: Store) -> None:
    one = write(store, 1)
    promote(store, one, "first", NOW + timedelta(days=3))
    clocks, future = list_store(store, NOW - timedelta(days=1)).notes
    assert clocks.startswith("Clocks disagree: the live release was promoted at 2026-11-26")
    assert future.startswith(f"{one} is from the future: made at 2026-11-23T17:01:00Z")


def test_decisions_that_do_not_follow_on_each_other(store: Store) -> None:
    """The second publisher's clock is a day behind: by their times, its decision came first."""
    one, two = write(store, 1), write(store, 2)
    promote(store, one, "first", NOW)
    promote(store, two, "second", NOW - timedelta(days=1))
    found = list_store(store, LATER)
    assert found.pointer is not None
    assert found.pointer.release_id == two
    (note,) = found.notes
    assert "a clock was wrong" in note
    assert one in note
    assert rollback(store, "back", "ada", LATER).pointer.release_id == one  # whatever clocks say


def test_what_was_never_finished_is_told(store: Store) -> None:
    draft = make_draft(1)
    with pytest.raises(Killed):
        write_release(Mortal(store, 2), draft.manifest, draft.files)  # type: ignore[arg-type]
    assert list_store(store, LATER).notes[-1].startswith(f"{draft.id} was never finished (2 files)")
