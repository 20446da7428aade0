"""Pictures of a class beside one another, as one PNG."""

import io
from typing import Final

import numpy as np
from PIL import Image

from cnn_core.arrays import Bytes

GAP: Final = 3
"""Transparent pixels between two pictures."""


def strip_png(pictures: Bytes, side: int) -> bytes:
    """Return pictures (N, H, W, 3 or 1) in one row, each `side` pixels high or a little less.

    Small ones are enlarged by a whole factor, so that pixels stay squares; larger ones are reduced (antialiased).
    """
    scaled = [_scaled(Image.fromarray(_coloured(picture)), side) for picture in pictures]
    width, height = (max((size[axis] for size in (one.size for one in scaled)), default=1) for axis in (0, 1))
    whole = Image.new("RGBA", (max(1, len(scaled) * (width + GAP) - GAP), height))
    for number, one in enumerate(scaled):
        whole.paste(one, (number * (width + GAP), 0))
    out = io.BytesIO()
    whole.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _coloured(picture: Bytes) -> Bytes:
    return picture if picture.shape[-1] == 3 else np.repeat(picture, 3, axis=-1)


def _scaled(image: Image.Image, side: int) -> Image.Image:
    factor = side // image.height
    if factor >= 1:
        return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    return image.resize((max(1, round(image.width * side / image.height)), side), Image.Resampling.LANCZOS)
