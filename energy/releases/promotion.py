"""Which release is in service: one pointer, compared and swapped, and a record of each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from energy.contract import Pointer
from energy.errors import (
    BadDocument,
    BadReleaseId,
    DecisionUnwritten,
    FileAltered,
    NoRollback,
    PromotionLost,
    ReleaseMissing,
    StoreConflict,
    StoreError,
    StoreUnwritable,
    UnknownSchema,
)
from energy.releases.bundle import verify
from energy.releases.decisions import (
    PROMOTED,
    ROLLED_BACK,
    Check,
    Decision,
    in_service_since,
    record,
)
from energy.releases.documents import encode, moment
from energy.releases.pointer import CHAMPION, champion_versioned
from energy.releases.store import Store

ANY = "*"
"""Whatever release is in service: no release id."""
REMEMBERED = 50
"""Releases that can be gone back through, one rollback each."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""What clocks that are kept by a time server do not differ by."""
_DAMAGED = (BadReleaseId, ReleaseMissing, FileAltered, BadDocument, UnknownSchema)


@dataclass(frozen=True, slots=True)
class RolledBack:
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
    verify(store, release_id)
    current, version = champion_versioned(store)
    if current is None or current.release_id != release_id:
        previous = current.release_id if current else None
        if instead_of not in (ANY, previous):
            raise PromotionLost(release_id, previous or "nothing")
        back = (previous, *_earlier(current)) if current and previous else ()
        earlier = tuple(one for one in back if one != release_id)[:REMEMBERED]
        wanted = Pointer(release_id, previous, moment(now), reason, earlier)
        try:
            store.swap(CHAMPION, encode(CHAMPION, wanted.to_dict()), version)
            current = wanted
        except StoreConflict as error:
            current, _ = champion_versioned(store)
            if current is None or current.release_id != release_id:
                winner = current.release_id if current else "nothing"
                raise PromotionLost(release_id, winner) from error
    previous, since = current.previous_id, current.promoted_at
    if in_service_since(store, release_id, since) is None:
        told = Decision(
            PROMOTED, release_id, previous, since, current.reason, by, checks=tuple(checks)
        )
        record(store, told)
    return current


def rollback(store: Store, why: str, by: str, now: datetime) -> RolledBack:
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
    current, version = champion_versioned(store)
    if current is None:
        raise NoRollback(store.url, None, {})
    earlier, passed_over = _earlier(current), dict[str, str]()
    for place, target in enumerate(earlier):
        try:
            verify(store, target)
        except _DAMAGED as error:
            passed_over[target] = str(error)
            continue
        left = current.release_id
        wanted = Pointer(target, left, moment(now), why, earlier[place + 1 :])
        try:
            store.swap(CHAMPION, encode(CHAMPION, wanted.to_dict()), version)
        except (StoreConflict, StoreUnwritable) as error:
            found = champion_versioned(store)[0]
            if found != wanted:  # a swap may have arrived though its answer did not
                if isinstance(error, StoreUnwritable):
                    raise
                raise PromotionLost(target, found.release_id if found else "nothing") from error
        try:
            record(store, Decision(ROLLED_BACK, target, left, wanted.promoted_at, why, by))
        except StoreError as error:
            raise DecisionUnwritten(target, left, str(error)) from error
        return RolledBack(wanted, left, passed_over)
    raise NoRollback(store.url, current.release_id, passed_over)


def clock_trouble(promoted_at: str, now: datetime) -> str:
    """What is to be said of clocks that disagree; '' if they do not.

    Args:
        promoted_at: When the release in service was put there, by the clock of whoever did it.
        now: The time here.
    """
    ahead = datetime.fromisoformat(promoted_at) - now
    if ahead <= CLOCK_TOLERANCE:
        return ""
    return (
        f"the release in service was promoted at {promoted_at}, and here it is {moment(now)}: "
        "one of the two clocks is wrong, and history would be out of order"
    )


def _earlier(current: Pointer) -> tuple[str, ...]:
    """What to go back to; a pointer written by an older version knows one release at most."""
    if current.earlier is not None:
        return current.earlier
    return (current.previous_id,) if current.previous_id else ()
