"""Three small networks of about as many parameters, which differ in what they make of a place.

Like those for the tasks they are not among the presets of the designer: their trained weights lie in `data/position`.
None pads: zeros around a map tell a convolution where the border is (Islam et al., arXiv:2001.08248).
"""

from typing import Final

from cnn_core.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Input, Layer, MaxPooling2D, Rescaling
from cnn_core.network.network import Network

DIGITS: Final = (Input((28, 28, 1)),)
CHESTS: Final = (Input((48, 48, 1)), Rescaling(4.0, -2.0))
"""What enters: strokes on black as they are, the greys of a chest around 0."""


def dense(entry: tuple[Layer, ...], units: int, classes: int) -> Network:
    """Return a network with a weight of its own for every pixel and unit."""
    return Network.of(*entry, Flatten(), Dense(units, activation="relu"), _answer(classes), name="dense")


def with_flatten(entry: tuple[Layer, ...], filters: tuple[int, int], units: int, classes: int) -> Network:
    """Return convolutions and poolings, behind which a Dense layer has a weight of its own for every place."""
    return Network.of(
        *entry,
        *(_convolution(filters[0]), MaxPooling2D(2)),
        *(_convolution(filters[1]), MaxPooling2D(2)),
        *(Flatten(), Dense(units, activation="relu"), _answer(classes)),
        name="flatten",
    )


def with_mean(entry: tuple[Layer, ...], filters: tuple[int, ...], classes: int) -> Network:
    """Return convolutions with poolings between them, of whose maps only the mean over all places is left."""
    layers: list[Layer] = [_convolution(filters[0])]
    for count in filters[1:]:
        layers += [MaxPooling2D(2), _convolution(count)]
    return Network.of(*entry, *layers, GlobalAveragePooling2D(), _answer(classes), name="mean")


def _convolution(filters: int) -> Layer:
    return Conv2D(filters, 3, activation="relu")


def _answer(classes: int) -> Layer:
    return Dense(classes, activation="softmax")
