"""Which releases were ever live and what each forecast, read from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, replace

from energy.contract import ForecastTable, Manifest
from energy.contract.months import months_after
from energy.errors import BadDocument, ObjectMissing, StoreError, StoreUnreachable
from energy.releases.bundle import HISTORY, load_document, read_file, read_manifest, read_table
from energy.releases.promotion import FOLDER, PROMOTED, ROLLED_BACK
from energy.releases.reader import read_champion
from energy.releases.store import Store


@dataclass(frozen=True, slots=True)
class ServedRelease:
    """A release that was live, as far as it can be read; `trouble` says why it cannot be.

    `promoted_at` is when it last became live, UTC, or '' if unknown; `history` is the series up to
    its cutoff.
    """

    release_id: str
    promoted_at: str
    manifest: Manifest | None = None
    table: ForecastTable | None = None
    history: tuple[float, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseHistory:
    """The releases that were live, in the order in which they last became so, and the one that is.

    The notes name the decisions that cannot be read.
    """

    store: str
    champion_id: str | None
    releases: tuple[ServedRelease, ...]
    notes: tuple[str, ...] = ()


def read_release_history(
    store: Store,
    recorded: Iterable[tuple[str, str]] = (),
    cache: MutableMapping[str, ServedRelease] | None = None,
) -> ReleaseHistory:
    """Read every release that was ever live.

    `recorded` has id and promotion time of the releases in the track record: they count even if
    their decision is lost. Releases are looked up in `cache`, by id, and added to it.

    Raises:
        BadDocument, UnknownSchema: The pointer to the live release is not understood.
        StoreUnreachable: The store cannot be read.
    """
    pointer = read_champion(store)
    promotions, notes = _promotions(store)
    promoted_at = dict(recorded)
    for release_id, time in promotions:  # oldest first: the last promotion counts
        promoted_at.pop(release_id, None)
        promoted_at[release_id] = time
    if pointer:  # its release is the last; the one before was live too
        promoted_at.pop(pointer.release_id, None)
        if pointer.previous_id is not None and pointer.previous_id not in promoted_at:
            promoted_at = {pointer.previous_id: "", **promoted_at}
        promoted_at[pointer.release_id] = pointer.promoted_at
    cache = {} if cache is None else cache
    releases = []
    for release_id, time in promoted_at.items():
        release = cache[release_id] if release_id in cache else _read_release(store, release_id)
        if not release.trouble:
            cache[release_id] = release
        releases.append(replace(release, promoted_at=time))
    champion_id = pointer.release_id if pointer else None
    return ReleaseHistory(store.url, champion_id, tuple(releases), tuple(notes))


def _promotions(store: Store) -> tuple[list[tuple[str, str]], list[str]]:
    """Id and time of every promotion, oldest first, and notes on unreadable decisions."""
    promotions, notes = [], []
    for key in store.keys(FOLDER):
        try:
            decision = json.loads(store.read(key))
            if decision["action"] in (PROMOTED, ROLLED_BACK):
                promotions.append((str(decision["release_id"]), str(decision["decided_at"])))
        except (ObjectMissing, ValueError, TypeError, KeyError):
            notes.append(f"{key} cannot be read as a release decision and is left out.")
    return promotions, notes


def _read_release(store: Store, release_id: str) -> ServedRelease:
    manifest = None
    try:
        manifest = read_manifest(store, release_id)
        table, history = read_table(store, manifest), _read_history(store, manifest)
    except StoreUnreachable:
        raise
    except StoreError as error:
        return ServedRelease(release_id, "", manifest, trouble=str(error))
    return ServedRelease(release_id, "", manifest, table, history)


def _read_history(store: Store, manifest: Manifest) -> tuple[float, ...]:
    """The series up to the cutoff, as published with the release."""
    name = f"{HISTORY} of release {manifest.release_id}"
    first, values = load_document(
        name,
        read_file(store, manifest, HISTORY),
        lambda data: (str(data["first_month"]), tuple(map(float, data["values"]))),
    )
    try:
        last = months_after(first, len(values) - 1)
    except ValueError as error:
        raise BadDocument(
            f"{name} has the first month {first!a}; expected one such as 2022-08."
        ) from error
    if last != manifest.cutoff:
        raise BadDocument(f"{name} ends in {last}; its manifest says {manifest.cutoff}.")
    return values
