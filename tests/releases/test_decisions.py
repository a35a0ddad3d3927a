"""Decisions are written once and read in the order of their times."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from drafts import make_draft
from msgspec.structs import replace

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
ID = make_draft(1).id
REFUSAL = Decision(REFUSED, ID, None, "2026-11-23T17:00:00Z", "no good", "TrainFlow/1", (FAILED,))


def test_a_decision_is_written_once_and_read_as_it_was(store: Store) -> None:
    for _ in range(2):
        record_decision(store, REFUSAL)
    assert list_decisions(store) == [REFUSAL]
    assert store.keys() == [REFUSAL.key] == [f"decisions/20261123T170000Z-{ID[-8:]}.json"]


def test_decisions_are_listed_by_time_and_several_may_have_the_same(store: Store) -> None:
    late = replace(REFUSAL, decided_at="2026-11-24T00:00:00Z")
    others = [replace(REFUSAL, action=PROMOTED), replace(REFUSAL, action=ROLLED_BACK)]
    for decision in (late, REFUSAL, *others):
        record_decision(store, decision)
    assert list_decisions(store) == [REFUSAL, *others, late]


def test_decisions_written_at_once_are_all_recorded(store: Store) -> None:
    decisions = [replace(REFUSAL, reason=f"reason {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda decision: record_decision(store, decision), decisions))
    reasons = [decision.reason for decision in list_decisions(store)]
    assert sorted(reasons) == [decision.reason for decision in decisions]


def test_a_decision_of_an_older_version_has_no_checks_and_no_author(store: Store) -> None:
    old = {"action": "promoted", "release_id": ID, "previous_id": None, "schema": 1}
    old |= {"decided_at": "2026-11-23T17:00:00Z", "reason": "it is best"}
    store.write(REFUSAL.key, json.dumps(old).encode())
    (decision,) = list_decisions(store)
    assert (decision.action, decision.by, decision.checks) == ("promoted", "", ())


@pytest.mark.parametrize(
    ("data", "error"),
    [(b'{"schema": 2}', UnknownSchema), (b'{"schema": 1}', BadDocument), (b"{", UnknownSchema)],
)
def test_an_invalid_decision_is_rejected(store: Store, data: bytes, error: type[Exception]) -> None:
    store.write(REFUSAL.key, data)
    with pytest.raises((error, BadDocument), match=r"decisions/2026"):
        list_decisions(store)


def test_other_files_beside_decisions_are_ignored(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record_decision(store, REFUSAL)
    (tmp_path / "decisions" / "notes~").write_text("mine")
    assert list_decisions(store) == [REFUSAL]


@pytest.mark.parametrize("action", [PROMOTED, ROLLED_BACK])
def test_live_since_is_the_decision_that_made_the_release_live(store: Store, action: str) -> None:
    put = replace(REFUSAL, action=action)
    assert live_since(store, ID, put.decided_at) is None
    record_decision(store, REFUSAL)  # in the same second
    assert live_since(store, ID, put.decided_at) is None
    record_decision(store, put)
    assert live_since(store, ID, put.decided_at) == put
    assert live_since(store, ID, "2026-11-23T17:00:01Z") is None


def test_live_since_ignores_a_decision_on_another_release(store: Store) -> None:
    twin = f"2021-12{ID[7:]}"  # has the same ending, so it has the same key
    record_decision(store, replace(REFUSAL, action=PROMOTED, release_id=twin))
    assert live_since(store, ID, REFUSAL.decided_at) is None
    put = replace(REFUSAL, action=PROMOTED)
    record_decision(store, put)
    assert live_since(store, ID, REFUSAL.decided_at) == put
