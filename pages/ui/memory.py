"""How much memory the server's own process takes: a stated budget for what it keeps, and what is free goes back.

The workers and the trainings have bounds of their own.
"""

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Final

from numpy import ndarray
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

MEGABYTES: Final = int(os.environ.get("CONVSCOPE_MEMORY_MB", "") or 400)
ITSELF: Final = 200
"""Megabytes that Streamlit, the pages and what the sessions hold take; the rest is kept for whoever asks next."""
LEAST: Final = 64
"""Megabytes that are kept however little there is: with less, two visitors would take the pictures from each other."""
_KEPT: Final = max(LEAST, MEGABYTES - ITSELF) * 2**20
ANSWERS: Final = _KEPT // 2
"""Bytes of the workers' answers."""
DRAWN: Final = _KEPT // 4
"""Bytes of what is drawn and written of them."""
DECODED: Final = _KEPT - ANSWERS - DRAWN
"""Bytes of pictures as they were decoded: the largest that is read has 50 MB."""

LOOK_SECONDS: Final = 20.0
_PLAIN: Final = {str, bytes, int, float, bool}
_ARENAS: Final = -8
"""M_ARENA_MAX of glibc's mallopt."""


def size_of(value: Any) -> int:
    """Return about how many bytes of memory a value takes with all in it, each object counted once."""
    seen: set[int] = set()
    size, left = 0, [value]
    while left:
        one = left.pop()
        if id(one) in seen or one is None or isinstance(one, type):
            continue
        seen.add(id(one))
        size += one.nbytes if isinstance(one, ndarray) else sys.getsizeof(one)
        if type(one) in _PLAIN:  # most of it, and soonest told
            continue
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, tuple | list | set | frozenset):
            left += one
        elif hasattr(one, "__dict__"):
            left += vars(one).values()
    return size


def give_back() -> None:
    """Give the system back what is free, which glibc keeps for later; elsewhere nothing has to be done."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _few_arenas() -> None:
    """Let threads share their room: every run of a page has a thread, and room of its own would stay its own."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 2)


class Tidying:
    """Lets go of sessions that were closed, with their uploads, also where nobody else comes or goes.

    Streamlit keeps what was closed for two minutes, and drops it when the next session is closed: the last of a class
    would stay for the night.

    Args:
        after: seconds for which a session that was closed is kept: a tab that lost its connection comes back to it.
    """

    def __init__(self, after: float = 100.0) -> None:
        self._after = after
        self._closed_since: dict[str, float | None] = {}
        self._lock = threading.Lock()
        self._begun = False
        self._others: list[Callable[[Collection[str]], None]] = []

    def along_with(self, tidy: Callable[[Collection[str]], None]) -> None:
        """Let somebody else tidy up at every look, too; who does hears which sessions were let go of."""
        self._others.append(tidy)

    def note(self) -> None:
        """Note that the session whose page runs is there, and look from time to time, once a server."""
        context = get_script_run_ctx()
        if context is None or not runtime.exists():
            return
        with self._lock:
            self._closed_since[context.session_id] = None
            is_first, self._begun = not self._begun, True
        if is_first:
            _few_arenas()
            self._later()

    def look(self) -> None:
        """Let go of what was closed long enough ago."""
        if not runtime.exists():
            return
        server, now = runtime.get_instance(), time.monotonic()
        with self._lock:
            for session in self._closed_since:
                since = self._closed_since[session]
                self._closed_since[session] = None if server.is_active_session(session) else since or now
            gone = [one for one, since in self._closed_since.items() if since and now - since >= self._after]
            for session in gone:
                del self._closed_since[session]
        for session in gone:
            server.close_session(session)
        for tidy in self._others:
            tidy(gone)
        if gone:
            gc.collect()
            give_back()

    def _later(self) -> None:
        timer = threading.Timer(LOOK_SECONDS, self._look_on)
        timer.daemon = True
        timer.start()

    def _look_on(self) -> None:
        try:
            self.look()
        finally:  # what has failed once may be possible later
            self._later()


_TIDYING = Tidying()
keep_tidy = _TIDYING.note
tidy_along = _TIDYING.along_with
