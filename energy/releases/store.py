"""Where releases live: a directory or an S3 bucket, behind one protocol."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from energy.errors import (
    BadKey,
    ObjectExists,
    ObjectMissing,
    StoreConflict,
    StoreError,
    StoreUnreachable,
    StoreUnwritable,
)

MAX_KEY_LENGTH = 200
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Store(Protocol):
    """Bytes by key. A reader sees an object as it was before a write or after it, never between.

    Every operation raises `BadKey` for a key that could leave the store's root. Reading raises
    `StoreUnreachable` and writing `StoreUnwritable` when the store fails. No message contains a
    credential.
    """

    @property
    def url(self) -> str:
        """The store's location, as `open_store` takes it and as messages show it."""

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return the object under `key` and its version, for `swap`; None if there is none."""

    def read(self, key: str) -> bytes:
        """Return the object under `key`.

        Raises:
            ObjectMissing: There is none.
        """
        stored = self.read_versioned(key)
        if stored is None:
            raise ObjectMissing(f"{key} is not in the store {self.url}.")
        return stored[0]

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key, which is never overwritten.

        Raises:
            ObjectExists: The key is taken; its object is unchanged.
            StoreConflict: On S3 only: another writer is writing this key right now.
        """

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Store `data` under `key` if its version is the expected one; None expects no object.

        Returns:
            The new version.

        Raises:
            StoreConflict: Another writer changed the object; nothing was written.
        """

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted; objects with other names are ignored.

        Args:
            prefix: Empty, a key, or a key and a slash.
        """
        if prefix:
            checked_key(prefix.removesuffix("/"))
        names = self.list_folder(prefix.rpartition("/")[0])
        return sorted(name for name in names if name.startswith(prefix) and _is_key(name))

    def list_folder(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder and below it, for `keys`."""

    def delete(self, key: str) -> None:
        """Delete the object under `key`, if there is one. Only clean-up needs this."""

    def check_writable(self) -> None:
        """Write and delete a probe, so that an unwritable store is noticed before the work.

        Raises:
            StoreUnwritable: With the reason.
        """


def open_store(url: str) -> Store:
    """Open a store by its URL: the path of a directory, or `s3://bucket/prefix`.

    Nothing is read or written yet, and a directory need not exist. For S3, the usual `AWS_*`
    variables, profiles and roles are used.

    Raises:
        StoreError: The URL has another scheme or no bucket, or the AWS settings cannot be used.
    """
    if not url.strip() or not url.isprintable():
        raise _bad_url("it is empty or has control characters")
    scheme = _SCHEME.match(url)
    if scheme is None:
        return DirectoryStore(Path(url))
    if scheme[1] != "s3":
        raise _bad_url(f"its scheme is '{scheme[1]}'" if "://" in url else "it contains a colon")
    if not url.startswith("s3://"):
        raise _bad_url("s3: is not followed by two slashes")
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    prefix = prefix.removesuffix("/")
    if not _BUCKET.fullmatch(bucket):
        raise _bad_url("s3:// is not followed by the name of a bucket")
    if prefix and not _is_key(prefix):
        raise _bad_url(f"its prefix {prefix[:80]!a} has characters other than letters, digits, ._-")
    from energy.releases.s3 import S3Store

    return S3Store(bucket, prefix)


def checked_key(key: str) -> str:
    """Return `key` if it stays inside a store's root on every kind of store.

    No part begins with a dot, so `..` cannot climb, and a store's own files (its lock, unfinished
    writes) cannot be named.

    Raises:
        BadKey: It is empty, too long, absolute, or has other characters than
            letters, digits and `._-/`.

    >>> checked_key("releases/2022-07/manifest.json")
    'releases/2022-07/manifest.json'
    """
    if not _is_key(key):
        raise BadKey(
            f"{key[:80]!a} is not a key; expected up to {MAX_KEY_LENGTH} of A-Z a-z 0-9 . _ - in "
            "parts separated by single slashes, none of which begins with a dot."
        )
    return key


def _is_key(name: str) -> bool:
    return len(name) <= MAX_KEY_LENGTH and _KEY.fullmatch(name) is not None


def _bad_url(reason: str) -> StoreError:
    return StoreError(
        f"The store's URL cannot be used: {reason}; "
        "expected a directory or s3://bucket/prefix (ENERGY_STORE, --store)."
    )


def exists_error(store: Store, key: str) -> ObjectExists:
    """The error for a new key that is taken."""
    return ObjectExists(
        f"{key} is already in the store {store.url}, and published files are never overwritten; "
        "publish under a new release id."
    )


def conflict_error(store: Store, key: str) -> StoreConflict:
    """The error for an object that is not the expected version."""
    return StoreConflict(
        f"{key} in the store {store.url} was changed by another writer in the meantime; nothing "
        "was written. Read it again and decide anew."
    )


def unreachable_error(store: Store, reason: str) -> StoreUnreachable:
    """The error for a failed read."""
    return StoreUnreachable(f"The store {store.url} cannot be read: {reason}.")


def unwritable_error(store: Store, reason: str) -> StoreUnwritable:
    """The error for a failed write."""
    return StoreUnwritable(
        f"The store {store.url} cannot be written: {reason}. "
        "Choose another (ENERGY_STORE, --store) or make it writable."
    )


LOCK_SECONDS = 10.0
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class DirectoryStore(Store):
    """A `Store` in a directory, which the first write creates.

    Names that begin with a dot belong to the store: `.lock`, and `.new-*`, which a killed writer
    may leave behind. Reading takes no lock and works on a read-only mount.
    """

    def __init__(self, root: Path) -> None:
        """Use `root`; a relative path is resolved now."""
        self.root = Path(os.path.abspath(root.expanduser()))

    @property
    def url(self) -> str:
        """The directory's absolute path."""
        return str(self.root)

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return the object and its SHA-256, which is its version."""
        path = self.root / checked_key(key)
        try:
            data = path.read_bytes()
        except _ABSENT:
            return None
        except OSError as error:
            raise unreachable_error(self, os_reason(error)) from error
        return data, hashlib.sha256(data).hexdigest()

    def write(self, key: str, data: bytes) -> None:
        """Store a new object."""
        path = self.root / checked_key(key)
        with self._locked():
            if path.exists():
                raise exists_error(self, key)
            _write_atomically(path, data)

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace the object if it is still the expected version."""
        path = self.root / checked_key(key)
        with self._locked():
            stored = self.read_versioned(key)
            if (stored[1] if stored else None) != expected_version:
                raise conflict_error(self, key)
            _write_atomically(path, data)
        return hashlib.sha256(data).hexdigest()

    def list_folder(self, folder: str) -> list[str]:
        """List the files, but none whose name begins with a dot."""
        paths: list[Path] = []
        try:
            for parent, subfolders, names in os.walk(self.root / folder, onerror=_not_absent):
                subfolders[:] = [name for name in subfolders if not name.startswith(".")]
                paths += [Path(parent, name) for name in names]
        except OSError as error:
            raise unreachable_error(self, os_reason(error)) from error
        return [path.relative_to(self.root).as_posix() for path in paths]

    def delete(self, key: str) -> None:
        """Delete the object, and its folder if that is empty then."""
        path = self.root / checked_key(key)
        with self._locked():
            path.unlink(missing_ok=True)
            folder = path.parent
            while folder != self.root and _remove_leftovers(folder):
                folder.rmdir()
                folder = folder.parent

    def check_writable(self) -> None:
        """Write and delete a probe."""
        with self._locked():
            probe = self.root / f".probe-{secrets.token_hex(8)}"
            _write_atomically(probe, b"probe\n")
            probe.unlink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only writer, and raise the system's errors as `StoreUnwritable`."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            reason = f"another writer has held its .lock for {LOCK_SECONDS:.0f} seconds"
            raise unwritable_error(self, reason) from error
        except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
            raise unwritable_error(self, os_reason(error)) from error


def _write_atomically(path: Path, data: bytes) -> None:
    """Let `data` appear at `path` at once, and survive a power cut."""
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


def _remove_leftovers(folder: Path) -> bool:
    """Whether a folder has nothing but killed writers' files, which are removed then.

    Under the lock, no living writer has such a file.
    """
    if not folder.is_dir():
        return False
    paths = list(folder.iterdir())
    if any(not path.name.startswith(".new-") for path in paths):
        return False
    for path in paths:
        path.unlink()
    return True


def _not_absent(error: OSError) -> None:
    if not isinstance(error, _ABSENT):
        raise error


def os_reason(error: Exception) -> str:
    """What the operating system reports, and the file it is about."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"
