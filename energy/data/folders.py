"""Folders that appear whole or not at all, one writer at a time."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from energy.errors import ArchiveUnwritable

LOCK_SECONDS = 60.0
"""How long to wait for another writer: reading and checking a vintage takes it about a second."""
_HIDDEN = ".new-"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the only writer in a folder, which is made if need be.

    The lock is the system's, on the file `.lock`: it goes with the process that holds it, killed
    or not, and the file that stays behind means nothing.

    Raises:
        ArchiveUnwritable: The folder cannot be written, or another writer does not come to an end.
    """
    from filelock import FileLock, Timeout

    lock = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=LOCK_SECONDS):
            _clear(folder)
            yield
    except Timeout as error:
        reason = f"another writer has held {lock} for {LOCK_SECONDS:.0f} seconds"
        raise ArchiveUnwritable(folder, reason) from error
    except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
        raise ArchiveUnwritable(folder, _reason(error)) from error


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Let a new folder with these files appear at once, and stay there through a power cut.

    Written beside under a hidden name, then renamed. Call it within `writing` of the parent.

    Raises:
        FileExistsError: There is such a folder; it is never touched.
        OSError: The files cannot be written; nothing has appeared.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists, and what is kept is never overwritten")
    new = folder.parent / f"{_HIDDEN}{secrets.token_hex(8)}"
    new.mkdir()
    try:
        for name, content in files.items():
            with (new / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(new)
        # On POSIX this fails on a folder that holds anything, so it cannot replace one either.
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)  # There is nothing to remove once it is renamed.
    _sync(folder.parent)


def _clear(folder: Path) -> None:
    """Remove what a killed writer left: only one holds the lock, so nobody is writing it now."""
    for left in folder.glob(f"{_HIDDEN}*"):
        shutil.rmtree(left, ignore_errors=True)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders, and needs no such thing.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"
