"""The models that a process keeps: the last ones used, as many as fit into its memory together."""

import gc
from collections import OrderedDict
from threading import Lock
from typing import Final, Generic, TypeVar

from cnn_core.models.memory import AT_REST, KEPT_BYTES, allowed_megabytes

Model = TypeVar("Model")

MOST_MODELS: Final = 4
"""Kept also where they are small or the memory has no bound."""


class KeptModels(Generic[Model]):
    """Models by their keys, each with the megabytes of a process that has it alone; the longest unused goes first."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, tuple[Model, int]] = OrderedDict()
        self._lock = Lock()

    def keys(self) -> list[str]:
        """Return the keys of what is kept, the longest unused first."""
        return list(self._models)

    def find(self, key: str) -> Model | None:
        """Return a model, used just now; None where it is not kept."""
        with self._lock:
            if key not in self._models:
                return None
            self._models.move_to_end(key)
            return self._models[key][0]

    def keep(self, key: str, model: Model, megabytes: int) -> None:
        """Keep a model for which there is room."""
        with self._lock:
            self._models[key] = model, megabytes

    def make_room(self, key: str, megabytes: int) -> None:
        """Forget the longest unused until a model fits beside the others; one that is kept comes to so much itself.

        Args:
            megabytes: of a process that has the model alone.
        """
        with self._lock:
            own = self._models.pop(key, None)
            if own is not None:
                megabytes = max(megabytes, own[1])
            count = len(self._models)
            while self._models and not self._fits(megabytes):
                self._models.popitem(last=False)
            has_forgotten = len(self._models) < count
            if own is not None:
                self._models[key] = own[0], megabytes
        if has_forgotten:
            _free()

    def clear(self) -> None:
        with self._lock:
            self._models.clear()
        _free()

    def _fits(self, megabytes: int) -> bool:
        if len(self._models) >= MOST_MODELS:
            return False
        allowed = allowed_megabytes()
        if allowed is None or megabytes <= AT_REST:
            return True
        sizes = [megabytes, *(size for _, size in self._models.values())]
        return AT_REST + KEPT_BYTES // 2**20 + sum(max(0, size - AT_REST) for size in sizes) <= allowed


def _free() -> None:
    """Free what was forgotten: a model of Keras refers to itself, and its layers to each other, held while it lives."""
    gc.collect()
    gc.collect()
