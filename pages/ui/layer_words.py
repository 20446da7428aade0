"""What layer kinds and their settings are called and what they are for, one sentence each."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cnn_core.layers import Group, Layer
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.shapes import show
from cnn_core.sentences import N_
from pages.ui.text import _

GROUPS = {
    Group.INPUT: N_("Input"),
    Group.CONVOLUTION: N_("Convolution"),
    Group.POOLING: N_("Pooling"),
    Group.RESIZING: N_("Resizing"),
    Group.NORMALIZATION: N_("Normalization"),
    Group.ACTIVATION: N_("Activation"),
    Group.REGULARIZATION: N_("Regularization"),
    Group.AUGMENTATION: N_("Augmentation"),
    Group.SHAPE: N_("Shape"),
    Group.DENSE: N_("Dense"),
    Group.MERGE: N_("Merge"),
}

KINDS = {
    "Input": N_("What enters the network, one picture without the batch axis."),
    "Conv2D": N_("Lays each filter over every place of the map and adds up the products, over all channels."),
    "DepthwiseConv2D": N_("One kernel for each channel; the channels are not mixed."),
    "SeparableConv2D": N_("A depthwise convolution followed by a 1×1 convolution: far fewer parameters."),
    "Conv2DTranspose": N_("A convolution that enlarges by its strides, as decoders and segmentation need it."),
    "MaxPooling2D": N_("Keeps the largest value of each window; nothing is learned."),
    "AveragePooling2D": N_("Keeps the mean of each window; nothing is learned."),
    "GlobalMaxPooling2D": N_("Keeps the largest value of each channel."),
    "GlobalAveragePooling2D": N_("Keeps the mean of each channel."),
    "UpSampling2D": N_("Enlarges by whole factors; nothing is learned."),
    "ZeroPadding2D": N_("Adds rows and columns of zeros around each channel."),
    "Cropping2D": N_("Takes rows and columns away from each side."),
    "BatchNormalization": N_("Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it."),
    "LayerNormalization": N_("Normalizes each place over its channels, then scales and shifts it."),
    "Normalization": N_("(x − mean) / sqrt(variance), channel by channel."),
    "Rescaling": N_("x · scale + offset: brings pixels from 0…255 to 0…1, for instance."),
    "LayerScale": N_("Multiplies each channel by a learned factor."),
    "Activation": N_("Applies a function to every value; sizes stay as they are."),
    "Dropout": N_("Sets random values to 0, in training only."),
    "SpatialDropout2D": N_("Sets random channels to 0, in training only."),
    "StochasticDepth": N_("Leaves out the branch of a residual block at random, in training only."),
    "RandomFlip": N_("Mirrors the picture at random, in training only."),
    "RandomRotation": N_("Turns the picture at random, in training only."),
    "RandomZoom": N_("Zooms the picture at random, in training only."),
    "RandomTranslation": N_("Shifts the picture at random, in training only."),
    "RandomContrast": N_("Changes the contrast at random, in training only."),
    "Flatten": N_("Puts all values in one row, as Dense wants them."),
    "Reshape": N_("Arranges the same values in other axes."),
    "Dense": N_("Every unit sees every value of its input."),
    "Add": N_("The sum of its inputs, value by value: the joint of a residual block."),
    "Multiply": N_("The product of its inputs, value by value."),
    "Average": N_("The mean of its inputs, value by value."),
    "Maximum": N_("The largest of its inputs, value by value."),
    "Concatenate": N_("Puts the channels of its inputs behind one another."),
}

_SETTINGS = {
    "shape": (N_("Size"), N_("Height, width and channels of the picture; or the number of plain values.")),
    "filters": (N_("Filters"), N_("How many filters are learned; each makes one channel of the output.")),
    "kernel_size": (N_("Kernel size"), N_("Height and width of the window that a filter lays over its input.")),
    "strides": (N_("Strides"), N_("How far the window moves from one output value to the next.")),
    "padding": (
        N_("Padding"),
        N_("valid adds nothing; same adds zeros so that the output is the input divided by the stride, rounded up."),
    ),
    "dilation_rate": (N_("Dilation"), N_("Distance between neighbouring weights of a kernel; 1 leaves no gaps.")),
    "groups": (N_("Groups"), N_("Channels are convolved in so many separate groups; divides channels and filters.")),
    "use_bias": (N_("Bias"), N_("One more learned number for each filter or unit, added once to the sum.")),
    "activation": (N_("Activation"), N_("The function that every output value goes through.")),
    "depth_multiplier": (N_("Depth multiplier"), N_("How many kernels each input channel gets.")),
    "pool_size": (N_("Pool size"), N_("Height and width of the window.")),
    "keepdims": (N_("Keep axes"), N_("Gives a map of 1×1 instead of a plain row of values.")),
    "size": (N_("Factor"), N_("By how much height and width grow.")),
    "interpolation": (N_("Interpolation"), N_("nearest repeats values; bilinear mixes neighbouring ones.")),
    "cropping": (N_("Cropping"), N_("Rows and columns taken away at each side.")),
    "momentum": (N_("Momentum"), N_("How slowly the moving averages follow the batches.")),
    "epsilon": (N_("Epsilon"), N_("A small number that keeps the division from dividing by zero.")),
    "center": (N_("Shift"), N_("Learns a number for each channel that is added.")),
    "scale": (N_("Scale"), N_("Learns a factor for each channel.")),
    "offset": (N_("Offset"), N_("What is added after scaling.")),
    "mean": (N_("Mean"), N_("One number a channel, separated by commas; empty: learned from data.")),
    "variance": (N_("Variance"), N_("One number a channel, separated by commas; empty: learned from data.")),
    "initial_value": (N_("First value"), N_("The factor before training.")),
    "slope": (
        N_("Slope"),
        N_("What leaky_relu and elu do below zero; empty: 0.2 and 1, as Keras has it. Others have no use for it."),
    ),
    "rate": (N_("Rate"), N_("The share that is set to 0.")),
    "mode": (N_("Direction"), N_("Along which axes pictures are mirrored.")),
    "factor": (N_("Factor"), N_("How much at most.")),
    "height_factor": (N_("Height factor"), N_("Shift up or down by at most this share of the height.")),
    "width_factor": (N_("Width factor"), N_("Shift sideways by at most this share of the width.")),
    "target_shape": (
        N_("Target shape"),
        N_("One to four sizes, separated by commas; -1 for one of them stands for what is left."),
    ),
    "units": (N_("Units"), N_("How many numbers come out.")),
}

_OF_KIND = {
    ("ZeroPadding2D", "padding"): (N_("Padding"), N_("Rows and columns of zeros added at each side.")),
    ("Rescaling", "scale"): (N_("Scale"), N_("What every value is multiplied by; 1/255 is 0.00392157.")),
    ("RandomRotation", "factor"): (N_("Factor"), N_("The largest turn to either side, in full turns: 0.1 is 36°.")),
}


def setting_words(kind: str, name: str) -> tuple[str, str]:
    """Return the label and the help of a setting."""
    label, meaning = _OF_KIND.get((kind, name)) or _SETTINGS[name]
    return _(label), _(meaning)


def kind_words(kind: str) -> str:
    """Return what a kind does."""
    return _(KINDS[kind])


_ALWAYS = (
    *("shape", "filters", "kernel_size", "pool_size", "size", "units", "rate", "mode", "target_shape", "cropping"),
    *("factor", "height_factor", "width_factor"),
)
_ALWAYS_OF = {
    Group.CONVOLUTION: ("padding",),
    Group.RESIZING: ("padding",),
    Group.ACTIVATION: ("activation",),
    Group.NORMALIZATION: ("mean", "scale"),
}
_NEVER = ("momentum", "epsilon", "slope", "initial_value")


# The sessions' languages must not mix, so the language is part of the key.
@lru_cache(maxsize=4096)
def in_short(layer: Layer, language: str) -> str:
    """Return a layer's settings as a short text in the session's language: "32 filters, 3×3, same, relu".

    It tells what is not the default, and what nobody would want to miss.
    """
    parts = []
    for name, rule in layer.settings().items():
        value = getattr(layer, name)
        wanted = name in _ALWAYS or name in _ALWAYS_OF.get(layer.group, ())
        if name not in _NEVER and (wanted or value != rule.default):
            parts.append(_part(name, value))
    return ", ".join(part for part in parts if part)


def _part(name: str, value: Any) -> str:
    if name in _PARTS:
        return _PARTS[name](value)
    if isinstance(value, bool):
        return "" if value else _("no {setting}").format(setting=name)
    return f"{name} {value:.3g}" if isinstance(value, float) else str(value)


def _size(value: tuple[int, ...]) -> str:
    return show(value)


def _step(value: tuple[int, int] | None) -> str:
    if value is None:
        return ""
    return str(value[0]) if value[0] == value[1] else show(value)


def _sides(value: Any) -> str:
    if isinstance(value, PaddingMode):
        return value.value
    (top, bottom), (left, right) = value
    if top == bottom == left == right:
        return _("{amount} at each side").format(amount=top)
    return _("{top}, {bottom}, {left}, {right} at top, bottom, left, right").format(
        top=top, bottom=bottom, left=left, right=right
    )


_PARTS: dict[str, Callable[[Any], str]] = {
    "shape": _size,
    "target_shape": _size,
    "kernel_size": _size,
    "pool_size": _size,
    "size": _size,
    "filters": lambda value: _("{count} filters").format(count=value),
    "units": lambda value: _("{count} units").format(count=value),
    "strides": lambda value: _("stride {step}").format(step=_step(value)) if value else "",
    "dilation_rate": lambda value: _("dilation {step}").format(step=_step(value)),
    "groups": lambda value: _("{count} groups").format(count=value),
    "use_bias": lambda value: "" if value else _("no bias"),
    "padding": _sides,
    "keepdims": lambda value: "keepdims" if value else "",
    "cropping": _sides,
    "activation": lambda value: value.value,
    "mean": lambda value: _("given mean and variance") if value else _("mean and variance from data"),
    "variance": lambda value: "",
}
