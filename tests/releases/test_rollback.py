"""A rollback makes the previous intact release live, and the next one goes further back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, make_draft, overwrite, published
from mortal_store import Hooked, Killed, Mortal

from energy.contract import Pointer
from energy.errors import PromotionLost, StoreError, StoreUnwritable
from energy.releases.promotion import ROLLED_BACK, list_decisions, promote, rollback
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

LATER = NOW + timedelta(days=1)


def publish(store: Store, *numbers: int) -> list[str]:
    """Publish and promote releases, an hour apart; returns their ids."""
    drafts = [published(store, number) for number in numbers]
    for number, draft in zip(numbers, drafts, strict=True):
        promote(store, draft.id, f"release {number}", NOW + timedelta(hours=number))
    return [draft.id for draft in drafts]


def back(store: Store, reason: str = "back") -> str:
    """Roll back; returns the id of the live release."""
    return rollback(store, reason, "ada", LATER).pointer.release_id


def live(store: Store) -> str | None:
    pointer = read_champion(store)
    return pointer.release_id if pointer else None


def test_a_rollback_records_its_author_and_reason(store: Store) -> None:
    first, second = publish(store, 1, 2)
    result = rollback(store, "it was wrong", "ada", LATER)
    assert result.pointer == read_champion(store)
    assert (result.pointer.release_id, result.pointer.previous_id) == (first, second)
    assert (result.replaced_id, result.skipped) == (second, {})
    last = list_decisions(store)[-1]
    assert (last.action, last.release_id, last.previous_id) == (ROLLED_BACK, first, second)
    assert (last.reason, last.by, last.checks) == ("it was wrong", "ada", ())


def test_rolling_back_again_goes_further_until_the_first_release(store: Store) -> None:
    first, second, _ = publish(store, 1, 2, 3)
    assert [back(store), back(store)] == [second, first]
    with pytest.raises(StoreError, match=f"{first} stays live: there is no release before it"):
        back(store)
    assert live(store) == first


def test_a_release_that_was_rolled_back_does_not_return(store: Store) -> None:
    first, second, _ = publish(store, 1, 2, 3)
    back(store, "three is bad")
    (fourth,) = publish(store, 4)
    assert live(store) == fourth
    assert [back(store, "four is bad"), back(store, "two as well")] == [second, first]


def test_a_release_promoted_again_is_rolled_back_once(store: Store) -> None:
    first, second = publish(store, 1, 2)
    promote(store, first, "it was better", LATER)
    assert back(store) == second
    with pytest.raises(StoreError, match="stays live"):
        back(store)


@pytest.mark.parametrize("name", ["manifest.json", "model.zip", "forecast.json"])
def test_a_damaged_release_is_skipped_and_reported(tmp_path: Path, name: str) -> None:
    store = open_store(str(tmp_path))
    first, second, _ = publish(store, 1, 2, 3)
    (tmp_path / "releases" / second / name).unlink()
    result = rollback(store, "back", "ada", LATER)
    assert live(store) == result.pointer.release_id == first
    assert list(result.skipped) == [second]
    assert name in result.skipped[second]


def test_without_an_intact_release_nothing_changes(store: Store) -> None:
    first, second = publish(store, 1, 2)
    overwrite(store, f"releases/{first}/model.zip", b"altered")
    with pytest.raises(StoreError, match=r"no release before it is intact .*model\.zip"):
        back(store)
    assert live(store) == second
    assert len(list_decisions(store)) == 2


def test_a_missing_live_release_can_be_rolled_back(store: Store) -> None:
    first, second = publish(store, 1, 2)
    store.delete(f"releases/{second}/manifest.json")
    assert back(store, "it is gone") == first


def test_without_a_live_release_nothing_is_written(store: Store) -> None:
    with pytest.raises(StoreError, match="No release is live"):
        back(store)
    assert store.keys() == []


def test_a_pointer_of_an_older_version_has_one_previous_release(store: Store) -> None:
    _, second, third = publish(store, 1, 2, 3)
    old = {"release_id": third, "previous_id": second, "schema": 1}
    old |= {"promoted_at": "2026-11-23T20:00:00Z", "reason": "it is best"}
    overwrite(store, "champion.json", json.dumps(old).encode())
    assert read_champion(store) == Pointer(third, second, old["promoted_at"], "it is best", None)
    assert back(store) == second
    with pytest.raises(StoreError, match="stays live"):
        back(store)


def test_a_promotion_during_a_rollback_wins(store: Store) -> None:
    """It writes the pointer between our reading and our writing of it."""
    _, second = publish(store, 1, 2)
    meanwhile = Hooked(store, swap=lambda: publish(store, 3))
    third = make_draft(3).id
    with pytest.raises(PromotionLost, match=f"made {third} live"):
        back(meanwhile)  # type: ignore[arg-type]
    assert live(store) == third
    assert len(list_decisions(store)) == 3
    assert second in {decision.release_id for decision in list_decisions(store)}


@pytest.mark.parametrize("writes", [0, 1])
def test_a_killed_rollback_is_done_or_not(store: Store, writes: int) -> None:
    """The first write changes the pointer, the second records the decision."""
    first, second = publish(store, 1, 2)
    with pytest.raises(Killed):
        back(Mortal(store, writes))  # type: ignore[arg-type]
    assert live(store) == (first if writes else second)


def no_answer() -> None:
    raise StoreUnwritable("no answer in time")


def test_an_error_of_the_record_says_that_the_rollback_happened(store: Store) -> None:
    _, second, _ = publish(store, 1, 2, 3)
    message = r"IS live again.*no answer in time.*Do not roll back again"
    with pytest.raises(StoreError, match=message):
        back(Hooked(store, write=no_answer))  # type: ignore[arg-type]
    assert live(store) == second


def test_a_lost_answer_is_not_a_lost_rollback(store: Store) -> None:
    _, second, _ = publish(store, 1, 2, 3)

    class Unanswered(Hooked):
        def swap(self, *arguments: object) -> None:
            self.store.swap(*arguments)  # type: ignore[arg-type]
            no_answer()

    assert back(Unanswered(store)) == live(store) == second  # type: ignore[arg-type]
    assert list_decisions(store)[-1].action == ROLLED_BACK


def test_a_failed_swap_changes_nothing(store: Store) -> None:
    _, second = publish(store, 1, 2)
    with pytest.raises(StoreUnwritable):
        back(Hooked(store, swap=no_answer))  # type: ignore[arg-type]
    assert live(store) == second
    assert [decision.action for decision in list_decisions(store)] == ["promoted", "promoted"]
