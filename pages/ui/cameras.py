"""The live cameras of this server: how many there are, how often each may send a frame, and the last frame of each.

Frames are in memory only: each takes the place of the one before.
"""

import base64
import binascii
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from pages.ui.entered import Chosen

MOST = 8
"""Cameras that may be live at once; the next is refused."""
FRAMES_A_SECOND = 8.0
"""That all cameras together may send, and one of them alone."""
SILENCE = 10.0
"""Seconds without a frame after which a camera does not count: its tab is hidden, or its reader has gone."""
LARGEST_FRAME = 300_000
"""Characters of a frame in base64. One of 400×300 pixels takes 30,000."""
_EARLY = 0.5
"""Of the time between two frames, a frame that comes sooner is not shown: a browser that waits as told never does."""
_JPEG = "data:image/jpeg;base64,"

TITLE = N_("A picture from the camera")


class Live:
    """The camera of one session.

    Attributes:
        number: the browser's name for the last frame that was taken, and so shown once a page is complete.
        frame: that frame; None before the first.
        is_held: the reader has stopped at that frame.
    """

    def __init__(self, now: float) -> None:
        self.number: Any = None
        self.frame: Chosen | None = None
        self.is_held = False
        self.heard = self.taken = now


class Cameras:
    """All live cameras, for as long as their sessions last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all: weakref.WeakSet[Live] = weakref.WeakSet()
        self._lock = threading.Lock()

    def begin(self) -> Live:
        """Return a new camera; raises CnnError where there are too many."""
        with self._lock:
            count = self._count()
            if count >= MOST:
                raise CnnError(
                    N_(
                        "At most {most} cameras can be live on this server at once. Received: one more, besides "
                        "{count}. Take a photograph instead, or try again later."
                    ),
                    most=MOST,
                    count=count,
                )
            live = Live(self._clock())
            self._all.add(live)
            return live

    def end(self, live: Live) -> None:
        """Count a camera no longer, and forget its frame."""
        with self._lock:
            self._all.discard(live)
        live.frame = None

    def interval(self) -> float:
        """Return the seconds between two frames of a camera: the more there are, the longer."""
        with self._lock:
            return max(1, self._count()) / FRAMES_A_SECOND

    def take(self, live: Live, said: Any) -> None:
        """Take a frame {number, picture} that a browser sent; what is none, or comes too early, is passed over.

        Its number counts as shown all the same, so that the browser sends the next.
        """
        if not isinstance(said, dict):
            return
        live.number = said.get("number")
        data = _frame(said.get("picture"))
        now = self._clock()
        least = self.interval() * _EARLY
        if data is not None and (live.frame is None or now - live.taken >= least):
            live.frame = Chosen.of(data, TITLE, passes=True)
            live.taken = now
        live.heard = now

    def _count(self) -> int:
        now = self._clock()
        return sum(now - live.heard < SILENCE for live in self._all)


def _frame(picture: Any) -> bytes | None:
    """Return the JPEG of a data URL, None where it is none or too large."""
    if not isinstance(picture, str) or len(picture) > LARGEST_FRAME or not picture.startswith(_JPEG):
        return None
    try:
        return base64.b64decode(picture.removeprefix(_JPEG), validate=True)
    except (binascii.Error, ValueError):
        return None


CAMERAS = Cameras()
