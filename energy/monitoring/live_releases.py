"""Which releases were ever live and what each forecast, read from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, replace

from energy import legacy_errors
from energy.contract import ForecastTable, Manifest, Pointer
from energy.contract.months import months_after
from energy.errors import ObjectMissing, StoreError, StoreUnreachable
from energy.releases.bundle import HISTORY, load_document, read_file, read_manifest, read_table
from energy.releases.promotion import FOLDER, PROMOTED, ROLLED_BACK
from energy.releases.reader import read_champion
from energy.releases.store import Store

IN_SERVICE = (PROMOTED, ROLLED_BACK)
"""Decisions that put their release in service."""


@dataclass(frozen=True, slots=True)
class ServedRelease:
    """A release that was in service, as far as it can be read.

    Attributes:
        release_id: It.
        promoted_at: When it was last put in service, UTC; '' if nothing tells.
        manifest: Its first page; None if it cannot be read.
        table: Its forecast; None if it cannot be read.
        history: The series that it was made from, to its cutoff; empty if it cannot be read.
        trouble: Why it cannot be scored, or ''.
    """

    release_id: str
    promoted_at: str
    manifest: Manifest | None = None
    table: ForecastTable | None = None
    history: tuple[float, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseHistory:
    """What was and is in service.

    Attributes:
        store: URL of the store.
        champion_id: The release in service; None if there is none.
        releases: Those that ever were, in the order in which they were last put there.
        notes: What could not be read of the decisions, in sentences.
    """

    store: str
    champion_id: str | None
    releases: tuple[ServedRelease, ...]
    notes: tuple[str, ...] = ()


def read_release_history(
    store: Store,
    known: Iterable[tuple[str, str]] = (),
    kept: MutableMapping[str, ServedRelease] | None = None,
) -> ReleaseHistory:
    """Read every release that was ever in service.

    Args:
        store: Where they are.
        known: Releases that an earlier track record has, and when they were put in service: they
            count even if their decision is lost.
        kept: Releases read before, by id: what is published never changes, so that a caller who
            comes back every month need not read it all again. New ones are put in.

    Raises:
        BadDocument, UnknownSchema: The pointer cannot be understood.
        StoreUnreachable: The store cannot be read.
    """
    pointer = read_champion(store)
    taken, notes = _decisions(store)
    since = dict(known)
    for release_id, at in taken:  # oldest first: the last time in service counts
        since.pop(release_id, None)
        since[release_id] = at
    if pointer:
        since = _with_pointer(since, pointer)
    kept = {} if kept is None else kept
    found = []
    for release_id, at in since.items():
        one = kept[release_id] if release_id in kept else _read(store, release_id)
        if not one.trouble:
            kept[release_id] = one
        found.append(replace(one, promoted_at=at))
    champion_id = pointer.release_id if pointer else None
    return ReleaseHistory(store.url, champion_id, tuple(found), tuple(notes))


def _with_pointer(since: dict[str, str], pointer: Pointer) -> dict[str, str]:
    """The release in service is the last; the one before it was in service too."""
    others = {name: at for name, at in since.items() if name != pointer.release_id}
    before = pointer.previous_id
    untold = {before: ""} if before is not None and before not in others else {}
    return {**untold, **others, pointer.release_id: pointer.promoted_at}


def _decisions(store: Store) -> tuple[list[tuple[str, str]], list[str]]:
    """Which release was put in service when, oldest first; and what cannot be understood.

    Fields that a later version adds are let be, and a file that cannot be read costs no more than
    what it says.
    """
    taken, notes = [], []
    for key in store.keys(FOLDER):
        try:
            found = json.loads(store.read(key))
            if found["action"] in IN_SERVICE:
                taken.append((str(found["release_id"]), str(found["decided_at"])))
        except (ObjectMissing, ValueError, TypeError, KeyError):
            notes.append(f"{key} is no decision that can be read, and is left out.")
    return taken, notes


def _read(store: Store, release_id: str) -> ServedRelease:
    one = ServedRelease(release_id, "")
    try:
        manifest = read_manifest(store, release_id)
        one = replace(one, manifest=manifest)
        table = read_table(store, manifest)
        history = _history(store, manifest)
    except StoreUnreachable:
        raise
    except StoreError as error:
        return replace(one, trouble=str(error))
    return replace(one, table=table, history=history)


def _history(store: Store, manifest: Manifest) -> tuple[float, ...]:
    """The series up to the cutoff, as it was known then.

    Raises:
        StoreError: It is not there, not what the manifest says, or ends in another month.
    """
    name = f"{HISTORY} of release {manifest.release_id}"
    first, values = load_document(
        name,
        read_file(store, manifest, HISTORY),
        lambda found: (str(found["first_month"]), tuple(map(float, found["values"]))),
    )
    try:
        last = months_after(first, len(values) - 1)
    except ValueError as error:
        raise legacy_errors.BadDocument(name, f"its first month is {first!a}") from error
    if last != manifest.cutoff:
        raise legacy_errors.BadDocument(
            name, f"it ends in {last}; its manifest says {manifest.cutoff}"
        )
    return values
