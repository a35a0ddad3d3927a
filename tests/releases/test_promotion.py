"""Promotion is atomic, has one winner, and never makes an incomplete release live."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, Draft, contents, make_draft, overwrite, published
from mortal_store import Hooked, Killed, Mortal

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


def live(store: Store) -> str | None:
    pointer = read_champion(store)
    return pointer.release_id if pointer else None


def test_the_pointer_has_the_live_and_the_previous_release(store: Store) -> None:
    first, second = published(store, 1).id, published(store, 2).id
    assert live(store) is None
    pointer = promote(store, first, "first release", NOW)
    assert pointer == Pointer(first, None, "2026-11-23T17:00:00Z", "first release")
    assert read_champion(store) == pointer
    pointer = promote(store, second, "beats it", NOW + timedelta(hours=1))
    assert pointer == read_champion(store)
    assert pointer.earlier == (first,)
    assert (pointer.release_id, pointer.previous_id) == (second, first)
    pointer = promote(store, first, "again", NOW + timedelta(hours=2))
    assert (pointer.release_id, pointer.previous_id) == (first, second)
    decisions = [json.loads(store.read(key)) for key in store.keys("decisions/")]
    assert [(d["release_id"], d["reason"], d["action"]) for d in decisions] == [
        (first, "first release", "promoted"),
        (second, "beats it", "promoted"),
        (first, "again", "promoted"),
    ]


def test_promoting_the_live_release_again_changes_nothing(store: Store) -> None:
    first, second = published(store, 1).id, published(store, 2).id
    promote(store, first, "first", NOW)
    pointer = promote(store, second, "second", NOW)
    before = contents(store)
    assert promote(store, second, "again", NOW + timedelta(hours=1)) == pointer
    assert pointer.previous_id == first
    assert contents(store) == before


def test_an_altered_or_missing_release_is_not_promoted(store: Store) -> None:
    first, second = published(store, 1).id, published(store, 2).id
    promote(store, first, "first", NOW)
    overwrite(store, f"releases/{second}/model.zip", b"altered")
    with pytest.raises(FileAltered, match=r"model\.zip"):
        promote(store, second, "second", NOW)
    with pytest.raises(ReleaseMissing):
        promote(store, make_draft(3).id, "third", NOW)
    assert live(store) == first
    assert len(store.keys("decisions/")) == 1


@pytest.mark.parametrize("writes", range(7))
def test_a_killed_publisher_leaves_an_intact_live_release(store: Store, writes: int) -> None:
    """Four writes make the release, the fifth promotes it, the sixth records the decision."""
    first, second = published(store, 1), make_draft(2)
    promote(store, first.id, "first", NOW)
    mortal = Mortal(store, writes)
    try:
        write_release(mortal, second.manifest, second.files)  # type: ignore[arg-type]
        promote(mortal, second.id, "second", NOW)  # type: ignore[arg-type]
    except Killed:
        assert writes < 6
    release_id = live(store)
    assert release_id == (second.id if writes >= 5 else first.id)
    verify_release(store, release_id)
    if writes >= 4:  # another publisher finds the release, and records a missing decision
        assert promote(store, second.id, "second", NOW).previous_id == first.id
        assert len(store.keys("decisions/")) == 2


def test_of_sixteen_simultaneous_publishers_one_wins(store: Store) -> None:
    """All of them read the pointer before any of them writes it."""
    drafts = [make_draft(number) for number in range(16)]
    together = Hooked(store, swap=threading.Barrier(16).wait)

    def compete(draft: Draft) -> str | PromotionLost:
        write_release(store, draft.manifest, draft.files)
        try:
            return promote(together, draft.id, "me", NOW).release_id  # type: ignore[arg-type]
        except PromotionLost as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        results = dict(zip([draft.id for draft in drafts], pool.map(compete, drafts), strict=True))
    winner = live(store)
    assert results.pop(str(winner)) == winner
    assert len(results) == 15
    for loser, error in results.items():
        assert isinstance(error, PromotionLost)
        assert str(error).startswith(f"Release {loser} was not promoted")
        assert f"made {winner} live" in str(error)
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
def test_an_invalid_pointer_is_rejected(
    data: bytes, error: type[StoreError], tmp_path: Path
) -> None:
    store = open_store(str(tmp_path))
    draft = published(store)
    store.swap("champion.json", data, None)
    with pytest.raises(error, match=r"champion\.json"):
        read_champion(store)
    with pytest.raises(error, match=r"champion\.json"):
        promote(store, draft.id, "first", NOW)
    assert store.read("champion.json") == data


def test_a_release_is_promoted_only_in_place_of_the_expected_one(store: Store) -> None:
    first, second, third = (published(store, number).id for number in (1, 2, 3))
    promote(store, first, "first", NOW, instead_of=None)
    with pytest.raises(PromotionLost, match=f"another publisher made {first} live"):
        promote(store, second, "second", NOW, instead_of=None)
    promote(store, second, "second", NOW, instead_of=first)
    with pytest.raises(PromotionLost, match=second):
        promote(store, third, "third", NOW, instead_of=first)
    assert promote(store, second, "again", NOW, instead_of=first).reason == "second"
    assert len(store.keys("decisions/")) == 2


def test_a_promotion_records_its_author_and_checks(store: Store) -> None:
    checks = (Check("answers", True, 0.0, 1e-6, "It did."),)
    promote(store, published(store).id, "first", NOW, by="TrainFlow/1", checks=checks)
    (decision,) = list_decisions(store)
    assert (decision.by, decision.checks, decision.reason) == ("TrainFlow/1", checks, "first")


def test_clocks_that_disagree_are_reported() -> None:
    promoted = "2026-11-23T17:00:00Z"
    assert clock_error(promoted, NOW - timedelta(minutes=4)) == ""
    assert clock_error(promoted, NOW + timedelta(days=4)) == ""
    error = clock_error(promoted, NOW - timedelta(hours=1))
    assert "promoted at 2026-11-23T17:00:00Z, and here it is 2026-11-23T16:00:00Z" in error
