"""What happens between the batches and epochs of a fit: it is told, tried, kept, and obeys."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from cnn_core.errors import CnnError
from cnn_core.keras_model.fitting.kept import At, Kept
from cnn_core.sentences import N_
from cnn_core.training.orders import Orders
from cnn_core.training.records import BatchEnd, Paused, Record, Resumed


class StoppedError(Exception):
    """Somebody wants the fit to end now, in the middle of whatever it is at."""


class Obedience:
    """Follows orders between two pieces of work, and knows how long it has rested.

    Attributes:
        epoch, batch: which were done last.
    """

    def __init__(self, orders: Orders, report: Callable[[Record], None]) -> None:
        self._orders, self._report = orders, report
        self.epoch = self.batch = 0
        self._paused = 0.0

    @property
    def rested(self) -> float:
        """For how many seconds it was paused or frozen."""
        return self._paused + self._orders.frozen

    def obey(self) -> None:
        """Wait as long as it is paused; raises StoppedError."""
        if self._orders.is_paused:
            began = time.perf_counter()
            self._report(Paused(self.epoch, self.batch))
            self._orders.wait()
            self._paused += time.perf_counter() - began
            self._report(Resumed())
        if self._orders.is_stopped:
            raise StoppedError


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports every batch, lets the fit obey after it, and hands on what an epoch came to.

    Args:
        kept: hears of every batch.
        ended: is called with Keras's figures of an epoch, and its seconds so far; says whether it was the last.
    """

    def __init__(
        self,
        obedience: Obedience,
        report: Callable[[Record], None],
        kept: Kept,
        ended: Callable[[dict[str, float], Callable[[], float]], bool],
    ) -> None:
        super().__init__()
        self._obedience, self._report, self._kept, self._ended = obedience, report, kept, ended

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._obedience.epoch, self._obedience.batch = epoch + 1, 0
        self._began = time.perf_counter() - self._obedience.rested
        self._last: float | None = None

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        figures, epoch = figures_of(logs), self._obedience.epoch
        self._obedience.batch = batch + 1
        if not math.isfinite(figures["loss"]):
            raise CnnError(
                N_(
                    "The loss is no longer finite, in epoch {epoch} after batch {batch}: the steps are too large. "
                    "Lower the learning rate, and make sure that the pixels are scaled to [0, 1]."
                ),
                epoch=epoch,
                batch=batch + 1,
            )
        seconds = self._seconds()
        self._report(BatchEnd(epoch, batch + 1, **figures, seconds=seconds))
        # What the first batch takes, with all that is made ready for it, says nothing of the others.
        self._kept.note(At(epoch - 1, batch + 1), 0.0 if self._last is None else seconds - self._last)
        self._last = seconds
        self._obedience.obey()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._ended(figures_of(logs), self._seconds):
            self.model.stop_training = True

    def _seconds(self) -> float:
        return time.perf_counter() - self._began - self._obedience.rested


def figures_of(logs: dict[str, Any] | None) -> dict[str, float]:
    """Return what Keras says of loss and accuracy."""
    assert logs is not None
    return {name: float(logs[name]) for name in ("loss", "accuracy")}
