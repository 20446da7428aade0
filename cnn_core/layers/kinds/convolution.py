"""Layers that lay kernels over their input."""

from dataclasses import dataclass
from math import prod
from typing import Final

from cnn_core.errors import LayerError
from cnn_core.layers.activations import ActivationName, activation_setting
from cnn_core.layers.cost import multiply_adds
from cnn_core.layers.formulas import (
    Formula,
    multiply_adds_text,
    parameters_text,
    per_axis,
    per_filter,
    size_formulas,
    times,
)
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import Rules, of_layer, spread
from cnn_core.layers.settings import (
    Choice,
    Flag,
    OptionalPair,
    Padding,
    PaddingMode,
    PaddingSetting,
    Pair,
    Told,
    Whole,
    WholePair,
)
from cnn_core.layers.shapes import Shape, count_windows, image_shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.layers.weights import WeightShapes, weight_shapes, with_bias
from cnn_core.layers.windows import Window, transposed_length, windows_of
from cnn_core.sentences import N_

__all__ = ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D", "kernel_windows"]

FILTERS: Final = Whole(
    label=N_("Filters"),
    help=N_("How many filters are learned; each makes one channel of the output."),
    short=N_("{value} filters"),
)
KERNEL_SIZE: Final = WholePair(
    label=N_("Kernel size"), help=N_("Height and width of the window that a filter lays over its input.")
)
STRIDES: Final = WholePair(
    1,
    label=N_("Strides"),
    help=N_("How far the window moves from one output value to the next."),
    short=N_("stride {value}"),
)
PADDING_LABEL: Final = N_("Padding")
PADDING_HELP: Final = N_(
    "valid adds nothing; same adds zeros so that the output is the input divided by the stride, rounded up."
)
PADDING: Final = Choice(PaddingMode, "valid", label=PADDING_LABEL, help=PADDING_HELP, told=Told.ALWAYS)
DILATION_RATE: Final = WholePair(
    1,
    label=N_("Dilation"),
    help=N_("Distance between neighbouring weights of a kernel; 1 leaves no gaps."),
    short=N_("dilation {value}"),
)
DEPTH_MULTIPLIER: Final = Whole(1, label=N_("Depth multiplier"), help=N_("How many kernels each input channel gets."))
USE_BIAS: Final = Flag(
    True,
    label=N_("Bias"),
    help=N_("One more learned number for each filter or unit, added once to the sum."),
    short=N_("no bias"),
)
ACTIVATION: Final = activation_setting("linear")


def _refuse_stride_with_dilation(strides: Pair, dilation_rate: Pair) -> None:
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise LayerError(
            "Strides above 1 and a dilation_rate above 1 cannot be combined. Received: strides={strides}, "
            "dilation_rate={dilation_rate}. Set one of them to 1.",
            strides=strides,
            dilation_rate=dilation_rate,
        )


def _refuse_uneven_strides(strides: Pair) -> None:
    if strides[0] != strides[1]:
        raise LayerError(
            "A depthwise convolution must have the same stride in both directions; TensorFlow supports other "
            "strides on some processors only. Received: strides={strides}. Use one number.",
            strides=strides,
        )


# Conv2D ---------------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolution. `padding` may also be ((top, bottom), (left, right)), for which Keras needs a ZeroPadding2D."""

    group = Group.CONVOLUTION
    about = N_("Lays each filter over every place of the map and adds up the products, over all channels.")
    spelling = Spelling(on_images=True, initializers=("kernel",))
    starter = {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"}
    weight_names = ("kernel", "bias")
    filters: Whole = FILTERS
    kernel_size: WholePair = KERNEL_SIZE
    strides: WholePair = STRIDES
    padding: PaddingSetting = PaddingSetting("valid", label=PADDING_LABEL, help=PADDING_HELP, told=Told.ALWAYS)
    dilation_rate: WholePair = DILATION_RATE
    groups: Whole = Whole(
        1,
        label=N_("Groups"),
        help=N_("The number of groups of channels, each convolved separately. It must divide channels and filters."),
        short=N_("{value} groups"),
    )
    use_bias: Flag = USE_BIAS
    activation: Choice[ActivationName] = ACTIVATION

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_stride_with_dilation(self.strides, self.dilation_rate)
        if self.filters % self.groups:
            raise LayerError(
                "The groups must divide the filters. Received: filters={filters}, groups={groups}. "
                "Make filters a multiple of groups.",
                filters=self.filters,
                groups=self.groups,
            )


@output_shape.register
def _(layer: Conv2D, *inputs: Shape) -> Shape:
    size = count_windows(kernel_windows(layer), inputs[0])
    if inputs[0][2] % layer.groups:
        raise LayerError(
            "The groups must divide the input channels. Received: {channels} channels, groups={groups}. "
            "Change groups, or the filters of the layer before.",
            channels=inputs[0][2],
            groups=layer.groups,
        )
    return (*size, layer.filters)


@weight_shapes.register
def _(layer: Conv2D, *inputs: Shape) -> WeightShapes:
    kernel = (*layer.kernel_size, inputs[0][-1] // layer.groups, layer.filters)
    return with_bias({"kernel": kernel}, layer.use_bias, layer.filters)


@multiply_adds.register
def _(layer: Conv2D, output: Shape, *inputs: Shape) -> int:
    return prod(layer.kernel_size) * (inputs[0][-1] // layer.groups) * prod(output)


@parameters_text.register
def _(layer: Conv2D, *inputs: Shape) -> str:
    return per_filter(_kernel_text(layer, inputs[0][-1]), layer.use_bias, layer.filters)


@multiply_adds_text.register
def _(layer: Conv2D, output: Shape, *inputs: Shape) -> str:
    return f"{_kernel_text(layer, inputs[0][-1])}·{times(*output)}"


def _kernel_text(layer: Conv2D, channels: int) -> str:
    seen = str(channels) if layer.groups == 1 else f"({channels}/{layer.groups})"
    return f"{times(*layer.kernel_size)}·{seen}"


# DepthwiseConv2D ------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """One kernel (or `depth_multiplier` of them) for each input channel; channels are not mixed."""

    group = Group.CONVOLUTION
    about = N_("One kernel for each channel; the channels are not mixed.")
    spelling = Spelling(on_images=True, initializers=("depthwise",), fixed={"groups": (1,)})
    starter = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    weight_names = ("kernel", "bias")
    kernel_size: WholePair = KERNEL_SIZE
    strides: WholePair = STRIDES
    padding: Choice[PaddingMode] = PADDING
    depth_multiplier: Whole = DEPTH_MULTIPLIER
    dilation_rate: WholePair = DILATION_RATE
    use_bias: Flag = USE_BIAS
    activation: Choice[ActivationName] = ACTIVATION

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_uneven_strides(self.strides)


@output_shape.register
def _(layer: DepthwiseConv2D, *inputs: Shape) -> Shape:
    return (*count_windows(kernel_windows(layer), inputs[0]), inputs[0][2] * layer.depth_multiplier)


@weight_shapes.register
def _(layer: DepthwiseConv2D, *inputs: Shape) -> WeightShapes:
    channels = inputs[0][-1]
    kernel = (*layer.kernel_size, channels, layer.depth_multiplier)
    return with_bias({"kernel": kernel}, layer.use_bias, channels * layer.depth_multiplier)


@multiply_adds.register
def _(layer: DepthwiseConv2D, output: Shape, *inputs: Shape) -> int:
    return prod(layer.kernel_size) * prod(output)


@parameters_text.register
def _(layer: DepthwiseConv2D, *inputs: Shape) -> str:
    return per_filter(times(*layer.kernel_size), layer.use_bias, times(inputs[0][-1], layer.depth_multiplier))


@multiply_adds_text.register
def _(layer: DepthwiseConv2D, output: Shape, *inputs: Shape) -> str:
    return times(*layer.kernel_size, *output)


# SeparableConv2D ------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """A depthwise convolution followed by a 1×1 convolution, with one bias at the end."""

    group = Group.CONVOLUTION
    about = N_("A depthwise convolution followed by a 1×1 convolution: far fewer parameters.")
    spelling = Spelling(on_images=True, initializers=("depthwise", "pointwise"), fixed={"groups": (1,)})
    starter = {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"}
    weight_names = ("depthwise_kernel", "pointwise_kernel", "bias")
    filters: Whole = FILTERS
    kernel_size: WholePair = KERNEL_SIZE
    strides: WholePair = STRIDES
    padding: Choice[PaddingMode] = PADDING
    dilation_rate: WholePair = DILATION_RATE
    depth_multiplier: Whole = DEPTH_MULTIPLIER
    use_bias: Flag = USE_BIAS
    activation: Choice[ActivationName] = ACTIVATION

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_uneven_strides(self.strides)


@output_shape.register
def _(layer: SeparableConv2D, *inputs: Shape) -> Shape:
    return (*count_windows(kernel_windows(layer), inputs[0]), layer.filters)


@weight_shapes.register
def _(layer: SeparableConv2D, *inputs: Shape) -> WeightShapes:
    channels = inputs[0][-1]
    depthwise = (*layer.kernel_size, channels, layer.depth_multiplier)
    pointwise = (1, 1, channels * layer.depth_multiplier, layer.filters)
    kernels: WeightShapes = {"depthwise_kernel": depthwise, "pointwise_kernel": pointwise}
    return with_bias(kernels, layer.use_bias, layer.filters)


@multiply_adds.register
def _(layer: SeparableConv2D, output: Shape, *inputs: Shape) -> int:
    between = prod(output[:-1]) * inputs[0][-1] * layer.depth_multiplier
    return prod(layer.kernel_size) * between + between * layer.filters


@parameters_text.register
def _(layer: SeparableConv2D, *inputs: Shape) -> str:
    between = inputs[0][-1] * layer.depth_multiplier
    return f"{times(*layer.kernel_size, between)} + {per_filter(str(between), layer.use_bias, layer.filters)}"


@multiply_adds_text.register
def _(layer: SeparableConv2D, output: Shape, *inputs: Shape) -> str:
    between = (*output[:-1], inputs[0][-1] * layer.depth_multiplier)
    return f"{times(*layer.kernel_size, *between)} + {times(*between, layer.filters)}"


# Conv2DTranspose ------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """Transposed convolution, which enlarges by its strides."""

    group = Group.CONVOLUTION
    about = N_("A convolution that enlarges by its strides, as decoders and segmentation need it.")
    spelling = Spelling(on_images=True, initializers=("kernel",), fixed={"groups": (1,)})
    starter = {"filters": 32, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}
    weight_names = ("kernel", "bias")
    filters: Whole = FILTERS
    kernel_size: WholePair = KERNEL_SIZE
    strides: WholePair = STRIDES
    padding: Choice[PaddingMode] = PADDING
    dilation_rate: WholePair = DILATION_RATE
    use_bias: Flag = USE_BIAS
    activation: Choice[ActivationName] = ACTIVATION
    output_padding: OptionalPair = OptionalPair(
        otherwise=(0, 0),
        none_label=N_("Output size from the strides"),
        none_help=N_("The output is then as large as Keras makes it: with same the input times the strides."),
        minimum=0,
        label=N_("Output padding"),
        help=N_("Extra rows and columns at the end of the output, fewer than the strides."),
        short=N_("output padding {value}"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_stride_with_dilation(self.strides, self.dilation_rate)
        for window in kernel_windows(self):
            _refuse_output_padding(window)


def _refuse_output_padding(window: Window) -> None:
    """Raise LayerError for an output that a convolution with the same window would not bring back to its input."""
    least = int(window.padding is PaddingMode.SAME and window.span % 2 == 0)
    if window.output_padding is not None and not least <= window.output_padding < window.stride:
        raise LayerError(
            "output_padding must be below the strides, and above 0 where padding is same and the kernel spans an even "
            "number of places. Received: output_padding={amount}, strides={stride}, a kernel over {span} places. "
            "Use another number, or leave it out.",
            amount=window.output_padding,
            stride=window.stride,
            span=window.span,
        )


@output_shape.register
def _(layer: Conv2DTranspose, *inputs: Shape) -> Shape:
    height, width, _ = image_shape(inputs[0])
    vertical, horizontal = kernel_windows(layer)
    return (transposed_length(height, vertical), transposed_length(width, horizontal), layer.filters)


@weight_shapes.register
def _(layer: Conv2DTranspose, *inputs: Shape) -> WeightShapes:
    kernel = (*layer.kernel_size, layer.filters, inputs[0][-1])
    return with_bias({"kernel": kernel}, layer.use_bias, layer.filters)


@multiply_adds.register
def _(layer: Conv2DTranspose, output: Shape, *inputs: Shape) -> int:
    """Every input value times every kernel; with `same`, products that are cropped away are counted too."""
    return prod(layer.kernel_size) * prod(inputs[0]) * layer.filters


@of_layer.register
def _(layer: Conv2DTranspose, shape: Shape) -> Rules:
    vertical, horizontal = kernel_windows(layer)
    return spread(vertical), spread(horizontal)


@size_formulas.register
def _(layer: Conv2DTranspose, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    vertical, horizontal = kernel_windows(layer)
    return per_axis(_transposed(inputs[0][0], output[0], vertical), _transposed(inputs[0][1], output[1], horizontal))


def _transposed(length: int, result: int, window: Window) -> str:
    is_same, span = window.padding is PaddingMode.SAME, window.span
    if window.output_padding is not None:
        own = span % 2 if is_same else span
        return f"({length} − 1)·{window.stride} + {own} + {window.output_padding} = {result}"
    if is_same:
        return f"{length}·{window.stride} = {result}"
    return f"{length}·{window.stride} + max({span} − {window.stride}, 0) = {result}"


@parameters_text.register
def _(layer: Conv2DTranspose, *inputs: Shape) -> str:
    return per_filter(times(*layer.kernel_size, inputs[0][-1]), layer.use_bias, layer.filters)


@multiply_adds_text.register
def _(layer: Conv2DTranspose, output: Shape, *inputs: Shape) -> str:
    return times(*layer.kernel_size, *inputs[0], layer.filters)


# Windows --------------------------------------------------------------------------------------------------------------


@windows_of.register(Conv2D)
@windows_of.register(DepthwiseConv2D)
@windows_of.register(SeparableConv2D)
def kernel_windows(layer: Conv2D | DepthwiseConv2D | SeparableConv2D | Conv2DTranspose) -> tuple[Window, Window]:
    """Return the windows of a kernel, (vertical, horizontal); a transposed convolution lays them on its output."""
    padding: Padding = layer.padding
    above, beside = padding if isinstance(padding, tuple) else (padding, padding)
    kernel, stride, dilation = layer.kernel_size, layer.strides, layer.dilation_rate
    more = getattr(layer, "output_padding", None) or (None, None)
    return (
        Window(kernel[0], stride[0], dilation[0], above, more[0]),
        Window(kernel[1], stride[1], dilation[1], beside, more[1]),
    )
