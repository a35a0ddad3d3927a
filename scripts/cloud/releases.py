"""A release from one store to another, with the project's own functions."""

from __future__ import annotations

from datetime import UTC, datetime

from energy.contract import Manifest
from energy.releases.bundle import verify_release, write_release
from energy.releases.promotion import promote
from energy.releases.reader import read_champion
from energy.releases.store import Store


def copy_champion(source: Store, target: Store) -> Manifest:
    """Copy the release in service, verified whole, and put it in service in the other store.

    Raises:
        RuntimeError: There is none.
        StoreError: A store failed, or a release is not what its manifest says.
    """
    if (pointer := read_champion(source)) is None:
        raise RuntimeError(f"{source.url} holds no release yet: 'make run' publishes one")
    manifest = verify_release(source, pointer.release_id)
    folder = f"releases/{manifest.release_id}/"
    files = {name: source.read(folder + name) for name in manifest.files}
    write_release(target, manifest, files)
    promote(target, manifest.release_id, pointer.reason, datetime.now(UTC))
    return manifest


def first_release(source: Store, target: Store) -> str:
    """Give a store that has no release the one in service here; its id, '' if it has one.

    Raises:
        RuntimeError: Neither has one.
        StoreError: As `copy_champion`.
    """
    return "" if read_champion(target) else copy_champion(source, target).release_id
