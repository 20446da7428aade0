"""Pixels to PNG for the screen: pictures as people see them, beside the maps of `mosaic`."""

import io
from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from cnn_core.arrays import Bytes, Indices, Pixels, Plane
from cnn_core.drawing.colour_scale import Range
from cnn_core.pictures.prepare import Box

DIMMED: Final = 0.45
"""How bright the part of a picture stays that the network does not see."""

FRAME: Final = "#e65100"

STRONGEST: Final = 0.8
"""How much of a map's colour its largest value shows over the picture."""


def picture_png(pixels: Pixels, longest: int = 480) -> bytes:
    """Return (H, W, 3 or 1) pixels in [0, 1] as PNG with `longest` pixels on the longer side, or a little less.

    Larger pictures are reduced (antialiased); smaller ones are enlarged by a whole factor, so pixels stay squares.
    """
    out = io.BytesIO()
    _picture(pixels, longest).save(out, "PNG", compress_level=1)
    return out.getvalue()


def picture_webp(pixels: Pixels, longest: int) -> bytes:
    """Return what `picture_png` returns as WebP, a fifth as large and hardly to be told from it."""
    out = io.BytesIO()
    _picture(pixels, longest).save(out, "WEBP", quality=85)
    return out.getvalue()


def _picture(pixels: Pixels, longest: int) -> Image.Image:
    image = Image.fromarray(_bytes(pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)))
    factor = longest // max(image.size)
    if factor >= 1:
        return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    image.thumbnail((longest, longest))
    return image


def grey_png(values: Plane, low: float, high: float, scale: int = 1) -> bytes:
    """Return (H, W) values as a grey PNG, each scale × scale pixels: black from `low` down, white from `high` up."""
    shares = (np.asarray(values, np.float64) - low) / ((high - low) or 1)
    levels = np.rint(shares.clip(0, 1) * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(levels.repeat(scale, axis=0).repeat(scale, axis=1)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def dimmed_outside(pixels: Pixels, box: Box) -> Pixels:
    """Return the picture (H, W, 3) with all that lies outside of `box` darkened."""
    top, left, bottom, right = box
    result = pixels * np.float32(DIMMED)
    result[top:bottom, left:right] = pixels[top:bottom, left:right]
    return result


def with_box(pixels: Pixels, box: Box, longest: int = 480) -> bytes:
    """Return the picture (H, W, 3 or 1) as PNG, as `picture_png` does, with an orange frame around `box`."""
    with Image.open(io.BytesIO(picture_png(pixels, longest))) as image:
        framed = image.convert("RGB")
    across, down = framed.width / pixels.shape[1], framed.height / pixels.shape[0]
    top, left, bottom, right = box
    # In a picture that is drawn smaller, a box may be less than a point wide.
    first, last = (left * across, top * down), (right * across - 1, bottom * down - 1)
    corners = (*first, *(max(pair) for pair in zip(first, last, strict=True)))
    ImageDraw.Draw(framed).rectangle(corners, outline=FRAME, width=max(3, longest // 120))
    out = io.BytesIO()
    framed.save(out, "PNG", compress_level=1)
    return out.getvalue()


def overlay_png(pixels: Pixels, values: Plane, reach: Range, longest: int = 480, strongest: float = STRONGEST) -> bytes:
    """Lay one map (h, w) over the network's input (H, W, 3 or 1): the larger its magnitude, the more of its colour.

    `strongest` is how much of its colour the largest value shows, 0 to 1.
    The map is stretched to the input's size without smoothing. Values that are no numbers leave the picture as it is.
    """
    shares = np.nan_to_num(values / np.float32(reach.limit or 1), posinf=1, neginf=-1).clip(-1, 1)
    levels = (shares + 1) / 2 if reach.signed else shares.clip(0)
    colours = reach.table[np.rint(levels * (len(reach.table) - 1)).astype(int)] / np.float32(255)
    place = places_under(pixels, values)
    grey = pixels.mean(axis=2, keepdims=True)
    strength = np.abs(shares)[place][..., np.newaxis] * np.float32(strongest)
    return picture_png((grey * (1 - strength) + colours[place] * strength).astype(np.float32), longest)


def places_under(pixels: Pixels, values: Plane | Indices) -> tuple[Indices, Indices]:
    """Return at which rows and columns of `values` (h, w), stretched without smoothing, each pixel (H, W, C) lies."""
    sides = zip(pixels.shape[:2], values.shape, strict=True)
    rows, columns = (np.arange(wide) * narrow // wide for wide, narrow in sides)
    return rows[:, np.newaxis], columns[np.newaxis]


def _bytes(pixels: Pixels) -> Bytes:
    return np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def sheet(pngs: Mapping[str, bytes], factor: int, columns: int = 5) -> bytes:
    """Return PNGs of one size in one, row by row, each value `factor` pixels wide, with its ASCII name above it."""
    gap, line = 8, 16
    pictures = [Image.open(io.BytesIO(png)).convert("RGB") for png in pngs.values()]
    width, height = (
        max(side * factor for side in sides) for sides in zip(*(one.size for one in pictures), strict=True)
    )
    cell = max(width, 120) + gap, height + line + gap
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (min(columns, len(pictures)) * cell[0] + gap, rows * cell[1] + gap), "white")
    pen = ImageDraw.Draw(whole)
    for number, (name, picture) in enumerate(zip(pngs, pictures, strict=True)):
        left, top = gap + number % columns * cell[0], gap + number // columns * cell[1]
        pen.text((left, top), name, fill="black")
        large = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
        whole.paste(large, (left, top + line))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()
