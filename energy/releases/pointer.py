"""`champion.json`: which release is in service. All that a reader needs of promotion."""

from __future__ import annotations

from energy.contract import Pointer
from energy.releases.documents import load
from energy.releases.store import Store

CHAMPION = "champion.json"


def champion(store: Store) -> Pointer | None:
    """Return the pointer to the release in service; None if nothing was promoted yet.

    Raises:
        BadDocument: `champion.json` is not a pointer.
        UnknownSchema: It was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    return champion_versioned(store)[0]


def champion_versioned(store: Store) -> tuple[Pointer | None, str | None]:
    """The same, and its version for `Store.swap`; None and None if there is none.

    Raises:
        StoreError: As `champion`.
    """
    found = store.read_versioned(CHAMPION)
    if found is None:
        return None, None
    return load(CHAMPION, found[0], Pointer.from_dict), found[1]
