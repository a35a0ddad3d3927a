"""A release is queried in a process of its own, and any failure there is reported."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from energy.releases.bundle import read_table, release_ids, verify_release
from energy.releases.store import open_store
from energy.serving import smoke_test

AWARE, UNAWARE = "weather_normalised_components", "theta"


def only(folder: Path) -> tuple[str, str]:
    (release_id,) = release_ids(open_store(str(folder)))
    return str(folder), release_id


@pytest.fixture
def changed(made_store: Callable[[str], Path], tmp_path: Path) -> Path:
    """A store to change, with a release whose champion needs no weather."""
    shutil.copytree(made_store(UNAWARE), tmp_path / "store")
    return tmp_path / "store"


def test_a_sound_release_answers_in_a_fresh_process(made_store: Callable[[str], Path]) -> None:
    found = smoke_test.smoke_test(*only(made_store(AWARE)))
    assert found.passed, found.told
    assert (found.name, found.threshold) == ("answers", smoke_test.TOLERANCE)
    assert found.figure is not None
    assert 0 <= found.figure <= smoke_test.TOLERANCE
    assert "the table answered for 24 months and the champion for the same" in found.told
    assert "months 2 degrees colder" in found.told


def test_a_release_that_is_altered_does_not(changed: Path) -> None:
    store, release_id = only(changed)
    (changed / "releases" / release_id / "model.zip").write_bytes(b"altered")
    found = smoke_test.smoke_test(store, release_id)
    assert (found.passed, found.figure) == (False, None)
    assert found.told.startswith("In a fresh process: model.zip of release")


def test_one_that_takes_too_long_does_not(made_store: Callable[[str], Path]) -> None:
    found = smoke_test.smoke_test(*only(made_store(UNAWARE)), seconds=0.01)
    assert not found.passed
    assert "no answer within 0 seconds" in found.told


def test_a_process_that_breaks_is_no_traceback_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    monkeypatch.setattr(smoke_test.sys, "executable", str(python))
    found = smoke_test.smoke_test("store", "id")
    assert "no process could be started" in found.told
    python.write_text("#!/bin/sh\necho 'killed by nobody' >&2\nexit 3\n")
    python.chmod(0o755)
    found = smoke_test.smoke_test("store", "id")
    assert (found.passed, found.told) == (False, "In a fresh process: killed by nobody")
    python.write_text("#!/bin/sh\nexit 3\n")
    assert smoke_test.smoke_test("store", "id").told.endswith("exit code 3")
    python.write_text("#!/bin/sh\necho nonsense\n")
    assert smoke_test.smoke_test("store", "id").told.endswith("unexpected output 'nonsense'")


# In this process from here on: what the other one would find.


def test_what_is_no_release_is_trouble(tmp_path: Path) -> None:
    missing = "2022-07-20261123T170000Z-3f9a1c2b"
    assert "is not in the store" in str(smoke_test.query_release(str(tmp_path), missing)["error"])
    assert "is not a release id" in str(smoke_test.query_release(str(tmp_path), "x")["error"])
    assert "cannot be used" in str(smoke_test.query_release("ftp://x", missing)["error"])


def test_without_weather_it_is_asked_beyond_its_table(
    made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke_test, "WEATHER", "no_such.json")
    found = smoke_test.query_release(*only(made_store(UNAWARE)))
    assert (found["error"], found["beyond_table"], found["months"]) == ("", "months beyond it", 24)


def test_a_table_that_is_not_the_champion_s_is_found(
    made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    def off(store, manifest):
        table = read_table(store, manifest)
        first, *others = table.months
        return replace(table, months=(replace(first, mean=first.mean * 1.01), *others))

    monkeypatch.setattr(smoke_test, "read_table", off)
    told = str(smoke_test.query_release(*only(made_store(UNAWARE)))["error"])
    assert told.startswith("table and champion differ by 0.0099 of")


def test_an_answer_that_is_no_number_is_found(
    made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    def odd(store, manifest):
        table = read_table(store, manifest)
        row = replace(table.months[0], mean=float("nan"))
        return replace(table, months=(row, *table.months[1:]))

    monkeypatch.setattr(smoke_test, "read_table", odd)
    told = str(smoke_test.query_release(*only(made_store(UNAWARE)))["error"])
    assert told == "the answer for 2022-08 is not a forecast"


def test_asking_leaves_the_store_as_it_was(made_store: Callable[[str], Path]) -> None:
    folder = made_store(UNAWARE)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    store, release_id = only(folder)
    smoke_test.query_release(store, release_id)
    verify_release(open_store(store), release_id)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
