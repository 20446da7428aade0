"""How many trainings a server has at once, whoever starts them, and where each of them is."""

import os
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Final

AT_ONCE: Final = int(os.environ.get("CONVSCOPE_TRAININGS", "") or min(2, os.cpu_count() or 1))


class Phase(StrEnum):
    """Where a training is.

    STOPPING: told to stop, its process not yet ended. INTERRUPTED: nobody is at it, and it had not ended.
    """

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


ACTIVE: Final = (Phase.WAITING, Phase.RUNNING, Phase.PAUSED, Phase.STOPPING)


class Room:
    """How many processes that train a server has at once, whoever starts them."""

    def __init__(self, at_once: int) -> None:
        self._places = threading.Semaphore(at_once)
        self._listeners: list[Callable[[], None]] = []

    def listen(self, hear: Callable[[], None]) -> None:
        """Call `hear` whenever there is room again."""
        self._listeners.append(hear)

    def take(self) -> bool:
        """Take a place; return False where there is none."""
        return self._places.acquire(blocking=False)

    def give_back(self) -> None:
        """Give a place back and let the others know."""
        self._places.release()
        for hear in self._listeners:
            hear()


ROOM: Final = Room(AT_ONCE)


def after(seconds: float, act: Callable[[], None]) -> threading.Timer:
    """Do something later, in a thread that keeps no program alive."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer
