"""HEIC and AVIF pictures, decoded by `coded_reader` in a process of its own: here they are asked for and checked."""

import json
import threading
from pathlib import Path
from typing import Any, Final

from PIL import Image

from cnn_core.disposable import Child, started
from cnn_core.errors import ImageError
from cnn_core.sentences import N_, Note

KINDS: Final = ("HEIC", "AVIF")
SECONDS: Final = 60
"""By the clock; two processors may be busy with others."""

_SCRIPT: Final = Path(__file__).with_name("coded_reader.py")
_LONGEST_LINE: Final = 10_000
_BYTES: Final = {"L": 1, "I;16": 2, "RGBX": 4, "RGBA": 4}
_ORIENTATION: Final = 274
# An allocator with a pool for each thread would reserve memory that the reader is not allowed.
_ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1"}
# A process each takes its memory whatever the others do.
_ONE_AT_A_TIME: Final = threading.Lock()

_STOPPED: Final = N_(
    "Reading the {kind} picture was stopped: it took too much memory or time. It is damaged or malicious. Save the "
    "picture as JPEG."
)
_MISSING: Final = {
    "HEIC": N_(
        "HEIC pictures are not read on this server: the package pillow-heif is not installed there. "
        "Save the picture as JPEG, or set the phone's camera to take JPEG."
    ),
    "AVIF": N_("AVIF pictures are not read on this server: its Pillow was built without them. Save it as PNG or JPEG."),
}
_NOT_STARTED: Final = N_(
    "{kind} pictures cannot be read on this server: the program that decodes them cannot be started. Save the "
    "picture as JPEG."
)
_TURNED: Final = Note(N_("Rotated or mirrored as specified in the file."))


class TooLargeError(Exception):
    """The picture has `size`, (width, height), which is more than was allowed."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.size = size


class DamagedError(Exception):
    """The decoder cannot make anything of the file."""


def decode(data: bytes, kind: str, most: int, side: int, notes: list[Note]) -> Image.Image:
    """Return the picture of a HEIC or AVIF file as the decoder has it, in mode L, I;16, RGBX or RGBA.

    Its `info` has the file's "bit_depth" and, where it is still to be turned, "exif" with the orientation.

    Args:
        data: the file.
        kind: "HEIC" or "AVIF".
        most, side: how many pixels it may have, and how many on a side.
        notes: what was done is added here.

    Raises:
        TooLargeError, DamagedError: by its header; by its decoder, or because it breaks off.
        ImageError: there is no decoder here, or it took too much.
    """
    if _is_cut_off(data):
        raise DamagedError
    asked = json.dumps({"kind": kind, "most": most, "side": side}).encode() + b"\n"
    with (
        _ONE_AT_A_TIME,
        started(_SCRIPT, asked, data, seconds=SECONDS, environment=_ENVIRONMENT) as child,
    ):
        known = _known(child, kind)
        size, mode = _size(known), known.get("mode")
        if size is None or mode not in _BYTES or size[0] * size[1] > most or max(size) > side:
            raise ImageError(_STOPPED, kind=kind)
        rows = bytearray(size[0] * size[1] * _BYTES[mode])
        if not child.fill(memoryview(rows)):
            raise ImageError(_STOPPED, kind=kind)
    # On these bytes themselves; a copy would take 200 MB.
    image = Image.frombuffer(mode, size, rows, "raw", mode, 0, 1)
    _describe(image, kind, known, notes)
    return image


def _is_cut_off(data: bytes) -> bool:
    """Say whether the box with the coded pixels is longer than the file: libheif would leave the rest black."""
    position = 0
    while position + 16 <= len(data):
        size, kind = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16])
        if kind == b"mdat" and position + size > len(data):
            return True
        if size < 8:  # 0: up to the end
            return False
        position += size
    return False


def _known(child: Child, kind: str) -> dict[str, Any]:
    """Return what the reader says of the picture; it is not trusted, for it has seen the file."""
    line = child.said.readline(_LONGEST_LINE)
    if not line and child.has_failed_to_start():
        raise ImageError(_NOT_STARTED, kind=kind)
    try:
        known = json.loads(line)
    # An answer that breaks off is that of a reader that was killed, or killed itself.
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        raise ImageError(_STOPPED, kind=kind)
    match known.get("refused"):
        case None:
            return known
        case "missing":
            raise ImageError(_MISSING[kind])
        case "damaged":
            raise DamagedError
        case "pixels" if (size := _size(known)) is not None:
            raise TooLargeError(size)
        case _:
            raise ImageError(_STOPPED, kind=kind)


def _size(known: dict[str, Any]) -> tuple[int, int] | None:
    """Return (width, height) where it says so."""
    match known.get("size"):
        case [int(width), int(height)] if width > 0 and height > 0:
            return width, height
    return None


def _describe(image: Image.Image, kind: str, known: dict[str, Any], notes: list[Note]) -> None:
    """Put into the picture's `info` and into `notes` what is known of it."""
    bits, orientation = known.get("bits"), known.get("orientation")
    image.info["bit_depth"] = bits if isinstance(bits, int) else 8
    if isinstance(orientation, int) and 1 < orientation <= 8:
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        image.info["exif"] = exif.tobytes()
    if known.get("several") is True and kind == "AVIF":
        notes.append(Note(N_("The file is an animation; its first frame is used.")))
    elif known.get("several") is True:
        notes.append(Note(N_("The file holds several pictures; the main one is used.")))
    if known.get("turned") is True:
        notes.append(_TURNED)
