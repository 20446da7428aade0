"""Networks made to fit the pictures of a training: what comes in, bytes made small, and an answer for every class."""

from typing import Final

from cnn_core.errors import CnnError
from cnn_core.layers import (
    ActivationName,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Normalization,
    Rescaling,
)
from cnn_core.layers.kind import Group
from cnn_core.layers.shapes import Shape, show
from cnn_core.network import editing
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.sentences import N_
from cnn_core.training.heads import head_layer, head_of

DEEPEST: Final = 24
"""Convolutions of a network that shows what depth does to gradients."""
_FILTERS: Final = 8
_FEWEST_PLACES: Final = 8
_LARGE: Final = 128
"""From this side on the course's network for cats and dogs fits, below it the one for digits."""


def small_network(shape: Shape, classes: int) -> Network:
    """Return a network that learns in seconds on pictures (H, W, C): convolutions of 8, 16, 32 filters, and so on.

    Maps are halved until fewer than 8 places a side are left, so that large pictures take about as few parameters.
    """
    layers: list[Layer] = [Input(shape), Rescaling(1 / 255)]
    side, filters = min(shape[:2]), _FILTERS
    while side >= _FEWEST_PLACES:
        layers += [Conv2D(filters, 3, padding="same", activation="relu"), MaxPooling2D(2)]
        side, filters = side // 2, min(2 * filters, 4 * _FILTERS)
    return Network.of(*layers, Flatten(), head_layer(classes), name="small")


def course_network(shape: Shape, classes: int) -> Network:
    """Return the course's network for pictures of this size: that for cats and dogs, or that for digits.

    Raises:
        CnnError: the pictures are too small for it.
    """
    return fitted(preset("cats_dogs" if min(shape[:2]) >= _LARGE else "mnist").make(), shape, classes)


def plain_network(
    shape: Shape, classes: int, depth: int, activation: ActivationName, filters: int = 8, pools: int = 2
) -> Network:
    """Return `depth` equal convolutions with one activation, and a head: a network to see gradients in.

    The first convolutions are followed by a pooling, so that depth costs little; the means of the last maps are read.

    Raises:
        CnnError: the depth is out of bounds.
    """
    if not 1 <= depth <= DEEPEST:
        raise CnnError(
            N_("A network has 1 to {most} convolutions here. Received: {depth}. Choose a number in this range."),
            most=DEEPEST,
            depth=depth,
        )
    layers: list[Layer] = [Input(shape), Rescaling(1 / 127.5, -1)]
    for number in range(depth):
        layers.append(Conv2D(filters, 3, padding="same", activation=activation))
        if number < pools:
            layers.append(MaxPooling2D(2))
    return Network.of(*layers, GlobalAveragePooling2D(), head_layer(classes), name=f"plain_{depth}_{activation}")


def fitted(network: Network, shape: Shape, classes: int) -> Network:
    """Return a network that takes bytes of this shape and names one of the classes.

    Its Input takes the shape, a Rescaling to [0, 1] comes behind it where nothing scales them yet, its last Dense gets
    as many units as are needed, and layers that change pictures at random go: they belong to the training.

    Raises:
        CnnError: it takes no pictures, does not end in a Dense, or the pictures do not fit.
    """
    for named in [named for named in network.layers if named.layer.group is Group.AUGMENTATION]:
        network = editing.remove(network, named.name)
    first, last = network.layers[0], network.layers[-1]
    if isinstance(first.layer, Input) and len(first.layer.shape) != len(shape):
        raise CnnError(
            N_(
                "A network that is trained on pictures takes height, width and channels. Received: an Input of "
                "{taken}. Change it on the page Design a network."
            ),
            taken=show(first.layer.shape),
        )
    if not isinstance(last.layer, Dense):
        raise CnnError(
            N_(
                "A network for classification must end in a Dense layer. Received: {kind}. Add one at its end on "
                "the page Design a network."
            ),
            kind=last.kind,
        )
    network = editing.replace(editing.replace(network, last.name, head_layer(classes)), first.name, Input(shape))
    if not any(isinstance(named.layer, Rescaling | Normalization) for named in network.layers[1:3]):
        network = editing.insert(network, 1, Rescaling(1 / 255))
    head_of(network)
    return network


def with_dropout(network: Network, rate: float) -> Network:
    """Return the network with a Dropout of this rate before its last layer; with a rate of 0 as it is."""
    return editing.insert(network, len(network.layers) - 1, Dropout(rate)) if rate else network
