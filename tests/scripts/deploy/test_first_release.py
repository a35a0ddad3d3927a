"""The first release in the bucket is the live release of this machine, verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from energy.errors import FileAltered
from energy.releases.bundle import verify_release
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from scripts.deploy.deployment import copy_first_release


def test_the_live_release_is_copied_once(made_store: Callable[[str], Path], tmp_path: Path) -> None:
    source, target = open_store(str(made_store("theta"))), open_store(str(tmp_path / "bucket"))
    copied = copy_first_release(source, target)
    assert copied == read_champion(source).release_id == read_champion(target).release_id
    assert verify_release(target, copied).files == verify_release(source, copied).files
    assert copy_first_release(open_store(str(tmp_path / "none")), target) == ""


def test_no_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="'make run' publishes one"):
        copy_first_release(open_store(str(tmp_path / "a")), open_store(str(tmp_path / "b")))


def test_an_altered_release_is_not_copied(
    made_store: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copytree(made_store("theta"), tmp_path / "store")
    (table,) = (tmp_path / "store" / "releases").glob("*/forecast.json")
    table.write_bytes(table.read_bytes() + b" ")
    target = open_store(str(tmp_path / "bucket"))
    with pytest.raises(FileAltered):
        copy_first_release(open_store(str(tmp_path / "store")), target)
    assert read_champion(target) is None
