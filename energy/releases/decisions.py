"""What was decided about releases, when, why and by whom; one file each under `decisions/`."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from typing import Any

from energy.contract import SCHEMA
from energy.errors import ObjectExists, StoreConflict
from energy.releases.documents import compact, encode, load
from energy.releases.store import Store

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
        return f"{FOLDER}{compact(self.decided_at)}-{self.release_id.rpartition('-')[2]}"

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Decision:
        """The inverse of `to_dict`; documents of older versions have neither `by` nor `checks`."""
        return cls(**{**data, "checks": tuple(Check(**one) for one in data.get("checks", ()))})


def record(store: Store, decision: Decision) -> None:
    """Write a decision, once; another one on the same release in the same second stands beside it.

    Raises:
        StoreUnwritable: The store failed.
    """
    key, number = decision.key, 1
    data = encode(key, decision.to_dict())
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


def decisions(store: Store) -> list[Decision]:
    """Every decision, in the order of their times.

    Raises:
        BadDocument: A file under `decisions/` is none.
        UnknownSchema: One was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    found = [load(key, store.read(key), Decision.from_dict) for key in store.keys(FOLDER)]
    return sorted(found, key=lambda decision: decision.decided_at)  # keys order those of a second


def in_service_since(store: Store, release_id: str, moment: str) -> Decision | None:
    """The decision that put a release in service at that time; None if it was not written.

    Raises:
        StoreError: As `decisions`.
    """
    wanted = Decision(PROMOTED, release_id, None, moment, "")
    for key in store.keys(wanted.stem):
        found = load(key, store.read(key), Decision.from_dict)
        if found.release_id == release_id and found.action != REFUSED:
            return found
    return None
