"""A store in a directory: durable writes, locks and errors of the file system."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from energy.errors import StoreUnreachable, StoreUnwritable
from energy.releases import store as module
from energy.releases.store import open_store


def test_a_relative_path_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("here")
    store.write("a", b"1")
    monkeypatch.chdir("/")
    assert store.read("a") == b"1"
    assert store.url == str(tmp_path / "here")


def under_a_file(tmp_path: Path) -> str:
    (tmp_path / "file").write_text("")
    return str(tmp_path / "file" / "store")


@pytest.mark.parametrize(
    "place", [under_a_file, lambda _: "/proc/energy-store", lambda _: "/dev/null"]
)
def test_directories_that_cannot_be_written(place: Callable[[Path], str], tmp_path: Path) -> None:
    store = open_store(place(tmp_path))
    attempts: list[Callable[[], object]] = [
        store.check_writable,
        lambda: store.write("a", b""),
        lambda: store.swap("a", b"", None),
        lambda: store.delete("a"),
    ]
    for attempt in attempts:
        with pytest.raises(StoreUnwritable, match=r"cannot be written: .+") as caught:
            attempt()
        assert store.url in str(caught.value)
    assert store.read_versioned("a") is None


def test_a_lock_that_is_not_released_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.1)
    with FileLock(tmp_path / ".lock"), pytest.raises(StoreUnwritable, match="another writer"):
        open_store(str(tmp_path)).write("a", b"1")


def test_a_temporary_file_is_no_key_and_is_deleted_with_its_folder(
    tmp_path: Path,
) -> None:
    store = open_store(str(tmp_path))
    for key in ("a/b/c", "a/d"):
        store.write(key, b"1")
    (tmp_path / "a" / "b" / ".new-0123").write_bytes(b"half")
    assert store.keys() == ["a/b/c", "a/d"]
    store.delete("a/b/c")
    assert not (tmp_path / "a" / "b").exists()
    assert store.keys() == ["a/d"]
    store.delete("a/d")
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_directory_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(tmp_path))
    store.write("a/b", b"1")

    def refuse(path: object, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    for attempt in (store.keys, lambda: store.read("a/b")):
        with pytest.raises(StoreUnreachable, match=rf"Permission denied: {tmp_path}"):
            attempt()


def test_a_file_is_synced_before_it_is_renamed_and_then_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced, real = tmp_path / "a" / "b", list[tuple[int, bool]](), os.fsync

    def fsync(handle: int) -> None:
        synced.append((os.fstat(handle).st_ino, path.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    open_store(str(tmp_path)).write("a/b", b"1")
    assert (path.stat().st_ino, False) in synced
    assert (path.parent.stat().st_ino, True) in synced
