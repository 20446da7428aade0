"""What a layer costs: parameters, multiply-adds and memory, by integer arithmetic alone.

Multiply-adds are the multiplications of kernels with inputs, for one image, biases excluded; FLOPs are twice that.
Pooling, normalization, activations and merges multiply by no kernel and count 0, as in the tables of VGG and ResNet;
only Dot, which multiplies as a kernel does, by its other input, counts as one.
"""

from math import prod
from typing import Final, NamedTuple

from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.shapes import Shape
from cnn_core.layers.weights import NOT_TRAINED, weight_shapes

BYTES_PER_VALUE: Final = 4
"""float32, in which Keras computes by default."""


class Parameters(NamedTuple):
    """Weights and biases; `non_trainable` are kept but not learned by gradient descent (moving averages)."""

    trainable: int
    non_trainable: int = 0

    @property
    def total(self) -> int:
        return self.trainable + self.non_trainable


NO_PARAMETERS: Final = Parameters(0)


def parameters(layer: Layer, *inputs: Shape) -> Parameters:
    """Return a layer's parameters for its input shapes: the numbers in all its weights."""
    shapes = weight_shapes(layer, *inputs)
    if not shapes:
        return NO_PARAMETERS
    trainable = non_trainable = 0
    for name, shape in shapes.items():
        if name in NOT_TRAINED:
            non_trainable += prod(shape)
        else:
            trainable += prod(shape)
    return Parameters(trainable, non_trainable)


@by_kind
def multiply_adds(layer: Layer, output: Shape, *inputs: Shape) -> int:
    """Return the kernel multiplications for one image; products with padding are counted."""
    return 0


def activation_bytes(output: Shape) -> int:
    """Return the memory of one image's output in float32.

    >>> activation_bytes((28, 28, 32))
    100352
    """
    return prod(output) * BYTES_PER_VALUE
