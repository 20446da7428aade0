"""Networks that were trained alike and differ in what they make of a place: a Dense one, and two that convolve.

They were trained and measured by `assets/make/models/train_position.py`, on digits, on the same digits with their
pixels shuffled, and on generated chests (`pictures.chests`). Their weights are few enough for a browser to compute
with, so no worker is asked.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np

from cnn_core.arrays import Bytes, Indices, Labels, Numbers, Output, Weights
from cnn_core.data import DATA
from cnn_core.network.network import Network
from cnn_core.network.presets.position import CHESTS, DIGITS, dense, with_flatten, with_mean
from cnn_core.pictures import chests

FOLDER: Final = DATA / "position"
_SHUFFLED_BY: Final = 28
"""The seed of the one sequence in which all shuffled pictures have their pixels."""


class Taught(StrEnum):
    """What the networks were trained on, by the names of their files."""

    DIGITS = "digits"
    SHUFFLED = "shuffled"
    CHESTS = "chests"

    @property
    def path(self) -> Path:
        return FOLDER / f"{self}.npz"


class Sort(StrEnum):
    """What stands behind the pixels: Dense layers, convolutions and Flatten, or convolutions and a mean of places."""

    DENSE = "dense"
    FLATTEN = "flatten"
    MEAN = "mean"


_NETWORKS: Final[dict[tuple[bool, Sort], Callable[[], Network]]] = {
    (False, Sort.DENSE): lambda: dense(DIGITS, 39, 10),
    (False, Sort.FLATTEN): lambda: with_flatten(DIGITS, (16, 32), 32, 10),
    (False, Sort.MEAN): lambda: with_mean(DIGITS, (16, 32, 88), 10),
    (True, Sort.DENSE): lambda: dense(CHESTS, 13, len(chests.CLASSES)),
    (True, Sort.FLATTEN): lambda: with_flatten(CHESTS, (8, 16), 18, len(chests.CLASSES)),
    (True, Sort.MEAN): lambda: with_mean(CHESTS, (32, 96), len(chests.CLASSES)),
}


@cache
def network(taught: Taught, sort: Sort) -> Network:
    """Return the layers of a network."""
    return _NETWORKS[taught is Taught.CHESTS, sort]()


@cache
def weights(taught: Taught, sort: Sort) -> tuple[Weights, ...]:
    """Return a network's arrays in Keras's order, rounded to half precision, read-only."""
    with np.load(taught.path, allow_pickle=False) as stored:
        names = (f"{sort}/{number}" for number in count())
        arrays = []
        for name in names:
            if name not in stored.files:
                break
            arrays.append(stored[name].astype(np.float32))
    for array in arrays:
        array.setflags(write=False)
    return tuple(arrays)


def answers(taught: Taught, sort: Sort) -> Output:
    """Return what Keras answered, (pictures, classes), to `shipped_digits` or to the chests of the first seeds."""
    with np.load(taught.path, allow_pickle=False) as stored:
        return np.asarray(stored[f"{sort}/answers"])


@cache
def shipped_digits() -> tuple[Bytes, Labels]:
    """Return the first three test pictures of each digit, (30, 28, 28, 1) in bytes and (30,): 0, 0, 0, 1, …"""
    with np.load(FOLDER / "test_digits.npz", allow_pickle=False) as stored:
        return stored["pictures"], stored["labels"]


@cache
def shuffled_order() -> Indices:
    """Return from which pixel of a digit each pixel of a shuffled one comes, (784,), both read row by row."""
    return np.random.default_rng(_SHUFFLED_BY).permutation(28 * 28)


@cache
def record() -> dict[str, Any]:
    """Return how the networks were trained and what they were measured at."""
    found: dict[str, Any] = json.loads((FOLDER / "record.json").read_text(encoding="utf-8"))
    return found


def measured(taught: Taught, sort: Sort) -> dict[str, Any]:
    """Return what a network was measured at."""
    found: dict[str, Any] = record()["networks"][taught][sort]
    return found


def confusion(sort: Sort) -> Numbers:
    """Return which share of the chests of each class a network took for each, (classes, classes)."""
    return np.array(measured(Taught.CHESTS, sort)["confusion"], np.float64)
