"""Where releases live: a directory or an S3 bucket, behind the same seven operations.

Reading needs the standard library alone (and obstore or botocore for `s3://`); filelock is imported
where a directory is written.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Protocol

from energy.errors import BadKey, BadStoreUrl
from energy.releases.keys import checked_prefix

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Store(Protocol):
    """Bytes by key. A reader sees an object as it was before a write or after it, never between.

    Whatever the implementation, every operation raises `BadKey` for a key that could leave the
    store's root, reading raises `StoreUnreachable` and writing `StoreUnwritable` when the store
    fails, and no message holds a credential.
    """

    @property
    def url(self) -> str:
        """Where this store is, as `open_store` takes it and as messages show it."""

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`.

        Raises:
            ObjectMissing: Nothing is.
        """

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its version, for `swap`; None if nothing is."""

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key, never to be overwritten.

        Raises:
            ObjectExists: The key is taken; what is stored there stays as it is.
            StoreConflict: S3 alone: another writer is at this key right now.
        """

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Store `data` under `key` if its version is still the expected one; None expects nothing.

        Returns:
            The new version.

        Raises:
            StoreConflict: Somebody else has written the key; nothing is changed.
        """

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted; what could be no key is left out."""

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`; nothing being there is fine. For sweeping alone."""

    def check_writable(self) -> None:
        """Write and delete a probe: a store that cannot be written is found before the work.

        Raises:
            StoreUnwritable: With the reason.
        """


def open_store(url: str) -> Store:
    """Open a store by its URL: a directory's path, or `s3://bucket/prefix`.

    Nothing is read or written yet; a directory need not exist. For S3, `AWS_ENDPOINT_URL` and the
    usual `AWS_*` variables, profiles and roles are honoured.

    Raises:
        BadStoreUrl: Another scheme, no bucket, or something that is neither.
    """
    if not url.strip() or not url.isprintable():
        raise BadStoreUrl("it is empty or holds control characters")
    scheme = _SCHEME.match(url)
    if scheme is None:
        from energy.releases.directory import DirectoryStore

        return DirectoryStore(Path(url))
    if scheme[1] != "s3":
        raise BadStoreUrl(f"its scheme is '{scheme[1]}'" if "://" in url else "it holds a colon")
    bucket, prefix = _bucket_and_prefix(url)
    return _in_s3(bucket, prefix)


def _in_s3(bucket: str, prefix: str) -> Store:
    """A store on S3: the quick one where the environment alone says how to reach it."""
    from energy.releases.s3_quick import QuickS3Store, will_do

    if will_do(os.environ):
        return QuickS3Store(bucket, prefix, os.environ)
    from energy.releases.s3 import S3Store

    return S3Store(bucket, prefix)


def _bucket_and_prefix(url: str) -> tuple[str, str]:
    if not url.startswith("s3://"):
        raise BadStoreUrl("s3: is not followed by two slashes")
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise BadStoreUrl("s3:// is not followed by the name of a bucket")
    prefix = prefix.removesuffix("/")
    try:
        return bucket, checked_prefix(prefix)
    except BadKey as error:
        reason = f"its prefix {prefix[:80]!a} holds more than parts of letters, digits and ._-"
        raise BadStoreUrl(reason) from error
