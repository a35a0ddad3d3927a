"""The sample of mutants, the share that tests kill, and the page."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from scripts.dev import try_mutants

ROOT = Path(__file__).parents[3]
NAMES = [f"energy.data.x.x_read__mutmut_{number}" for number in range(100)]


def file_counts(mutants: int, tried: int, killed: int, unreached: int = 0) -> dict:
    survived = tried - killed - unreached
    counts = {"killed": killed, "timeout": 0, "survived": survived, "no tests": unreached}
    return {"mutants": mutants, "tried": tried, **counts}


def test_the_same_seed_draws_the_same_mutants_of_a_file() -> None:
    names = try_mutants.sample("energy/data/x.py", NAMES, 25, 1)
    assert (len(names), len(set(names)), set(names) <= set(NAMES)) == (25, 25, True)
    assert try_mutants.sample("energy/data/x.py", NAMES[::-1], 25, 1) == names
    assert try_mutants.sample("energy/data/x.py", NAMES, 25, 2) != names
    assert try_mutants.sample("energy/data/y.py", NAMES, 25, 1) != names
    for count in (500, None):
        assert try_mutants.sample("x.py", NAMES, count, 1) == sorted(NAMES)


def test_a_sample_has_the_interval_of_a_proportion() -> None:
    """Half of 100 tried mutants: 1.96 x 0.05 to either side."""
    interval = try_mutants.together([file_counts(10**9, 100, 50)])["interval"]
    assert interval == pytest.approx([0.402, 0.598], abs=1e-3)
    complete = try_mutants.together([file_counts(10, 10, 9)])
    assert (complete["share"], complete["interval"]) == (0.9, [0.9, 0.9])
    weighted = try_mutants.together([file_counts(300, 20, 10), file_counts(100, 20, 20)])
    assert weighted["share"] == pytest.approx(0.75 * 0.5 + 0.25 * 1)


def test_an_unreached_mutant_is_not_killed() -> None:
    codes = {"a": 1, "b": 0, "c": 33, "d": -24, "e": -9, "f": None}
    counts = try_mutants.counted(codes, ["a", "b", "c", "d", "e"])
    assert counts == {
        **{"mutants": 6, "tried": 5, "killed": 1, "timeout": 2, "survived": 1, "no tests": 1}
    }
    assert try_mutants.together([counts])["share"] == pytest.approx(0.6)
    with pytest.raises(SystemExit, match="not checked"):
        try_mutants.counted(codes, ["f"])


def test_a_run_ends_the_processes_it_leaves_and_reports_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell script stands in for mutmut."""
    record, mutmut = tmp_path / "record", tmp_path / "mutmut"
    mutmut.write_text(f'#!/bin/sh\nsleep 60 & echo "$! $*" >{record}\n')
    mutmut.chmod(0o755)
    monkeypatch.setattr(try_mutants.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(try_mutants, "MUTANTS", tmp_path)
    try_mutants.run([])
    assert not record.exists()
    try_mutants.run(["a", "b"])
    server, *words = record.read_text().split()
    assert words == ["run", "--max-children", "1", "a", "b"]
    deadline = time.monotonic() + 10
    while running(server):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    mutmut.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(SystemExit, match="run this again"):
        try_mutants.run(["a"])


def running(pid: str) -> bool:
    """Whether a process runs; an ended process may wait for its parent."""
    listing = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, check=False)
    return listing.stdout.strip() not in {b"", b"Z", b"ZN"}


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
def test_survivors_are_grouped_by_what_was_changed(was: str, now: str, kind: str) -> None:
    assert try_mutants.group(was, now) == getattr(try_mutants, kind)


def test_the_page_has_the_last_run_and_the_goal_is_met() -> None:
    result = json.loads(try_mutants.RESULT.read_text("utf-8"))
    page = try_mutants.PAGE.read_text("utf-8")
    assert try_mutants.shares(result["packages"]) in page
    assert try_mutants.groups(result["survivors"]) in page
    packages = result["packages"].values()
    left = sum(package["survived"] + package["no tests"] for package in packages)
    assert len(result["survivors"]) == left
    assert min(package["share"] for package in packages) >= 0.8
