"""Layers that make maps larger or smaller without learning anything."""

from dataclasses import dataclass
from enum import StrEnum
from struct import pack, unpack
from typing import NamedTuple

from cnn_core.errors import LayerError
from cnn_core.layers.formulas import Formula, per_axis, size_formulas
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import Line, Rule, Rules, of_layer, resized, shifted
from cnn_core.layers.settings import (
    AmountsSetting,
    Choice,
    CutSetting,
    Flag,
    Number,
    Told,
    Whole,
    WholePair,
    places_of_slice,
)
from cnn_core.layers.shapes import Shape, image_shape, output_shape, show
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = ["Cropping2D", "Interpolation", "Resizing", "Slice", "UpSampling2D", "ZeroPadding2D"]


class Interpolation(StrEnum):
    """How values between values are made. Keras also knows bicubic and Lanczos, which no course uses."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


def _interpolation(default: str) -> Choice[Interpolation]:
    return Choice(
        Interpolation,
        default,
        label=N_("Interpolation"),
        help=N_("nearest repeats values; bilinear mixes neighbouring ones."),
    )


# UpSampling2D ---------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Enlarges by whole factors."""

    group = Group.RESIZING
    about = N_("Enlarges by whole factors; nothing is learned.")
    spelling = Spelling(on_images=True)
    size: WholePair = WholePair(
        2, label=N_("Enlarged by"), help=N_("By how much height and width grow."), told=Told.ALWAYS
    )
    interpolation: Choice[Interpolation] = _interpolation("nearest")


@output_shape.register
def _(layer: UpSampling2D, *inputs: Shape) -> Shape:
    height, width, channels = image_shape(inputs[0])
    return (height * layer.size[0], width * layer.size[1], channels)


@of_layer.register
def _(layer: UpSampling2D, shape: Shape) -> Rules:
    smooth = layer.interpolation is Interpolation.BILINEAR
    return resized(1, layer.size[0], smooth), resized(1, layer.size[1], smooth)


@size_formulas.register
def _(layer: UpSampling2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    vertical, horizontal = (f"{inputs[0][i]}·{layer.size[i]} = {output[i]}" for i in (0, 1))
    return per_axis(vertical, horizontal)


# Resizing -------------------------------------------------------------------------------------------------------------


class Piece(NamedTuple):
    """The inputs along an axis, `length` of them from `first` on, that a resizing makes `result` outputs of.

    Some lie outside of the map where it is padded: `first` is negative there.
    """

    first: int
    length: int
    result: int


@layer_kind
@dataclass(frozen=True)
class Resizing(Layer):
    """Brings maps of any size to one size, in TensorFlow's way: without smoothing where they shrink.

    Where the sides have another ratio, the map is stretched, or first cut or padded to the ratio, on both sides alike.
    """

    group = Group.RESIZING
    about = N_("Brings maps to a given size, larger or smaller; nothing is learned.")
    spelling = Spelling(
        on_images=True,
        fixed={"antialias": (False,)},
        ignored=("fill_mode",),
    )
    starter = {"height": 32, "width": 32}
    height: Whole = Whole(label=N_("Height"), help=N_("Rows of the output."))
    width: Whole = Whole(label=N_("Width"), help=N_("Columns of the output."))
    interpolation: Choice[Interpolation] = _interpolation("bilinear")
    crop_to_aspect_ratio: Flag = Flag(
        False,
        label=N_("Crop to the aspect ratio"),
        help=N_("First crops both sides, so that nothing has to be squeezed."),
        short=N_("cropped to the aspect ratio"),
    )
    pad_to_aspect_ratio: Flag = Flag(
        False,
        label=N_("Pad to the aspect ratio"),
        help=N_("First pads both sides, so that nothing has to be stretched."),
        short=N_("padded to the aspect ratio"),
    )
    fill_value: Number = Number(
        0.0, label=N_("Fill value"), help=N_("What padding to the aspect ratio adds."), told=Told.NEVER
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise LayerError(
                "crop_to_aspect_ratio and pad_to_aspect_ratio cannot be combined. Received: both. Set one of them "
                "to false."
            )


def pieces(layer: Resizing, shape: Shape) -> tuple[Piece, Piece]:
    """Return what of a map is resized, (vertical, horizontal)."""
    height, width, _ = image_shape(shape)
    tall, wide = _as_tall_as(width, layer.height, layer.width), _as_tall_as(height, layer.width, layer.height)
    if layer.crop_to_aspect_ratio:
        tall, wide = max(min(height, tall), 1), max(min(width, wide), 1)
        vertical, horizontal = ((height - tall) // 2, tall), ((width - wide) // 2, wide)
    elif layer.pad_to_aspect_ratio:
        above, beside = (max(height, tall) - height) // 2, (max(width, wide) - width) // 2
        vertical, horizontal = (-above, height + 2 * above), (-beside, width + 2 * beside)
    else:
        vertical, horizontal = (0, height), (0, width)
    return Piece(*vertical, layer.height), Piece(*horizontal, layer.width)


def _as_tall_as(length: int, this: int, other: int) -> int:
    """Return ⌊length · this / other⌋, computed in float32 as Keras does, which may miss a whole number."""
    return int(_float32(_float32(length * this) / other))


def _float32(number: float) -> float:
    rounded: float = unpack("f", pack("f", number))[0]
    return rounded


@output_shape.register
def _(layer: Resizing, *inputs: Shape) -> Shape:
    return (layer.height, layer.width, image_shape(inputs[0])[2])


@of_layer.register
def _(layer: Resizing, shape: Shape) -> Rules:
    smooth = layer.interpolation is Interpolation.BILINEAR
    vertical, horizontal = pieces(layer, shape)
    return (
        resized(vertical.length, vertical.result, smooth, vertical.first),
        resized(horizontal.length, horizontal.result, smooth, horizontal.first),
    )


# ZeroPadding2D --------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around each channel."""

    group = Group.RESIZING
    about = N_("Adds rows and columns of zeros around each channel.")
    spelling = Spelling(on_images=True)
    padding: AmountsSetting = AmountsSetting(
        1, label=N_("Padding"), help=N_("Rows and columns of zeros added on each side."), told=Told.ALWAYS
    )


@output_shape.register
def _(layer: ZeroPadding2D, *inputs: Shape) -> Shape:
    height, width, channels = image_shape(inputs[0])
    return (height + sum(layer.padding[0]), width + sum(layer.padding[1]), channels)


@of_layer.register
def _(layer: ZeroPadding2D, shape: Shape) -> Rules:
    (top, _), (left, _) = layer.padding
    return shifted(-top), shifted(-left)


@size_formulas.register
def _(layer: ZeroPadding2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    amounts = layer.padding
    vertical, horizontal = (f"{inputs[0][i]} + {amounts[i][0]} + {amounts[i][1]} = {output[i]}" for i in (0, 1))
    return per_axis(vertical, horizontal)


# Cropping2D -----------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Cropping2D(Layer):
    """Rows and columns taken away from each side."""

    group = Group.RESIZING
    about = N_("Removes rows and columns on each side.")
    spelling = Spelling(on_images=True)
    cropping: AmountsSetting = AmountsSetting(
        0, label=N_("Cropping"), help=N_("Rows and columns removed on each side."), told=Told.ALWAYS
    )


@output_shape.register
def _(layer: Cropping2D, *inputs: Shape) -> Shape:
    height, width, channels = image_shape(inputs[0])
    result = (height - sum(layer.cropping[0]), width - sum(layer.cropping[1]), channels)
    if min(result) < 1:
        raise LayerError(
            "Cropping leaves nothing. Received: an input of {shape}, cropping={cropping}. Crop less.",
            shape=show(inputs[0]),
            cropping=layer.cropping,
        )
    return result


@of_layer.register
def _(layer: Cropping2D, shape: Shape) -> Rules:
    (top, _), (left, _) = layer.cropping
    return shifted(top), shifted(left)


@size_formulas.register
def _(layer: Cropping2D, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    amounts = layer.cropping
    vertical, horizontal = (f"{inputs[0][i]} − {amounts[i][0]} − {amounts[i][1]} = {output[i]}" for i in (0, 1))
    return per_axis(vertical, horizontal)


# Slice ----------------------------------------------------------------------------------------------------------------


@layer_kind
@dataclass(frozen=True)
class Slice(Layer):
    """Some rows, columns and channels: `x[:, rows, columns, channels]`; channels may come in the opposite order."""

    group = Group.RESIZING
    about = N_("Takes some of the rows, columns and channels, chosen by Python slices.")
    starter = {"channels": ":1"}
    rows: CutSetting = CutSetting(label=N_("Rows"), help=N_("As Python writes it, start:stop:step; : for all."))
    columns: CutSetting = CutSetting(label=N_("Columns"), help=N_("As Python writes it, start:stop:step; : for all."))
    channels: CutSetting = CutSetting(
        backward=True,
        label=N_("Channels"),
        help=N_("As Python writes it, start:stop:step; : for all, ::-1 for all in the opposite order."),
    )

    @property
    def cuts(self) -> tuple[str, str, str]:
        return self.rows, self.columns, self.channels


@output_shape.register
def _(layer: Slice, *inputs: Shape) -> Shape:
    height, width, channels = (
        len(places_of_slice(cut, size)) for cut, size in zip(layer.cuts, image_shape(inputs[0]), strict=True)
    )
    if not height or not width or not channels:
        raise LayerError(
            "The slice leaves nothing. Received: [{cuts}] of an input of {shape}. Take more.",
            cuts=", ".join(layer.cuts),
            shape=show(inputs[0]),
        )
    return height, width, channels


@of_layer.register
def _(layer: Slice, shape: Shape) -> Rules:
    return _every(layer.rows, shape[0]), _every(layer.columns, shape[1])


def _every(cut: str, length: int) -> Rule:
    """Return the rule by which output o takes input start + o · step."""
    taken = places_of_slice(cut, length)
    return Rule(Line(((taken.start, taken.start),), taken.step))
