"""Layers that act in training only: they drop values, or change pictures at random."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.settings import Choice, Number, OptionalRange, Range, Told
from cnn_core.layers.shapes import Shape, image_shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = [
    "AlphaDropout",
    "Dropout",
    "FillMode",
    "FlipMode",
    "GaussianDropout",
    "GaussianNoise",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomFlip",
    "RandomGrayscale",
    "RandomHue",
    "RandomRotation",
    "RandomSaturation",
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
class GaussianDropout(Layer):
    """Multiplies each value by a random number around 1, in training only, of variance rate / (1 − rate)."""

    group = Group.REGULARIZATION
    about = N_("Multiplies values by random numbers around 1, in training only.")
    spelling = Spelling(chance="dropout")
    same_everywhere = True
    rate: Number = Number(
        0.5,
        minimum=0,
        maximum=1,
        label=N_("Rate"),
        help=N_("How far the numbers are from 1: as much noise as a Dropout with this rate makes."),
        told=Told.ALWAYS,
    )


@layer_kind
@dataclass(frozen=True)
class AlphaDropout(Layer):
    """Dropout that keeps mean and variance, in training only: for selu (Klambauer et al., arXiv:1706.02515)."""

    group = Group.REGULARIZATION
    about = N_("Sets random values to selu's lower limit, in training only, so that mean and variance are kept.")
    spelling = Spelling(chance="dropout", ignored=("noise_shape",))
    same_everywhere = True
    rate: Number = RATE


@layer_kind
@dataclass(frozen=True)
class GaussianNoise(Layer):
    """Adds normally distributed noise, in training only."""

    group = Group.REGULARIZATION
    about = N_("Adds random numbers around 0, in training only.")
    spelling = Spelling(chance="dropout")
    same_everywhere = True
    stddev: Number = Number(
        0.1,
        minimum=0,
        label=N_("Standard deviation"),
        help=N_("How far the added numbers are from 0."),
        told=Told.ALWAYS,
    )


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


class FillMode(StrEnum):
    """What comes in from outside of a picture: its mirror image, black, the other side, its last row or column."""

    REFLECT = "reflect"
    CONSTANT = "constant"
    WRAP = "wrap"
    NEAREST = "nearest"


HOW_TO_DRAW: Final = ("interpolation", "value_range", "rng_type")
HOW_TO_CHANGE: Final = ("fill_mode", "fill_value", *HOW_TO_DRAW)
"""Keras's settings on pixels from outside of the picture and of the draw."""

FACTOR_LABEL: Final = N_("Factor")
FACTOR_HELP: Final = N_("The largest change. Two numbers, separated by a comma, set the least and the most.")


def _share(
    default: float, alone: int = -1, label: str = FACTOR_LABEL, meaning: str = FACTOR_HELP, open_below: bool = False
) -> Range:
    return Range(default, alone=alone, open_below=open_below, label=label, help=meaning, told=Told.ALWAYS)


def _optional_share(
    alone: int,
    label: str,
    meaning: str = N_("The largest change. Leave it empty for no change."),
    open_below: bool = False,
) -> OptionalRange:
    return OptionalRange(alone=alone, minimum=alone, open_below=open_below, label=label, help=meaning)


FILL_MODE: Final = Choice(
    FillMode,
    "reflect",
    label=N_("Fill"),
    help=N_(
        "What fills the border: the picture's mirror image (reflect), the fill value (constant), its other side "
        "(wrap), or its last row or column (nearest)."
    ),
)
FILL_VALUE: Final = Number(
    0.0,
    label=N_("Fill value"),
    help=N_("What fills the border if Fill is constant: 0 is black."),
)


VALUE_RANGE: Final = Range(
    (0.0, 255.0),
    alone=None,
    minimum=-1e9,
    maximum=1e9,
    label=N_("Range of the values"),
    help=N_("The values of black and white in the pictures, two numbers separated by a comma."),
    short=N_("values {value}"),
)


@layer_kind
@dataclass(frozen=True)
class RandomFlip(Layer):
    """Mirrors at random."""

    group = Group.AUGMENTATION
    about = N_("Mirrors the picture at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=HOW_TO_CHANGE)
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
    about = N_("Rotates the picture at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=HOW_TO_DRAW)
    factor: Range = _share(
        0.1,
        meaning=N_(
            "The largest rotation to either side, as a share of a full circle: 0.1 is 36°. Two "
            "numbers, separated by a comma, set the least and the most."
        ),
    )
    fill_mode: Choice[FillMode] = FILL_MODE
    fill_value: Number = FILL_VALUE


@layer_kind
@dataclass(frozen=True)
class RandomZoom(Layer):
    """Zooms out or in, below 0, by up to `factor` of the size; by the same vertically and horizontally, or not."""

    group = Group.AUGMENTATION
    about = N_("Zooms the picture at random, in training only.")
    spelling = Spelling(
        renamed={"factor": "height_factor"},
        on_images=True,
        chance="augmentation",
        ignored=HOW_TO_DRAW,
    )
    # Enlarged by all of its size, a picture would be gone: Keras draws from the whole range only.
    factor: Range = _share(0.2, open_below=True)
    width_factor: OptionalRange = _optional_share(
        -1,
        N_("Width factor"),
        N_("The largest change sideways. Leave it empty for the same as up and down."),
        open_below=True,
    )
    fill_mode: Choice[FillMode] = FILL_MODE
    fill_value: Number = FILL_VALUE


@layer_kind
@dataclass(frozen=True)
class RandomTranslation(Layer):
    """Shifts by up to these shares of height and width."""

    group = Group.AUGMENTATION
    about = N_("Shifts the picture at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=HOW_TO_DRAW)
    height_factor: Range = _share(
        0.1, -1, N_("Height factor"), N_("Shift up or down by at most this share of the height.")
    )
    width_factor: Range = _share(0.1, -1, N_("Width factor"), N_("Shift sideways by at most this share of the width."))
    fill_mode: Choice[FillMode] = FILL_MODE
    fill_value: Number = FILL_VALUE


@layer_kind
@dataclass(frozen=True)
class RandomContrast(Layer):
    """Changes contrast by up to `factor`."""

    group = Group.AUGMENTATION
    about = N_("Changes the contrast at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=HOW_TO_CHANGE)
    factor: Range = Range(0.2, minimum=0, label=FACTOR_LABEL, help=FACTOR_HELP, told=Told.ALWAYS)


@layer_kind
@dataclass(frozen=True)
class RandomBrightness(Layer):
    """Adds the same random number to all pixels, up to `factor` of the range of the values."""

    group = Group.AUGMENTATION
    about = N_("Makes the picture lighter or darker at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=("rng_type",))
    factor: Range = _share(0.2)
    value_range: Range = VALUE_RANGE


@layer_kind
@dataclass(frozen=True)
class RandomGrayscale(Layer):
    """Turns a share `factor` of the pictures grey."""

    group = Group.AUGMENTATION
    about = N_("Converts pictures to grey at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation")
    factor: Number = Number(
        0.5,
        minimum=0,
        maximum=1,
        label=N_("Share"),
        help=N_("Which share of the pictures is converted to grey."),
        told=Told.ALWAYS,
    )


@layer_kind
@dataclass(frozen=True)
class RandomHue(Layer):
    """Turns all hues by a random angle, up to `factor` of half a turn."""

    group = Group.AUGMENTATION
    about = N_("Changes the hues at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=("rng_type",))
    factor: Range = Range(0.1, minimum=0, label=FACTOR_LABEL, help=FACTOR_HELP, told=Told.ALWAYS)
    value_range: Range = VALUE_RANGE


@layer_kind
@dataclass(frozen=True)
class RandomSaturation(Layer):
    """Makes all colours stronger or weaker."""

    group = Group.AUGMENTATION
    about = N_("Makes the colours stronger or weaker at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=("rng_type",))
    factor: Range = _share(0.2)
    value_range: Range = VALUE_RANGE


@layer_kind
@dataclass(frozen=True)
class RandomColorJitter(Layer):
    """Brightness, contrast, saturation and hue one after the other, each as far as it has a factor."""

    group = Group.AUGMENTATION
    about = N_("Changes brightness, contrast, saturation and hue at random, in training only.")
    spelling = Spelling(on_images=True, chance="augmentation", ignored=("rng_type",))
    starter = {"brightness_factor": 0.2, "contrast_factor": 0.2, "saturation_factor": 0.2, "hue_factor": 0.1}
    value_range: Range = VALUE_RANGE
    brightness_factor: OptionalRange = _optional_share(-1, N_("Brightness"))
    contrast_factor: OptionalRange = _optional_share(0, N_("Contrast"))
    saturation_factor: OptionalRange = _optional_share(-1, N_("Saturation"))
    hue_factor: OptionalRange = _optional_share(0, N_("Hue"))


@output_shape.register(RandomBrightness)
@output_shape.register(RandomGrayscale)
@output_shape.register(RandomHue)
@output_shape.register(RandomSaturation)
@output_shape.register(RandomColorJitter)
@output_shape.register(SpatialDropout2D)
@output_shape.register(StochasticDepth)
@output_shape.register(RandomFlip)
@output_shape.register(RandomRotation)
@output_shape.register(RandomZoom)
@output_shape.register(RandomTranslation)
@output_shape.register(RandomContrast)
def _(layer: Layer, *inputs: Shape) -> Shape:
    return image_shape(inputs[0])
