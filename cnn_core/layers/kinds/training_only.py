"""Layers that act in training only: they drop values, or change pictures at random."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.settings import Choice, Number, Told
from cnn_core.layers.shapes import Shape, image_shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = [
    "Dropout",
    "FlipMode",
    "RandomContrast",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "SpatialDropout2D",
    "StochasticDepth",
]

# Regularization -------------------------------------------------------------------------------------------------------

RATE: Final = Number(
    0.5, minimum=0, maximum=1, label=N_("Rate"), help=N_("The share that is set to 0."), told=Told.ALWAYS
)


@layer_kind
@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share `rate` of the values to 0, in training only, and divides the rest by 1 − rate."""

    group = Group.REGULARIZATION
    about = N_("Sets random values to 0, in training only.")
    spelling = Spelling(chance="dropout", ignored=("noise_shape",))
    same_everywhere = True
    rate: Number = RATE


@layer_kind
@dataclass(frozen=True)
class SpatialDropout2D(Layer):
    """Drops whole channels, in training only."""

    group = Group.REGULARIZATION
    about = N_("Sets random channels to 0, in training only.")
    spelling = Spelling(on_images=True, chance="dropout", ignored=("noise_shape",))
    same_everywhere = True
    rate: Number = RATE


@layer_kind
@dataclass(frozen=True)
class StochasticDepth(Layer):
    """Drops the whole branch of a residual block, in training only (Huang et al., arXiv:1603.09382)."""

    group = Group.REGULARIZATION
    about = N_("Leaves out the branch of a residual block at random, in training only.")
    spelling = Spelling(renamed={"rate": "drop_path_rate"}, chance="dropout")
    same_everywhere = True
    rate: Number = Number(
        0.1,
        minimum=0,
        maximum=1,
        below=True,
        label=N_("Rate"),
        help=N_("The share that is set to 0."),
        told=Told.ALWAYS,
    )


# Augmentation ---------------------------------------------------------------------------------------------------------


class FlipMode(StrEnum):
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    BOTH = "horizontal_and_vertical"


HOW_TO_FILL: Final = ("fill_mode", "fill_value", "interpolation", "value_range")
"""Keras's settings on pixels from outside of the picture."""


def _share(default: float, label: str, meaning: str) -> Number:
    return Number(default, minimum=0, maximum=1, label=label, help=meaning, told=Told.ALWAYS)


@layer_kind
@dataclass(frozen=True)
class RandomFlip(Layer):
    """Mirrors at random."""

    group = Group.AUGMENTATION
    about = N_("Mirrors the picture at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=HOW_TO_FILL)
    mode: Choice[FlipMode] = Choice(
        FlipMode,
        "horizontal_and_vertical",
        label=N_("Direction"),
        help=N_("Along which axes pictures are mirrored."),
        told=Told.ALWAYS,
    )


@layer_kind
@dataclass(frozen=True)
class RandomRotation(Layer):
    """Turns by up to `factor` of a full turn to either side: 0.1 is ±36°."""

    group = Group.AUGMENTATION
    about = N_("Turns the picture at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ranges={"factor": -1}, ignored=HOW_TO_FILL)
    factor: Number = _share(0.1, N_("Factor"), N_("The largest turn to either side, in full turns: 0.1 is 36°."))


@layer_kind
@dataclass(frozen=True)
class RandomZoom(Layer):
    """Zooms in or out by up to `factor` of the size."""

    group = Group.AUGMENTATION
    about = N_("Zooms the picture at random, in training only.")
    spelling = Spelling(
        renamed={"factor": "height_factor"},
        on_images=True,
        chance="augmentation",
        ranges={"factor": -1},
        ignored=HOW_TO_FILL,
    )
    factor: Number = _share(0.2, N_("Factor"), N_("How much at most."))


@layer_kind
@dataclass(frozen=True)
class RandomTranslation(Layer):
    """Shifts by up to these shares of height and width."""

    group = Group.AUGMENTATION
    about = N_("Shifts the picture at random, in training only.")
    spelling = Spelling(
        on_images=True, chance="augmentation", ranges={"height_factor": -1, "width_factor": -1}, ignored=HOW_TO_FILL
    )
    height_factor: Number = _share(
        0.1, N_("Height factor"), N_("Shift up or down by at most this share of the height.")
    )
    width_factor: Number = _share(0.1, N_("Width factor"), N_("Shift sideways by at most this share of the width."))


@layer_kind
@dataclass(frozen=True)
class RandomContrast(Layer):
    """Changes contrast by up to `factor`."""

    group = Group.AUGMENTATION
    about = N_("Changes the contrast at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ranges={"factor": 0}, ignored=HOW_TO_FILL)
    factor: Number = _share(0.2, N_("Factor"), N_("How much at most."))


@output_shape.register(SpatialDropout2D)
@output_shape.register(StochasticDepth)
@output_shape.register(RandomFlip)
@output_shape.register(RandomRotation)
@output_shape.register(RandomZoom)
@output_shape.register(RandomTranslation)
@output_shape.register(RandomContrast)
def _(layer: Layer, *inputs: Shape) -> Shape:
    return image_shape(inputs[0])
