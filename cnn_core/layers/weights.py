"""The arrays of weights that a layer has, in the order of Keras's `layer.get_weights()`."""

from typing import Final

from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.shapes import Shape

WeightShapes = dict[str, Shape]
"""The weights' shapes by Keras's names, in order."""

NOT_TRAINED: Final = frozenset({"moving_mean", "moving_variance", "mean", "variance", "count"})
"""Weights that are kept and not learned by gradient descent."""


@by_kind
def weight_shapes(layer: Layer, *inputs: Shape) -> WeightShapes:
    """Return the shapes of a layer's weights for its input shapes, by Keras's names and in Keras's order.

    Layers without a rule of their own have none.

    >>> from cnn_core.layers import Conv2D
    >>> weight_shapes(Conv2D(8, 3), (28, 28, 1))
    {'kernel': (3, 3, 1, 8), 'bias': (8,)}
    """
    return {}


def with_bias(kernels: WeightShapes, use_bias: bool, count: int) -> WeightShapes:
    """Return kernels with, where there is one, a bias of `count` numbers behind them."""
    if use_bias:
        kernels["bias"] = (count,)
    return kernels
