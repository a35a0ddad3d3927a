"""Keep the archive of vintages in a store, for machines that lose their disk between runs.

    <store>/2022-08-6c288c44.zip      one object for each folder of data/vintages/

One object for a vintage, so that the store has all of it or nothing. An object is never
overwritten: its id is the hash of its content.
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

ZIP = ".zip"


def push_vintages(root: Path, store: Store) -> list[str]:
    """Store the vintages that the store does not have; return their ids, oldest first.

    Raises:
        DataError: A folder in `vintages` is damaged.
        StoreError: The store cannot be read or written.
    """
    there = set(store.keys())
    stored = []
    for vintage in list_vintages(root):
        key = vintage.vintage_id + ZIP
        if vintage.folder.name != RAW and key not in there:
            try:
                store.write(key, _zip_folder(vintage.folder))
            except ObjectExists:  # another machine stored the same content first
                continue
            stored.append(vintage.vintage_id)
    return stored


def pull_vintages(root: Path, store: Store) -> list[str]:
    """Fetch the vintages that are not here; return their ids, oldest first.

    Raises:
        RuntimeError: An object in the store is not a vintage.
        ArchiveUnwritable: The folder cannot be written.
        StoreError: The store cannot be read.
    """
    folder = root / VINTAGES
    fetched = []
    with lock_folder(folder):
        for key in sorted(store.keys()):
            if not key.endswith(ZIP) or (folder / key.removesuffix(ZIP)).exists():
                continue
            write_folder(folder / key.removesuffix(ZIP), _unzip(key, store.read(key)))
            fetched.append(key.removesuffix(ZIP))
    return fetched


def release_due(root: Path, releases: Store) -> str:
    """Why a release is due; '' if the newest vintage has one already.

    This looks at the releases, not at the last fetch: after a run that stored a vintage and then
    failed to train, a release is still due.

    Raises:
        DataError: There is no vintage, or one is damaged.
        StoreError: The store cannot be read.
    """
    vintage = newest_vintage(root)
    hashes = set(vintage.hashes.values())
    # A release without a decision is left over from a killed run: one is still due.
    decided = {release_id.release_id for release_id in list_decisions(releases)}
    for release_id in reversed(release_ids(releases)):
        if release_id not in decided:
            continue
        try:
            if set(read_manifest(releases, release_id).lineage.vintage.values()) == hashes:
                return ""
        except StoreError as error:  # an unreadable release says nothing of the others
            print(f"release {release_id} is skipped: {error}")
    return f"{vintage.vintage_id} has no release yet"


def _zip_folder(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            date_time = max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
            archive.writestr(zipfile.ZipInfo(file.name, date_time), file.read_bytes())
    return content.getvalue()


def _unzip(key: str, data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise RuntimeError(f"{key} in the store is not a vintage: {error}") from error
    if paths := [name for name in files if Path(name).name != name]:
        raise RuntimeError(f"{key} in the store is not a vintage: it contains {paths[0]!a}")
    return files
