"""A store whose user is killed in the middle of what it does."""

from __future__ import annotations

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
