"""Layers that move and scale values: by what a batch, a place or the data say, or by given numbers."""

from dataclasses import dataclass
from typing import Final

from cnn_core.errors import LayerError
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, UNMOVED, Rules, of_layer
from cnn_core.layers.settings import Flag, Number, OptionalNumbers, Told, Whole
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.layers.weights import WeightShapes, weight_shapes
from cnn_core.sentences import N_

__all__ = ["BatchNormalization", "GroupNormalization", "LayerNormalization", "LayerScale", "Normalization", "Rescaling"]

EPSILON: Final = Number(
    0.001,
    minimum=0,
    maximum=1,
    label=N_("Epsilon"),
    help=N_("A small number that prevents a division by zero."),
    told=Told.NEVER,
)
CENTER: Final = Flag(True, label=N_("Shift"), help=N_("Learns a number for each channel and adds it."))
SCALE: Final = Flag(True, label=N_("Scale"), help=N_("Learns a factor for each channel and multiplies by it."))


def _scale_and_shift(scale: bool, center: bool) -> tuple[str, ...]:
    """Return the names of what is learned for each channel."""
    return ("gamma",) * scale + ("beta",) * center


# BatchNormalization ---------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Normalizes each channel (last axis) by its mean and variance over the batch; keeps moving averages of both."""

    group = Group.NORMALIZATION
    about = N_("Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it.")
    spelling = Spelling(
        last_axis=True,
        fixed={"renorm": (False,), "virtual_batch_size": (None,)},
        ignored=("fused", "synchronized", "renorm_clipping", "renorm_momentum"),
    )
    weight_names = ("gamma", "beta", "moving_mean", "moving_variance")
    same_everywhere = True
    momentum: Number = Number(
        0.99,
        minimum=0,
        maximum=1,
        label=N_("Momentum"),
        help=N_("How slowly the moving averages follow the batches."),
        told=Told.NEVER,
    )
    epsilon: Number = EPSILON
    center: Flag = CENTER
    scale: Flag = SCALE


@weight_shapes.register
def _(layer: BatchNormalization, *inputs: Shape) -> WeightShapes:
    names = (*_scale_and_shift(layer.scale, layer.center), "moving_mean", "moving_variance")
    return dict.fromkeys(names, inputs[0][-1:])


# LayerNormalization ---------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class LayerNormalization(Layer):
    """Normalizes each position over its channels (last axis only)."""

    group = Group.NORMALIZATION
    about = N_("Normalizes each place over its channels, then scales and shifts it.")
    spelling = Spelling(last_axis=True, fixed={"rms_scaling": (False,)})
    weight_names = ("gamma", "beta")
    same_everywhere = True
    epsilon: Number = EPSILON
    center: Flag = CENTER
    scale: Flag = SCALE


@weight_shapes.register
def _(layer: LayerNormalization, *inputs: Shape) -> WeightShapes:
    return dict.fromkeys(_scale_and_shift(layer.scale, layer.center), inputs[0][-1:])


@of_layer.register
def _(layer: LayerNormalization, shape: Shape) -> Rules:
    """On a vector a value sees all that any value sees; on a map this works place by place."""
    return UNMOVED if len(shape) == 3 else ALL


# GroupNormalization ---------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class GroupNormalization(Layer):
    """Normalizes groups of channels (last axis only), each over all its values of a map (arXiv:1803.08494)."""

    group = Group.NORMALIZATION
    about = N_("Normalizes each group of channels over the whole map, then scales and shifts each channel.")
    spelling = Spelling(last_axis=True)
    starter = {"groups": 8}
    weight_names = ("gamma", "beta")
    groups: Whole = Whole(
        32,
        label=N_("Groups"),
        help=N_(
            "How many groups the channels are divided into; with as many groups as channels, each channel is "
            "normalized separately."
        ),
        told=Told.ALWAYS,
        short=N_("{value} groups"),
    )
    epsilon: Number = EPSILON
    center: Flag = CENTER
    scale: Flag = SCALE


@output_shape.register
def _(layer: GroupNormalization, *inputs: Shape) -> Shape:
    if inputs[0][-1] % layer.groups:
        raise LayerError(
            "The groups must divide the input channels. Received: {channels} channels, groups={groups}. "
            "Change groups, or the filters of the layer before.",
            channels=inputs[0][-1],
            groups=layer.groups,
        )
    return inputs[0]


@weight_shapes.register
def _(layer: GroupNormalization, *inputs: Shape) -> WeightShapes:
    return dict.fromkeys(_scale_and_shift(layer.scale, layer.center), inputs[0][-1:])


@of_layer.register
def _(layer: GroupNormalization, shape: Shape) -> Rules:
    """Mean and variance are taken over the whole map."""
    return ALL


# Normalization --------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Normalization(Layer):
    """(x − mean) / sqrt(variance), a channel; both are given here, or learned from data with Keras's `adapt`."""

    group = Group.NORMALIZATION
    about = N_("(x − mean) / sqrt(variance), channel by channel.")
    spelling = Spelling(last_axis=True, fixed={"invert": (False,)})
    weight_names = ("mean", "variance", "count")
    same_everywhere = True
    mean: OptionalNumbers = OptionalNumbers(
        label=N_("Mean"),
        help=N_("One number per channel, separated by commas; empty: learned from data."),
        told=Told.ALWAYS,
        short=N_("given mean and variance"),
        short_none=N_("mean and variance from data"),
    )
    variance: OptionalNumbers = OptionalNumbers(
        minimum=0,
        label=N_("Variance"),
        help=N_("One number per channel, separated by commas; empty: learned from data."),
        told=Told.NEVER,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            raise LayerError(
                "mean and variance must be given together or not at all. Received: mean={mean}, variance={variance}.",
                mean=self.mean,
                variance=self.variance,
            )


@output_shape.register
def _(layer: Normalization, *inputs: Shape) -> Shape:
    for values in (layer.mean, layer.variance):
        if values is not None and len(values) not in (1, inputs[0][-1]):
            raise LayerError(
                "mean and variance must hold one number, or one per channel. Received: {count} "
                "numbers for {channels} channels.",
                count=len(values),
                channels=inputs[0][-1],
            )
    return inputs[0]


@weight_shapes.register
def _(layer: Normalization, *inputs: Shape) -> WeightShapes:
    channels = inputs[0][-1:]
    return {} if layer.mean is not None else {"mean": channels, "variance": channels, "count": ()}


# Rescaling and LayerScale ---------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Rescaling(Layer):
    """x · scale + offset."""

    group = Group.NORMALIZATION
    about = N_("x · scale + offset: brings pixels from 0…255 to 0…1, for instance.")
    same_everywhere = True
    scale: Number = Number(
        1 / 255,
        label=N_("Scale"),
        help=N_("What every value is multiplied by; 1/255 is 0.00392157."),
        told=Told.ALWAYS,
    )
    offset: Number = Number(0.0, label=N_("Offset"), help=N_("What is added after scaling."))


@layer_kind
@dataclass(frozen=True)
class LayerScale(Layer):
    """Multiplies each channel by a learned factor (Touvron et al., arXiv:2103.17239; used by ConvNeXt)."""

    group = Group.NORMALIZATION
    about = N_("Multiplies each channel by a learned factor.")
    spelling = Spelling(renamed={"initial_value": "init_values"}, ignored=("projection_dim",))
    weight_names = ("gamma",)
    same_everywhere = True
    initial_value: Number = Number(
        1e-6, label=N_("First value"), help=N_("The factor before training."), told=Told.NEVER
    )


@weight_shapes.register
def _(layer: LayerScale, *inputs: Shape) -> WeightShapes:
    return {"gamma": inputs[0][-1:]}
