"""A store that is a directory: what is renamed into place under a lock is whole or not there."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy.errors import (
    ObjectExists,
    ObjectMissing,
    StoreConflict,
    StoreUnreachable,
    StoreUnwritable,
)
from energy.releases.keys import checked_key, checked_prefix, is_key

LOCK_SECONDS = 10.0
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class DirectoryStore:
    """A `Store` (its operations and errors are described there) in a directory.

    Names that begin with a dot are the store's own: `.lock`, and `.new-*`, which a killed writer
    may leave and no key can name. Reading takes no lock and works on a read-only mount.
    """

    def __init__(self, root: Path) -> None:
        """Use `root`, which the first write creates."""
        self.root = Path(os.path.abspath(root.expanduser()))

    @property
    def url(self) -> str:
        """The directory's absolute path."""
        return str(self.root)

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`; `ObjectMissing` if nothing is."""
        found = self.read_versioned(key)
        if found is None:
            raise ObjectMissing(self.url, key)
        return found[0]

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its SHA-256, which is its version."""
        path = self.root / checked_key(key)
        try:
            data = path.read_bytes()
        except _ABSENT:
            return None
        except OSError as error:
            raise StoreUnreachable(self.url, _reason(error)) from error
        return data, hashlib.sha256(data).hexdigest()

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key; `ObjectExists` if it is taken."""
        path = self.root / checked_key(key)
        with self._writing():
            if path.exists():
                raise ObjectExists(self.url, key)
            _put(path, data)

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace what is stored under `key`; `StoreConflict` if somebody else did already."""
        path = self.root / checked_key(key)
        with self._writing():
            found = self.read_versioned(key)
            if (found[1] if found else None) != expected_version:
                raise StoreConflict(self.url, key)
            _put(path, data)
        return hashlib.sha256(data).hexdigest()

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted."""
        folder = self.root / checked_prefix(prefix).rpartition("/")[0]
        found: list[str] = []
        try:
            for parent, folders, names in os.walk(folder, onerror=_unless_absent):
                folders[:] = [name for name in folders if not name.startswith(".")]
                under = Path(parent).relative_to(self.root)
                found += [(under / name).as_posix() for name in names if not name.startswith(".")]
        except OSError as error:
            raise StoreUnreachable(self.url, _reason(error)) from error
        return sorted(key for key in found if key.startswith(prefix) and is_key(key))

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`, and its folder with the last of it."""
        path = self.root / checked_key(key)
        with self._writing():
            path.unlink(missing_ok=True)
            folder = path.parent
            while folder != self.root and _nothing_but_remains(folder):
                folder.rmdir()
                folder = folder.parent

    def check_writable(self) -> None:
        """Write and delete a probe; `StoreUnwritable` with the reason if that cannot be done."""
        with self._writing():
            probe = self.root / f".probe-{secrets.token_hex(8)}"
            _put(probe, b"probe\n")
            probe.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer, and turn the system's errors into ours."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            reason = f"another writer has held its .lock for {LOCK_SECONDS:.0f} seconds"
            raise StoreUnwritable(self.url, reason) from error
        except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
            raise StoreUnwritable(self.url, _reason(error)) from error


def _put(path: Path, data: bytes) -> None:
    """Let `data` appear at `path` at once, and stay there through a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.parent / f".new-{secrets.token_hex(8)}"
    try:
        with new.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _nothing_but_remains(folder: Path) -> bool:
    """Whether nothing is left in a folder, what killed writers left there being cleared away."""
    if not folder.is_dir():
        return False
    found = list(folder.iterdir())
    if any(not path.name.startswith(".new-") for path in found):
        return False
    for path in found:  # under the lock no living writer has one
        path.unlink()
    return True


def _unless_absent(error: OSError) -> None:
    if not isinstance(error, _ABSENT):
        raise error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"
