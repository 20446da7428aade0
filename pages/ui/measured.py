"""How long things take on this server, counted for whoever watches over it; nothing says whose they were."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Final

BOUNDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Seconds."""


class Durations:
    """How many things took at most so long, and how long all of them took together."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self._sum = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what is done meanwhile, however it ends."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.note(time.monotonic() - began)

    def note(self, seconds: float) -> None:
        with self._lock:
            self._counts[bisect_left(BOUNDS, seconds)] += 1
            self._sum += seconds

    @property
    def sum(self) -> float:
        """Seconds of all together."""
        return self._sum

    def up_to(self) -> tuple[int, ...]:
        """Return how many took at most each of `BOUNDS`, and behind that how many there were."""
        with self._lock:
            return tuple(accumulate(self._counts))


PAGES: Final = Durations()
"""Runs of pages."""
PARTS: Final = Durations()
"""Runs of parts of pages by themselves."""
ANSWERS: Final = Durations()
"""Questions to workers, from the asking to the answer."""
