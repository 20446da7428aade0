"""Output shapes, by integer arithmetic alone.

Shapes have no batch axis: (height, width, channels), or (units,) after Flatten. The relationships are those of Dumoulin
and Visin, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285), in TensorFlow's convention for
`same`, which may pad one more after than before.
"""

from math import prod
from typing import Final, NamedTuple

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.layers.by_kind import by_kind
from cnn_core.layers.settings import Padding, PaddingMode, Pair
from cnn_core.sentences import N_

Shape = tuple[int, ...]
AXES = (N_("height"), N_("width"))
BLUR_SIZE: Final = 3
"""Rows and columns of the blur 1 2 1 of MaxBlurPool (arXiv:1904.11486), on arrays and in networks."""


class Window(NamedTuple):
    """How a kernel or a pool moves along one axis. `padding` is a mode or the amounts (before, after)."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: PaddingMode | Pair = PaddingMode.VALID


def show(shape: Shape) -> str:
    """Write a shape as people do.

    >>> show((28, 28, 1)), show((10,))
    ('28×28×1', '10')
    """
    return "×".join(map(str, shape))


def effective_kernel(kernel: int, dilation: int) -> int:
    """Return how many places a kernel spans: d · (k − 1) + 1.

    >>> effective_kernel(3, 2)
    5
    """
    return dilation * (kernel - 1) + 1


def padding_amounts(length: int, window: Window) -> Pair:
    """Return how much is added (before, after) along one axis.

    `same` adds what ceil(length / stride) windows need; the odd one goes after, as TensorFlow does.

    >>> padding_amounts(4, Window(3, 2, padding=PaddingMode.SAME))
    (0, 1)
    """
    kernel, stride, dilation, padding = window
    if isinstance(padding, tuple):
        return padding
    if padding is PaddingMode.VALID:
        return (0, 0)
    count = -(-length // stride)
    spanned = (count - 1) * stride + effective_kernel(kernel, dilation)
    total = max(spanned - length, 0)
    return (total // 2, total - total // 2)


def output_length(length: int, window: Window) -> int:
    """Return how many windows fit: ⌊(n + p − k) / s⌋ + 1 (relationship 6 of arXiv:1603.07285); below 1 none does.

    >>> output_length(28, Window(3)), output_length(7, Window(3, 3)), output_length(2, Window(3))
    (26, 2, 0)
    """
    kernel, stride, dilation, _ = window
    padded = length + sum(padding_amounts(length, window))
    return (padded - effective_kernel(kernel, dilation)) // stride + 1


def window_count(length: int, window: Window, axis: str) -> int:
    """Return how many windows fit along an axis, at least 1.

    Args:
        axis: what the error calls it, one of `AXES` or another word for the catalogues.

    Raises:
        LayerError: a window larger than the padded line.
    """
    count = output_length(length, window)
    if count < 1:
        raise LayerError(
            "The window is larger than its input. Received: a window of {kernel} on {length} along the {axis}. "
            "Use padding 'same', a smaller window, or fewer layers that shrink the map before it.",
            kernel=effective_kernel(window.kernel, window.dilation),
            length=length + sum(padding_amounts(length, window)),
            axis=LayerError(axis),
        )
    return count


def transposed_length(length: int, window: Window) -> int:
    """Return the length after a transposed convolution, as Keras has it without `output_padding`.

    `same`: n · s. `valid`: n · s + max(k − s, 0).

    >>> transposed_length(7, Window(3, 2, padding=PaddingMode.SAME)), transposed_length(7, Window(3, 2))
    (14, 15)
    """
    if window.padding is PaddingMode.SAME:
        return length * window.stride
    return length * window.stride + max(effective_kernel(window.kernel, window.dilation) - window.stride, 0)


@by_kind
def windows(layer: Layer) -> tuple[Window, Window] | None:
    """Return the windows of a layer that slides one, (vertical, horizontal); None for every other layer."""
    return None


@windows.register(layers.Conv2D)
@windows.register(layers.DepthwiseConv2D)
@windows.register(layers.SeparableConv2D)
@windows.register(layers.Conv2DTranspose)
def _(
    layer: layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D | layers.Conv2DTranspose,
) -> tuple[Window, Window]:
    padding: Padding = layer.padding
    above, beside = padding if isinstance(padding, tuple) else (padding, padding)
    kernel, stride, dilation = layer.kernel_size, layer.strides, layer.dilation_rate
    return Window(kernel[0], stride[0], dilation[0], above), Window(kernel[1], stride[1], dilation[1], beside)


@windows.register
def _(layer: layers.Pooling) -> tuple[Window, Window]:
    size, steps, padding = layer.pool_size, layer.steps, layer.padding
    return Window(size[0], steps[0], 1, padding), Window(size[1], steps[1], 1, padding)


@by_kind
def output_shape(layer: Layer, *inputs: Shape) -> Shape:
    """Return a layer's output shape for its input shapes, or raise LayerError where they do not fit.

    Layers without a rule of their own keep the shape: normalization, activation, dropout, augmentation.
    """
    return inputs[0]


@output_shape.register
def _(layer: layers.Input, *inputs: Shape) -> Shape:
    return layer.shape


def _image(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise LayerError(
            "This layer needs feature maps, (height, width, channels). Received: an input of shape {shape}. "
            "Move it before Flatten, or put a Reshape before it.",
            shape=show(shape),
        )
    return shape[0], shape[1], shape[2]


def _slide(layer: Layer, shape: Shape) -> Pair:
    """Return height and width after the layer's windows."""
    height, width, _ = _image(shape)
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    rows = window_count(height, vertical, AXES[0])
    if width == height and horizontal == vertical:
        return rows, rows
    return rows, window_count(width, horizontal, AXES[1])


@output_shape.register
def _(layer: layers.Conv2D, *inputs: Shape) -> Shape:
    size = _slide(layer, inputs[0])
    if inputs[0][2] % layer.groups:
        raise LayerError(
            "The groups must divide the input channels. Received: {channels} channels, groups={groups}. "
            "Change groups, or the filters of the layer before.",
            channels=inputs[0][2],
            groups=layer.groups,
        )
    return (*size, layer.filters)


@output_shape.register
def _(layer: layers.DepthwiseConv2D, *inputs: Shape) -> Shape:
    return (*_slide(layer, inputs[0]), inputs[0][2] * layer.depth_multiplier)


@output_shape.register
def _(layer: layers.SeparableConv2D, *inputs: Shape) -> Shape:
    return (*_slide(layer, inputs[0]), layer.filters)


@output_shape.register
def _(layer: layers.Conv2DTranspose, *inputs: Shape) -> Shape:
    height, width, _ = _image(inputs[0])
    vertical, horizontal = windows(layer) or (Window(1), Window(1))
    return (transposed_length(height, vertical), transposed_length(width, horizontal), layer.filters)


@output_shape.register
def _(layer: layers.Pooling, *inputs: Shape) -> Shape:
    return (*_slide(layer, inputs[0]), inputs[0][2])


@output_shape.register
def _(layer: layers.GlobalPooling, *inputs: Shape) -> Shape:
    channels = _image(inputs[0])[2]
    return (1, 1, channels) if layer.keepdims else (channels,)


@output_shape.register
def _(layer: layers.UpSampling2D, *inputs: Shape) -> Shape:
    height, width, channels = _image(inputs[0])
    return (height * layer.size[0], width * layer.size[1], channels)


@output_shape.register
def _(layer: layers.ZeroPadding2D, *inputs: Shape) -> Shape:
    height, width, channels = _image(inputs[0])
    return (height + sum(layer.padding[0]), width + sum(layer.padding[1]), channels)


@output_shape.register
def _(layer: layers.Cropping2D, *inputs: Shape) -> Shape:
    height, width, channels = _image(inputs[0])
    result = (height - sum(layer.cropping[0]), width - sum(layer.cropping[1]), channels)
    if min(result) < 1:
        raise LayerError(
            "Cropping leaves nothing. Received: an input of {shape}, cropping={cropping}. Crop less.",
            shape=show(inputs[0]),
            cropping=layer.cropping,
        )
    return result


@output_shape.register
def _(layer: layers.Normalization, *inputs: Shape) -> Shape:
    for values in (layer.mean, layer.variance):
        if values is not None and len(values) not in (1, inputs[0][-1]):
            raise LayerError(
                "mean and variance must hold one number, or one a channel. "
                "Received: {count} numbers for {channels} channels.",
                count=len(values),
                channels=inputs[0][-1],
            )
    return inputs[0]


@output_shape.register(layers.SpatialDropout2D)
@output_shape.register(layers.StochasticDepth)
@output_shape.register(layers.RandomFlip)
@output_shape.register(layers.RandomRotation)
@output_shape.register(layers.RandomZoom)
@output_shape.register(layers.RandomTranslation)
@output_shape.register(layers.RandomContrast)
def _(layer: Layer, *inputs: Shape) -> Shape:
    return _image(inputs[0])


@output_shape.register
def _(layer: layers.Flatten, *inputs: Shape) -> Shape:
    return (prod(inputs[0]),)


@output_shape.register
def _(layer: layers.Reshape, *inputs: Shape) -> Shape:
    count = prod(inputs[0])
    known = prod(size for size in layer.target_shape if size != -1)
    open_size = count // known
    result = tuple(open_size if size == -1 else size for size in layer.target_shape)
    if prod(result) != count:
        raise LayerError(
            "Reshape keeps every value. Received: {count} values ({shape}) for target_shape={target}. "
            "Choose sizes whose product is {count}, or -1 for one of them.",
            count=count,
            shape=show(inputs[0]),
            target=layer.target_shape,
        )
    return result


@output_shape.register
def _(layer: layers.Dense, *inputs: Shape) -> Shape:
    return (*inputs[0][:-1], layer.units)


@output_shape.register
def _(layer: layers.Merge, *inputs: Shape) -> Shape:
    """Axes are equal or 1, which stretches. Keras also stretches over missing axes; that is hardly ever meant."""
    if inputs.count(inputs[0]) == len(inputs):
        return inputs[0]
    if len({len(shape) for shape in inputs}) > 1:
        raise _unequal(layer, inputs)
    sizes = [set(axis) - {1} or {1} for axis in zip(*inputs, strict=True)]
    if any(len(axis) > 1 for axis in sizes):
        raise _unequal(layer, inputs)
    return tuple(axis.pop() for axis in sizes)


@output_shape.register
def _(layer: layers.Concatenate, *inputs: Shape) -> Shape:
    if len({shape[:-1] for shape in inputs}) > 1:
        raise LayerError(
            "Concatenate joins channels, so all other sizes must be equal. Received: {shapes}. "
            "Bring the branches to one height and width first.",
            shapes=", ".join(map(show, inputs)),
        )
    return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


def _unequal(layer: Layer, inputs: tuple[Shape, ...]) -> LayerError:
    return LayerError(
        "{kind} works value by value, so its inputs must have the same shape. Received: {shapes}. "
        "Give the branches the same strides and filters.",
        kind=layer.kind,
        shapes=", ".join(map(show, inputs)),
    )
