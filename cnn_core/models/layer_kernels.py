"""The kernels of a layer, in one form for every kind that has any: what each filter lays over each input channel."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind

Kernels = npt.NDArray[np.float32]
"""(kernel height, kernel width, channels that a filter sees, filters)."""


@by_kind
def kernels_of(layer: Layer, weights: Sequence[Kernels]) -> Kernels | None:
    """Return a layer's kernels from its weights in Keras's order; None for a layer that has none.

    Those of SeparableConv2D are the kernels of its channels, each times the weight with which a filter takes it. The
    weights of Dense are kernels of 1×1.

    >>> kernels_of(layers.DepthwiseConv2D(3), [np.zeros((3, 3, 8, 1), np.float32)]).shape
    (3, 3, 1, 8)
    """
    return None


@kernels_of.register
def _(layer: layers.Conv2D, weights: Sequence[Kernels]) -> Kernels | None:
    return weights[0]


@kernels_of.register
def _(layer: layers.DepthwiseConv2D, weights: Sequence[Kernels]) -> Kernels | None:
    return weights[0].reshape(*weights[0].shape[:2], 1, -1)


@kernels_of.register
def _(layer: layers.SeparableConv2D, weights: Sequence[Kernels]) -> Kernels | None:
    depthwise, pointwise = weights[:2]
    return depthwise.reshape(*depthwise.shape[:2], -1, 1) * pointwise


@kernels_of.register
def _(layer: layers.Conv2DTranspose, weights: Sequence[Kernels]) -> Kernels | None:
    return weights[0].swapaxes(2, 3)


@kernels_of.register
def _(layer: layers.Dense, weights: Sequence[Kernels]) -> Kernels | None:
    return weights[0][np.newaxis, np.newaxis]


@by_kind
def seen_channels(layer: Layer, seen: int, number: int) -> list[int]:
    """Return the input channels that filter `number` lays its `seen` kernels over, in order."""
    return list(range(seen))


@seen_channels.register
def _(layer: layers.Conv2D, seen: int, number: int) -> list[int]:
    """Filters of a group see the channels of that group.

    >>> seen_channels(layers.Conv2D(8, 3, groups=4), 2, 5)
    [4, 5]
    """
    first = number // (layer.filters // layer.groups) * seen
    return list(range(first, first + seen))


@seen_channels.register
def _(layer: layers.DepthwiseConv2D, seen: int, number: int) -> list[int]:
    return [number // layer.depth_multiplier]


@seen_channels.register
def _(layer: layers.SeparableConv2D, seen: int, number: int) -> list[int]:
    return [number // layer.depth_multiplier for number in range(seen)]
