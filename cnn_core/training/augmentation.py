"""Augmentation: which layers there are for it, and what their numbers mean for a picture."""

from typing import Final

from cnn_core import layers
from cnn_core.layers import FillMode, FlipMode, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.settings import Ends
from cnn_core.sentences import N_, Note

COURSE: Final[tuple[Layer, ...]] = (
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
    layers.RandomZoom(0.2),
)
"""Of the courses' second network for cats and dogs."""

CHOICES: Final[tuple[Layer, ...]] = (
    *COURSE,
    layers.RandomTranslation(0.1, 0.1),
    layers.RandomGrayscale(0.5),
    layers.RandomBrightness(0.2),
    layers.RandomContrast(0.5),
    layers.RandomSaturation((0.3, 0.7)),
    layers.RandomHue(0.1),
    layers.RandomColorJitter(brightness_factor=0.2, contrast_factor=0.5, saturation_factor=(0.3, 0.7), hue_factor=0.1),
)
"""A layer of each kind, with numbers that a photograph bears."""

_FILLED: Final = {
    FillMode.REFLECT: Note(N_("The border left empty is filled with the picture's own mirror image.")),
    FillMode.WRAP: Note(N_("The border left empty is filled with the opposite side of the picture.")),
    FillMode.NEAREST: Note(N_("The border left empty is filled with the picture's last row or column.")),
}


def crop(amount: float) -> tuple[Layer, ...]:
    """Return the layers that cut 1 − `amount` to 1 − `amount` / 2 of height and width from places at random.

    A cutting keeps the size of the picture: zooming in leaves out the border that the shift has filled. Keras's own
    RandomCrop cuts all pictures of a batch at one place and makes them smaller.
    """
    most, least = amount, round(amount / 2, 6)
    shift = round(least / 2, 6)
    return layers.RandomTranslation(shift, shift), layers.RandomZoom((-most, -least))


@by_kind
def meanings(_layer: Layer) -> tuple[Note, ...]:
    """Return what the numbers of a layer for augmentation mean for a picture; () for any other layer.

    Keras draws anew for every picture of a batch, in training only.
    """
    return ()


@meanings.register
def _(layer: layers.RandomFlip) -> tuple[Note, ...]:
    match layer.mode:
        case FlipMode.HORIZONTAL:
            return (Note(N_("On average, every second picture is mirrored: left and right are swapped.")),)
        case FlipMode.VERTICAL:
            return (Note(N_("On average, every second picture is mirrored: top and bottom are swapped.")),)
        case _:
            message = N_(
                "On average, every second picture is mirrored left to right, and every second one top to bottom: "
                "one in four stays unchanged."
            )
            return (Note(message),)


@meanings.register
def _(layer: layers.RandomRotation) -> tuple[Note, ...]:
    message = N_(
        "Each picture is rotated by an angle from {low}° to {high}° (positive: anticlockwise): {least} and {most} "
        "of a full turn of 360°."
    )
    low, high = layer.factor
    values = {"low": 360 * low, "high": 360 * high, "least": low, "most": high}
    return Note(message, {name: _signed(value) for name, value in values.items()}), _filled(layer)


@meanings.register
def _(layer: layers.RandomZoom) -> tuple[Note, ...]:
    rows, columns = layer.factor, layer.width_factor
    if columns is None:
        message = N_(
            "Each picture shows {low} to {high} of its height and width: above 100% it is zoomed out and appears "
            "smaller, below 100% it is zoomed in and cropped."
        )
        zoomed = Note(message, _ends("low", "high", rows, 1))
    else:
        message = N_(
            "Each picture shows {low} to {high} of its height and, drawn separately, {least} to {most} of its "
            "width: it is stretched as well as zoomed."
        )
        zoomed = Note(message, _ends("low", "high", rows, 1) | _ends("least", "most", columns, 1))
    return (zoomed, _filled(layer)) if max(*rows, *(columns or ())) > 0 else (zoomed,)


@meanings.register
def _(layer: layers.RandomTranslation) -> tuple[Note, ...]:
    message = N_(
        "Each picture is shifted by {low} to {high} of its height (positive: down) and by {least} to {most} of its "
        "width (positive: right)."
    )
    values = _ends("low", "high", layer.height_factor) | _ends("least", "most", layer.width_factor)
    return Note(message, values), _filled(layer)


@meanings.register
def _(layer: layers.RandomGrayscale) -> tuple[Note, ...]:
    return (Note(N_("A picture turns grey with a probability of {share}."), {"share": _share(layer.factor)}),)


@meanings.register
def _(layer: layers.RandomBrightness) -> tuple[Note, ...]:
    return (_brightness(layer.factor, layer.value_range),)


@meanings.register
def _(layer: layers.RandomContrast) -> tuple[Note, ...]:
    return (_contrast(layer.factor),)


@meanings.register
def _(layer: layers.RandomSaturation) -> tuple[Note, ...]:
    return _saturation(layer.factor)


@meanings.register
def _(layer: layers.RandomHue) -> tuple[Note, ...]:
    return (_hue(layer.factor),)


@meanings.register
def _(layer: layers.RandomColorJitter) -> tuple[Note, ...]:
    notes: list[Note] = []
    if layer.brightness_factor is not None:
        notes.append(_brightness(layer.brightness_factor, layer.value_range))
    if layer.contrast_factor is not None:
        notes.append(_contrast(layer.contrast_factor))
    if layer.saturation_factor is not None:
        notes.extend(_saturation(layer.saturation_factor))
    if layer.hue_factor is not None:
        notes.append(_hue(layer.hue_factor))
    return tuple(notes)


def _filled(layer: layers.RandomRotation | layers.RandomZoom | layers.RandomTranslation) -> Note:
    if layer.fill_mode is not FillMode.CONSTANT:
        return _FILLED[layer.fill_mode]
    if not layer.fill_value:
        return Note(N_("The border left empty stays black."))
    message = N_("The border left empty gets the value {value:g} of 255 in every channel.")
    return Note(message, {"value": layer.fill_value})


def _brightness(factor: Ends, value_range: Ends) -> Note:
    message = N_(
        "A number from {low} to {high} is added to all values of a picture: {least} and {most} of the range from "
        "{black:g} to {white:g}. Values outside the range are clipped."
    )
    black, white = value_range
    low, high = ((white - black) * end for end in factor)
    values = {"low": low, "high": high, "least": factor[0], "most": factor[1]}
    return Note(message, {name: _signed(value) for name, value in values.items()} | {"black": black, "white": white})


def _contrast(factor: Ends) -> Note:
    """Keras takes the first number off 1 and adds the second to it."""
    message = N_(
        "The distance of each value from its channel's mean is multiplied by a number from {low:g} to {high:g}."
    )
    return Note(message, {"low": round(1 - factor[0], 6), "high": round(1 + factor[1], 6)})


def _saturation(factor: Ends) -> tuple[Note, ...]:
    """Keras draws f and multiplies the saturation by f / (1 − f); below 0 it is cut to 0."""
    message = N_(
        "The saturation of a picture's colours is multiplied by f / (1 − f), with f from {low} to {high}: 0.5 "
        "leaves it unchanged, less makes the colours paler, more makes them stronger."
    )
    drawn = Note(message, {"low": _minus(f"{factor[0]:g}"), "high": _minus(f"{factor[1]:g}")})
    if factor[0] >= 0:
        return (drawn,)
    grey = -factor[0] / (factor[1] - factor[0]) if factor[1] > 0 else 1.0
    message = N_("Where f is below 0, in {share} of all cases, the picture turns grey.")
    return drawn, Note(message, {"share": _share(grey)})


def _hue(factor: Ends) -> Note:
    message = N_(
        "All hues are rotated on the colour wheel by an angle from {low}° to {high}°, in either direction: {least:g} "
        "and {most:g} of half a turn."
    )
    low, high = (f"{180 * end:g}" for end in factor)
    return Note(message, {"low": low, "high": high, "least": factor[0], "most": factor[1]})


def _ends(first: str, second: str, factor: Ends, added: int = 0) -> dict[str, object]:
    return {name: _share(added + end) for name, end in zip((first, second), factor, strict=True)}


def _share(value: float) -> str:
    return f"{_minus(f'{100 * value:.4g}')}%"


def _signed(value: float) -> str:
    return _minus(f"{value:+.4g}" if value else "0")


def _minus(text: str) -> str:
    """Return a number with the minus sign of print."""
    return text.replace("-", "−")
