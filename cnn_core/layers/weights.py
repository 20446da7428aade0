"""The arrays of weights that each layer kind has, in the order of Keras's `layer.get_weights()`."""

from cnn_core import layers
from cnn_core.layers import Layer
from cnn_core.layers.by_kind import by_kind
from cnn_core.layers.shapes import Shape

Named = dict[str, Shape]
"""The weights by Keras's names, in order."""


@by_kind
def weight_shapes(layer: Layer, *inputs: Shape) -> Named:
    """Return the shapes of a layer's weights for its input shapes, by Keras's names and in Keras's order.

    Layers without a rule of their own have none.

    >>> weight_shapes(layers.Conv2D(8, 3), (28, 28, 1))
    {'kernel': (3, 3, 1, 8), 'bias': (8,)}
    """
    return {}


@weight_shapes.register
def _(layer: layers.Conv2D, *inputs: Shape) -> Named:
    kernel = (*layer.kernel_size, inputs[0][-1] // layer.groups, layer.filters)
    return {"kernel": kernel, **_bias(layer, layer.filters)}


@weight_shapes.register
def _(layer: layers.DepthwiseConv2D, *inputs: Shape) -> Named:
    channels = inputs[0][-1]
    kernel = (*layer.kernel_size, channels, layer.depth_multiplier)
    return {"kernel": kernel, **_bias(layer, channels * layer.depth_multiplier)}


@weight_shapes.register
def _(layer: layers.SeparableConv2D, *inputs: Shape) -> Named:
    channels = inputs[0][-1]
    depthwise = (*layer.kernel_size, channels, layer.depth_multiplier)
    pointwise = (1, 1, channels * layer.depth_multiplier, layer.filters)
    return {"depthwise_kernel": depthwise, "pointwise_kernel": pointwise, **_bias(layer, layer.filters)}


@weight_shapes.register
def _(layer: layers.Conv2DTranspose, *inputs: Shape) -> Named:
    return {"kernel": (*layer.kernel_size, layer.filters, inputs[0][-1]), **_bias(layer, layer.filters)}


@weight_shapes.register
def _(layer: layers.Dense, *inputs: Shape) -> Named:
    return {"kernel": (inputs[0][-1], layer.units), **_bias(layer, layer.units)}


def _bias(
    layer: layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D | layers.Conv2DTranspose | layers.Dense,
    count: int,
) -> Named:
    return {"bias": (count,)} if layer.use_bias else {}


@weight_shapes.register
def _(layer: layers.BatchNormalization, *inputs: Shape) -> Named:
    return _for_each_channel(layer, inputs[0], "moving_mean", "moving_variance")


@weight_shapes.register
def _(layer: layers.LayerNormalization, *inputs: Shape) -> Named:
    return _for_each_channel(layer, inputs[0])


def _for_each_channel(
    layer: layers.BatchNormalization | layers.LayerNormalization, shape: Shape, *others: str
) -> Named:
    learned = [name for name, there in (("gamma", layer.scale), ("beta", layer.center)) if there]
    return dict.fromkeys([*learned, *others], shape[-1:])


@weight_shapes.register
def _(layer: layers.Normalization, *inputs: Shape) -> Named:
    channels = inputs[0][-1:]
    return {} if layer.mean is not None else {"mean": channels, "variance": channels, "count": ()}


@weight_shapes.register
def _(layer: layers.LayerScale, *inputs: Shape) -> Named:
    return {"gamma": inputs[0][-1:]}
