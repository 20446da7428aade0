"""Each kind of layer as nodes of ONNX: what it computes outside of a training."""

from collections.abc import Sequence

import numpy as np

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError
from cnn_core.layers import SLOPES, ActivationName, Group, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.kinds.pooling import GlobalPooling, Pooling
from cnn_core.layers.kinds.reducing import Reduce
from cnn_core.layers.kinds.resizing import Interpolation, Piece, pieces
from cnn_core.layers.settings import places_of_slice
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, cropped, padding_amounts, transposed_length, windows_of
from cnn_core.model_file.onnx_export.graph import MAP, Array, Writing
from cnn_core.sentences import N_

_TRAINING_ONLY = (Group.REGULARIZATION, Group.AUGMENTATION)
_ROWS = 2
"""Axes of rows of channels."""
_TO_THE_END = np.iinfo(np.int64).min


@by_kind
def written(layer: Layer, to: Writing) -> str:
    """Write a layer and return the name of what it gives; raises LayerError for a kind that has no rule."""
    if layer.group in _TRAINING_ONLY:
        return to.x
    raise LayerError(N_("{kind} cannot be written as ONNX. Use the .keras file instead."), kind=layer.kind)


def is_written(kind: type[Layer]) -> bool:
    """Say whether layers of a kind are written."""
    return written.knows(kind) or kind.group in _TRAINING_ONLY


# Activations ----------------------------------------------------------------------------------------------------------

_OPERATORS = {
    ActivationName.RELU: "Relu",
    ActivationName.SELU: "Selu",
    ActivationName.TANH: "Tanh",
    ActivationName.SIGMOID: "Sigmoid",
    ActivationName.SOFTPLUS: "Softplus",
    ActivationName.SOFTSIGN: "Softsign",
    ActivationName.EXPONENTIAL: "Exp",
    ActivationName.HARD_SILU: "HardSwish",
}
"""Activations that are one operator without a setting."""


def activated(to: Writing, name: str, activation: ActivationName, slope: float | None = None) -> str:
    """Write an activation of what the layer gives."""
    steep = SLOPES.get(activation, 1.0) if slope is None else slope
    if activation in _OPERATORS:
        return to(_OPERATORS[activation], name)
    match activation:
        case ActivationName.RELU6:
            return to("Clip", name, _number(0), _number(6))
        case ActivationName.LEAKY_RELU:
            return to("LeakyRelu", name, alpha=steep)
        case ActivationName.ELU:
            return to("Elu", name, alpha=steep)
        case ActivationName.HARD_SIGMOID:
            return to("HardSigmoid", name, alpha=1 / 6, beta=0.5)
        case ActivationName.SOFTMAX:
            return to("Softmax", name, axis=1 if len(to.output_shape) == MAP else -1)
        case ActivationName.SILU:
            return to("Mul", name, to("Sigmoid", name))
        case ActivationName.MISH:
            return to("Mul", name, to("Tanh", to("Softplus", name)))
        case ActivationName.GELU:
            share = to("Add", to("Erf", to("Div", name, _number(2**0.5))), _number(1))
            return to("Mul", to("Mul", name, share), _number(0.5))
    return name


def _number(value: float) -> Array:
    return np.array(value, np.float32)


def _whole(*numbers: int) -> Array:
    return np.array(numbers, np.int64)


@written.register
def _(layer: L.Activation, to: Writing) -> str:
    return activated(to, to.x, layer.activation, layer.slope)


@written.register
def _(layer: L.PReLU, to: Writing) -> str:
    alpha = to.weights["alpha"]
    return to("PRelu", to.x, np.moveaxis(alpha, -1, 0) if len(to.shape) == MAP else alpha)


# Convolutions and Dense -----------------------------------------------------------------------------------------------


def _pads(windows: Sequence[Window], shape: Shape) -> list[int]:
    amounts = [padding_amounts(length, window) for length, window in zip(shape, windows, strict=False)]
    return [amounts[axis][side] for side in (0, 1) for axis in (0, 1)]


def _windows(layer: Layer) -> tuple[Window, Window]:
    found = windows_of(layer)
    assert found is not None
    return found


def _convolved(layer: Layer, to: Writing, kernel: Array, groups: int, bias: Array | None) -> str:
    """Write a convolution; `kernel` is (height, width, channels of a group, filters), as Keras has it."""
    windows = _windows(layer)
    more = [] if bias is None else [bias]
    return to(
        "Conv",
        to.x,
        np.transpose(kernel, (3, 2, 0, 1)),
        *more,
        kernel_shape=[window.kernel for window in windows],
        strides=[window.stride for window in windows],
        dilations=[window.dilation for window in windows],
        pads=_pads(windows, to.shape),
        group=groups,
    )


def _depthwise(kernel: Array) -> Array:
    """Return kernels (height, width, channels, multiplier) as those of a convolution with a group for each channel."""
    return kernel.reshape(*kernel.shape[:2], 1, -1)


@written.register
def _(layer: L.Conv2D, to: Writing) -> str:
    made = _convolved(layer, to, to.weights["kernel"], layer.groups, to.weights.get("bias"))
    return activated(to, made, layer.activation)


@written.register
def _(layer: L.DepthwiseConv2D, to: Writing) -> str:
    kernel = _depthwise(to.weights["kernel"])
    return activated(to, _convolved(layer, to, kernel, to.shape[-1], to.weights.get("bias")), layer.activation)


@written.register
def _(layer: L.SeparableConv2D, to: Writing) -> str:
    between = _convolved(layer, to, _depthwise(to.weights["depthwise_kernel"]), to.shape[-1], None)
    pointwise = np.transpose(to.weights["pointwise_kernel"], (3, 2, 0, 1))
    bias = [to.weights["bias"]] if "bias" in to.weights else []
    return activated(to, to("Conv", between, pointwise, *bias, kernel_shape=[1, 1]), layer.activation)


@written.register
def _(layer: L.Conv2DTranspose, to: Writing) -> str:
    windows = L.kernel_windows(layer)
    cuts = [cropped(window) for window in windows]
    wanted = [transposed_length(length, window) for length, window in zip(to.shape, windows, strict=False)]
    laid = [(length - 1) * window.stride + window.span for length, window in zip(to.shape, windows, strict=False)]
    bias = [to.weights["bias"]] if "bias" in to.weights else []
    made = to(
        "ConvTranspose",
        to.x,
        np.transpose(to.weights["kernel"], (3, 2, 0, 1)),
        *bias,
        kernel_shape=layer.kernel_size,
        strides=layer.strides,
        dilations=layer.dilation_rate,
        pads=[cuts[axis][side] for side in (0, 1) for axis in (0, 1)],
        output_padding=[wanted[axis] - laid[axis] + sum(cuts[axis]) for axis in (0, 1)],
    )
    return activated(to, made, layer.activation)


@written.register
def _(layer: L.Dense, to: Writing) -> str:
    kernel, bias = to.weights["kernel"], to.weights.get("bias")
    if len(to.shape) == 1:
        made = to("Gemm", to.x, kernel, *([] if bias is None else [bias]))
    else:
        made = to("MatMul", to.last(), kernel)
        made = to.first(made if bias is None else to("Add", made, bias))
    return activated(to, made, layer.activation)


# Pooling --------------------------------------------------------------------------------------------------------------


@written.register
def _(layer: Pooling, to: Writing) -> str:
    windows = _windows(layer)
    is_max = isinstance(layer, L.MaxPooling2D)
    return to(
        "MaxPool" if is_max else "AveragePool",
        to.x,
        kernel_shape=[window.kernel for window in windows],
        strides=[window.stride for window in windows],
        pads=_pads(windows, to.shape),
        **({} if is_max else {"count_include_pad": 0}),
    )


@written.register
def _(layer: GlobalPooling, to: Writing) -> str:
    is_max = isinstance(layer, L.GlobalMaxPooling2D)
    made = to("GlobalMaxPool" if is_max else "GlobalAveragePool", to.x)
    return made if layer.keepdims else to("Flatten", made, axis=1)


@written.register
def _(layer: Reduce, to: Writing) -> str:
    operator = "ReduceMax" if isinstance(layer, L.ReduceMax) else "ReduceMean"
    return to.first(to(operator, to.last(), axes=layer.axis, keepdims=int(layer.keepdims)))


# Other sizes ----------------------------------------------------------------------------------------------------------


def _resized(to: Writing, name: str, interpolation: Interpolation, lengths: Shape, results: Shape) -> str:
    is_smooth = interpolation is Interpolation.BILINEAR
    scales = [1.0, 1.0, *(_scale(length, result) for length, result in zip(lengths, results, strict=True))]
    return to(
        "Resize",
        name,
        "",
        np.array(scales, np.float32),
        mode="linear" if is_smooth else "nearest",
        coordinate_transformation_mode="half_pixel",
        nearest_mode="round_prefer_ceil",
    )


def _scale(length: int, result: int) -> float:
    """Return the factor in float32 that makes so many places of a length, rounded down."""
    scale = np.float32(result / length)
    if int(np.floor(np.float32(length) * scale)) < result:
        scale = np.nextafter(scale, np.float32(np.inf))
    return float(scale)


@written.register
def _(layer: L.UpSampling2D, to: Writing) -> str:
    return _resized(to, to.x, layer.interpolation, to.shape[:2], to.output_shape[:2])


@written.register
def _(layer: L.Resizing, to: Writing) -> str:
    taken = pieces(layer, to.shape)
    name = _piece(to, taken, layer.fill_value)
    return _resized(to, name, layer.interpolation, (taken[0].length, taken[1].length), to.output_shape[:2])


def _piece(to: Writing, taken: tuple[Piece, Piece], fill: float) -> str:
    """Write the part of a map that is resized: cut out of it, or padded on both sides."""
    if all(piece.first == 0 and piece.length == length for piece, length in zip(taken, to.shape, strict=False)):
        return to.x
    if min(piece.first for piece in taken) < 0:
        before = [max(-piece.first, 0) for piece in taken]
        return _padded(to, before, before, fill)
    ends = [piece.first + piece.length for piece in taken]
    return to("Slice", to.x, _whole(*(piece.first for piece in taken)), _whole(*ends), _whole(2, 3))


def _padded(to: Writing, before: Sequence[int], after: Sequence[int], fill: float = 0.0) -> str:
    return to("Pad", to.x, _whole(0, 0, *before, 0, 0, *after), _number(fill))


@written.register
def _(layer: L.ZeroPadding2D, to: Writing) -> str:
    (top, bottom), (left, right) = layer.padding
    return _padded(to, (top, left), (bottom, right))


@written.register
def _(layer: L.Cropping2D, to: Writing) -> str:
    (top, bottom), (left, right) = layer.cropping
    height, width, _channels = to.shape
    return to("Slice", to.x, _whole(top, left), _whole(height - bottom, width - right), _whole(2, 3))


@written.register
def _(layer: L.Slice, to: Writing) -> str:
    taken = [places_of_slice(cut, size) for cut, size in zip(layer.cuts, to.shape, strict=True)]
    stops = [places.stop if places.stop >= 0 else _TO_THE_END for places in taken]
    starts, steps = [places.start for places in taken], [places.step for places in taken]
    return to("Slice", to.x, _whole(*starts), _whole(*stops), _whole(2, 3, 1), _whole(*steps))


# Normalization --------------------------------------------------------------------------------------------------------


def _scaled(to: Writing, scale: Array, offset: Array) -> str:
    return to("Add", to("Mul", to.x, to.a_channel(scale)), to.a_channel(offset))


def _learned(to: Writing, count: int) -> tuple[Array, Array]:
    """Return the factors and offsets of a normalization; 1 and 0 where it learns none."""
    none = np.ones(count, np.float32), np.zeros(count, np.float32)
    return to.weights.get("gamma", none[0]), to.weights.get("beta", none[1])


@written.register
def _(layer: L.BatchNormalization, to: Writing) -> str:
    mean, variance = to.weights["moving_mean"], to.weights["moving_variance"]
    gamma, beta = _learned(to, to.shape[-1])
    if len(to.shape) in (1, MAP):
        return to("BatchNormalization", to.x, gamma, beta, mean, variance, epsilon=layer.epsilon)
    scale = gamma / np.sqrt(variance + np.float32(layer.epsilon))
    return _scaled(to, scale, beta - mean * scale)


@written.register
def _(layer: L.LayerNormalization, to: Writing) -> str:
    return to.first(to("LayerNormalization", to.last(), *_learned(to, to.shape[-1]), axis=-1, epsilon=layer.epsilon))


@written.register
def _(layer: L.GroupNormalization, to: Writing) -> str:
    ones, zeros = np.ones(layer.groups, np.float32), np.zeros(layer.groups, np.float32)
    # The channels come first for this: in a map they do, and of a vector there is nothing else.
    given = to("Transpose", to.x, perm=[0, 2, 1]) if len(to.shape) == _ROWS else to.x
    rows = to("Reshape", given, _whole(0, layer.groups, -1))
    even = to("InstanceNormalization", rows, ones, zeros, epsilon=layer.epsilon)
    again = to("Reshape", even, _whole(0, to.shape[-1], *to.shape[:-1]))
    if len(to.shape) == _ROWS:
        again = to("Transpose", again, perm=[0, 2, 1])
    gamma, beta = _learned(to, to.shape[-1])
    return to("Add", to("Mul", again, to.a_channel(gamma)), to.a_channel(beta))


@written.register
def _(layer: L.Normalization, to: Writing) -> str:
    given = layer.mean is not None
    mean = np.array(layer.mean if given else to.weights["mean"], np.float32)
    variance = np.array(layer.variance if given else to.weights["variance"], np.float32)
    deviation = np.maximum(np.sqrt(variance), np.float32(1e-7))
    return to("Div", to("Sub", to.x, to.a_channel(mean)), to.a_channel(deviation))


@written.register
def _(layer: L.Rescaling, to: Writing) -> str:
    return to("Add", to("Mul", to.x, _number(layer.scale)), _number(layer.offset))


@written.register
def _(layer: L.LayerScale, to: Writing) -> str:
    return to("Mul", to.x, to.a_channel(to.weights["gamma"]))


# Shapes and merges ----------------------------------------------------------------------------------------------------


@written.register
def _(layer: L.Flatten, to: Writing) -> str:
    return to("Flatten", to.last(), axis=1)


@written.register
def _(layer: L.Reshape, to: Writing) -> str:
    return to.first(to("Reshape", to.last(), _whole(0, *to.output_shape)))


@written.register
def _(layer: L.Permute, to: Writing) -> str:
    return to.first(to("Transpose", to.last(), perm=[0, *layer.dims]))


_MERGES = {L.Add: "Sum", L.Average: "Mean", L.Maximum: "Max", L.Minimum: "Min"}


@written.register
def _(layer: L.Add | L.Average | L.Maximum | L.Minimum, to: Writing) -> str:
    return to(_MERGES[type(layer)], *to.inputs)


@written.register
def _(layer: L.Subtract, to: Writing) -> str:
    return to("Sub", *to.inputs)


@written.register
def _(layer: L.Multiply, to: Writing) -> str:
    made, *others = to.inputs
    for other in others:
        made = to("Mul", made, other)
    return made


@written.register
def _(layer: L.Concatenate, to: Writing) -> str:
    return to("Concat", *to.inputs, axis=1 if len(to.output_shape) == MAP else len(to.output_shape))
