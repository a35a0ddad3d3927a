"""Which mutants are tried, what their share says of all, and what the page tells of it."""

from __future__ import annotations

import doctest
import json
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
NAMES = [f"energy.data.x.x_read__mutmut_{number}" for number in range(100)]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    from scripts.dev import try_mutants

    return try_mutants


def file_counts(mutants: int, tried: int, killed: int, unreached: int = 0) -> dict:
    survived = tried - killed - unreached
    counts = {"killed": killed, "timeout": 0, "survived": survived, "no tests": unreached}
    return {"mutants": mutants, "tried": tried, **counts}


def test_the_same_seed_draws_the_same_mutants_of_a_file(script: ModuleType) -> None:
    names = script.sample("energy/data/x.py", NAMES, 25, 1)
    assert (len(names), len(set(names)), set(names) <= set(NAMES)) == (25, 25, True)
    assert script.sample("energy/data/x.py", NAMES[::-1], 25, 1) == names
    assert script.sample("energy/data/x.py", NAMES, 25, 2) != names
    assert script.sample("energy/data/y.py", NAMES, 25, 1) != names


def test_every_mutant_of_a_small_file_is_tried(script: ModuleType) -> None:
    assert script.sample("x.py", NAMES, 500, 1) == sorted(NAMES)
    assert script.sample("x.py", NAMES, None, 1) == sorted(NAMES)
    assert script.sample("x.py", [], 25, 1) == []


def test_a_file_is_weighted_by_its_mutants(script: ModuleType) -> None:
    total = script.together([file_counts(300, 20, 10), file_counts(100, 20, 20)])
    assert total["share"] == pytest.approx(0.75 * 0.5 + 0.25 * 1)
    assert (total["mutants"], total["tried"], total["survived"]) == (400, 40, 10)


def test_the_interval_is_that_of_a_proportion(script: ModuleType) -> None:
    # Of very many, 100 tried and half of them killed: half, give or take 1.96 x 0.05.
    low, high = script.together([file_counts(10**9, 100, 50)])["interval"]
    assert (low, high) == (pytest.approx(0.402, abs=1e-3), pytest.approx(0.598, abs=1e-3))


def test_only_a_sample_has_an_interval(script: ModuleType) -> None:
    whole = script.together([file_counts(10, 10, 9)])
    assert (whole["share"], whole["interval"]) == (0.9, [0.9, 0.9])
    low, high = script.together([file_counts(1000, 25, 25)])["interval"]
    assert low < 0.95
    assert high == 1


def test_an_unreached_mutant_is_not_killed(script: ModuleType) -> None:
    codes = {"a": 1, "b": 0, "c": 33, "d": -24, "e": -9, "f": None}
    counts = script.counted(codes, ["a", "b", "c", "d", "e"])
    assert counts == {
        **{"mutants": 6, "tried": 5, "killed": 1, "timeout": 2, "survived": 1, "no tests": 1}
    }
    assert script.together([counts])["share"] == pytest.approx(0.6)
    with pytest.raises(SystemExit, match="not checked"):
        script.counted(codes, ["f"])


def test_files_are_grouped_by_folder(script: ModuleType) -> None:
    files = dict.fromkeys(
        ("energy/data/a.py", "energy/data/b.py", *script.WHOLE), file_counts(1, 1, 1)
    )
    groups = script.packages(files)
    assert {name: len(each) for name, each in groups.items()} == {
        **{"energy/data": 2, "energy/forecasting/metrics.py": 1}
    }


def mutmut(script: ModuleType, folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shell script stand in for mutmut."""
    (folder / "mutmut").write_text(f"#!/bin/sh\n{code}\n")
    (folder / "mutmut").chmod(0o755)
    monkeypatch.setattr(script.sys, "executable", str(folder / "python"))
    monkeypatch.setattr(script, "MUTANTS", folder)


def test_processes_that_a_run_leaves_are_ended(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "told"
    mutmut(script, tmp_path, f'sleep 60 & echo "$! $*" >{record}', monkeypatch)
    script.run([])
    assert not record.exists()
    script.run(["a", "b"])
    server, *words = record.read_text().split()
    assert words == ["run", "--max-children", "1", "a", "b"]
    deadline = time.monotonic() + 10
    while running(server):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def running(pid: str) -> bool:
    """Whether a process is at work; one that ended may wait for its parent to hear of it."""
    listing = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, check=False)
    return listing.stdout.strip() not in {b"", b"Z", b"ZN"}


def test_a_failed_run_is_an_error(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutmut(script, tmp_path, "exit 3", monkeypatch)
    with pytest.raises(SystemExit, match="run this again"):
        script.run(["a"])


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ('raise X(a, "gone")', 'raise X(a, "XXgoneXX")', "TEXT"),
        ('f"{a[:12]} bytes"', 'f"{a[:12]} BYTES"', "TEXT"),
        ('f"{a[:12]} bytes"', 'f"{a[:13]} bytes"', "NUMBER"),
        ("round(a, 6)", "round(a, 7)", "NUMBER"),
        ("Found(a, b)", "Found(None, b)", "NOTHING"),
        ("f(a, b=b)", "f(a, )", "LEFT_OUT"),
        ("newline=n,", "", "LEFT_OUT"),
        ("if a <= b:", "if a < b:", "OTHER"),
        ("if a and b:", "if (a and b) or True:", "OTHER"),
        ("a |= b", "a = b", "OTHER"),
    ],
)
def test_survivors_are_grouped_by_what_was_changed(
    script: ModuleType, was: str, now: str, kind: str
) -> None:
    assert script.group(was, now) == getattr(script, kind)


def test_the_example_of_a_group_holds(script: ModuleType) -> None:
    assert doctest.testmod(script).failed == 0


def test_the_page_has_the_last_run(script: ModuleType) -> None:
    result = json.loads(script.RESULT.read_text("utf-8"))
    page = script.PAGE.read_text("utf-8")
    assert script.shares(result["packages"]) in page
    assert script.groups(result["survivors"]) in page
    left = sum(package["survived"] + package["no tests"] for package in result["packages"].values())
    assert len(result["survivors"]) == left


def test_four_of_five_mutants_are_killed_at_least(script: ModuleType) -> None:
    """The goal; `make mutants` measures it."""
    packages = json.loads(script.RESULT.read_text("utf-8"))["packages"]
    assert set(packages) == {"energy/data", "energy/forecasting/scores.py", "energy/releases"}
    assert {
        name: package["share"] for name, package in packages.items() if package["share"] < 0.8
    } == {}
