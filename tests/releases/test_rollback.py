"""Back to the release before, one further each time, never to half a release."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from drafts import NOW, make_draft, overwrite
from mortal_store import Killed, Mortal

from energy.contract import Pointer
from energy.errors import PromotionLost, StoreError, StoreUnwritable
from energy.releases.bundle import write_release
from energy.releases.promotion import ROLLED_BACK, list_decisions, promote, rollback
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

LATER = NOW + timedelta(days=1)


def put_in_service(store: Store, *numbers: int) -> list[str]:
    """Publish releases one after the other, an hour apart; their ids."""
    found = []
    for number in numbers:
        draft = make_draft(number)
        write_release(store, draft.manifest, draft.files)
        promote(store, draft.id, f"release {number}", NOW + timedelta(hours=number))
        found.append(draft.id)
    return found


def in_service(store: Store) -> str | None:
    pointer = read_champion(store)
    return pointer.release_id if pointer else None


def test_a_rollback_goes_to_the_release_before_and_records_who_and_why(store: Store) -> None:
    one, two = put_in_service(store, 1, 2)
    found = rollback(store, "it was wrong", "ada", LATER)
    assert found.pointer == read_champion(store)
    assert (found.pointer.release_id, found.pointer.previous_id) == (one, two)
    assert (found.replaced_id, found.skipped) == (two, {})
    last = list_decisions(store)[-1]
    assert (last.action, last.release_id, last.previous_id) == (ROLLED_BACK, one, two)
    assert (last.reason, last.by, last.checks) == ("it was wrong", "ada", ())


def test_rolling_back_again_goes_further_and_ends(store: Store) -> None:
    one, two, _ = put_in_service(store, 1, 2, 3)
    for expected in (two, one):
        assert rollback(store, "back", "ada", LATER).pointer.release_id == expected
    with pytest.raises(StoreError, match=f"{one} stays live: there is no release before it"):
        rollback(store, "back", "ada", LATER)
    assert in_service(store) == one


def test_what_was_rolled_back_from_is_not_gone_back_to(store: Store) -> None:
    one, _, _ = put_in_service(store, 1, 2, 3)
    rollback(store, "three is bad", "ada", LATER)
    (four,) = put_in_service(store, 4)
    assert in_service(store) == four
    two = rollback(store, "four is bad", "ada", LATER).pointer
    assert two.release_id == make_draft(2).id
    assert rollback(store, "two as well", "ada", LATER).pointer.release_id == one


def test_a_release_put_in_service_again_can_be_gone_back_from_and_is_not_come_back_to(
    store: Store,
) -> None:
    one, two = put_in_service(store, 1, 2)
    promote(store, one, "it was better", LATER)
    assert rollback(store, "no", "ada", LATER).pointer.release_id == two
    with pytest.raises(StoreError, match="stays live"):
        rollback(store, "no", "ada", LATER)


@pytest.mark.parametrize("name", ["manifest.json", "model.zip", "forecast.json"])
def test_one_that_is_not_whole_is_passed_over_and_told(tmp_path: Path, name: str) -> None:
    store = open_store(str(tmp_path))
    one, two, _ = put_in_service(store, 1, 2, 3)
    (tmp_path / "releases" / two / name).unlink()
    found = rollback(store, "back", "ada", LATER)
    assert in_service(store) == found.pointer.release_id == one
    assert list(found.skipped) == [two]
    assert name in found.skipped[two]


def test_if_none_is_whole_nothing_changes(store: Store) -> None:
    one, two = put_in_service(store, 1, 2)
    overwrite(store, f"releases/{one}/model.zip", b"altered")
    with pytest.raises(StoreError, match=r"no release before it is intact .*model\.zip"):
        rollback(store, "back", "ada", LATER)
    assert in_service(store) == two
    assert len(list_decisions(store)) == 2


def test_a_champion_that_is_missing_can_be_rolled_back_from(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    one, two = put_in_service(store, 1, 2)
    (tmp_path / "releases" / two / "manifest.json").unlink()
    assert rollback(store, "it is gone", "ada", LATER).pointer.release_id == one


def test_nothing_in_service(store: Store) -> None:
    with pytest.raises(StoreError, match="No release is live"):
        rollback(store, "back", "ada", LATER)
    assert store.keys() == []


def test_a_pointer_of_an_older_version_knows_the_one_before(store: Store) -> None:
    one, two, three = put_in_service(store, 1, 2, 3)
    old = {
        "release_id": three,
        "previous_id": two,
        "promoted_at": "2026-11-23T20:00:00Z",
        "reason": "it is best",
        "schema": 1,
    }
    overwrite(store, "champion.json", json.dumps(old).encode())
    assert read_champion(store) == Pointer(three, two, old["promoted_at"], "it is best", None)
    assert rollback(store, "back", "ada", LATER).pointer.release_id == two
    with pytest.raises(StoreError, match="stays live"):
        rollback(store, "back", "ada", LATER)
    assert one != two


def test_a_rollback_that_meets_a_promotion_loses(store: Store) -> None:
    _, two = put_in_service(store, 1, 2)

    class Slow:
        """Somebody promotes between our reading of the pointer and our writing of it."""

        def __getattr__(self, name: str) -> object:
            if name == "swap":
                put_in_service(store, 3)
            return getattr(store, name)

    with pytest.raises(PromotionLost) as caught:
        rollback(Slow(), "back", "ada", LATER)  # type: ignore[arg-type]
    assert in_service(store) == make_draft(3).id
    assert f"made {make_draft(3).id} live" in str(caught.value)
    assert len(list_decisions(store)) == 3
    assert two in {one.release_id for one in list_decisions(store)}


@pytest.mark.parametrize("writes", [0, 1])
def test_killed_in_the_middle_it_is_done_or_not(store: Store, writes: int) -> None:
    """One write puts the release back, the second records that."""
    one, two = put_in_service(store, 1, 2)
    with pytest.raises(Killed):
        rollback(Mortal(store, writes), "back", "ada", LATER)  # type: ignore[arg-type]
    assert in_service(store) == (one if writes else two)


class Failing:
    """A store that fails at an operation, after doing it if `done`."""

    def __init__(self, store: Store, operation: str, done: bool = False) -> None:
        self.store, self.operation, self.done = store, operation, done

    def __getattr__(self, name: str) -> object:
        real = getattr(self.store, name)
        if name != self.operation:
            return real

        def fail(*given: object) -> None:
            if self.done:
                real(*given)
            raise StoreUnwritable("no answer in time")

        return fail


def test_a_rollback_whose_record_fails_says_that_it_happened(store: Store) -> None:
    _, two, _ = put_in_service(store, 1, 2, 3)
    with pytest.raises(
        StoreError,
        match=r"IS live again.*no answer in time.*Do not roll back again",
    ):
        rollback(Failing(store, "write"), "no", "ada", LATER)
    assert in_service(store) == two


def test_a_swap_that_arrived_though_its_answer_did_not_is_a_rollback(store: Store) -> None:
    _, two, _ = put_in_service(store, 1, 2, 3)
    found = rollback(Failing(store, "swap", done=True), "no", "ada", LATER)
    assert found.pointer.release_id == in_service(store) == two
    assert list_decisions(store)[-1].action == ROLLED_BACK


def test_a_swap_that_did_not_arrive_changes_nothing(store: Store) -> None:
    _, two = put_in_service(store, 1, 2)
    with pytest.raises(StoreUnwritable):
        rollback(Failing(store, "swap"), "no", "ada", LATER)
    assert in_service(store) == two
    assert [one.action for one in list_decisions(store)] == ["promoted", "promoted"]
