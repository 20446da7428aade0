"""Boxes and pixels that belong to something, drawn over a picture."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from cnn_core.arrays import Flags, Indices, Pixels, Rectangles
from cnn_core.drawing.class_regions import CLASS_COLOURS
from cnn_core.drawing.png import picture_png

STRENGTH: Final = 0.65
"""How much of its own colour a pixel shows that belongs to something; the rest is the picture in grey."""
_BOX: Final = "#ffb454"
_WRONG: Final = (255, 40, 40)


def mask_colour(number: int) -> tuple[int, int, int]:
    """Return the colour of a thing by its number, counted from 0; after some the colours come again.

    Black, which does not show on every picture, is left out.
    """
    colours = [colour for colour in CLASS_COLOURS if any(colour)]
    return colours[number % len(colours)]


def masked_png(pixels: Pixels, numbers: Indices, longest: int = 480) -> bytes:
    """Lay colours over the pixels (H, W, 3) that belong to something; PNG.

    Args:
        numbers: (H, W), 0 where nothing is, else that of the thing, counted from 1.
    """
    table = np.array([(0, 0, 0), *(mask_colour(number) for number in range(int(numbers.max(initial=0))))], np.float32)
    return picture_png(_tinted(pixels, numbers > 0, table[numbers] / np.float32(255)), longest)


def faults_png(pixels: Pixels, faults: Flags, longest: int = 480) -> bytes:
    """Mark the pixels (H, W) of a picture (H, W, 3) that are wrong in red; PNG."""
    red = np.broadcast_to(np.array(_WRONG, np.float32) / np.float32(255), pixels.shape)
    return picture_png(_tinted(pixels, faults, red), longest)


def _tinted(pixels: Pixels, mask: Flags, colours: Pixels) -> Pixels:
    grey = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2)
    mixed = np.where(mask[..., np.newaxis], grey * (1 - STRENGTH) + colours * STRENGTH, grey)
    return mixed.astype(np.float32)


def boxed_png(pixels: Pixels, boxes: Rectangles, longest: int = 480) -> bytes:
    """Draw the frames of boxes (N, 4) over a picture (H, W, 3); PNG."""
    with Image.open(io.BytesIO(picture_png(pixels, longest))) as image:
        framed = image.convert("RGB")
    across, down = framed.width / pixels.shape[1], framed.height / pixels.shape[0]
    pen, width = ImageDraw.Draw(framed), max(3, longest // 50)
    for top, left, bottom, right in boxes:
        first = left * across, top * down
        # A network may say a box whose sides are crossed, or one that is thinner than its frame.
        last = max(right * across, first[0] + 3), max(bottom * down, first[1] + 3)
        pen.rectangle((*first, *last), outline="black", width=width + 1)
        pen.rectangle((first[0] + 1, first[1] + 1, last[0] - 1, last[1] - 1), outline=_BOX, width=width)
    out = io.BytesIO()
    framed.save(out, "PNG", compress_level=1)
    return out.getvalue()


def joined_numbers(masks: Sequence[Flags], shape: tuple[int, int]) -> Indices:
    """Return the number of the mask that each pixel belongs to, (H, W): 0 for none, of several the last."""
    numbers = np.zeros(shape, np.int64)
    for number, mask in enumerate(masks, start=1):
        numbers[mask] = number
    return numbers
