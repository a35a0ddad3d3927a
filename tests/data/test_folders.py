"""A folder appears whole, is never touched again, and says what is in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from energy import legacy_errors
from energy.data.archive import lock_folder, write_folder


def test_what_is_put_is_there_whole(tmp_path: Path) -> None:
    with lock_folder(tmp_path / "a" / "b") as _:
        write_folder(tmp_path / "a" / "b" / "one", {"x.ods": b"1", "vintage.json": b"{}"})
    found = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b" / "one").iterdir()}
    assert found == {"x.ods": b"1", "vintage.json": b"{}"}


def test_what_is_put_is_on_the_disk_before_it_has_its_name_and_so_is_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, synced, real = tmp_path / "one", list[tuple[int, bool]](), os.fsync

    def fsync(handle: int) -> None:
        synced.append((os.fstat(handle).st_ino, folder.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_folder(folder, {"x.ods": b"1"})
    for path, named in ((folder / "x.ods", False), (folder, False), (tmp_path, True)):
        assert (path.stat().st_ino, named) in synced


def test_a_folder_that_is_there_is_never_touched(tmp_path: Path) -> None:
    with lock_folder(tmp_path):
        write_folder(tmp_path / "one", {"x.ods": b"1"})
        with pytest.raises(FileExistsError, match="never overwritten"):
            write_folder(tmp_path / "one", {"x.ods": b"2"})
    assert (tmp_path / "one" / "x.ods").read_bytes() == b"1"


def test_the_next_writer_clears_away_what_a_killed_one_left(tmp_path: Path) -> None:
    left, ours = tmp_path / ".new-0123", tmp_path / "one"
    for folder in (left, ours):
        folder.mkdir()
        (folder / "x.ods").write_bytes(b"1")
    with lock_folder(tmp_path):
        assert not left.exists()
    assert ours.exists()


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    with (
        pytest.raises(
            legacy_errors.ArchiveUnwritable,
            match=rf"(File exists|Not a directory): {tmp_path}/file",
        ),
        lock_folder(tmp_path / "file"),
    ):
        pass


def test_an_error_without_a_path_is_told_in_its_own_words(tmp_path: Path) -> None:
    for error, told in (
        (OSError(28, "No space left on device"), r"written: No space left on device\. "),
        (OSError("odd"), "OSError: odd"),
        (NotImplementedError("no locks"), "NotImplementedError: no locks"),
    ):
        with pytest.raises(legacy_errors.ArchiveUnwritable, match=told), lock_folder(tmp_path):
            raise error
