"""`energy releases`, as a person or a script runs it."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Energy

from energy.contract import Calibration, ForecastMonth, ForecastTable, Lineage, Manifest
from energy.releases.bundle import digest, encode_document, iso_timestamp, release_id, write_release
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

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
CHECKS = (
    Check("beats_naive", False, 1.2, 1.0, "MASE 1.200 on 24 folds, not below 1.000."),
    Check("answers", True, 0.0, 1e-6, "It answered."),
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three releases: the second in service, the third refused."""
    monkeypatch.setenv("ENERGY_STORE", str(tmp_path / "store"))
    store = open_store(str(tmp_path / "store"))
    one, two, three = (write(store, number) for number in (1, 2, 3))
    promote(store, one, "first", NOW, by="TrainFlow/1")
    promote(store, two, "second", NOW + timedelta(hours=1), by="TrainFlow/2")
    later = iso_timestamp(NOW + timedelta(hours=2))
    told = Decision(REFUSED, three, two, later, "no good", "TrainFlow/3", CHECKS)
    record_decision(store, told)
    return store


def write(store: Store, number: int) -> str:
    months = (ForecastMonth("2022-08", 1, 9.5, (1.0, 2.0, 3.0, 9.5, 10.0, 11.0, 12.0)),)
    calibration = Calibration((0.1,), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)
    table = ForecastTable("total", "Mtoe", "2022-07", "theta", months, calibration)
    files = {
        "forecast.json": encode_document("forecast.json", table.to_dict()),
        "model.zip": f"model {number}".encode(),
        "scores.json": encode_document("scores.json", {"schema": 1}),
    }
    made = NOW + timedelta(minutes=number)
    lineage = Lineage({"a.xlsx": "0" * 64}, "1" * 40, {"mlflow": "7"}, {}, "3.11")
    name = release_id("2022-07", made, digest(files))
    manifest = Manifest(name, iso_timestamp(made), "total", "Mtoe", "2022-07", "theta", lineage)
    return write_release(store, manifest, files).release_id


def ids(store: Store) -> list[str]:
    return [key.split("/")[1] for key in store.keys("releases/") if key.endswith("manifest.json")]


def in_service(store: Store) -> str:
    pointer = read_champion(store)
    assert pointer is not None
    return pointer.release_id


def test_list_marks_the_one_in_service(store: Store, energy: Energy) -> None:
    head, *rows = energy.good("releases", "list").splitlines()
    assert head.split() == ["release", "target", "data", "to", "made", "forecaster", "decided"]
    assert [row.split()[0] for row in rows] == [ids(store)[0], "*", ids(store)[2]]
    assert [row.split()[-1] for row in rows] == ["promoted", "promoted", "refused"]
    told = energy.json("releases", "list")
    assert set(told) == {"store", "in_service", "releases", "notes"}
    assert (told["in_service"], told["notes"]) == (ids(store)[1], [])
    assert [row["in_service"] for row in told["releases"]] == [False, True, False]
    assert told["releases"][2]["decisions"][0]["checks"][0]["name"] == "beats_naive"


def test_the_store_can_be_named(store: Store, energy: Energy, tmp_path: Path) -> None:
    said = energy.good("releases", "list", "--store", tmp_path / "other")
    assert said == "No release is live: none was promoted yet.\n"
    told = energy.json("releases", "list", "--store", tmp_path / "other")
    assert (told["in_service"], told["releases"]) == (None, [])


def test_show_is_of_the_one_in_service_unless_told_otherwise(store: Store, energy: Energy) -> None:
    one, two, three = ids(store)
    said = energy.good("releases", "show")
    assert said.startswith(f"{two}: promoted, live\n")
    assert "promoted by TrainFlow/2: second" in said
    said = energy.good("releases", "show", three)
    assert "FAILED  beats_naive: MASE 1.200 on 24 folds, not below 1.000." in said
    assert "passed  answers: It answered." in said
    told = energy.json("releases", "show", one)
    assert told["manifest"]["lineage"]["commit"] == "1" * 40
    assert told["status"] == "promoted"


def test_promote_by_hand_records_who_and_why(store: Store, energy: Energy) -> None:
    _, two, three = ids(store)
    said = energy.good("releases", "promote", three, "--why", "naive is wrong this year")
    assert said == f"{three} is live; before it was {two}.\n"
    assert in_service(store) == three
    last = list_decisions(store)[-1]
    assert (last.action, last.by) == ("promoted", getpass.getuser())
    assert last.reason == "naive is wrong this year"
    assert "is live already" in energy.good("releases", "promote", three, "--why", "again")
    assert energy.json("releases", "promote", two, "--why", "back")["release_id"] == two


def test_promote_verifies_first(store: Store, energy: Energy, tmp_path: Path) -> None:
    _, two, three = ids(store)
    (tmp_path / "store" / "releases" / three / "model.zip").write_bytes(b"altered")
    assert "model.zip of release" in energy.refused("releases", "promote", three, "--why", "x")
    assert in_service(store) == two


def test_rollback_in_one_command(store: Store, energy: Energy) -> None:
    one, two, _ = ids(store)
    said = energy.good("releases", "rollback", "--why", "it was wrong")
    assert said == f"{one} is live again, in place of {two}.\n"
    last = list_decisions(store)[-1]
    assert (last.action, last.by, last.reason) == (
        *("rolled_back", getpass.getuser(), "it was wrong"),
    )
    assert [row.split()[-1] for row in energy("releases", "list").splitlines()[1:]] == [
        *("restored", "back", "refused"),
    ]
    assert f"rolled back from {two} to {one} by" in energy("releases", "show", two)
    told = energy.refused("releases", "rollback", "--why", "more")
    assert "there is no release before it to go back to" in told


def test_rollback_says_what_it_passed_over(store: Store, energy: Energy, tmp_path: Path) -> None:
    one, two, three = ids(store)
    energy.good("releases", "promote", three, "--why", "to have three")
    (tmp_path / "store" / "releases" / two / "model.zip").unlink()
    said = energy.json("releases", "rollback", "--why", "x")
    assert (said["release_id"], said["left_id"]) == (one, three)
    assert "model.zip" in said["passed_over"][two]


def test_verify_reports_each_and_ends_with_one(
    store: Store, energy: Energy, tmp_path: Path
) -> None:
    one, two, three = ids(store)
    assert energy.good("releases", "verify").splitlines() == [
        f"{name}: intact" for name in (one, two, three)
    ]
    (tmp_path / "store" / "releases" / one / "model.zip").write_bytes(b"altered")
    told = energy.refused("releases", "verify")
    assert f"1 of 3 releases in the store {store.url} are damaged: {one}." in told
    assert energy.out.splitlines()[1:] == [f"{two}: intact", f"{three}: intact"]
    assert energy.json("releases", "verify", two) == {two: {"whole": True, "trouble": ""}}
    energy("releases", "verify", "--json")
    assert (energy.code, json.loads(energy.out)[one]["whole"]) == (1, False)
    assert "is not a release id" in energy.refused("releases", "verify", "nonsense")


def test_sweep_leaves_what_is_young(store: Store, energy: Energy) -> None:
    assert energy.good("releases", "sweep") == "Nothing to delete: every release is finished.\n"
    old = "2022-07-20200101T000000Z-0123abcd"
    young = f"2022-07-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-0123abcd"
    future = "2022-07-29990101T000000Z-0123abcd"
    for name in (old, young, future):
        store.write(f"releases/{name}/model.zip", b"half")
    assert f"{old} was never finished (1 files)" in energy.good("releases", "list")
    said = energy.good("releases", "sweep").splitlines()
    assert f"Deleted {old}: 1 files, never finished." in said
    assert f"Kept {young}: begun 0.0 hours ago." in said
    assert f"Kept {future}: begun in the future, by its clock." in said
    told = energy.json("releases", "sweep", "--older-than", "0")
    assert [one["release_id"] for one in told["cleared"]] == [young]
    assert [one["release_id"] for one in told["left"]] == [future]
    assert len(ids(store)) == 3


def test_a_champion_whose_release_is_missing(store: Store, energy: Energy) -> None:
    one, two, _ = ids(store)
    store.delete(f"releases/{two}/manifest.json")
    assert f"{two} is live but not in the store" in energy.good("releases", "list")
    assert "has no manifest.json" in energy.refused("releases", "show")
    assert "has no manifest.json" in energy.refused("forecast")
    energy.good("releases", "rollback", "--why", "it is gone")
    assert in_service(store) == one


def test_clocks_that_disagree_are_told(store: Store, energy: Energy) -> None:
    one, _, three = ids(store)
    promote(store, three, "tomorrow", datetime.now(UTC) + timedelta(days=1))
    assert "Clocks disagree: the live release was promoted at" in energy("releases", "list")
    said = energy.good("releases", "promote", one, "--why", "the clock was wrong")
    assert "Note that the live release was promoted at" in said
    assert in_service(store) == one


@pytest.mark.parametrize("command", ["show", "rollback --why x", "promote 2022 --why x"])
def test_an_empty_store_is_said_in_one_line(command: str, energy: Energy, tmp_path: Path) -> None:
    energy.refused("releases", *command.split(), "--store", tmp_path)
    assert energy.out == ""


@pytest.mark.parametrize(
    "command", ["rollback", "promote 2022", "promote --why x", "nothing", "list --nothing"]
)
def test_wrong_use_ends_with_two(command: str, energy: Energy) -> None:
    energy("releases", *command.split())
    assert (energy.code, energy.out) == (2, "")
    assert "Traceback" not in energy.err


def test_a_store_that_is_none_is_said_in_one_line(energy: Energy) -> None:
    assert "cannot be used" in energy.refused("releases", "list", "--store", "ftp://x/y")
