"""Layers whose every value is made of the values at its own place and channel of the inputs, and of nothing else."""

from typing import Final

from cnn_core import layers
from cnn_core.explain.opened import IN_TRAINING_ONLY, opened
from cnn_core.layers import ActivationName, Layer

_KINDS: Final = (
    *(layers.Activation, layers.PReLU, layers.BatchNormalization, layers.Normalization, layers.Rescaling),
    *(layers.LayerScale, layers.Merge),
)
_NOT: Final = layers.Concatenate, layers.Dot


def is_in_place(layer: Layer) -> bool:
    """Say whether a layer is one of these; an axis of length 1 of an input stretches.

    >>> is_in_place(layers.Activation("relu")), is_in_place(layers.Activation("softmax"))
    (True, False)
    """
    if not opened.knows(type(layer)):
        return layer.group in IN_TRAINING_ONLY
    is_shared = isinstance(layer, layers.Activation) and layer.activation is ActivationName.SOFTMAX
    return isinstance(layer, _KINDS) and not isinstance(layer, _NOT) and not is_shared
