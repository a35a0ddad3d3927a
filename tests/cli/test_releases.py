"""`energy releases`: list, show, promote, roll back, verify and clean up."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Energy
from releases.drafts import NOW, overwrite, published

from energy.releases.bundle import iso_timestamp
from energy.releases.promotion import (
    REFUSED,
    Check,
    Decision,
    list_decisions,
    promote,
    record_decision,
)
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

CHECKS = (
    Check("beats_naive", False, 1.2, 1.0, "MASE 1.200 on 24 folds, not below 1.000."),
    Check("answers", True, 0.0, 1e-6, "It answered."),
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three releases: the second is live, the third was refused."""
    monkeypatch.setenv("ENERGY_STORE", str(tmp_path / "store"))
    store = open_store(str(tmp_path / "store"))
    first, second, third = (published(store, number).id for number in (1, 2, 3))
    promote(store, first, "first", NOW, by="TrainFlow/1")
    promote(store, second, "second", NOW + timedelta(hours=1), by="TrainFlow/2")
    later = iso_timestamp(NOW + timedelta(hours=2))
    refusal = Decision(REFUSED, third, second, later, "no good", "TrainFlow/3", CHECKS)
    record_decision(store, refusal)
    return store


def ids(store: Store) -> list[str]:
    return [key.split("/")[1] for key in store.keys("releases/") if key.endswith("manifest.json")]


def live(store: Store) -> str:
    pointer = read_champion(store)
    assert pointer is not None
    return pointer.release_id


def test_list_and_show(store: Store, energy: Energy) -> None:
    """tests/golden has the documents of `--json`."""
    first, second, third = ids(store)
    head, *rows = energy.good("releases", "list").splitlines()
    assert head.split() == ["release", "target", "data", "to", "made", "forecaster", "decided"]
    assert [row.split()[0] for row in rows] == [first, "*", third]
    assert [row.split()[-1] for row in rows] == ["promoted", "promoted", "refused"]
    text = energy.good("releases", "show")
    assert text.startswith(f"{second}: promoted, live\n")
    assert "promoted by TrainFlow/2: second" in text
    text = energy.good("releases", "show", third)
    assert "FAILED  beats_naive: MASE 1.200 on 24 folds, not below 1.000." in text
    assert "passed  answers: It answered." in text


def test_promote_verifies_and_records_the_user_and_the_reason(store: Store, energy: Energy) -> None:
    _, second, third = ids(store)
    text = energy.good("releases", "promote", third, "--why", "naive is wrong this year")
    assert text == f"{third} is live; before it was {second}.\n"
    last = list_decisions(store)[-1]
    assert (last.action, last.by) == ("promoted", getpass.getuser())
    assert last.reason == "naive is wrong this year"
    assert "is live already" in energy.good("releases", "promote", third, "--why", "again")
    assert energy.json("releases", "promote", second, "--why", "back")["release_id"] == second
    overwrite(store, f"releases/{third}/model.zip", b"altered")
    assert "model.zip of release" in energy.refused("releases", "promote", third, "--why", "x")
    assert live(store) == second


def test_rollback_records_the_user_and_the_reason(store: Store, energy: Energy) -> None:
    first, second, _ = ids(store)
    text = energy.good("releases", "rollback", "--why", "it was wrong")
    assert text == f"{first} is live again, in place of {second}.\n"
    last = list_decisions(store)[-1]
    assert (last.action, last.by, last.reason) == (
        *("rolled_back", getpass.getuser(), "it was wrong"),
    )
    assert [row.split()[-1] for row in energy("releases", "list").splitlines()[1:]] == [
        *("restored", "back", "refused"),
    ]
    assert f"rolled back from {second} to {first} by" in energy("releases", "show", second)
    answer = energy.refused("releases", "rollback", "--why", "more")
    assert "there is no release before it to go back to" in answer


def test_rollback_reports_a_damaged_release(store: Store, energy: Energy, tmp_path: Path) -> None:
    first, second, third = ids(store)
    energy.good("releases", "promote", third, "--why", "to have third")
    (tmp_path / "store" / "releases" / second / "model.zip").unlink()
    text = energy.json("releases", "rollback", "--why", "x")
    assert (text["release_id"], text["left_id"]) == (first, third)
    assert "model.zip" in text["passed_over"][second]


def test_verify_reports_each_release(store: Store, energy: Energy, tmp_path: Path) -> None:
    first, second, third = ids(store)
    assert energy.good("releases", "verify").splitlines() == [
        f"{name}: intact" for name in (first, second, third)
    ]
    (tmp_path / "store" / "releases" / first / "model.zip").write_bytes(b"altered")
    answer = energy.refused("releases", "verify")
    assert f"1 of 3 releases in the store {store.url} are damaged: {first}." in answer
    assert energy.out.splitlines()[1:] == [f"{second}: intact", f"{third}: intact"]
    assert energy.json("releases", "verify", second) == {second: {"whole": True, "trouble": ""}}
    energy("releases", "verify", "--json")
    assert (energy.code, json.loads(energy.out)[first]["whole"]) == (1, False)
    assert "is not a release id" in energy.refused("releases", "verify", "nonsense")


def test_sweep_keeps_recent_files(store: Store, energy: Energy) -> None:
    assert energy.good("releases", "sweep") == "Nothing to delete: every release is finished.\n"
    old = "2022-07-20200101T000000Z-0123abcd"
    young = f"2022-07-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-0123abcd"
    future = "2022-07-29990101T000000Z-0123abcd"
    for name in (old, young, future):
        store.write(f"releases/{name}/model.zip", b"half")
    assert f"{old} was never finished (1 files)" in energy.good("releases", "list")
    text = energy.good("releases", "sweep").splitlines()
    assert f"Deleted {old}: 1 files, never finished." in text
    assert f"Kept {young}: begun 0.0 hours ago." in text
    assert f"Kept {future}: begun in the future, by its clock." in text
    answer = energy.json("releases", "sweep", "--older-than", "0")
    assert [row["release_id"] for row in answer["cleared"]] == [young]
    assert [row["release_id"] for row in answer["left"]] == [future]
    assert len(ids(store)) == 3


def test_clocks_that_disagree_are_reported(store: Store, energy: Energy) -> None:
    first, _, third = ids(store)
    promote(store, third, "tomorrow", datetime.now(UTC) + timedelta(days=1))
    assert "Clocks disagree: the live release was promoted at" in energy("releases", "list")
    text = energy.good("releases", "promote", first, "--why", "the clock was wrong")
    assert "Note that the live release was promoted at" in text
    assert live(store) == first


@pytest.mark.parametrize(
    "command", ["rollback", "promote 2022", "promote --why x", "nothing", "list --nothing"]
)
def test_wrong_usage_ends_with_2(command: str, energy: Energy) -> None:
    energy("releases", *command.split())
    assert (energy.code, energy.out) == (2, "")
    assert "Traceback" not in energy.err


def test_an_invalid_store_is_an_error(energy: Energy) -> None:
    assert "cannot be used" in energy.refused("releases", "list", "--store", "ftp://x/y")
