"""Stores that are killed, slow, down or interrupted in the middle of an operation."""

from __future__ import annotations

from collections.abc import Callable

from energy.releases.store import Store


class Killed(BaseException):
    """The publisher is gone: nothing after this runs, no handler either."""


class Mortal:
    """A store whose user is killed after so many writes."""

    def __init__(self, store: Store, writes: int) -> None:
        self.store, self.left = store, writes

    def __getattr__(self, name: str) -> object:
        if name in ("write", "swap"):
            if self.left == 0:
                raise Killed
            self.left -= 1
        return getattr(self.store, name)


class Hooked:
    """A store that calls a function before each use of some operations."""

    def __init__(self, store: Store, **hooks: Callable[[], object]) -> None:
        self.store, self.hooks = store, hooks

    def __getattr__(self, name: str) -> object:
        if name in self.hooks:
            self.hooks[name]()
        return getattr(self.store, name)
