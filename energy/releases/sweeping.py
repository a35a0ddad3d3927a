"""Releases that were never finished: found, and cleared away once nobody can be at work on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from energy.releases.bundle import MANIFEST, is_release_id
from energy.releases.decisions import decisions
from energy.releases.pointer import champion
from energy.releases.store import Store

OLD_ENOUGH = timedelta(days=1)
"""No publisher writes that long: the files of a release are some megabytes."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Files of a release without its manifest: its writer was killed, or is still at work.

    Attributes:
        release_id: Its id.
        keys: What is there, sorted.
        started_at: By its id, which its writer's clock gave it.
    """

    release_id: str
    keys: tuple[str, ...]
    started_at: datetime

    def age(self, now: datetime) -> timedelta:
        """Since it was begun; below zero if its writer's clock is ahead of ours."""
        return now - self.started_at


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep cleared away, and what it left, being too young."""

    cleared: tuple[Unfinished, ...]
    left: tuple[Unfinished, ...]


def unfinished(store: Store) -> list[Unfinished]:
    """Return what is no release and was to become one, the oldest cutoff first.

    A release that was ever decided about had been finished, whatever became of its manifest: it is
    damaged, not unfinished, and not to be swept.

    Raises:
        StoreError: The store, its pointer or a decision cannot be read.
    """
    folders: dict[str, list[str]] = {}
    for key in store.keys("releases/"):
        folders.setdefault(key.split("/")[1], []).append(key)
    begun = {
        name: keys
        for name, keys in folders.items()
        if is_release_id(name) and f"releases/{name}/{MANIFEST}" not in keys
    }
    if not begun:
        return []
    pointer = champion(store)
    decided = decisions(store)
    once = {one.release_id for one in decided} | {one.previous_id for one in decided}
    if pointer:
        once |= {pointer.release_id, *(pointer.earlier or ())}
    found = [(name, keys, _started(name)) for name, keys in begun.items() if name not in once]
    return [Unfinished(name, tuple(keys), at) for name, keys, at in found if at]


def sweep(store: Store, now: datetime, older_than: timedelta = OLD_ENOUGH) -> Swept:
    """Delete what was begun longer ago than `older_than`; no finished release is ever touched.

    Raises:
        StoreError: As `unfinished`; or the store failed, and what is left is swept another time.
    """
    cleared, left = [], []
    for one in unfinished(store):
        finished = store.read_versioned(f"releases/{one.release_id}/{MANIFEST}") is not None
        if finished or one.age(now) <= older_than:
            left.append(one)
            continue
        for key in one.keys:
            store.delete(key)
        cleared.append(one)
    return Swept(tuple(cleared), tuple(left))


def _started(release_id: str) -> datetime | None:
    """When a release was begun; None for a name that only looks like one of ours."""
    try:
        return datetime.strptime(release_id.split("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
