"""The champion changes at once, for one publisher at a time, and never to half a release."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, Draft, make_draft, overwrite
from mortal_store import Killed, Mortal

from energy.contract import Pointer
from energy.errors import (
    BadDocument,
    FileAltered,
    PromotionLost,
    ReleaseMissing,
    StoreError,
    UnknownSchema,
)
from energy.releases.bundle import verify_release, write_release
from energy.releases.promotion import Check, clock_error, list_decisions, promote
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store


def published(store: Store, number: int = 1) -> Draft:
    draft = make_draft(number)
    write_release(store, draft.manifest, draft.files)
    return draft


def test_an_empty_store_has_no_champion(store: Store) -> None:
    assert read_champion(store) is None


def test_promotion_points_to_the_release_and_the_one_before(store: Store) -> None:
    one, two = published(store, 1), published(store, 2)
    first = promote(store, one.id, "first release", NOW)
    assert (
        first
        == read_champion(store)
        == Pointer(one.id, None, "2026-11-23T17:00:00Z", "first release")
    )
    second = promote(store, two.id, "beats it", NOW + timedelta(hours=1))
    assert second == read_champion(store)
    assert second.earlier == (one.id,)
    assert (second.release_id, second.previous_id) == (two.id, one.id)
    back = promote(store, one.id, "again", NOW + timedelta(hours=2))
    assert (back.release_id, back.previous_id) == (one.id, two.id)
    decisions = [json.loads(store.read(key)) for key in store.keys("decisions/")]
    assert [(d["release_id"], d["reason"], d["action"]) for d in decisions] == [
        (one.id, "first release", "promoted"),
        (two.id, "beats it", "promoted"),
        (one.id, "again", "promoted"),
    ]
    assert store.keys("decisions/")[0] == f"decisions/20261123T170000Z-{one.id[-8:]}.json"


def test_promoting_the_champion_again_changes_nothing(store: Store) -> None:
    one, two = published(store, 1), published(store, 2)
    promote(store, one.id, "first", NOW)
    pointer = promote(store, two.id, "second", NOW)
    before = {key: store.read(key) for key in store.keys("")}
    assert promote(store, two.id, "again", NOW + timedelta(hours=1)) == pointer
    assert pointer.previous_id == one.id
    assert {key: store.read(key) for key in store.keys("")} == before


def test_an_altered_or_missing_release_is_not_promoted(store: Store) -> None:
    one, two = published(store, 1), published(store, 2)
    promote(store, one.id, "first", NOW)
    overwrite(store, f"releases/{two.id}/model.zip", b"altered")
    with pytest.raises(FileAltered, match=r"model\.zip"):
        promote(store, two.id, "second", NOW)
    with pytest.raises(ReleaseMissing):
        promote(store, make_draft(3).id, "third", NOW)
    pointer = read_champion(store)
    assert pointer is not None
    assert pointer.release_id == one.id
    assert len(store.keys("decisions/")) == 1


@pytest.mark.parametrize("writes", range(7))
def test_a_publisher_killed_anywhere_leaves_a_whole_champion(store: Store, writes: int) -> None:
    """Four writes make the release, the fifth puts it in service, the sixth records that."""
    one, two = published(store, 1), make_draft(2)
    promote(store, one.id, "first", NOW)
    mortal = Mortal(store, writes)
    try:
        write_release(mortal, two.manifest, two.files)  # type: ignore[arg-type]
        promote(mortal, two.id, "second", NOW)  # type: ignore[arg-type]
    except Killed:
        assert writes < 6
    pointer = read_champion(store)
    assert pointer is not None
    assert pointer.release_id == (two.id if writes >= 5 else one.id)
    verify_release(store, pointer.release_id)
    if writes >= 4:  # whoever takes up the work finds the release, and the decision is caught up on
        assert promote(store, two.id, "second", NOW).previous_id == one.id
        assert len(store.keys("decisions/")) == 2


def test_of_sixteen_publishers_at_once_one_wins(store: Store) -> None:
    drafts = [make_draft(number) for number in range(16)]
    start = threading.Barrier(16)

    class Together:
        """Lets all publishers read the champion before any of them writes it."""

        def __getattr__(self, name: str) -> object:
            if name == "swap":
                start.wait()
            return getattr(store, name)

    def compete(draft: Draft) -> str | PromotionLost:
        write_release(store, draft.manifest, draft.files)
        try:
            return promote(Together(), draft.id, "me", NOW).release_id  # type: ignore[arg-type]
        except PromotionLost as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        ends = dict(zip([draft.id for draft in drafts], pool.map(compete, drafts), strict=True))
    pointer = read_champion(store)
    assert pointer is not None
    assert ends.pop(pointer.release_id) == pointer.release_id
    assert len(ends) == 15
    for loser, error in ends.items():
        assert isinstance(error, PromotionLost)
        assert str(error).startswith(f"Release {loser} was not promoted")
        assert f"made {pointer.release_id} live" in str(error)
    assert len(store.keys("decisions/")) == 1
    for draft in drafts:
        verify_release(store, draft.id)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"{}", UnknownSchema),
        (b'{"schema": 2}', UnknownSchema),
        (b'{"schema": 1}', BadDocument),
        (b"releases/", BadDocument),
    ],
)
def test_a_pointer_that_is_none(data: bytes, error: type[StoreError], tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    draft = published(store)
    store.swap("champion.json", data, None)
    with pytest.raises(error, match=r"champion\.json"):
        read_champion(store)
    with pytest.raises(error, match=r"champion\.json"):
        promote(store, draft.id, "first", NOW)
    assert store.read("champion.json") == data


def test_what_was_judged_against_another_champion_is_not_promoted(store: Store) -> None:
    one, two, three = (published(store, number) for number in (1, 2, 3))
    promote(store, one.id, "first", NOW, instead_of=None)
    with pytest.raises(PromotionLost, match=f"another publisher made {one.id} live"):
        promote(store, two.id, "second", NOW, instead_of=None)
    promote(store, two.id, "second", NOW, instead_of=one.id)
    with pytest.raises(PromotionLost, match=two.id):
        promote(store, three.id, "third", NOW, instead_of=one.id)
    assert promote(store, two.id, "again", NOW, instead_of=one.id).reason == "second"
    assert len(store.keys("decisions/")) == 2


def test_a_promotion_records_who_and_what_the_gate_found(store: Store) -> None:
    one, checks = published(store), (Check("answers", True, 0.0, 1e-6, "It did."),)
    promote(store, one.id, "first", NOW, by="TrainFlow/1", checks=checks)
    (told,) = list_decisions(store)
    assert (told.by, told.checks, told.reason) == ("TrainFlow/1", checks, "first")


def test_clocks_that_disagree_are_told() -> None:
    promoted = "2026-11-23T17:00:00Z"
    assert clock_error(promoted, NOW - timedelta(minutes=4)) == ""
    assert clock_error(promoted, NOW + timedelta(days=4)) == ""
    told = clock_error(promoted, NOW - timedelta(hours=1))
    assert "promoted at 2026-11-23T17:00:00Z, and here it is 2026-11-23T16:00:00Z" in told
