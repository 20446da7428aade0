"""One frozen dataclass a layer kind, in Keras's words and with Keras's defaults.

A layer knows its own settings and nothing else. What it does to a shape is in `shapes`, what it costs in `cost`, what
it sees in `receptive_field`, how the formula reads in `formulas`; each is a function that dispatches on these classes.
Sizes and strides are (vertical, horizontal); one number stands for both.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar

from cnn_core.errors import LayerError
from cnn_core.layers.settings import (
    AmountsSetting,
    Choice,
    Flag,
    Number,
    OptionalNumber,
    OptionalNumbers,
    OptionalPair,
    PaddingMode,
    PaddingSetting,
    Pair,
    Setting,
    ShapeSetting,
    Whole,
    WholePair,
)


class ActivationName(StrEnum):
    """The activations of Keras that have no settings beyond a slope."""

    LINEAR = "linear"
    RELU = "relu"
    RELU6 = "relu6"
    LEAKY_RELU = "leaky_relu"
    ELU = "elu"
    SELU = "selu"
    GELU = "gelu"
    SILU = "silu"
    HARD_SILU = "hard_silu"
    HARD_SIGMOID = "hard_sigmoid"
    MISH = "mish"
    TANH = "tanh"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    SOFTPLUS = "softplus"
    SOFTSIGN = "softsign"
    EXPONENTIAL = "exponential"


SLOPES: Final = {ActivationName.LEAKY_RELU: 0.2, ActivationName.ELU: 1.0}
"""What Keras takes where a layer gives no slope."""


class Interpolation(StrEnum):
    """How UpSampling2D fills in. Keras also knows bicubic and Lanczos, which no course uses."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


class FlipMode(StrEnum):
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    BOTH = "horizontal_and_vertical"


class Group(StrEnum):
    """How the layer list is grouped for people."""

    INPUT = "input"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    RESIZING = "resizing"
    NORMALIZATION = "normalization"
    ACTIVATION = "activation"
    REGULARIZATION = "regularization"
    AUGMENTATION = "augmentation"
    SHAPE = "shape"
    DENSE = "dense"
    MERGE = "merge"


@dataclass(frozen=True)
class Layer:
    """Root of the layer kinds. `inputs` says how many layers one takes its input from: (fewest, most)."""

    group: ClassVar[Group]
    inputs: ClassVar[tuple[int, int]] = (1, 1)
    _rules: ClassVar[dict[str, Setting[Any, Any]]] = {}

    def __init_subclass__(cls) -> None:
        cls._rules = cls._rules | {name: rule for name, rule in vars(cls).items() if isinstance(rule, Setting)}

    def __post_init__(self) -> None:
        """Bring every setting into the form in which it is kept, or raise LayerError."""
        values = vars(self)
        for name, rule in self._rules.items():
            values[name] = rule.read(values[name])

    @property
    def kind(self) -> str:
        """The name of the kind, as Keras writes it."""
        return type(self).__name__

    @classmethod
    def settings(cls) -> dict[str, Setting[Any, Any]]:
        """The rules of this kind's settings, in the order of its constructor."""
        return dict(cls._rules)


KINDS: Final[dict[str, type[Layer]]] = {}
"""Every layer kind by its name, in the order in which people are shown them."""

MOST_INPUTS: Final = 64

AnyLayer = TypeVar("AnyLayer", bound=Layer)


def _kind(cls: type[AnyLayer]) -> type[AnyLayer]:
    KINDS[cls.__name__] = cls
    return cls


# Input --------------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class Input(Layer):
    """What enters the network, without the batch axis: (height, width, channels), or (units,) for plain numbers."""

    group = Group.INPUT
    inputs = (0, 0)
    shape: ShapeSetting = ShapeSetting()


# Convolution --------------------------------------------------------------------------------------------------------


def _refuse_stride_with_dilation(strides: Pair, dilation_rate: Pair) -> None:
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise LayerError(
            "Strides above 1 and a dilation_rate above 1 do not go together. "
            "Received: strides={strides}, dilation_rate={dilation_rate}. Set one of them to 1.",
            strides=strides,
            dilation_rate=dilation_rate,
        )


def _refuse_uneven_strides(strides: Pair) -> None:
    if strides[0] != strides[1]:
        raise LayerError(
            "A depthwise convolution moves by the same stride in both directions; "
            "TensorFlow computes others on some processors only. "
            "Received: strides={strides}. Use one number.",
            strides=strides,
        )


@_kind
@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolution. `padding` may also be ((top, bottom), (left, right)), for which Keras needs a ZeroPadding2D."""

    group = Group.CONVOLUTION
    filters: Whole = Whole()
    kernel_size: WholePair = WholePair()
    strides: WholePair = WholePair(1)
    padding: PaddingSetting = PaddingSetting("valid")
    dilation_rate: WholePair = WholePair(1)
    groups: Whole = Whole(1)
    use_bias: Flag = Flag(True)
    activation: Choice[ActivationName] = Choice(ActivationName, "linear")

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


@_kind
@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """One kernel (or `depth_multiplier` of them) for each input channel; channels are not mixed."""

    group = Group.CONVOLUTION
    kernel_size: WholePair = WholePair()
    strides: WholePair = WholePair(1)
    padding: Choice[PaddingMode] = Choice(PaddingMode, "valid")
    depth_multiplier: Whole = Whole(1)
    dilation_rate: WholePair = WholePair(1)
    use_bias: Flag = Flag(True)
    activation: Choice[ActivationName] = Choice(ActivationName, "linear")

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_uneven_strides(self.strides)


@_kind
@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """A depthwise convolution followed by a 1×1 convolution, with one bias at the end."""

    group = Group.CONVOLUTION
    filters: Whole = Whole()
    kernel_size: WholePair = WholePair()
    strides: WholePair = WholePair(1)
    padding: Choice[PaddingMode] = Choice(PaddingMode, "valid")
    dilation_rate: WholePair = WholePair(1)
    depth_multiplier: Whole = Whole(1)
    use_bias: Flag = Flag(True)
    activation: Choice[ActivationName] = Choice(ActivationName, "linear")

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_uneven_strides(self.strides)


@_kind
@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """Transposed convolution, which enlarges by its strides. Keras's `output_padding` is not offered."""

    group = Group.CONVOLUTION
    filters: Whole = Whole()
    kernel_size: WholePair = WholePair()
    strides: WholePair = WholePair(1)
    padding: Choice[PaddingMode] = Choice(PaddingMode, "valid")
    dilation_rate: WholePair = WholePair(1)
    use_bias: Flag = Flag(True)
    activation: Choice[ActivationName] = Choice(ActivationName, "linear")

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_stride_with_dilation(self.strides, self.dilation_rate)


# Pooling ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pooling(Layer):
    """Layers that make one value of each window, channel by channel; nothing is learned."""

    group = Group.POOLING
    pool_size: WholePair = WholePair(2)
    strides: OptionalPair = OptionalPair()
    padding: Choice[PaddingMode] = Choice(PaddingMode, "valid")

    @property
    def steps(self) -> Pair:
        """The strides in force: pool_size where none are given."""
        strides: Pair | None = self.strides
        return self.pool_size if strides is None else strides


@_kind
@dataclass(frozen=True)
class MaxPooling2D(Pooling):
    """The largest value of each window; padding never wins."""


@_kind
@dataclass(frozen=True)
class AveragePooling2D(Pooling):
    """The mean of each window; padding is not counted."""


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """Layers that make one value of each channel."""

    group = Group.POOLING
    keepdims: Flag = Flag(False)


@_kind
@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel."""


@_kind
@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel."""


# Resizing -----------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Enlarges by whole factors; nothing is learned."""

    group = Group.RESIZING
    size: WholePair = WholePair(2)
    interpolation: Choice[Interpolation] = Choice(Interpolation, "nearest")


@_kind
@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around each channel."""

    group = Group.RESIZING
    padding: AmountsSetting = AmountsSetting(1)


@_kind
@dataclass(frozen=True)
class Cropping2D(Layer):
    """Rows and columns taken away from each side."""

    group = Group.RESIZING
    cropping: AmountsSetting = AmountsSetting(0)


# Normalization ------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Normalizes each channel (last axis) by its mean and variance over the batch; keeps moving averages of both."""

    group = Group.NORMALIZATION
    momentum: Number = Number(0.99, minimum=0, maximum=1)
    epsilon: Number = Number(0.001, minimum=0, maximum=1)
    center: Flag = Flag(True)
    scale: Flag = Flag(True)


@_kind
@dataclass(frozen=True)
class LayerNormalization(Layer):
    """Normalizes each position over its channels (last axis only)."""

    group = Group.NORMALIZATION
    epsilon: Number = Number(0.001, minimum=0, maximum=1)
    center: Flag = Flag(True)
    scale: Flag = Flag(True)


@_kind
@dataclass(frozen=True)
class Normalization(Layer):
    """(x − mean) / sqrt(variance), a channel; both are given here, or learned from data with Keras's `adapt`."""

    group = Group.NORMALIZATION
    mean: OptionalNumbers = OptionalNumbers()
    variance: OptionalNumbers = OptionalNumbers(minimum=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            raise LayerError(
                "mean and variance are given together or not at all. Received: mean={mean}, variance={variance}.",
                mean=self.mean,
                variance=self.variance,
            )


@_kind
@dataclass(frozen=True)
class Rescaling(Layer):
    """x · scale + offset."""

    group = Group.NORMALIZATION
    scale: Number = Number(1 / 255)
    offset: Number = Number(0.0)


@_kind
@dataclass(frozen=True)
class LayerScale(Layer):
    """Multiplies each channel by a learned factor (Touvron et al., arXiv:2103.17239; used by ConvNeXt)."""

    group = Group.NORMALIZATION
    initial_value: Number = Number(1e-6)


# Activation ---------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class Activation(Layer):
    """An activation as a layer of its own.

    `slope` is leaky_relu's negative slope (None: 0.2) or elu's alpha (None: 1), and else unused.
    """

    group = Group.ACTIVATION
    activation: Choice[ActivationName] = Choice(ActivationName, "relu")
    slope: OptionalNumber = OptionalNumber(minimum=0)


# Regularization -----------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share `rate` of the values to 0, in training only, and divides the rest by 1 − rate."""

    group = Group.REGULARIZATION
    rate: Number = Number(0.5, minimum=0, maximum=1)


@_kind
@dataclass(frozen=True)
class SpatialDropout2D(Layer):
    """Drops whole channels, in training only."""

    group = Group.REGULARIZATION
    rate: Number = Number(0.5, minimum=0, maximum=1)


@_kind
@dataclass(frozen=True)
class StochasticDepth(Layer):
    """Drops the whole branch of a residual block, in training only (Huang et al., arXiv:1603.09382)."""

    group = Group.REGULARIZATION
    rate: Number = Number(0.1, minimum=0, maximum=1, below=True)


# Augmentation: active in training only ------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class RandomFlip(Layer):
    """Mirrors at random."""

    group = Group.AUGMENTATION
    mode: Choice[FlipMode] = Choice(FlipMode, "horizontal_and_vertical")


@_kind
@dataclass(frozen=True)
class RandomRotation(Layer):
    """Turns by up to `factor` of a full turn to either side: 0.1 is ±36°."""

    group = Group.AUGMENTATION
    factor: Number = Number(0.1, minimum=0, maximum=1)


@_kind
@dataclass(frozen=True)
class RandomZoom(Layer):
    """Zooms in or out by up to `factor` of the size."""

    group = Group.AUGMENTATION
    factor: Number = Number(0.2, minimum=0, maximum=1)


@_kind
@dataclass(frozen=True)
class RandomTranslation(Layer):
    """Shifts by up to these shares of height and width."""

    group = Group.AUGMENTATION
    height_factor: Number = Number(0.1, minimum=0, maximum=1)
    width_factor: Number = Number(0.1, minimum=0, maximum=1)


@_kind
@dataclass(frozen=True)
class RandomContrast(Layer):
    """Changes contrast by up to `factor`."""

    group = Group.AUGMENTATION
    factor: Number = Number(0.2, minimum=0, maximum=1)


# Shape --------------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class Flatten(Layer):
    """All values in one row."""

    group = Group.SHAPE


@_kind
@dataclass(frozen=True)
class Reshape(Layer):
    """The same values in other axes; one of them may be -1, "what is left"."""

    group = Group.SHAPE
    target_shape: ShapeSetting = ShapeSetting(open_axis=True)


# Dense --------------------------------------------------------------------------------------------------------------


@_kind
@dataclass(frozen=True)
class Dense(Layer):
    """Every unit sees every value of the last axis. On a map that was not flattened it acts as a 1×1 convolution."""

    group = Group.DENSE
    units: Whole = Whole()
    use_bias: Flag = Flag(True)
    activation: Choice[ActivationName] = Choice(ActivationName, "linear")


# Merge --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merge(Layer):
    """Layers that make one output of several inputs."""

    group = Group.MERGE
    inputs = (2, MOST_INPUTS)


@_kind
@dataclass(frozen=True)
class Add(Merge):
    """The sum of its inputs, value by value."""


@_kind
@dataclass(frozen=True)
class Multiply(Merge):
    """The product of its inputs, value by value."""


@_kind
@dataclass(frozen=True)
class Average(Merge):
    """The mean of its inputs, value by value."""


@_kind
@dataclass(frozen=True)
class Maximum(Merge):
    """The largest of its inputs, value by value."""


@_kind
@dataclass(frozen=True)
class Concatenate(Merge):
    """Its inputs behind one another along the channels (last axis only)."""
