"""Any mode that Pillow decodes to, brought to RGB or to grey in [0, 1] and reduced, without a second full-size copy."""

import io
import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

from cnn_core.sentences import N_, Note

Converter: TypeAlias = Callable[[Image.Image], Image.Image]

_BAND_PIXELS = 1 << 20
_BITS, _PHOTOMETRIC = 258, 262  # TIFF tags


def reduced(image: Image.Image, size: tuple[int, int], mode: str, convert: Converter) -> Image.Image:
    """Convert a picture band by band and bring it to `size`: means of whole boxes first, then bilinear, antialiased.

    Args:
        image: a decoded picture.
        size: (width, height), nowhere above the picture's own and of the same proportions.
        mode: what `convert` returns, "RGB" or "F".
        convert: turns a band of the picture into that mode.
    """
    if convert is _opaque and (image.mode, image.size) == (mode, size):
        return image
    width, height = image.size
    factor = max(1, max(image.size) // max(size))
    boxes = Image.new(mode, (math.ceil(width / factor), math.ceil(height / factor)))
    for top, band in _bands(image, factor):
        converted = convert(band)
        boxes.paste(converted.reduce(factor) if factor > 1 else converted, (0, top // factor))
    if boxes.size == size:
        return boxes
    return boxes.resize(size, Image.Resampling.BILINEAR, box=(0, 0, width / factor, height / factor))


def converter(image: Image.Image, data: bytes, notes: list[Note]) -> tuple[str, Converter]:
    """Return a mode, RGB or F in [0, 1], and how a band of the decoded picture comes to it; say it in `notes`."""
    bits = _bits(image, data)
    if image.mode == "F" or image.mode.startswith("I"):
        return "F", _deep_grey(image, bits, notes)
    if bits > 8:
        notes.append(Note(N_("The {bits}-bit colours were read with 8 bits per channel."), {"bits": bits}))
    if image.mode == "CMYK":
        notes.append(Note(N_("Converted from CMYK print colours without a colour profile; colours are approximate.")))
    _fit_colour_key(image, data, bits)
    if image.has_transparency_data and any(_is_see_through(band) for _, band in _bands(image)):
        notes.append(Note(N_("Transparent parts were placed on white.")))
        return "RGB", _on_white
    return "RGB", _opaque


def _bands(image: Image.Image, multiple: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Cut the picture into (top, band), with heights that are a multiple except the last."""
    width, height = image.size
    rows = max(1, _BAND_PIXELS // width // multiple) * multiple
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _bits(image: Image.Image, data: bytes) -> int:
    """Return the bits of a channel in the file, which a decoded picture no longer tells."""
    if image.format is None:  # it comes from `coded`
        return int(image.info["bit_depth"])
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(image.tag_v2.get(_BITS, (1,))[0])
    # A PNG's header comes first; a damaged one may say anything here.
    return data[24] if image.format == "PNG" and data[24] in (1, 2, 4, 8, 16) else 8


def _fit_colour_key(image: Image.Image, data: bytes, bits: int) -> None:
    """Find a PNG's one transparent colour as deep as the file has it: Pillow brings only the pixels to 8 bits."""
    key = image.info.get("transparency")
    if image.mode == "L" and isinstance(key, int):
        image.info["transparency"] = key * 255 // (2**bits - 1)
    elif image.mode == "RGB" and bits == 16 and isinstance(key, tuple):
        del image.info["transparency"]
        image.putalpha(_not_key(image, _low_bytes(data), key))


def _low_bytes(data: bytes) -> Image.Image:
    """Return the lower bytes of a PNG's 16-bit colours, which Pillow leaves out, as a picture of their own."""
    image = Image.open(io.BytesIO(data), formats=("PNG",))
    # Read as if the lower byte came first, each value's "upper" byte is its lower one.
    image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
    image.load()
    return image


def _not_key(high: Image.Image, low: Image.Image, key: tuple[int, ...]) -> Image.Image:
    """Return an alpha channel, 0 where all channels of both bytes are those of the key."""
    alpha = Image.new("L", high.size)
    for (top, upper), (_, lower) in zip(_bands(high), _bands(low), strict=True):
        values = np.asarray(upper).astype(np.uint16) << 8 | np.asarray(lower)
        opaque = (values != np.array(key, np.uint16)).any(axis=2)
        alpha.paste(Image.fromarray(opaque.astype(np.uint8) * 255), (0, top))
    return alpha


def _opaque(band: Image.Image) -> Image.Image:
    # Pillow knows no way from La (premultiplied) but through LA.
    return (band.convert("LA") if band.mode == "La" else band).convert("RGB")


def _rgba(band: Image.Image) -> Image.Image:
    return (band.convert("LA") if band.mode == "La" else band).convert("RGBA")


def _is_see_through(band: Image.Image) -> bool:
    return bool(np.asarray(_rgba(band))[..., 3].min() < 255)


def _on_white(band: Image.Image) -> Image.Image:
    white = Image.new("RGBA", band.size, "white")
    white.alpha_composite(_rgba(band))
    return white.convert("RGB")


def _deep_grey(image: Image.Image, bits: int, notes: list[Note]) -> Converter:
    """Return how grey of more than 8 bits comes to [0, 1]; Pillow itself would clip it at 255."""
    low, high = _grey_scale(image, bits, notes)
    is_white_zero = isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == 0
    key = image.info.get("transparency")
    if key is not None:
        notes.append(Note(N_("Transparent parts were placed on white.")))

    def convert(band: Image.Image) -> Image.Image:
        values = np.asarray(band).astype(np.float64)
        is_finite = np.isfinite(values)
        scaled = (np.where(is_finite, values, low) - low) / (high - low or 1.0)
        grey = 1.0 - scaled if is_white_zero else scaled
        grey[~is_finite] = 0.0
        grey[values == key] = 1.0
        return Image.fromarray(grey.astype(np.float32))

    return convert


def _grey_scale(image: Image.Image, bits: int, notes: list[Note]) -> tuple[float, float]:
    """Return the values that become 0 and 1.

    16-bit grey (12-bit in some TIFF files) has a known range. Signed and 32-bit whole numbers and real numbers have
    none: real numbers within [0, 1] stay, all else is scaled from its own least to its own greatest value.
    """
    if image.mode.startswith("I;16"):
        top = 4095 if bits == 12 else 65535
        notes.append(Note(N_("Grey values from 0 to {top} were divided by {top}."), {"top": top}))
        return 0.0, float(top)
    low, high, is_finite = _extremes(image)
    if not is_finite:
        notes.append(Note(N_("Values that are not finite (NaN or infinity) are shown in black.")))
    if image.mode == "F" and low >= 0 and high <= 1:
        notes.append(Note(N_("Grey values were taken as they are, between 0 and 1.")))
        return 0.0, 1.0
    message = N_("Grey values were scaled so that the smallest, {low:g}, is 0 and the largest, {high:g}, is 1.")
    notes.append(Note(message, {"low": low, "high": high}))
    return low, high


def _extremes(image: Image.Image) -> tuple[float, float, bool]:
    """Return the least and the greatest finite value (0 and 0 if there is none), and whether all are finite."""
    low, high, count = math.inf, -math.inf, 0
    for _, band in _bands(image):
        values: npt.NDArray[np.float64] = np.asarray(band).astype(np.float64)
        finite = values[np.isfinite(values)]
        low, high = min(low, finite.min(initial=math.inf)), max(high, finite.max(initial=-math.inf))
        count += finite.size
    is_finite = count == image.size[0] * image.size[1]
    return (float(low), float(high), is_finite) if count else (0.0, 0.0, is_finite)
