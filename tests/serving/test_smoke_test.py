"""A release is queried in a new process, and a failure there is reported."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from forecasts import AWARE, UNAWARE
from msgspec.structs import replace

from energy.releases.bundle import read_table, release_ids
from energy.releases.store import open_store
from energy.serving import smoke_test


def only(folder: Path) -> tuple[str, str]:
    (release_id,) = release_ids(open_store(str(folder)))
    return str(folder), release_id


@pytest.fixture
def changed(made_store: Callable[[str], Path], tmp_path: Path) -> Path:
    """A store to change, with a release whose champion needs no weather."""
    shutil.copytree(made_store(UNAWARE), tmp_path / "store")
    return tmp_path / "store"


def test_an_intact_release_passes(made_store: Callable[[str], Path]) -> None:
    check = smoke_test.smoke_test(*only(made_store(AWARE)))
    assert check.passed, check.told
    assert (check.name, check.threshold) == ("answers", smoke_test.TOLERANCE)
    assert check.figure is not None
    assert 0 <= check.figure <= smoke_test.TOLERANCE
    assert "the table answered for 24 months and the champion for the same" in check.told
    assert "months 2 degrees colder" in check.told


def test_an_altered_release_fails(changed: Path) -> None:
    store, release_id = only(changed)
    (changed / "releases" / release_id / "model.zip").write_bytes(b"altered")
    check = smoke_test.smoke_test(store, release_id)
    assert (check.passed, check.figure) == (False, None)
    assert check.told.startswith("In a fresh process: model.zip of release")


def test_a_slow_release_fails(made_store: Callable[[str], Path]) -> None:
    check = smoke_test.smoke_test(*only(made_store(UNAWARE)), seconds=0.01)
    assert not check.passed
    assert "no answer within 0 seconds" in check.told


def test_a_broken_process_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    monkeypatch.setattr(smoke_test.sys, "executable", str(python))
    check = smoke_test.smoke_test("store", "id")
    assert "no process could be started" in check.told
    python.write_text("#!/bin/sh\necho 'killed by nobody' >&2\nexit 3\n")
    python.chmod(0o755)
    check = smoke_test.smoke_test("store", "id")
    assert (check.passed, check.told) == (False, "In a fresh process: killed by nobody")
    python.write_text("#!/bin/sh\nexit 3\n")
    assert smoke_test.smoke_test("store", "id").told.endswith("exit code 3")
    python.write_text("#!/bin/sh\necho nonsense\n")
    assert smoke_test.smoke_test("store", "id").told.endswith("unexpected output 'nonsense'")


# What the new process does, in this process.


def test_a_missing_release_is_an_error(tmp_path: Path) -> None:
    missing = "2022-07-20261123T170000Z-3f9a1c2b"
    assert "is not in the store" in str(smoke_test.query_release(str(tmp_path), missing)["error"])
    assert "is not a release id" in str(smoke_test.query_release(str(tmp_path), "x")["error"])
    assert "cannot be used" in str(smoke_test.query_release("ftp://x", missing)["error"])


def test_without_weather_months_beyond_the_table_are_queried(
    made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke_test, "WEATHER", "no_such.json")
    check = smoke_test.query_release(*only(made_store(UNAWARE)))
    assert (check["error"], check["beyond_table"], check["months"]) == ("", "months beyond it", 24)


@pytest.mark.parametrize(
    ("factor", "error"),
    [
        (1.01, "table and champion differ by 0.0099 of"),
        (float("nan"), "the answer for 2022-08 is not a forecast"),
    ],
)
def test_a_table_that_differs_from_the_champion_is_an_error(
    factor: float, error: str, made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(*arguments):
        table = read_table(*arguments)
        first, *others = table.months
        return replace(table, months=(replace(first, mean=first.mean * factor), *others))

    monkeypatch.setattr(smoke_test, "read_table", altered)
    result = smoke_test.query_release(*only(made_store(UNAWARE)))
    assert str(result["error"]).startswith(error)
