"""What enters the model that a stage trains: pictures, or what the base made of them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.fitting import FitPlan
from cnn_core.training.sets.parts import Parts
from cnn_core.training.sets.split import Part
from cnn_core.training.store import Store

Array = npt.NDArray[Any]
STORE: Final = Store("features")
MOST_FEATURE_BYTES: Final = 512 * 2**20
_ORDERS_AN_EPOCH: Final = 2
"""`fit` of Keras 3.15 begins to read twice in each epoch and goes on with the first reading; each draws an order."""
_AT_ONCE: Final = 32
"""Pictures that the base sees at once."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What enters, (N, …), and the labels, (N,)."""

    values: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, size: int, seed: int, epochs_done: int) -> tf.data.Dataset:
        """Return all of it in batches of float32, shuffled anew for each epoch, as if some epochs were over."""
        order = tf.data.Dataset.range(len(self)).shuffle(len(self), seed=seed)
        for _ in range(_ORDERS_AN_EPOCH * epochs_done):
            for _ in order.batch(len(self)):
                pass
        values, labels = tf.constant(self.values), tf.constant(self.labels)

        def taken(places: Any) -> tuple[Any, Any]:
            return tf.cast(tf.gather(values, places), tf.float32), tf.gather(labels, places)

        return order.batch(size).map(taken, num_parallel_calls=1, deterministic=True).prefetch(1)


def predicted(model: keras.Model, values: Array, size: int, between: Callable[[int], None]) -> npt.NDArray[np.float32]:
    """Return what a model gives for all values, batch by batch; `between` hears how many are done.

    The last batch is filled up, so that the model is traced for one size only.
    """
    outputs = []
    for start in range(0, len(values), size):
        batch = np.asarray(values[start : start + size], np.float32)
        missing = size - len(batch)
        filled = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]) if missing else batch
        outputs.append(model.predict_on_batch(filled)[: len(batch)])
        between(min(start + size, len(values)))
    return np.concatenate(outputs)


def of_pictures(parts: Parts) -> dict[Part, Inputs]:
    """Return the pictures themselves."""
    return {part: Inputs(parts.part(part).pictures, parts.part(part).labels) for part in Part}


def of_features(plan: FitPlan, parts: Parts, base: keras.Model, done: Callable[[int, int], None]) -> dict[Part, Inputs]:
    """Return what the base makes of the pictures, computed once and kept on disk for all fits on them.

    Args:
        plan: whose data and base these are.
        parts: the pictures.
        base: from the pictures to the features.
        done: hears how many pictures are through, of how many.

    Raises:
        CnnError: they would take too much room.
    """
    assert plan.transfer is not None
    key = hashlib.sha256(f"{plan.transfer.base}/{plan.data.digest}".encode()).hexdigest()
    folder = STORE.find(key)
    if folder is None:
        size = _size(parts, base.output_shape[-1])
        with STORE.new(size) as new:
            for part, features in _computed(parts, base, done):
                np.save(new / f"{part}.npy", features)
            folder = STORE.adopt(new, key)
    return {part: Inputs(np.load(folder / f"{part}.npy"), parts.part(part).labels) for part in Part}


def _computed(
    parts: Parts, base: keras.Model, done: Callable[[int, int], None]
) -> Iterator[tuple[Part, npt.NDArray[np.float32]]]:
    total, before = sum(len(parts.part(part)) for part in Part), 0
    for part in Part:
        pictures = parts.part(part).pictures
        if len(pictures):
            yield part, predicted(base, pictures, _AT_ONCE, partial(_told, done, before, total))
        else:
            yield part, np.zeros((0, base.output_shape[-1]), np.float32)
        before += len(pictures)


def _told(done: Callable[[int, int], None], before: int, total: int, here: int) -> None:
    done(before + here, total)


def _size(parts: Parts, length: int) -> int:
    count = sum(len(parts.part(part)) for part in Part)
    size = count * length * np.dtype(np.float32).itemsize
    if size > MOST_FEATURE_BYTES:
        raise CnnError(
            N_(
                "The features of so many pictures take up too much memory. Received: {count} pictures, {size} MB; "
                "at most {most} MB are kept. Use fewer pictures, or send them through the base in every epoch."
            ),
            count=f"{count:,}",
            size=f"{size / 2**20:,.0f}",
            most=f"{MOST_FEATURE_BYTES / 2**20:,.0f}",
        )
    return size
