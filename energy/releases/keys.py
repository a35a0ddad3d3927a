"""Keys: the names under which a store holds things, and the only ones it accepts."""

from __future__ import annotations

import re

from energy.errors import BadKey

LONGEST = 200
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def checked_key(key: str) -> str:
    """Return `key` if it stays inside a store's root on every kind of store.

    No part begins with a dot, so `..` cannot climb and a store's own files (its lock, what it is
    about to rename) cannot be named.

    Raises:
        BadKey: It is empty, too long, absolute, or holds anything but letters, digits, `._-/`.

    >>> checked_key("releases/2022-07/manifest.json")
    'releases/2022-07/manifest.json'
    """
    if not is_key(key):
        raise BadKey(key)
    return key


def is_key(name: str) -> bool:
    """Whether a store could hold something under that name; an editor's `notes~` it could not."""
    return len(name) <= LONGEST and _KEY.fullmatch(name) is not None


def checked_prefix(prefix: str) -> str:
    """Return `prefix` if it is empty, a key, or a key and a slash.

    Raises:
        BadKey: It could not begin any key.
    """
    if prefix:
        checked_key(prefix.removesuffix("/"))
    return prefix
