"""What is in a store, for people: every release, what was decided about it, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from energy.contract import Manifest, Pointer
from energy.errors import BadReleaseId, StoreError, StoreUnreachable
from energy.releases.bundle import read_manifest, release_ids, verify
from energy.releases.decisions import REFUSED, ROLLED_BACK, Decision, decisions
from energy.releases.documents import moment
from energy.releases.pointer import champion
from energy.releases.promotion import CLOCK_TOLERANCE, clock_trouble
from energy.releases.store import Store
from energy.releases.sweeping import unfinished


@dataclass(frozen=True, slots=True)
class Listed:
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
class Shelf:
    """A store's releases, oldest cutoff first, and the pointer to the one in service.

    Attributes:
        store: The store's URL.
        pointer: `champion.json`, or None.
        releases: What is there, finished.
        notes: What is wrong or missing, in sentences.
    """

    store: str
    pointer: Pointer | None
    releases: tuple[Listed, ...]
    notes: tuple[str, ...] = ()


def shelf(store: Store, now: datetime) -> Shelf:
    """Look through a store; a release that is damaged is listed with what is wrong.

    Args:
        store: The store.
        now: The time here, for times that lie in the future.

    Raises:
        StoreError: The store, its pointer or a decision cannot be read.
    """
    pointer, decided = champion(store), decisions(store)
    points_to = pointer.release_id if pointer else None
    found = tuple(_listed(store, one, points_to, decided) for one in release_ids(store))
    return Shelf(store.url, pointer, found, tuple(_notes(store, pointer, found, decided, now)))


def checked(store: Store, asked: str | None = None) -> dict[str, str]:
    """Verify one release, or all of them: what is wrong with each by its id, '' if nothing is.

    Raises:
        BadReleaseId: The id asked for is none.
        StoreUnreachable: The store cannot be read.
    """
    found = {}
    for release_id in [asked] if asked else release_ids(store):
        try:
            verify(store, release_id)
            found[release_id] = ""
        except (BadReleaseId, StoreUnreachable):
            raise
        except StoreError as error:
            found[release_id] = str(error)
    return found


def _listed(
    store: Store, release_id: str, points_to: str | None, decided: list[Decision]
) -> Listed:
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
        return Listed(release_id, None, release_id == points_to, about, str(error))
    return Listed(release_id, manifest, release_id == points_to, about)


def _notes(
    store: Store,
    pointer: Pointer | None,
    found: tuple[Listed, ...],
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
    if pointer and (trouble := clock_trouble(pointer.promoted_at, now)):
        yield f"Clocks disagree: {trouble}."
    for one in found:
        made = one.manifest.created_at if one.manifest else None
        if made and datetime.fromisoformat(made) - now > CLOCK_TOLERANCE:
            here = moment(now)
            yield f"{one.release_id} is from the future: made at {made}, and here it is {here}."
    changes = [one for one in decided if one.action != REFUSED]
    for before, after in pairwise(changes):
        if before.decided_at < after.decided_at and after.previous_id != before.release_id:
            yield (
                f"The decision of {after.decided_at} on {after.release_id} does not follow from "
                f"the one of {before.decided_at} on {before.release_id}: a clock was wrong, or a "
                "decision between them was never written."
            )
    for left in unfinished(store):
        yield (
            f"{left.release_id} was never finished ({len(left.keys)} files): 'energy releases "
            "sweep' clears it away."
        )
