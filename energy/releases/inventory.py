"""What a store holds: releases, decisions, problems, and clean-up of unfinished writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from energy.contract import Manifest, Pointer
from energy.errors import BadReleaseId, StoreError, StoreUnreachable
from energy.releases.bundle import (
    MANIFEST,
    is_release_id,
    iso_timestamp,
    read_manifest,
    release_ids,
    verify_release,
)
from energy.releases.promotion import (
    CLOCK_TOLERANCE,
    REFUSED,
    ROLLED_BACK,
    Decision,
    clock_error,
    list_decisions,
    read_champion,
)
from energy.releases.store import Store

OLD_ENOUGH = timedelta(days=1)
"""No publisher writes that long: the files of a release are some megabytes."""


@dataclass(frozen=True, slots=True)
class UnfinishedRelease:
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
class CleanupResult:
    """What a sweep cleared away, and what it left, being too young."""

    cleared: tuple[UnfinishedRelease, ...]
    left: tuple[UnfinishedRelease, ...]


def unfinished_releases(store: Store) -> list[UnfinishedRelease]:
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
    pointer = read_champion(store)
    decided = list_decisions(store)
    once = {one.release_id for one in decided} | {one.previous_id for one in decided}
    if pointer:
        once |= {pointer.release_id, *(pointer.earlier or ())}
    found = [(name, keys, _started(name)) for name, keys in begun.items() if name not in once]
    return [UnfinishedRelease(name, tuple(keys), at) for name, keys, at in found if at]


def clean_up(store: Store, now: datetime, older_than: timedelta = OLD_ENOUGH) -> CleanupResult:
    """Delete what was begun longer ago than `older_than`; no finished release is ever touched.

    Raises:
        StoreError: As `unfinished`; or the store failed, and what is left is swept another time.
    """
    cleared, left = [], []
    for one in unfinished_releases(store):
        finished = store.read_versioned(f"releases/{one.release_id}/{MANIFEST}") is not None
        if finished or one.age(now) <= older_than:
            left.append(one)
            continue
        for key in one.keys:
            store.delete(key)
        cleared.append(one)
    return CleanupResult(tuple(cleared), tuple(left))


def _started(release_id: str) -> datetime | None:
    """When a release was begun; None for a name that only looks like one of ours."""
    try:
        return datetime.strptime(release_id.split("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """One release of a store.

    Attributes:
        release_id: It.
        manifest: Its first page; None if that cannot be read.
        in_service: Whether the pointer points to it.
        decisions: What was decided about it, rollbacks that left it included, in the order of
            their times.
        trouble: Why it cannot be read, or ''.
    """

    release_id: str
    manifest: Manifest | None
    in_service: bool
    decisions: tuple[Decision, ...] = ()
    trouble: str = ""

    @property
    def status(self) -> str:
        """What became of it last: `promoted`, `refused`, `rolled_back` (it was left in a rollback),
        `restored` (a rollback came back to it); `undecided` if its publisher was killed before.
        """
        if not self.decisions:
            return "undecided"
        last = self.decisions[-1]
        if last.action == ROLLED_BACK and last.release_id == self.release_id:
            return "restored"
        return last.action


@dataclass(frozen=True, slots=True)
class StoreListing:
    """A store's releases, oldest cutoff first, and the pointer to the one in service.

    Attributes:
        store: The store's URL.
        pointer: `champion.json`, or None.
        releases: What is there, finished.
        notes: What is wrong or missing, in sentences.
    """

    store: str
    pointer: Pointer | None
    releases: tuple[ReleaseSummary, ...]
    notes: tuple[str, ...] = ()


def list_store(store: Store, now: datetime) -> StoreListing:
    """Look through a store; a release that is damaged is listed with what is wrong.

    Args:
        store: The store.
        now: The time here, for times that lie in the future.

    Raises:
        StoreError: The store, its pointer or a decision cannot be read.
    """
    pointer, decided = read_champion(store), list_decisions(store)
    points_to = pointer.release_id if pointer else None
    found = tuple(_summarise_release(store, one, points_to, decided) for one in release_ids(store))
    return StoreListing(
        store.url, pointer, found, tuple(_notes(store, pointer, found, decided, now))
    )


def verify_releases(store: Store, asked: str | None = None) -> dict[str, str]:
    """Verify one release, or all of them: what is wrong with each by its id, '' if nothing is.

    Raises:
        BadReleaseId: The id asked for is none.
        StoreUnreachable: The store cannot be read.
    """
    found = {}
    for release_id in [asked] if asked else release_ids(store):
        try:
            verify_release(store, release_id)
            found[release_id] = ""
        except (BadReleaseId, StoreUnreachable):
            raise
        except StoreError as error:
            found[release_id] = str(error)
    return found


def _summarise_release(
    store: Store, release_id: str, points_to: str | None, decided: list[Decision]
) -> ReleaseSummary:
    about = tuple(
        one
        for one in decided
        if one.release_id == release_id
        or (one.action == ROLLED_BACK and one.previous_id == release_id)
    )
    try:
        manifest = read_manifest(store, release_id)
    except StoreUnreachable:
        raise
    except StoreError as error:
        return ReleaseSummary(release_id, None, release_id == points_to, about, str(error))
    return ReleaseSummary(release_id, manifest, release_id == points_to, about)


def _notes(
    store: Store,
    pointer: Pointer | None,
    found: tuple[ReleaseSummary, ...],
    decided: list[Decision],
    now: datetime,
) -> Iterator[str]:
    """What is wrong with a store as a whole."""
    if pointer is None:
        yield "Nothing is in service: no release was promoted yet."
    elif pointer.release_id not in {one.release_id for one in found}:
        yield (
            f"{pointer.release_id} is in service and is not in the store, so nobody can be "
            "answered. 'energy releases rollback --why ...' goes back to the one before it."
        )
    if pointer and (trouble := clock_error(pointer.promoted_at, now)):
        yield f"Clocks disagree: {trouble}."
    for one in found:
        made = one.manifest.created_at if one.manifest else None
        if made and datetime.fromisoformat(made) - now > CLOCK_TOLERANCE:
            here = iso_timestamp(now)
            yield f"{one.release_id} is from the future: made at {made}, and here it is {here}."
    changes = [one for one in decided if one.action != REFUSED]
    for before, after in pairwise(changes):
        if before.decided_at < after.decided_at and after.previous_id != before.release_id:
            yield (
                f"The decision of {after.decided_at} on {after.release_id} does not follow from "
                f"the one of {before.decided_at} on {before.release_id}: a clock was wrong, or a "
                "decision between them was never written."
            )
    for left in unfinished_releases(store):
        yield (
            f"{left.release_id} was never finished ({len(left.keys)} files): 'energy releases "
            "sweep' clears it away."
        )
