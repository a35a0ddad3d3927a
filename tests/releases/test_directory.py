"""A store that is a directory: on the disk when it says so, and plain about what is in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from energy.errors import StoreUnreachable
from energy.releases.store import open_store


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


def test_what_is_written_is_on_the_disk_before_it_has_its_name_and_so_is_its_name(
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
