"""Promotion: the pointer to the live release, and a record of every decision."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from energy import legacy_errors
from energy.contract import SCHEMA, Pointer
from energy.errors import (
    BadDocument,
    BadReleaseId,
    FileAltered,
    ObjectExists,
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
from energy.releases.store import Store

CHAMPION = "champion.json"


def read_champion(store: Store) -> Pointer | None:
    """Return the pointer to the release in service; None if nothing was promoted yet.

    Raises:
        BadDocument: `champion.json` is not a pointer.
        UnknownSchema: It was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    return read_champion_versioned(store)[0]


def read_champion_versioned(store: Store) -> tuple[Pointer | None, str | None]:
    """The same, and its version for `Store.swap`; None and None if there is none.

    Raises:
        StoreError: As `champion`.
    """
    found = store.read_versioned(CHAMPION)
    if found is None:
        return None, None
    return load_document(CHAMPION, found[0], Pointer.from_dict), found[1]


PROMOTED, REFUSED, ROLLED_BACK = "promoted", "refused", "rolled_back"
FOLDER = "decisions/"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition that a release had to meet.

    Attributes:
        name: Such as `beats_naive`.
        passed: Whether it did; also where there was nothing to judge, which `told` then says.
        figure: What was measured; None where nothing was.
        threshold: What it was held against; None likewise.
        told: Figure, threshold and what they rest on, in a sentence.
    """

    name: str
    passed: bool
    figure: float | None
    threshold: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a release.

    Attributes:
        action: PROMOTED, REFUSED or ROLLED_BACK: the last two name, as the first does, the release
            that was decided about; after a rollback it is the one that is in service again.
        release_id: The release.
        previous_id: The one in service until then; None if there was none.
        decided_at: By the clock of whoever decided, UTC.
        reason: In a sentence or two.
        by: Who: a user's name, or the run of a flow; '' in records of older versions.
        checks: What the gate found; empty if a person decided.
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
        """Where it is kept: sorts by time, and by release within a second."""
        return f"{self.stem}.json"

    @property
    def stem(self) -> str:
        """What the keys of all decisions on this release in this second begin with."""
        return f"{FOLDER}{compact_timestamp(self.decided_at)}-{self.release_id.rpartition('-')[2]}"

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Decision:
        """The inverse of `to_dict`; documents of older versions have neither `by` nor `checks`."""
        return cls(**{**data, "checks": tuple(Check(**one) for one in data.get("checks", ()))})


def record_decision(store: Store, decision: Decision) -> None:
    """Write a decision, once; another one on the same release in the same second stands beside it.

    Raises:
        StoreUnwritable: The store failed.
    """
    key, number = decision.key, 1
    data = encode_document(key, decision.to_dict())
    while True:
        with contextlib.suppress(ObjectExists, StoreConflict):
            store.write(key, data)
            return
        found = store.read_versioned(key)
        if found is None:  # S3: another writer is at this key right now
            continue
        if found[0] == data:
            return
        number += 1
        key = f"{decision.stem}_{number}.json"


def list_decisions(store: Store) -> list[Decision]:
    """Every decision, in the order of their times.

    Raises:
        BadDocument: A file under `decisions/` is none.
        UnknownSchema: One was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    found = [load_document(key, store.read(key), Decision.from_dict) for key in store.keys(FOLDER)]
    return sorted(found, key=lambda decision: decision.decided_at)  # keys order those of a second


def live_since(store: Store, release_id: str, moment: str) -> Decision | None:
    """The decision that put a release in service at that time; None if it was not written.

    Raises:
        StoreError: As `decisions`.
    """
    wanted = Decision(PROMOTED, release_id, None, moment, "")
    for key in store.keys(wanted.stem):
        found = load_document(key, store.read(key), Decision.from_dict)
        if found.release_id == release_id and found.action != REFUSED:
            return found
    return None


ANY = "*"
"""Whatever release is in service: no release id."""
REMEMBERED = 50
"""Releases that can be gone back through, one rollback each."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""What clocks that are kept by a time server do not differ by."""
_DAMAGED = (BadReleaseId, ReleaseMissing, FileAltered, BadDocument, UnknownSchema)


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """A rollback that was done.

    Attributes:
        pointer: `champion.json` as it now stands.
        left_id: The release that was in service until then.
        passed_over: Releases between the two that are not whole, with what is wrong.
    """

    pointer: Pointer
    left_id: str
    passed_over: dict[str, str] = field(default_factory=dict)


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
    """Put a release in service, once it has been verified whole.

    Promoting the release that is in service already changes nothing but writes its decision if a
    killed publisher did not get to it.

    Args:
        store: Where it is.
        release_id: The release.
        reason: Why.
        now: The time.
        by: Who does it: a user's name, or the run of a flow.
        checks: What the gate found.
        instead_of: The release that `checks` were made against, None for none; if another one is in
            service by now, they say nothing. ANY for whatever is.

    Returns:
        The pointer, as it now stands in the store.

    Raises:
        PromotionLost: Another publisher changed the champion at the same time; theirs stands.
        StoreError: As `verify` and `champion`; the release in service is untouched.
        StoreUnwritable: The store failed; `champion` tells which release is in service.
    """
    verify_release(store, release_id)
    current, version = read_champion_versioned(store)
    if current is None or current.release_id != release_id:
        previous = current.release_id if current else None
        if instead_of not in (ANY, previous):
            raise legacy_errors.PromotionLost(release_id, previous or "nothing")
        back = (previous, *_earlier(current)) if current and previous else ()
        earlier = tuple(one for one in back if one != release_id)[:REMEMBERED]
        wanted = Pointer(release_id, previous, iso_timestamp(now), reason, earlier)
        try:
            store.swap(CHAMPION, encode_document(CHAMPION, wanted.to_dict()), version)
            current = wanted
        except StoreConflict as error:
            current, _ = read_champion_versioned(store)
            if current is None or current.release_id != release_id:
                winner = current.release_id if current else "nothing"
                raise legacy_errors.PromotionLost(release_id, winner) from error
    previous, since = current.previous_id, current.promoted_at
    if live_since(store, release_id, since) is None:
        told = Decision(
            PROMOTED, release_id, previous, since, current.reason, by, checks=tuple(checks)
        )
        record_decision(store, told)
    return current


def rollback(store: Store, why: str, by: str, now: datetime) -> RollbackResult:
    """Put the release before the one in service back, verified whole.

    Rolling back again goes one further back, never to a release that was rolled back from. One that
    is not whole any more is passed over.

    Args:
        store: Where they are.
        why: The reason, for the record.
        by: Who does it.
        now: The time.

    Raises:
        NoRollback: Nothing is in service, or no release before it is whole.
        PromotionLost: Another one changed the champion at the same time; theirs stands.
        DecisionUnwritten: It was done, but who and why could not be written down.
        StoreError: The store failed before anything was changed.
    """
    current, version = read_champion_versioned(store)
    if current is None:
        raise legacy_errors.NoRollback(store.url, None, {})
    earlier, passed_over = _earlier(current), dict[str, str]()
    for place, target in enumerate(earlier):
        try:
            verify_release(store, target)
        except _DAMAGED as error:
            passed_over[target] = str(error)
            continue
        left = current.release_id
        wanted = Pointer(target, left, iso_timestamp(now), why, earlier[place + 1 :])
        try:
            store.swap(CHAMPION, encode_document(CHAMPION, wanted.to_dict()), version)
        except (StoreConflict, StoreUnwritable) as error:
            found = read_champion_versioned(store)[0]
            if found != wanted:  # a swap may have arrived though its answer did not
                if isinstance(error, StoreUnwritable):
                    raise
                raise legacy_errors.PromotionLost(
                    target, found.release_id if found else "nothing"
                ) from error
        try:
            record_decision(store, Decision(ROLLED_BACK, target, left, wanted.promoted_at, why, by))
        except StoreError as error:
            raise legacy_errors.DecisionUnwritten(target, left, str(error)) from error
        return RollbackResult(wanted, left, passed_over)
    raise legacy_errors.NoRollback(store.url, current.release_id, passed_over)


def clock_error(promoted_at: str, now: datetime) -> str:
    """What is to be said of clocks that disagree; '' if they do not.

    Args:
        promoted_at: When the release in service was put there, by the clock of whoever did it.
        now: The time here.
    """
    ahead = datetime.fromisoformat(promoted_at) - now
    if ahead <= CLOCK_TOLERANCE:
        return ""
    return (
        f"the release in service was promoted at {promoted_at}, "
        f"and here it is {iso_timestamp(now)}: "
        "one of the two clocks is wrong, and history would be out of order"
    )


def _earlier(current: Pointer) -> tuple[str, ...]:
    """What to go back to; a pointer written by an older version knows one release at most."""
    if current.earlier is not None:
        return current.earlier
    return (current.previous_id,) if current.previous_id else ()
