"""Vintages are stored by a machine and read by the next."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from s3_server import S3Server

from energy.data.archive import list_vintages
from energy.data.vintage_builder import ingest_vintage
from energy.data.vintages import VintageRecord, describe_file
from energy.releases.store import open_store
from scripts.deploy.vintage_store import pull_vintages, push_vintages, release_due

ROOT = Path(__file__).resolve().parents[3]
RAW = ROOT / "data" / "raw"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A data folder with an ingested vintage."""
    files = {path.name: path.read_bytes() for path in RAW.iterdir() if path.suffix != ".json"}
    files = {name: data for name, data in files.items() if data[:2] == b"PK"}
    records = {name: describe_file(data, "by hand") for name, data in files.items()}
    ingest_vintage(tmp_path / "first", files, VintageRecord("", "", records), accept=())
    return tmp_path / "first"


def contents(root: Path) -> dict[str, bytes]:
    folder = root / "vintages"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_another_machine_gets_the_same_vintages(
    machine: Path,
    tmp_path: Path,
    kind: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = str(tmp_path / "store")
    if kind == "s3":
        server: S3Server = request.getfixturevalue("s3")
        server.use(monkeypatch)
        url = f"s3://{server.bucket}/vintages"
    store = open_store(url)
    (stored,) = push_vintages(machine, store)
    assert pull_vintages(tmp_path / "second", store) == [stored]
    assert contents(tmp_path / "second") == contents(machine)
    assert [vintage.vintage_id for vintage in list_vintages(tmp_path / "second")] == [stored]
    # Again, from either: nothing to do.
    assert (push_vintages(machine, store), push_vintages(tmp_path / "second", store)) == ([], [])
    assert pull_vintages(machine, store) == []


def test_the_embedded_vintage_is_not_stored(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    assert push_vintages(tmp_path / "data", store) == []


def test_objects_that_are_not_vintages_are_rejected(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    store.write("2022-08-6c288c44.zip", b"half of it")
    with pytest.raises(RuntimeError, match="is not a vintage"):
        pull_vintages(tmp_path / "data", store)
    with zipfile.ZipFile(tmp_path / "climbs.zip", "w") as archive:
        archive.writestr("../vintage.json", "{}")
    climbing = open_store(str(tmp_path / "other"))
    climbing.write("2022-08-6c288c44.zip", (tmp_path / "climbs.zip").read_bytes())
    with pytest.raises(RuntimeError, match=r"it contains '\.\./vintage\.json'"):
        pull_vintages(tmp_path / "data", climbing)
    assert list_vintages(tmp_path / "data") == []


def unchanged(store: Path) -> None:
    """Leave the store as it is."""


def unreadable(store: Path) -> None:
    (manifest,) = (store / "releases").glob("*/manifest.json")
    manifest.write_text("{")


def undecided(store: Path) -> None:
    shutil.rmtree(store / "decisions")


@pytest.mark.parametrize(
    ("change", "due"), [(unchanged, False), (unreadable, True), (undecided, True), (None, True)]
)
def test_a_release_is_due_until_the_newest_vintage_has_one(
    change: Callable[[Path], None] | None,
    due: bool,
    made_store: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """An unreadable release does not count, and neither does a release without a decision."""
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    if change is not None:
        change(Path(shutil.copytree(made_store("theta"), tmp_path / "store")))
    reason = release_due(tmp_path / "data", open_store(str(tmp_path / "store")))
    assert reason.endswith("has no release yet") if due else reason == ""
