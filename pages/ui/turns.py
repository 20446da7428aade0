"""Whose page is drawn: few at a time, first those that have begun, then the others in the order in which they came; and
how often pages look for what they wait for.

Python runs one thread at a time and hands over every few milliseconds. Where a hundred pages are drawn at once, each
gets a hundredth of that, nobody is done before all are, and the threads that carry questions to the workers and answers
back wait among them, at every step anew.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_AT_ONCE = 2
_LONGEST = 5.0
"""Seconds after which a page is drawn out of turn: those that have one may wait for what it holds."""
_APART = 0.03
"""Seconds between the looks of all pages, on average: each takes the server some milliseconds."""


class Turns:
    """Turns, of which so many threads have one at once.

    Args:
        longest: seconds that a thread waits for its turn; then it goes on without.
    """

    def __init__(self, at_once: int = _AT_ONCE, longest: float = _LONGEST) -> None:
        self._left, self._longest = at_once, longest
        self._begun: deque[threading.Event] = deque()
        self._new: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._of_this_thread = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Draw in turn; a part within a part has the turn of that."""
        if self._has_turn:
            yield
            return
        self._begin(self._new)
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let others draw while this waits."""
        if not self._has_turn:
            yield
            return
        self._end()
        try:
            yield
        finally:
            self._begin(self._begun)

    @property
    def _has_turn(self) -> bool:
        return bool(getattr(self._of_this_thread, "has_turn", False))

    def _begin(self, queue: deque[threading.Event]) -> None:
        mine = threading.Event()
        with self._lock:
            if self._left > 0:
                self._left -= 1
                mine.set()
            else:
                queue.append(mine)
        if not mine.wait(self._longest):
            with self._lock:
                if not mine.is_set():
                    queue.remove(mine)
                    self._left -= 1  # it is given back as any other
        self._of_this_thread.has_turn = True

    def _end(self) -> None:
        self._of_this_thread.has_turn = False
        with self._lock:
            self._left += 1
            if self._left > 0 and (next_ones := self._begun or self._new):
                self._left -= 1
                next_ones.popleft().set()


class Looks:
    """Looks of pages that are still to come."""

    def __init__(self) -> None:
        self._due: list[float] = []
        self._lock = threading.Lock()

    def after(self, seconds: float) -> float:
        """Return the seconds until a page's next look: these, or more where many pages look."""
        now = time.monotonic()
        with self._lock:
            while self._due and self._due[0] <= now:
                heapq.heappop(self._due)
            seconds = max(seconds, len(self._due) * _APART)
            heapq.heappush(self._due, now + seconds)
        return seconds


TURNS, LOOKS = Turns(), Looks()
"""Of this server's pages."""
