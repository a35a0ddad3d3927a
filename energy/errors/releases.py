"""A store or a release that is not as it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed

__all__ = [
    "BadDocument",
    "BadKey",
    "BadReleaseId",
    "BadStoreUrl",
    "FileAltered",
    "NotWhole",
    "ObjectExists",
    "ObjectMissing",
    "ReleaseFiles",
    "ReleaseMissing",
    "StoreConflict",
    "StoreError",
    "StoreUnreachable",
    "StoreUnwritable",
    "UnknownSchema",
]


class StoreError(EnergyError):
    """The release store, or something in it, is not as it should be."""


@dataclass(eq=False)
class BadStoreUrl(StoreError):
    """A store that is neither a directory nor a bucket; `reason` never quotes a password."""

    reason: str

    @property
    def message(self) -> str:
        return (
            f"The store's URL cannot be used: {self.reason}; "
            "expected a directory or s3://bucket/prefix (ENERGY_STORE, --store)."
        )


@dataclass(eq=False)
class BadKey(StoreError):
    """A key that could name something outside the store, or that no store could hold."""

    key: str

    @property
    def message(self) -> str:
        return (
            f"{self.key[:80]!a} is no key of the store; expected up to 200 of A-Z a-z 0-9 . _ - in "
            "parts separated by single slashes, none of which begins with a dot."
        )


@dataclass(eq=False)
class ObjectMissing(StoreError):
    """Nothing is stored under this key."""

    store: str
    key: str

    @property
    def message(self) -> str:
        return f"{self.key} is not in the store {self.store}."


@dataclass(eq=False)
class ObjectExists(StoreError):
    """Something is stored under this key already, and release files are never overwritten."""

    store: str
    key: str

    @property
    def message(self) -> str:
        return (
            f"{self.key} is in the store {self.store} already, and what is published is never "
            "overwritten; publish under a new release id."
        )


@dataclass(eq=False)
class StoreConflict(StoreError):
    """Somebody else wrote this key between our reading and our writing of it."""

    store: str
    key: str

    @property
    def message(self) -> str:
        return (
            f"{self.key} in the store {self.store} was changed by another writer in the meantime; "
            "nothing was written. Read it again and decide anew."
        )


@dataclass(eq=False)
class StoreUnreachable(StoreError):
    """The store cannot be read."""

    store: str
    reason: str

    @property
    def message(self) -> str:
        return f"The store {self.store} cannot be read: {self.reason}."


@dataclass(eq=False)
class StoreUnwritable(StoreError):
    """The store cannot be written."""

    store: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The store {self.store} cannot be written: {self.reason}. "
            "Name another (ENERGY_STORE, --store) or make it writable."
        )


@dataclass(eq=False)
class BadReleaseId(StoreError):
    """A text that is not a release id."""

    release_id: str

    @property
    def message(self) -> str:
        return (
            f"{self.release_id[:80]!a} is no release id; "
            "expected one such as 2022-07-20261123T170000Z-3f9a1c2b."
        )


@dataclass(eq=False)
class ReleaseMissing(StoreError):
    """A release that was never written, or whose writing never finished."""

    store: str
    release_id: str

    @property
    def message(self) -> str:
        return (
            f"Release {self.release_id} is not in the store {self.store}: it has no manifest.json, "
            "which is written last. Its writing never began or never finished; publish anew."
        )


@dataclass(eq=False)
class ReleaseFiles(StoreError):
    """Files that do not make up a release, or a name that is not one of its files."""

    release_id: str
    found: Sequence[str]
    expected: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"Release {self.release_id} was given or asked for {listed(self.found)}; "
            f"its files are {listed(self.expected)}."
        )


@dataclass(eq=False)
class FileAltered(StoreError):
    """A release's file that is not what its manifest says; `found_sha256` is None if it is gone."""

    release_id: str
    name: str
    expected_sha256: str
    expected_bytes: int
    found_sha256: str | None
    found_bytes: int

    @property
    def message(self) -> str:
        found = (
            "is gone"
            if self.found_sha256 is None
            else f"has {self.found_bytes} bytes and SHA-256 {self.found_sha256}"
        )
        return (
            f"{self.name} of release {self.release_id} {found}; its manifest says "
            f"{self.expected_bytes} bytes and {self.expected_sha256}. "
            "It is not used; publish anew or restore the file."
        )


@dataclass(eq=False)
class BadDocument(StoreError):
    """A JSON document that does not say what it should."""

    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.name} is not as expected: {self.reason}."


@dataclass(eq=False)
class UnknownSchema(StoreError):
    """A JSON document written by a newer or a foreign version of this code."""

    name: str
    found: object
    known: int

    @property
    def message(self) -> str:
        return (
            f"{self.name} has schema {self.found!a}; this version reads schema {self.known}. "
            "Update this installation, or publish anew with it."
        )


@dataclass(eq=False)
class NotWhole(StoreError):
    """Releases of a store that are not what their manifests say."""

    store: str
    release_ids: Sequence[str]
    checked: int

    @property
    def message(self) -> str:
        return (
            f"{len(self.release_ids)} of {self.checked} releases in the store {self.store} are not "
            f"whole: {listed(self.release_ids)}. They are not used; publish anew or restore them."
        )
