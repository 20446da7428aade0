"""What a layer costs: parameters, multiply-adds and memory, by integer arithmetic alone.

Multiply-adds are the multiplications of kernels with inputs, for one image, biases excluded; FLOPs are twice that.
Pooling, normalization, activations and merges multiply by no kernel and count 0, as in the tables of VGG and ResNet.
"""

from math import prod
from typing import Final, NamedTuple

from cnn_core import layers
from cnn_core.layers import Layer
from cnn_core.layers.by_kind import by_kind
from cnn_core.layers.shapes import Shape

BYTES_PER_VALUE: Final = 4
"""float32, in which Keras computes by default."""


class Parameters(NamedTuple):
    """Weights and biases; `non_trainable` are kept but not learned by gradient descent (moving averages)."""

    trainable: int
    non_trainable: int = 0

    @property
    def total(self) -> int:
        return self.trainable + self.non_trainable


@by_kind
def parameters(layer: Layer, *inputs: Shape) -> Parameters:
    """Return a layer's parameters for its input shapes; 0 for every layer that learns nothing."""
    return Parameters(0)


@parameters.register
def _(layer: layers.Conv2D, *inputs: Shape) -> Parameters:
    """(kh · kw · channels / groups + 1) · filters: one bias a filter."""
    weights = prod(layer.kernel_size) * (inputs[0][-1] // layer.groups)
    return Parameters((weights + layer.use_bias) * layer.filters)


@parameters.register
def _(layer: layers.DepthwiseConv2D, *inputs: Shape) -> Parameters:
    """(kh · kw + 1) · channels · depth_multiplier."""
    return Parameters((prod(layer.kernel_size) + layer.use_bias) * inputs[0][-1] * layer.depth_multiplier)


@parameters.register
def _(layer: layers.SeparableConv2D, *inputs: Shape) -> Parameters:
    """kh · kw · c + (c + 1) · filters, where c = channels · depth_multiplier."""
    between = inputs[0][-1] * layer.depth_multiplier
    return Parameters(prod(layer.kernel_size) * between + (between + layer.use_bias) * layer.filters)


@parameters.register
def _(layer: layers.Conv2DTranspose, *inputs: Shape) -> Parameters:
    """(kh · kw · channels + 1) · filters."""
    return Parameters((prod(layer.kernel_size) * inputs[0][-1] + layer.use_bias) * layer.filters)


@parameters.register
def _(layer: layers.Dense, *inputs: Shape) -> Parameters:
    """(inputs + 1) · units."""
    return Parameters((inputs[0][-1] + layer.use_bias) * layer.units)


@parameters.register
def _(layer: layers.BatchNormalization, *inputs: Shape) -> Parameters:
    """Scale and shift are learned; a moving mean and a moving variance are kept."""
    return Parameters((layer.scale + layer.center) * inputs[0][-1], 2 * inputs[0][-1])


@parameters.register
def _(layer: layers.LayerNormalization, *inputs: Shape) -> Parameters:
    return Parameters((layer.scale + layer.center) * inputs[0][-1])


@parameters.register
def _(layer: layers.Normalization, *inputs: Shape) -> Parameters:
    """A mean and a variance a channel and one count, where they come from data; none where they are given."""
    return Parameters(0, 0 if layer.mean is not None else 2 * inputs[0][-1] + 1)


@parameters.register
def _(layer: layers.LayerScale, *inputs: Shape) -> Parameters:
    return Parameters(inputs[0][-1])


@by_kind
def multiply_adds(layer: Layer, output: Shape, *inputs: Shape) -> int:
    """Return the kernel multiplications for one image; products with padding are counted."""
    return 0


@multiply_adds.register
def _(layer: layers.Conv2D, output: Shape, *inputs: Shape) -> int:
    return prod(layer.kernel_size) * (inputs[0][-1] // layer.groups) * prod(output)


@multiply_adds.register
def _(layer: layers.DepthwiseConv2D, output: Shape, *inputs: Shape) -> int:
    return prod(layer.kernel_size) * prod(output)


@multiply_adds.register
def _(layer: layers.SeparableConv2D, output: Shape, *inputs: Shape) -> int:
    between = prod(output[:-1]) * inputs[0][-1] * layer.depth_multiplier
    return prod(layer.kernel_size) * between + between * layer.filters


@multiply_adds.register
def _(layer: layers.Conv2DTranspose, output: Shape, *inputs: Shape) -> int:
    """Every input value times every kernel; with `same`, products that are cropped away are counted too."""
    return prod(layer.kernel_size) * prod(inputs[0]) * layer.filters


@multiply_adds.register
def _(layer: layers.Dense, output: Shape, *inputs: Shape) -> int:
    return prod(inputs[0]) * layer.units


def activation_bytes(output: Shape) -> int:
    """Return the memory of one image's output in float32.

    >>> activation_bytes((28, 28, 32))
    100352
    """
    return prod(output) * BYTES_PER_VALUE
