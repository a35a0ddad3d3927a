"""The instances of a function as Lambda keeps them, and how fast they may come."""

from __future__ import annotations

import heapq
from collections import deque

from load.limits import NEW_INSTANCES, NEW_SECONDS


class Bucket:
    """A token bucket: a rate, and what may be taken at once. Nothing beyond `size` is saved up."""

    def __init__(self, rate: float, size: float) -> None:
        """Full, at time zero."""
        self._rate, self._size = rate, size
        self._left, self._at = size, 0.0

    def take(self, at: float) -> bool:
        """Take one, at a time that never goes back; False if there is none."""
        self._left = min(self._size, self._left + (at - self._at) * self._rate)
        self._at = at
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Instance:
    """One of the function's: whether it has loaded the champion, and when it last looked."""

    __slots__ = ("loaded", "looked")

    def __init__(self, looked: float) -> None:
        self.loaded, self.looked = False, looked


class Fleet:
    """All instances: the busy ones by when they will be free, the idle ones by since when."""

    def __init__(self, concurrency: int, kept: float) -> None:
        """None yet.

        Args:
            concurrency: Instances that may answer at once.
            kept: Seconds that an idle one is kept.
        """
        self._concurrency, self._kept = concurrency, kept
        self._new = Bucket(NEW_INSTANCES / NEW_SECONDS, NEW_INSTANCES)
        self._busy: list[tuple[float, int, Instance]] = []
        self._idle: deque[tuple[float, Instance]] = deque()
        self._started = 0

    def __len__(self) -> int:
        return len(self._busy) + len(self._idle)

    def take(self, at: float) -> tuple[Instance, bool] | None:
        """An idle instance, or a new one (and True), or None where none may be started."""
        while self._busy and self._busy[0][0] <= at:
            free, _, one = heapq.heappop(self._busy)
            self._idle.append((free, one))
        while self._idle and self._idle[0][0] < at - self._kept:
            self._idle.popleft()
        if self._idle and len(self._busy) < self._concurrency:
            return self._idle.pop()[1], False
        if len(self._busy) >= self._concurrency or not self._new.take(at):
            return None
        return Instance(at), True

    def work(self, one: Instance, until: float) -> None:
        """Have an instance that was taken answer until then."""
        self._started += 1
        heapq.heappush(self._busy, (until, self._started, one))
