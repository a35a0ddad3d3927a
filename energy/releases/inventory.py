"""What a store has: releases, decisions, problems, and clean-up of unfinished writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from energy.contract import Manifest, Pointer
from energy.errors import BadReleaseId, StoreError, StoreUnreachable
from energy.releases.bundle import (
    MANIFEST,
    file_key,
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
)
from energy.releases.reader import read_champion
from energy.releases.store import Store

MIN_AGE = timedelta(days=1)
"""No publisher writes for that long: the files of a release are some megabytes."""


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """One release of a store, with the decisions about it, rollbacks from it included."""

    release_id: str
    manifest: Manifest | None
    live: bool
    decisions: tuple[Decision, ...] = ()
    error: str = ""
    """Why there is no manifest."""

    @property
    def status(self) -> str:
        """The last decision; `restored` is a rollback to it, `undecided` has a killed publisher."""
        if not self.decisions:
            return "undecided"
        last = self.decisions[-1]
        if last.action == ROLLED_BACK and last.release_id == self.release_id:
            return "restored"
        return last.action


@dataclass(frozen=True, slots=True)
class StoreListing:
    """A store's finished releases, oldest cutoff first, and what is wrong, in sentences."""

    store: str
    pointer: Pointer | None
    releases: tuple[ReleaseSummary, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnfinishedRelease:
    """The keys of a release without a manifest: its writer was killed, or is still at work."""

    release_id: str
    keys: tuple[str, ...]
    started_at: datetime

    def age(self, now: datetime) -> timedelta:
        """The time since it was begun; below zero if its writer's clock is ahead of ours."""
        return now - self.started_at


@dataclass(frozen=True, slots=True)
class CleanupResult:
    """The unfinished releases that were deleted, and those kept because they are too young."""

    deleted: tuple[UnfinishedRelease, ...]
    kept: tuple[UnfinishedRelease, ...]


def list_store(store: Store, now: datetime) -> StoreListing:
    """List a store; a damaged release is listed with what is wrong."""
    pointer, decisions = read_champion(store), list_decisions(store)
    live_id = pointer.release_id if pointer else None
    releases = []
    for release_id in release_ids(store):
        manifest, error_message = None, ""
        try:
            manifest = read_manifest(store, release_id)
        except StoreUnreachable:
            raise
        except StoreError as error:
            error_message = str(error)
        own = tuple(
            decision
            for decision in decisions
            if decision.release_id == release_id
            or (decision.action == ROLLED_BACK and decision.previous_id == release_id)
        )
        is_live = release_id == live_id
        releases.append(ReleaseSummary(release_id, manifest, is_live, own, error_message))
    notes = tuple(_notes(store, pointer, releases, decisions, now))
    return StoreListing(store.url, pointer, tuple(releases), notes)


def verify_releases(store: Store, release_id: str | None = None) -> dict[str, str]:
    """Verify one release, or all: what is wrong with each by its id, '' if nothing is."""
    errors = {}
    for name in [release_id] if release_id else release_ids(store):
        try:
            verify_release(store, name)
            errors[name] = ""
        except (BadReleaseId, StoreUnreachable):
            raise
        except StoreError as error:
            errors[name] = str(error)
    return errors


def unfinished_releases(store: Store) -> list[UnfinishedRelease]:
    """Return the releases that were begun and not finished, oldest cutoff first.

    A release with a decision had been finished, whatever became of its manifest: it is damaged, not
    unfinished, and not to be deleted.
    """
    folders: dict[str, list[str]] = {}
    for key in store.keys("releases/"):
        folders.setdefault(key.split("/")[1], []).append(key)
    unfinished = {
        name: keys
        for name, keys in folders.items()
        if is_release_id(name) and file_key(name, MANIFEST) not in keys
    }
    if not unfinished:
        return []
    pointer, decisions = read_champion(store), list_decisions(store)
    finished = {decision.release_id for decision in decisions}
    finished |= {decision.previous_id for decision in decisions if decision.previous_id}
    if pointer:
        finished |= {pointer.release_id, *(pointer.earlier or ())}
    return [
        UnfinishedRelease(name, tuple(keys), started_at)
        for name, keys in unfinished.items()
        if name not in finished and (started_at := _started_at(name))
    ]


def clean_up(store: Store, now: datetime, min_age: timedelta = MIN_AGE) -> CleanupResult:
    """Delete unfinished releases older than `min_age`, and never a finished one."""
    deleted, kept = [], []
    for release in unfinished_releases(store):
        finished = store.read_versioned(file_key(release.release_id, MANIFEST)) is not None
        if finished or release.age(now) <= min_age:
            kept.append(release)
            continue
        for key in release.keys:
            store.delete(key)
        deleted.append(release)
    return CleanupResult(tuple(deleted), tuple(kept))


def _notes(
    store: Store,
    pointer: Pointer | None,
    releases: Sequence[ReleaseSummary],
    decisions: Sequence[Decision],
    now: datetime,
) -> Iterator[str]:
    """What is wrong with a store, in sentences."""
    if pointer is None:
        yield "No release is live: none was promoted yet."
    elif pointer.release_id not in {release.release_id for release in releases}:
        yield (
            f"{pointer.release_id} is live but not in the store, so no request can be answered. "
            "'energy releases rollback --why ...' goes back to the release before it."
        )
    if pointer and (difference := clock_error(pointer.promoted_at, now)):
        yield f"Clocks disagree: {difference}."
    for release in releases:
        made = release.manifest.created_at if release.manifest else None
        if made and datetime.fromisoformat(made) - now > CLOCK_TOLERANCE:
            yield (
                f"{release.release_id} is from the future: made at {made}, and here it is "
                f"{iso_timestamp(now)}."
            )
    changes = [decision for decision in decisions if decision.action != REFUSED]
    for before, after in pairwise(changes):
        if before.decided_at < after.decided_at and after.previous_id != before.release_id:
            yield (
                f"The decision of {after.decided_at} on {after.release_id} does not follow from "
                f"that of {before.decided_at} on {before.release_id}: a clock was wrong, or a "
                "decision between them was never written."
            )
    for unfinished in unfinished_releases(store):
        yield (
            f"{unfinished.release_id} was never finished ({len(unfinished.keys)} files): "
            "'energy releases sweep' deletes it."
        )


def _started_at(release_id: str) -> datetime | None:
    """When a release was begun; None for a name that only looks like a release id."""
    try:
        return datetime.strptime(release_id.split("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
