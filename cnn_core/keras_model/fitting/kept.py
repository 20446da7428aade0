"""What was learned, kept beside the model that is trained, so that a stop need not wait for the batch that runs.

Nothing in TensorFlow can be interrupted, and a batch of large pictures takes seconds. Where it does, a second model
gets the weights after each batch; on a stop another thread saves it at once, and the batch that runs then is lost.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import keras

from cnn_core.training.orders import Orders

SLOW_SECONDS: Final = 0.3
"""A batch that takes as long is waited for no longer: the weights after it are kept."""
PATIENCE_SECONDS: Final = 0.4
"""From the word to stop until what is kept is saved, unless the fit has obeyed by itself."""
_LOOK_SECONDS: Final = 0.1


class At(NamedTuple):
    """After how many whole epochs, and how many batches of the next, weights were kept."""

    epoch: int
    batch: int


class Kept:
    """The weights after the last batch, while batches are slow.

    Args:
        model: is trained.
        twin: makes another model like it, with whatever weights.
        save: saves such a model with the weights that it had then; called by a thread of its own.
    """

    def __init__(
        self, model: keras.Model, twin: Callable[[], keras.Model], save: Callable[[keras.Model, At], None]
    ) -> None:
        self._model, self._make, self._save = model, twin, save
        self._lock = threading.Lock()
        self._twin: keras.Model | None = None
        self._at: At | None = None
        self._is_saved = False

    def note(self, at: At, seconds: float) -> None:
        """Keep the weights as they are now, where the batch that has ended took so long."""
        with self._lock:
            if self._is_saved:
                return
            self._at = at if seconds >= SLOW_SECONDS else None
            if self._at is not None:
                self._twin = self._twin or self._make()
                copy_variables(self._model, self._twin)

    @contextmanager
    def saved_on_stop(self, orders: Orders) -> Iterator[None]:
        """Save what is kept if a stop comes meanwhile and is not obeyed soon."""
        obeyed = threading.Event()
        guard = threading.Thread(target=self._guard, args=(orders, obeyed), daemon=True)
        guard.start()
        try:
            yield
        finally:
            obeyed.set()
            guard.join()

    def _guard(self, orders: Orders, obeyed: threading.Event) -> None:
        while not orders.stop_comes_within(_LOOK_SECONDS):
            if obeyed.is_set():
                return
        if obeyed.wait(PATIENCE_SECONDS):
            return
        with self._lock:
            if self._at is not None and self._twin is not None:
                self._save(self._twin, self._at)
                self._is_saved = True

    def take_back(self) -> bool:
        """Give the model the weights that were saved; return False where none were."""
        if self._is_saved and self._twin is not None:
            copy_variables(self._twin, self._model)
        return self._is_saved


def copy_variables(source: keras.Model, target: keras.Model) -> None:
    """Give a model all variables of another one that is made alike."""
    for variable, other in zip(target.variables, source.variables, strict=True):
        variable.assign(other)
