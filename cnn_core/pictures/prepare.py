"""How a picture enters a model: which part of it, at what size, in which colours. Every step is said in a note."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnn_core.arrays import GreyPixels, Pixels, ResizedPixels, RgbPixels
from cnn_core.errors import ImageError
from cnn_core.pictures.colour import Colour
from cnn_core.sentences import N_, Note

Channel = TypeVar("Channel", bound=np.floating[Any])
# Rows and columns, ends excluded: (top, left, bottom, right).
Box = tuple[int, int, int, int]

MAX_INPUT_SIDE = 4096
GREY_WEIGHTS = (0.299, 0.587, 0.114)  # luma of ITU-R BT.601, as in Pillow's "L"


class Fit(StrEnum):
    """What to do where the picture's proportions are not the input's."""

    CROP = "crop"
    PAD = "pad"
    STRETCH = "stretch"


@dataclass(frozen=True)
class Preparation:
    """What a model's input asks for; it is checked once, here.

    Attributes:
        height, width: the input's size in pixels, 1 to `MAX_INPUT_SIDE`.
        colour: RGB gives three channels, GREY one.
        fit: CROP takes the largest centred part of the right proportions, PAD adds black, STRETCH distorts.
        invert: 1 - value, for models that were trained on white strokes on black.
    """

    height: int
    width: int
    colour: Colour = Colour.RGB
    fit: Fit = Fit.CROP
    invert: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.height <= MAX_INPUT_SIDE and 1 <= self.width <= MAX_INPUT_SIDE):
            raise ImageError(
                N_(
                    "A picture can be prepared for inputs of 1 to {limit} pixels per side. Received: "
                    "height={height}, width={width}."
                ),
                limit=MAX_INPUT_SIDE,
                height=self.height,
                width=self.width,
            )


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture ready for a model.

    Attributes:
        pixels: (height, width, 3 or 1) float32 in [0, 1], read-only.
        box: the part of the original that is seen.
        place: where in `pixels` that part lies; the rest is padding.
        notes: what was done, in order.
    """

    pixels: Pixels
    box: Box
    place: Box
    notes: tuple[Note, ...]


def prepare(pixels: npt.NDArray[Any], preparation: Preparation) -> Prepared:
    """Cut, resize, colour, invert and pad a picture, in this order.

    Resizing is bilinear with half-pixel centres, antialiased where it reduces, as `tf.image.resize(antialias=True)`
    does it. Where the sizes are equal, the pixels stay as they are, bit for bit.

    Args:
        pixels: (H, W, 3) float32 in [0, 1].
        preparation: what the model's input asks for.

    Raises:
        ImageError: the pixels have another shape, type or range.
    """
    _check(pixels)
    notes: list[Note] = []
    box = _seen(pixels, preparation, notes)
    place = _place(box, preparation)
    part = _resized(pixels[box[0] : box[2], box[1] : box[3]], _size(place), notes)
    part = _grey(part, notes) if preparation.colour is Colour.GREY else part
    part = _inverted(part, notes) if preparation.invert else part
    result = _padded(part, preparation, place, notes)
    result.setflags(write=False)
    return Prepared(result, box, place, tuple(notes))


def _check(pixels: npt.NDArray[Any]) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape or pixels.dtype != np.float32:
        message = N_("Pixels are a (height, width, 3) array of float32. Received: shape {shape} of {dtype}.")
        raise ImageError(message, shape=pixels.shape, dtype=str(pixels.dtype))
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= 0 and high <= 1):  # said this way round, it refuses NaN too
        message = N_("Pixels must be between 0 and 1. Received: values from {low:g} to {high:g}.")
        raise ImageError(message, low=low, high=high)


def _size(box: Box) -> tuple[int, int]:
    """Return (height, width)."""
    return box[2] - box[0], box[3] - box[1]


def _centred(outer: tuple[int, int], inner: tuple[int, int]) -> Box:
    top, left = (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2
    return top, left, top + inner[0], left + inner[1]


def _largest(outer: tuple[int, int], proportions: tuple[int, int]) -> tuple[int, int]:
    """Return the largest (height, width) within `outer` that has these proportions, to the nearest pixel."""
    height, width = proportions
    if outer[0] * width > outer[1] * height:
        return max(1, round(outer[1] * height / width)), outer[1]
    return outer[0], max(1, round(outer[0] * width / height))


def _seen(pixels: Pixels, preparation: Preparation, notes: list[Note]) -> Box:
    """Return the part of the original that the model will see."""
    whole = pixels.shape[0], pixels.shape[1]
    wanted = preparation.height, preparation.width
    if preparation.fit is Fit.STRETCH and whole[0] * wanted[1] != whole[1] * wanted[0]:
        notes.append(Note(N_("Stretched: width and height are scaled differently.")))
    if preparation.fit is not Fit.CROP:
        return 0, 0, *whole
    size = _largest(whole, wanted)
    if size != whole:
        message = N_("Cropped to the central {width}×{height} pixels.")
        notes.append(Note(message, {"width": size[1], "height": size[0]}))
    return _centred(whole, size)


def _place(box: Box, preparation: Preparation) -> Box:
    """Return where the seen part goes in the model's input."""
    wanted = preparation.height, preparation.width
    return _centred(wanted, _largest(wanted, _size(box)) if preparation.fit is Fit.PAD else wanted)


def _resized(pixels: Pixels, size: tuple[int, int], notes: list[Note]) -> ResizedPixels:
    """Resize (h, w, 3) to (height, width, 3); always a fresh array."""
    before = pixels.shape[0], pixels.shape[1]
    if before == size:
        return pixels.copy()
    notes.append(_note_resized(before, size))
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(channel)).resize(size[::-1], Image.Resampling.BILINEAR))
        for channel in np.moveaxis(pixels, 2, 0)
    ]
    return np.stack(channels, axis=2)


def _note_resized(before: tuple[int, int], after: tuple[int, int]) -> Note:
    message = N_("Resized from {from_width}×{from_height} to {width}×{height} pixels (bilinear).")
    if after[0] < before[0] or after[1] < before[1]:
        message = N_("Resized from {from_width}×{from_height} to {width}×{height} pixels (bilinear, antialiased).")
    values = {"from_width": before[1], "from_height": before[0], "width": after[1], "height": after[0]}
    return Note(message, values)


def brightness(pixels: npt.NDArray[Channel]) -> npt.NDArray[Channel]:
    """Return the brightness (H, W, 1) of pixels (H, W, 3) after ITU-R BT.601, in their type.

    It is added up in float64, so that equal channels give exactly that value again.
    """
    return np.asarray((pixels @ np.array(GREY_WEIGHTS))[:, :, np.newaxis], pixels.dtype)


def _grey(pixels: RgbPixels, notes: list[Note]) -> GreyPixels:
    notes.append(Note(N_("Converted to grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).")))
    return brightness(pixels)


def _inverted(pixels: Pixels, notes: list[Note]) -> Pixels:
    notes.append(Note(N_("Inverted: 1 − value.")))
    return np.float32(1) - pixels


def _padded(part: Pixels, preparation: Preparation, place: Box, notes: list[Note]) -> ResizedPixels:
    if part.shape[:2] == (preparation.height, preparation.width):
        return part
    rows, columns = preparation.height - part.shape[0], preparation.width - part.shape[1]
    message = N_("Padded with black: {rows} rows and {columns} columns in all.")
    notes.append(Note(message, {"rows": rows, "columns": columns}))
    result = np.zeros((preparation.height, preparation.width, part.shape[2]), dtype=np.float32)
    result[place[0] : place[2], place[1] : place[3]] = part
    return result
