"""The worker's letter box: requests by urgency, in order of arrival where they are equally urgent."""

import heapq
import itertools
import threading

from gui.bridge.requests import (
    Attribute,
    LookAt,
    Publish,
    Request,
    SetObjective,
    SetSource,
    SetStages,
    SetTarget,
    ShowDrawing,
)

# Of these only the newest counts: an older one still waiting is dropped.
NEWEST_COUNTS = (ShowDrawing, SetTarget, SetObjective, SetSource, SetStages, Attribute, LookAt, Publish)


class Mailbox:
    """Put from any thread, taken by one. `take` returns None where nothing (urgent enough) waits."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Request]] = []
        self._arrivals = itertools.count()
        self._newest: dict[type[Request], int] = {}
        self._something = threading.Condition()
        self._closed = False
        self._window_busy = False

    def put(self, request: Request) -> None:
        with self._something:
            arrival = next(self._arrivals)
            if isinstance(request, NEWEST_COUNTS):
                self._newest[type(request)] = arrival
            heapq.heappush(self._heap, (request.priority, arrival, request))
            self._something.notify()

    def take(
        self, *, wait: float | None = 0.0, least_urgent: int = 9, while_window_busy: bool = False
    ) -> Request | None:
        """The most urgent request up to priority `least_urgent`; waits so many seconds for one (None: until close).

        while_window_busy: wait only as long as the window has something to paint.
        """

        def enough() -> bool:
            quiet = while_window_busy and not self._window_busy
            return self._closed or quiet or self._first(least_urgent)

        with self._something:
            if wait != 0.0:
                self._something.wait_for(enough, wait)
            if self._closed or not self._first(least_urgent):
                return None
            return heapq.heappop(self._heap)[2]

    def say_window_busy(self, busy: bool) -> None:
        with self._something:
            self._window_busy = busy
            if not busy:
                self._something.notify()

    def close(self) -> None:
        """Wake whoever waits; from now on nothing is given out."""
        with self._something:
            self._closed = True
            self._something.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def _first(self, least_urgent: int) -> bool:
        """Whether a request that still counts is at the top of the heap and urgent enough."""
        while self._heap:
            priority, arrival, request = self._heap[0]
            if arrival >= self._newest.get(type(request), 0):
                return priority <= least_urgent
            heapq.heappop(self._heap)
        return False
