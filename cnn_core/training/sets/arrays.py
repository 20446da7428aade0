"""Sets whose pictures are arrays already: those that come along, and those of `keras.datasets`."""

import hashlib
from functools import cache
from typing import Final

import numpy as np

from cnn_core.arrays import PictureBytes
from cnn_core.training.data import Labelled, training_set
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import Shipped
from cnn_core.training.sets.split import Part

DIGITS: Final = tuple("0123456789")
CLOTHES: Final = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""As the authors of Fashion-MNIST call them."""

_CLASSES: Final = {"fashion_mnist_small": CLOTHES, "mnist_small": DIGITS}


class ArraySet(Opened):
    """Labelled arrays, sorted by class.

    Args:
        classes: what the labels mean.
        train: pictures to train on and to validate with.
        test: those that were published to test on. A picture that is there twice is left out once, from `train` first.
    """

    def __init__(self, classes: tuple[str, ...], train: Labelled, test: Labelled) -> None:
        self._parts = (train, test)
        seen: set[bytes] = set()
        kept = [[_new_places(part, label, seen) for label in range(len(classes))] for part in (test, train)]
        self._places = [
            [(0, place) for place in trained] + [(1, place) for place in tested]
            for tested, trained in zip(*kept, strict=True)
        ]
        self._contents = Contents(classes, tuple(map(len, self._places)), tuple(map(len, kept[0])))

    @property
    def contents(self) -> Contents:
        return self._contents

    def picture(self, label: int, index: int, _part: Part, /) -> PictureBytes:
        which, place = self._places[label][index]
        picture: PictureBytes = self._parts[which].pictures[place]
        return picture

    def name(self, label: int, index: int) -> str:
        which, place = self._places[label][index]
        return f"{('train', 'test')[which]} {place}"


def _new_places(part: Labelled, label: int, seen: set[bytes]) -> list[int]:
    """Return where pictures of a class are that are not in `seen`, and add them to it."""
    places = []
    for place in np.flatnonzero(part.labels == label).tolist():
        digest = hashlib.sha256(part.pictures[place].tobytes()).digest()
        if digest not in seen:
            seen.add(digest)
            places.append(place)
    return places


@cache
def shipped(source: Shipped) -> ArraySet:
    """Return a set that comes along, opened."""
    data = training_set(source.key)
    return ArraySet(_CLASSES[source.key], data.train, data.test)
