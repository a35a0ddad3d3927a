"""Which release is in service: one pointer, compared and swapped, and a record of each change."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from datetime import datetime

from energy.contract import SCHEMA, Pointer
from energy.errors import ObjectExists, PromotionLost, StoreConflict
from energy.releases.bundle import verify
from energy.releases.documents import compact, encode, load, moment
from energy.releases.store import Store

CHAMPION = "champion.json"
PROMOTED = "promoted"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a release, when and why; one file each under `decisions/`."""

    action: str
    release_id: str
    previous_id: str | None
    decided_at: str
    reason: str
    schema: int = SCHEMA

    @property
    def key(self) -> str:
        """Where it is kept: sorts by time, and by release within a second."""
        return f"decisions/{compact(self.decided_at)}-{self.release_id.rpartition('-')[2]}.json"


def champion(store: Store) -> Pointer | None:
    """Return the pointer to the release in service; None if nothing was promoted yet.

    Raises:
        BadDocument: `champion.json` is not a pointer.
        UnknownSchema: It was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    return _champion(store)[0]


def promote(store: Store, release_id: str, reason: str, now: datetime) -> Pointer:
    """Put a release in service, once it has been verified whole.

    Promoting the release that is in service already changes nothing but writes its decision if a
    killed publisher did not get to it.

    Returns:
        The pointer, as it now stands in the store.

    Raises:
        PromotionLost: Another publisher changed the champion at the same time; theirs stands.
        StoreError: As `verify` and `champion`; the release in service is untouched.
        StoreUnwritable: The store failed; `champion` tells which release is in service.
    """
    verify(store, release_id)
    current, version = _champion(store)
    if current is None or current.release_id != release_id:
        previous = current.release_id if current else None
        wanted = Pointer(release_id, previous, promoted_at=moment(now), reason=reason)
        try:
            store.swap(CHAMPION, encode(CHAMPION, wanted.to_dict()), version)
            current = wanted
        except StoreConflict as error:
            current, _ = _champion(store)
            if current is None or current.release_id != release_id:
                winner = current.release_id if current else "nothing"
                raise PromotionLost(release_id, winner) from error
    record(
        store,
        Decision(PROMOTED, release_id, current.previous_id, current.promoted_at, current.reason),
    )
    return current


def record(store: Store, decision: Decision) -> None:
    """Write a decision, once.

    Raises:
        StoreUnwritable: The store failed.
    """
    with contextlib.suppress(ObjectExists, StoreConflict):
        store.write(decision.key, encode(decision.key, asdict(decision)))


def _champion(store: Store) -> tuple[Pointer | None, str | None]:
    found = store.read_versioned(CHAMPION)
    if found is None:
        return None, None
    return load(CHAMPION, found[0], Pointer.from_dict), found[1]
