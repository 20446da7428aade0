"""Sets whose pictures are arrays already: those that come along, and those of `keras.datasets`."""

from functools import cache
from typing import Final

import numpy as np

from cnn_core.arrays import PictureBytes
from cnn_core.sentences import N_
from cnn_core.training.data import Labelled, training_set
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import Shipped
from cnn_core.training.sets.split import Part

DIGITS: Final = tuple("0123456789")
CLOTHES: Final = (
    N_("T-shirt/top"),
    N_("Trouser"),
    N_("Pullover"),
    N_("Dress"),
    N_("Coat"),
    N_("Sandal"),
    N_("Shirt"),
    N_("Sneaker"),
    N_("Bag"),
    N_("Ankle boot"),
)
"""As the authors of Fashion-MNIST call them."""

_CLASSES: Final = {"fashion_mnist_small": CLOTHES, "mnist_small": DIGITS}


class ArraySet(Opened):
    """Labelled arrays, sorted by class.

    Args:
        classes: what the labels mean.
        train: pictures to train on and to validate with.
        test: those that were published to test on.
    """

    def __init__(self, classes: tuple[str, ...], train: Labelled, test: Labelled) -> None:
        self._parts = (train, test)
        places = [[np.flatnonzero(part.labels == label) for label in range(len(classes))] for part in self._parts]
        self._trained, self._tested = places
        self._contents = Contents(
            classes,
            tuple(len(trained) + len(tested) for trained, tested in zip(*places, strict=True)),
            tuple(map(len, self._tested)),
        )

    @property
    def contents(self) -> Contents:
        return self._contents

    def picture(self, label: int, index: int, _part: Part, /) -> PictureBytes:
        which, place = self._found(label, index)
        return np.asarray(self._parts[which].pictures[place])

    def name(self, label: int, index: int) -> str:
        which, place = self._found(label, index)
        return f"{('train', 'test')[which]} {place}"

    def _found(self, label: int, index: int) -> tuple[int, int]:
        """Return in which of the two parts a picture is, and where in it."""
        trained = self._trained[label]
        if index < len(trained):
            return 0, int(trained[index])
        return 1, int(self._tested[label][index - len(trained)])


@cache
def shipped(source: Shipped) -> ArraySet:
    """Return a set that comes along, opened."""
    data = training_set(source.key)
    return ArraySet(_CLASSES[source.key], data.train, data.test)
