"""What a network's outputs say of labelled pictures: their classes, which are taken for which, the surest answers."""

from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Labels
from cnn_core.training.heads import Loss
from cnn_core.training.records import Answer

Probabilities = npt.NDArray[np.float32]
MOST_SHOWN: Final = 12
"""Answers of each kind that are kept."""


def probabilities(outputs: Probabilities, loss: Loss) -> Probabilities:
    """Return (N, classes) of what a network gives; one unit, (N, 1), is the second class's, the rest is the first's.

    >>> probabilities(np.array([[0.25]], np.float32), Loss.BINARY).tolist()
    [[0.75, 0.25]]
    """
    return np.hstack([1 - outputs, outputs]) if loss is Loss.BINARY else outputs


def confusion(given: Probabilities, labels: Labels) -> tuple[tuple[int, ...], ...]:
    """Return how many pictures of each class (row) were taken for each (column)."""
    classes = given.shape[1]
    counted = np.bincount(labels * classes + given.argmax(axis=1), minlength=classes**2)
    return tuple(tuple(row) for row in counted.reshape(classes, classes).tolist())


def surest(given: Probabilities, labels: Labels, *, are_right: bool) -> tuple[Answer, ...]:
    """Return the right answers, or the wrong ones, with the highest probability, that one first."""
    said = given.argmax(axis=1)
    highest = given.max(axis=1)
    places = np.flatnonzero((said == labels) == are_right)
    chosen = places[np.argsort(-highest[places], kind="stable")][:MOST_SHOWN]
    return tuple(Answer(int(at), int(labels[at]), int(said[at]), float(highest[at])) for at in chosen)
