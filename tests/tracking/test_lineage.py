"""The commit and the packages of a release."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from energy.tracking.lineage import PACKAGES, commit, lineage, pins


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
    command = ["git", "-C", str(root), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_a_clean_checkout_is_its_commit(repository: Path) -> None:
    assert commit(repository) == git(repository, "rev-parse", "HEAD")
    (repository / "notes.txt").write_text("nobody tracks this")
    assert not commit(repository).endswith("-dirty")


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_changes(repository: Path, staged: bool) -> None:
    (repository / "code.py").write_text("2")
    if staged:
        git(repository, "add", ".")
    assert commit(repository) == git(repository, "rev-parse", "HEAD") + "-dirty"


def test_no_checkout_is_unknown(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert commit(tmp_path / "nowhere") == "unknown"
    monkeypatch.setenv("PATH", "")
    assert commit(repository) == "unknown"


def test_a_task_on_an_engine_has_the_hash_of_its_code_package(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METAFLOW_CODE_SHA", "0123abc")
    assert commit(repository) == git(repository, "rev-parse", "HEAD")
    assert commit(tmp_path / "nowhere") == "code-0123abc"


def test_a_repository_without_a_commit_is_unknown(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert commit(tmp_path) == "unknown"


def test_the_lineage_of_this_environment() -> None:
    vintage, runs = {"a.xlsx": "0" * 64}, {"metaflow": "TrainFlow/1"}
    made = lineage(vintage, "abc", runs)
    assert (made.vintage, made.commit, made.runs) == (vintage, "abc", runs)
    assert made.packages == {name: version(name) for name in PACKAGES}
    assert made.python == platform.python_version()
    assert pins(made) == [f"{name}=={version(name)}" for name in PACKAGES]
