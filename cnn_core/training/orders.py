"""What a training is told while it goes on: to pause, to go on, to stop."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Event


class Order(StrEnum):
    """A word to a training."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class Ordered:
    """An order as it is left for a training.

    Attributes:
        frozen: seconds for which its process was frozen so far, which it cannot notice itself.
    """

    order: Order
    frozen: float = 0.0


class Orders:
    """What a training was told last; one thread tells, another one asks.

    Attributes:
        frozen: seconds, as of `Ordered`.
    """

    def __init__(self) -> None:
        self._stop, self._free = Event(), Event()
        self._free.set()
        self.frozen = 0.0

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        return not self._free.is_set()

    def stop_comes_within(self, seconds: float) -> bool:
        """Wait so long for the word to stop at most; return whether it has come."""
        return self._stop.wait(seconds)

    def wait(self) -> None:
        """Wait as long as it is paused."""
        self._free.wait()

    def tell(self, order: Order, frozen: float = 0.0) -> None:
        """Pass on an order; after `STOP` no other counts."""
        self.frozen = frozen
        if order is Order.STOP:
            self._stop.set()
        if order is Order.PAUSE and not self.is_stopped:
            self._free.clear()
        else:
            self._free.set()
