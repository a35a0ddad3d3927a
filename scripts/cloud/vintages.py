"""The archive of vintages, kept in a store between runs of machines that forget.

    <store>/2022-08-6c288c44.zip      one object for each folder of data/vintages/

One object, so that a vintage is in the store whole or not at all; written once and never again,
since its id is the hash of what is inside.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from energy.data.archive import (
    RAW,
    VINTAGES,
    list_vintages,
    lock_folder,
    newest_vintage,
    write_folder,
)
from energy.errors import ObjectExists, StoreError
from energy.releases.bundle import read_manifest, release_ids
from energy.releases.promotion import list_decisions
from energy.releases.store import Store

PACKED = ".zip"


def push(root: Path, store: Store) -> list[str]:
    """Put every vintage that the store does not have into it; their ids, oldest first.

    Args:
        root: The folder with `vintages`.
        store: Where to.

    Raises:
        DataError: A folder in `vintages` is spoilt.
        StoreError: The store cannot be read or written.
    """
    there = set(store.keys())
    pushed = []
    for one in list_vintages(root):
        key = one.vintage_id + PACKED
        if one.folder.name != RAW and key not in there:
            try:
                store.write(key, _packed(one.folder))
            except ObjectExists:  # another machine was first, with the same bytes inside
                continue
            pushed.append(one.vintage_id)
    return pushed


def pull(root: Path, store: Store) -> list[str]:
    """Take every vintage of the store that is not held; their ids, oldest first.

    Args:
        root: The folder that gets or has `vintages`.
        store: Where from.

    Raises:
        RuntimeError: What the store has is no vintage.
        ArchiveUnwritable: The folder cannot be written.
        StoreError: The store cannot be read.
    """
    folder = root / VINTAGES
    pulled = []
    with lock_folder(folder):
        for key in sorted(store.keys()):
            if not key.endswith(PACKED) or (folder / key.removesuffix(PACKED)).exists():
                continue
            write_folder(folder / key.removesuffix(PACKED), _unpacked(key, store.read(key)))
            pulled.append(key.removesuffix(PACKED))
    return pulled


def due(root: Path, releases: Store) -> str:
    """Why a release should be made now; '' if the newest vintage has one already.

    It is asked of the releases, not of the last fetch: a run that kept a vintage and then failed
    to train from it leaves it due.

    Args:
        root: The folder of the data.
        releases: The store of the releases.

    Raises:
        DataError: No vintage is held, or one is spoilt.
        StoreError: The store cannot be read.
    """
    last = newest_vintage(root)
    wanted = set(last.hashes.values())
    # One without a decision was left behind by a publisher that was killed: it is due still.
    decided = {one.release_id for one in list_decisions(releases)}
    for one in reversed(release_ids(releases)):
        if one not in decided:
            continue
        try:
            if set(read_manifest(releases, one).lineage.vintage.values()) == wanted:
                return ""
        except StoreError as error:  # one that cannot be read tells nothing of the others
            print(f"release {one} is passed over: {error}")
    return f"{last.vintage_id} has no release yet"


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            when = max(changed.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
            archive.writestr(zipfile.ZipInfo(file.name, when), file.read_bytes())
    return packed.getvalue()


def _unpacked(key: str, data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise RuntimeError(f"{key} in the store is no vintage: {error}") from error
    if odd := [name for name in files if Path(name).name != name]:
        raise RuntimeError(f"{key} in the store is no vintage: it holds {odd[0]!a}")
    return files
