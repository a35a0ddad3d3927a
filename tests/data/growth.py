"""How long something takes, to compare with twice as much of it."""

import time
from collections.abc import Callable


def quickest(action: Callable[[], object]) -> float:
    """CPU seconds of the quickest of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)
