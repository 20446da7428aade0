"""A picture in a file that every library reads alike: JPEG or PNG, upright, opaque, 8 bits a channel, not too large."""

import hashlib
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from cnn_core.arrays import PictureBytes, Pixels
from cnn_core.pictures.limits import picture_kind
from cnn_core.pictures.prepare import Fit, Preparation, prepare
from cnn_core.pictures.read import read_image

SUFFIXES: Final = {"JPEG": ".jpg", "PNG": ".png"}
_QUALITY: Final = 95


@dataclass(frozen=True)
class Plain:
    """A plain file and what it shows.

    Attributes:
        data: the file, the very one that was given where that was plain already.
        suffix: of its name, ".jpg" or ".png".
        content: a digest of the pixels of the file that was given, 64 hexadecimal digits: the same for one picture in
            two formats without loss.
    """

    data: bytes
    suffix: str
    content: str


def plain(data: bytes, side: int) -> Plain:
    """Return any picture that `read_image` reads as a plain file.

    Args:
        side: in pixels; a larger picture is reduced to it (antialiased) and stored as JPEG, another as PNG.

    Raises:
        ImageError: the bytes are no picture that can be read.
    """
    image = read_image(data)
    height, width = image.pixels.shape[:2]
    content = hashlib.sha256(f"{height}×{width}".encode() + as_bytes(image.pixels).tobytes()).hexdigest()
    kind = picture_kind(data)
    # Without a note nothing was done to the picture that another library would leave out.
    if max(height, width) <= side and not image.notes and kind in SUFFIXES:
        return Plain(data, SUFFIXES[kind], content)
    if max(height, width) <= side:
        return Plain(_written(image.pixels, "PNG"), SUFFIXES["PNG"], content)
    scale = side / max(height, width)
    smaller = Preparation(max(1, round(height * scale)), max(1, round(width * scale)), fit=Fit.STRETCH)
    return Plain(_written(prepare(image.pixels, smaller).pixels, "JPEG"), SUFFIXES["JPEG"], content)


def decoded(data: bytes) -> PictureBytes:
    """Return the picture (H, W, 3) of a file in bytes; raises ImageError."""
    return as_bytes(read_image(data).pixels)


def as_bytes(pixels: Pixels) -> PictureBytes:
    """Return pixels in [0, 1] in bytes."""
    return np.asarray(np.rint(pixels * np.float32(255)), np.uint8)


def _written(pixels: Pixels, kind: str) -> bytes:
    out = io.BytesIO()
    # Colours at full size; Pillow writes them at half by default.
    settings = {"quality": _QUALITY, "subsampling": 0} if kind == "JPEG" else {}
    Image.fromarray(as_bytes(pixels)).save(out, kind, **settings)
    return out.getvalue()
