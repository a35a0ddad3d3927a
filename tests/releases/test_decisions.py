"""What was decided is written once, kept, and read in order, whoever wrote it and when."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from drafts import make_draft

from energy.errors import BadDocument, UnknownSchema
from energy.releases.promotion import (
    PROMOTED,
    REFUSED,
    ROLLED_BACK,
    Check,
    Decision,
    list_decisions,
    live_since,
    record_decision,
)
from energy.releases.store import Store, open_store

FAILED = Check("beats_naive", False, 1.2, 1.0, "MASE 1.200, not below 1.000.")
ONE = make_draft(1).id
REFUSAL = Decision(REFUSED, ONE, None, "2026-11-23T17:00:00Z", "no good", "TrainFlow/1", (FAILED,))


def test_a_decision_is_read_as_it_was_written(store: Store) -> None:
    record_decision(store, REFUSAL)
    assert list_decisions(store) == [REFUSAL]
    assert store.keys() == [REFUSAL.key] == [f"decisions/20261123T170000Z-{ONE[-8:]}.json"]


def test_the_same_decision_is_written_once(store: Store) -> None:
    record_decision(store, REFUSAL)
    record_decision(store, REFUSAL)
    assert len(store.keys()) == 1


def test_decisions_of_one_second_stand_beside_each_other(store: Store) -> None:
    others = [replace(REFUSAL, action=PROMOTED), replace(REFUSAL, action=ROLLED_BACK)]
    for one in (REFUSAL, *others):
        record_decision(store, one)
    assert list_decisions(store) == [REFUSAL, *others]


def test_nothing_is_lost_when_all_write_at_once(store: Store) -> None:
    told = [replace(REFUSAL, reason=f"reason {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: record_decision(store, one), told))
    assert sorted(one.reason for one in list_decisions(store)) == [one.reason for one in told]


def test_they_are_in_the_order_of_their_times(store: Store) -> None:
    late = replace(REFUSAL, decided_at="2026-11-24T00:00:00Z")
    record_decision(store, late)
    record_decision(store, REFUSAL)
    assert list_decisions(store) == [REFUSAL, late]


def test_a_decision_of_an_older_version_has_neither_checks_nor_who(store: Store) -> None:
    old = {
        "action": "promoted",
        "release_id": ONE,
        "previous_id": None,
        "decided_at": "2026-11-23T17:00:00Z",
        "reason": "it is best",
        "schema": 1,
    }
    store.write(REFUSAL.key, json.dumps(old).encode())
    (found,) = list_decisions(store)
    assert (found.action, found.by, found.checks) == ("promoted", "", ())


@pytest.mark.parametrize(
    ("data", "error"),
    [(b'{"schema": 2}', UnknownSchema), (b'{"schema": 1}', BadDocument), (b"{", UnknownSchema)],
)
def test_what_is_no_decision(store: Store, data: bytes, error: type[Exception]) -> None:
    store.write(REFUSAL.key, data)
    with pytest.raises((error, BadDocument), match=r"decisions/2026"):
        list_decisions(store)


def test_what_an_editor_leaves_beside_decisions_is_none_of_the_store(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record_decision(store, REFUSAL)
    (tmp_path / "decisions" / "notes~").write_text("mine")
    assert list_decisions(store) == [REFUSAL]


@pytest.mark.parametrize("action", [PROMOTED, ROLLED_BACK])
def test_what_put_a_release_in_service_is_found_by_its_time(store: Store, action: str) -> None:
    put = replace(REFUSAL, action=action)
    assert live_since(store, ONE, put.decided_at) is None
    record_decision(store, REFUSAL)  # in the same second
    assert live_since(store, ONE, put.decided_at) is None
    record_decision(store, put)
    assert live_since(store, ONE, put.decided_at) == put
    assert live_since(store, ONE, "2026-11-23T17:00:01Z") is None


def test_a_decision_of_that_second_on_another_release_is_none_on_this(store: Store) -> None:
    twin = f"2021-12{ONE[7:]}"  # ends alike, and so is kept beside it
    record_decision(store, replace(REFUSAL, action=PROMOTED, release_id=twin))
    assert live_since(store, ONE, REFUSAL.decided_at) is None
    put = replace(REFUSAL, action=PROMOTED)
    record_decision(store, put)
    assert live_since(store, ONE, REFUSAL.decided_at) == put
