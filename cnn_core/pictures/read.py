"""Bytes in, `InputImage` out, or an `ImageError` that says why not.

What was done to a picture on its way is said in its notes. Embedded colour profiles are not applied.
HEIC and AVIF are decoded elsewhere (`coded`), all else by Pillow in this process.
"""

import hashlib
import io
import threading
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from cnn_core.arrays import RgbPixels
from cnn_core.errors import ImageError
from cnn_core.pictures import coded
from cnn_core.pictures.limits import check_bytes, picture_kind
from cnn_core.pictures.modes import converter, reduced
from cnn_core.sentences import N_, Note

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_SIDE = 20_000
MAX_SIDE_KEPT = 2048
# What a decoder may need at its peak. Pictures are decoded one at a time, so this holds for the whole process.
MAX_DECODER_BYTES = 200_000_000
# Measured with Pillow 13, in bytes a pixel; the others need at most 4.
_COSTLY = {"WEBP": 16, "TIFF": 8, "progressive JPEG": 8, "16-bit PNG": 8}
_ONE_AT_A_TIME = threading.Lock()

_NO_MEMORY = N_("There is not enough memory for this picture. Reduce it and try again.")
_TURNED = Note(N_("Rotated or mirrored according to the camera's EXIF orientation."))
_ORIENTATION = 274  # the EXIF and TIFF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class InputImage:
    """A picture as it is shown and prepared for a model.

    Attributes:
        digest: SHA-256 of the file's bytes in hexadecimal: the picture's key in every cache.
        pixels: (H, W, 3) float32 in [0, 1], read-only; a grey picture has three equal channels.
        notes: what was done between the file and the pixels, in order.
    """

    digest: str
    pixels: RgbPixels
    notes: tuple[Note, ...] = ()


def read_image(data: bytes) -> InputImage:
    """Decode the first picture in a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC file.

    Transparent parts are laid on white, the EXIF orientation is applied, and a picture whose longer side exceeds
    `MAX_SIDE_KEPT` pixels is reduced to that.

    Raises:
        ImageError: the bytes are no such picture, are damaged, or would need too much memory.
    """
    if not isinstance(data, bytes):
        raise ImageError(N_("A picture is read from bytes. Received: {kind}."), kind=type(data).__name__)
    check_bytes(data)
    notes: list[Note] = []
    try:
        # Outside of the lock: another process has the memory, and a slow file must not keep others waiting.
        image = _coded(data, notes)
        with _ONE_AT_A_TIME:
            pixels = _to_pixels(_decode(data, image, notes))
    except ImageError:
        raise
    except MemoryError:
        raise ImageError(_NO_MEMORY) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(N_("The picture has far too many pixels. Reduce it and try again.")) from None
    except Exception:  # noqa: BLE001 - decoders raise what they like, also while a decoded picture is converted
        raise _damaged(data) from None
    return InputImage(hashlib.sha256(data).hexdigest(), pixels, tuple(notes))


def _coded(data: bytes, notes: list[Note]) -> Image.Image | None:
    """Return the decoded picture of a HEIC or AVIF file, None for any other."""
    kind = picture_kind(data)
    if kind not in coded.KINDS:
        return None
    most = _most_pixels(kind)
    try:
        return coded.decode(data, kind, most, MAX_SIDE, notes)
    except coded.TooLargeError as error:
        raise _too_large(kind, *error.size) from None


def _decode(data: bytes, image: Image.Image | None, notes: list[Note]) -> Image.Image:
    """Return the picture upright and reduced, in mode RGB, or F in [0, 1] where it was deep grey.

    `image` is the picture where it is decoded already.
    """
    image, size = _load(data, notes) if image is None else (image, image.size)
    mode, convert = converter(image, data, notes)
    picture = reduced(image, _kept_size(size), mode, convert)
    turn = _orientation(image)
    if turn in _TURNS:
        notes.append(_TURNED)
        picture = picture.transpose(_TURNS[turn])
    if max(size) > MAX_SIDE_KEPT:
        notes.append(_note_reduced(size[::-1] if turn in (5, 6, 7, 8) else size, picture.size))
    return picture


def _load(data: bytes, notes: list[Note]) -> tuple[Image.Image, tuple[int, int]]:
    """Return the decoded picture, and the (width, height) that it has in the file: a large JPEG is decoded small."""
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    size = image.size
    _check_header(image)
    notes.extend(_notes_of_header(image))
    if max(size) > MAX_SIDE_KEPT:
        image.draft(None, _kept_size(size))
    image.load()
    return image, size


def _check_header(image: ImageFile.ImageFile) -> None:
    """Refuse what would need too much memory, or has colours that do not turn into RGB. Nothing is decoded yet."""
    width, height = image.size
    kind = _kind_of_decoding(image)
    if width * height > _most_pixels(kind) or max(width, height) > MAX_SIDE:
        raise _too_large(kind, width, height)
    if image.mode == "LAB":
        message = N_("The colour mode {mode} is not read here. Save the picture in RGB colours.")
        raise ImageError(message, mode=image.mode)


def _most_pixels(kind: str) -> int:
    return MAX_DECODER_BYTES // _COSTLY.get(kind, 4)


def _too_large(kind: str, width: int, height: int) -> ImageError:
    return ImageError(
        N_(
            "The picture has too many pixels. At most {limit:g} million pixels ({kind}) and {side} per side are "
            "read. Received: {width}×{height}. Reduce it and try again."
        ),
        limit=_most_pixels(kind) / 1e6,
        kind=kind,
        side=MAX_SIDE,
        width=width,
        height=height,
    )


def _kind_of_decoding(image: ImageFile.ImageFile) -> str:
    if "progressive" in image.info:
        return "progressive JPEG"
    # Its transparent colour is looked for in a second decoding.
    is_deep = any(tile.args == "RGB;16B" for tile in image.tile)
    return "16-bit PNG" if is_deep and "transparency" in image.info else str(image.format)


def _notes_of_header(image: Image.Image) -> list[Note]:
    notes = []
    # Cheap at frame 0, unlike the number of frames.
    is_several = getattr(image, "is_animated", False)
    if is_several and image.format in ("GIF", "PNG", "WEBP"):
        notes.append(Note(N_("The file is an animation; its first frame is used.")))
    elif is_several:
        notes.append(Note(N_("The file holds several pictures; the first one is used.")))
    if isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(_ORIENTATION) in _TURNS:
        notes.append(_TURNED)  # Pillow turns a TIFF by itself while it decodes
    return notes


def _damaged(data: bytes) -> ImageError:
    return ImageError(
        N_(
            "The file begins like a {kind} file, but it is damaged, incomplete or of a rare variety. Download it "
            "again, or save it again as PNG or JPEG."
        ),
        kind=picture_kind(data),
    )


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 (upright) where there is none or where it cannot be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - a picture is worth more than its orientation
        return 1
    return orientation if isinstance(orientation, int) else 1


def _kept_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return (width, height) reduced to `MAX_SIDE_KEPT` on the longer side, or as it is."""
    scale = min(1.0, MAX_SIDE_KEPT / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _note_reduced(before: tuple[int, int], after: tuple[int, int]) -> Note:
    message = N_("Reduced from {from_width}×{from_height} to {width}×{height} pixels (width × height, antialiased).")
    values = {"from_width": before[0], "from_height": before[1], "width": after[0], "height": after[1]}
    return Note(message, values)


def _to_pixels(picture: Image.Image) -> RgbPixels:
    """Return (H, W, 3) float32 in [0, 1], read-only, of a picture in mode RGB or F."""
    values = np.asarray(picture)
    if picture.mode == "F":
        pixels = np.repeat(np.clip(values, 0.0, 1.0)[..., np.newaxis], 3, axis=2)
    else:
        pixels = values.astype(np.float32)
        pixels /= 255  # in place: a float64 copy would take 100 MB
    pixels.setflags(write=False)
    return pixels
