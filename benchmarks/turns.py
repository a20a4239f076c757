"""Two calls that take turns, so that both meet the same disturbances."""

import statistics
import time
from collections.abc import Callable


def take_turns(ours: Callable[[], object], theirs: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Median microseconds of both."""
    ours(), theirs()
    times: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 5:
        for call, column in zip((ours, theirs), times, strict=True):
            call()  # warm: the other one has just used the caches
            start = time.perf_counter()
            call()
            column.append((time.perf_counter() - start) * 1e6)
    return statistics.median(times[0]), statistics.median(times[1])
