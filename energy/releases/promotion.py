"""Promotion: the pointer to the live release, and a record of every decision."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from energy.contract import SCHEMA, Pointer
from energy.contract.release import Document
from energy.errors import (
    BadDocument,
    BadReleaseId,
    FileAltered,
    ObjectExists,
    PromotionLost,
    ReleaseMissing,
    StoreConflict,
    StoreError,
    StoreUnwritable,
    UnknownSchema,
)
from energy.releases.bundle import (
    compact_timestamp,
    encode_document,
    iso_timestamp,
    load_document,
    verify_release,
)
from energy.releases.reader import CHAMPION, read_champion, read_pointer
from energy.releases.store import Store

FOLDER = "decisions/"
PROMOTED, REFUSED, ROLLED_BACK = "promoted", "refused", "rolled_back"
ANY = "*"
"""Whatever release is live: no release id."""
REMEMBERED = 50
"""How many rollbacks in a row are possible."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""Clocks that a time server sets differ by less."""
_DAMAGED = (BadReleaseId, ReleaseMissing, FileAltered, BadDocument, UnknownSchema)


class Check(Document, frozen=True):
    """One condition that a release had to meet; without a figure, there was nothing to measure."""

    name: str
    passed: bool
    figure: float | None
    threshold: float | None
    told: str


class Decision(Document, frozen=True):
    """What was decided about a release, with the checks of the gate if it decided.

    After a rollback, `release_id` is live again, in place of `previous_id`. Records of older
    versions have neither `by` nor `checks`.
    """

    action: str
    release_id: str
    previous_id: str | None
    decided_at: str
    reason: str
    by: str = ""
    checks: tuple[Check, ...] = ()
    schema: int = SCHEMA

    @property
    def key(self) -> str:
        """Its key, which sorts by time, and by release within a second."""
        return f"{self.stem}.json"

    @property
    def stem(self) -> str:
        """The start of the keys of all decisions on this release in this second."""
        return f"{FOLDER}{compact_timestamp(self.decided_at)}-{self.release_id.rpartition('-')[2]}"


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """A rollback that was done, and what is wrong with the releases that it skipped."""

    pointer: Pointer
    replaced_id: str
    skipped: dict[str, str]


def promote(
    store: Store,
    release_id: str,
    reason: str,
    now: datetime,
    *,
    by: str = "",
    checks: Sequence[Check] = (),
    instead_of: str | None = ANY,
) -> Pointer:
    """Make a release live, once all of it has been verified.

    Promoting the live release changes nothing, but writes its decision if a killed publisher did
    not get to it. `checks` are void if they were made against another release than the live one,
    which `instead_of` names: None for no release, ANY for any.

    Raises:
        PromotionLost: Another publisher changed the pointer at the same time; theirs stands.
        StoreError: The release is not intact, or the store failed: if it could not be written
            (`StoreUnwritable`), `read_champion` tells which release is live.
    """
    verify_release(store, release_id)
    current, version = read_pointer(store)
    if current is None or current.release_id != release_id:
        previous_id = current.release_id if current else None
        if instead_of not in (ANY, previous_id):
            raise _promotion_lost(release_id, current)
        earlier = (current.release_id, *_earlier(current)) if current else ()
        earlier = tuple(name for name in earlier if name != release_id)[:REMEMBERED]
        pointer = Pointer(release_id, previous_id, iso_timestamp(now), reason, earlier)
        try:
            store.swap(CHAMPION, encode_document(CHAMPION, pointer.to_dict()), version)
            current = pointer
        except StoreConflict as error:
            current = read_champion(store)
            if current is None or current.release_id != release_id:
                raise _promotion_lost(release_id, current) from error
    if live_since(store, release_id, current.promoted_at) is None:
        decided_at, previous_id = current.promoted_at, current.previous_id
        decision = Decision(
            PROMOTED, release_id, previous_id, decided_at, current.reason, by, tuple(checks)
        )
        record_decision(store, decision)
    return current


def rollback(store: Store, reason: str, by: str, now: datetime) -> RollbackResult:
    """Make the release before the live one live again, once all of it has been verified.

    Rolling back again goes one further back, never to a release that was rolled back from. Damaged
    releases are skipped.

    Raises:
        PromotionLost: Another publisher changed the pointer at the same time; theirs stands.
        StoreError: The message says whether nothing was changed, or the rollback was done but
            could not be recorded.
    """
    current, version = read_pointer(store)
    if current is None:
        raise StoreError(f"No release is live in the store {store.url}, so there is no rollback.")
    earlier, skipped, replaced_id = _earlier(current), dict[str, str](), current.release_id
    for place, release_id in enumerate(earlier):
        try:
            verify_release(store, release_id)
        except _DAMAGED as error:
            skipped[release_id] = str(error)
            continue
        later = earlier[place + 1 :]
        pointer = Pointer(release_id, replaced_id, iso_timestamp(now), reason, later)
        try:
            store.swap(CHAMPION, encode_document(CHAMPION, pointer.to_dict()), version)
        except (StoreConflict, StoreUnwritable) as error:
            stored = read_champion(store)
            if stored != pointer:  # a swap may have arrived though its answer did not
                if isinstance(error, StoreUnwritable):
                    raise
                raise _promotion_lost(release_id, stored) from error
        decision = Decision(ROLLED_BACK, release_id, replaced_id, pointer.promoted_at, reason, by)
        try:
            record_decision(store, decision)
        except StoreError as error:
            raise StoreError(
                f"{release_id} IS live again, in place of {replaced_id}; only the record of who "
                f"and why could not be written ({error}). Do not roll back again: that would go "
                "one release further."
            ) from error
        return RollbackResult(pointer, replaced_id, skipped)
    reason = "there is no release before it to go back to"
    if skipped:
        faults = " ".join(f"{name}: {fault}" for name, fault in skipped.items())
        reason = f"no release before it is intact ({faults})"
    raise StoreError(
        f"{replaced_id} stays live: {reason}. 'energy releases list' shows what there is; "
        "'energy releases promote ID --why ...' makes a release live."
    )


def record_decision(store: Store, decision: Decision) -> None:
    """Write a decision once; another one on the same release in the same second goes beside it."""
    key, number = decision.key, 1
    data = encode_document(key, decision.to_dict())
    while True:
        with contextlib.suppress(ObjectExists, StoreConflict):
            store.write(key, data)
            return
        stored = store.read_versioned(key)
        if stored is None:  # S3: another writer is at this key right now
            continue
        if stored[0] == data:
            return
        number += 1
        key = f"{decision.stem}_{number}.json"


def list_decisions(store: Store) -> list[Decision]:
    """Return every decision, in the order of their times."""
    decisions = [_read_decision(store, key) for key in store.keys(FOLDER)]
    # The sort is stable, and keys order the decisions of a second.
    return sorted(decisions, key=lambda decision: decision.decided_at)


def live_since(store: Store, release_id: str, timestamp: str) -> Decision | None:
    """Return the decision that made a release live at that time; None if it was not written."""
    stem = Decision(PROMOTED, release_id, None, timestamp, "").stem
    for key in store.keys(stem):
        decision = _read_decision(store, key)
        if decision.release_id == release_id and decision.action != REFUSED:
            return decision
    return None


def clock_error(promoted_at: str, now: datetime) -> str:
    """Describe the clock of a promotion and the one here if they disagree; else ''."""
    if datetime.fromisoformat(promoted_at) - now <= CLOCK_TOLERANCE:
        return ""
    return (
        f"the live release was promoted at {promoted_at}, and here it is {iso_timestamp(now)}: "
        "one of the two clocks is wrong, and the history would be out of order"
    )


def _read_decision(store: Store, key: str) -> Decision:
    return load_document(key, store.read(key), Decision.from_dict)


def _earlier(current: Pointer) -> tuple[str, ...]:
    """The releases to roll back to; a pointer of an older version has one at most."""
    if current.earlier is not None:
        return current.earlier
    return (current.previous_id,) if current.previous_id else ()


def _promotion_lost(release_id: str, winner: Pointer | None) -> PromotionLost:
    return PromotionLost(
        f"Release {release_id} was not promoted: another publisher made "
        f"{winner.release_id if winner else 'nothing'} live in the meantime. The release is "
        "complete; resume the run, and it is compared with that one."
    )
