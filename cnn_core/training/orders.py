"""What a training is told while it goes on: to pause, to go on, to stop."""

from enum import StrEnum
from threading import Event


class Order(StrEnum):
    """A word to a training."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class Orders:
    """What a training was told last; one thread tells, another one asks."""

    def __init__(self) -> None:
        self._stop, self._free = Event(), Event()
        self._free.set()

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        return not self._free.is_set()

    def wait(self) -> None:
        """Wait as long as it is paused."""
        self._free.wait()

    def tell(self, order: Order) -> None:
        """Pass on an order; after `STOP` no other counts."""
        if order is Order.STOP:
            self._stop.set()
        if order is Order.PAUSE and not self.is_stopped:
            self._free.clear()
        else:
            self._free.set()
