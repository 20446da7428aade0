"""The script that decodes a HEIC or AVIF picture, in a process of its own that is thrown away afterwards.

Their decoders are video decoders: a file of some hundred bytes may ask for gigabytes, and those for HEIC have had holes
every year. So it runs as `python -I`, imports Pillow and pillow-heif only, and gives up memory, processor time and the
right to open files before it reads a byte of the picture.

On stdin come one line of JSON, {"kind": "HEIC" or "AVIF", "most": pixels, "side": pixels}, and then the file. On stdout
goes a line of JSON, what is known of the picture, and its rows, a pixel in 1 byte (mode L), 2 (I;16) or 4 (RGBX, RGBA).
A line with "refused" says why there are none.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from PIL import Image, ImageFile

from cnn_core.disposable import limit_itself

MEMORY: Final = 1_500_000_000
"""Bytes. Measured: up to 8 a pixel for HEIC and 11 for AVIF of 8 bits a channel; 50 million pixels are read."""
SECONDS: Final = 40
"""Of processor time. A photograph of 48 million pixels takes 8."""
THREADS: Final = 2

_BAND_PIXELS: Final = 1 << 20
_ORIENTATION: Final = 274
# The boxes that turn (by 90, 180 or 270 degrees) and mirror.
_TURNED: Final = re.compile(rb"\0\0\0\x09(irot[\1-\3]|imir)", re.DOTALL)
# AV1's configuration; its third byte has the flags for more than 8 bits, 0x40, and for 12 of them, 0x20.
_AV1: Final = re.compile(rb"av1C\x81.(.)", re.DOTALL)


def main() -> None:
    """Answer what is asked on stdin."""
    asked = json.loads(sys.stdin.buffer.readline())
    # Imported while that is still possible; `preinit` is what Pillow does at its first file.
    Image.preinit()
    opening = {"HEIC": heic, "AVIF": avif}[asked["kind"]]()
    limit_itself(MEMORY, SECONDS)
    answer = sys.stdout.buffer
    for part in [{"refused": "missing"}] if opening is None else decoded(opening, sys.stdin.buffer.read(), asked):
        answer.write(part if isinstance(part, bytes) else json.dumps(part).encode() + b"\n")
    answer.flush()


Opening = Callable[[bytes], tuple[ImageFile.ImageFile, dict[str, Any]]]


def heic() -> Opening | None:
    """Return what opens a HEIC picture with what is known of it; None where no decoder is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return None
    register_heif_opener(decode_threads=THREADS, thumbnails=False, depth_images=False, aux_images=False)

    def opened(data: bytes) -> tuple[ImageFile.ImageFile, dict[str, Any]]:
        image = Image.open(io.BytesIO(data), formats=("HEIF",))
        # libheif turns a picture by itself; what EXIF says of that must be passed over, says the standard.
        known = {"orientation": 1, "turned": _TURNED.search(data) is not None}
        return image, known | {"bits": int(image.info.get("bit_depth", 8))}

    return opened


def avif() -> Opening | None:
    """Return what opens an AVIF picture with what is known of it; None where Pillow was built without it."""
    # The second is what Pillow writes EXIF with.
    from PIL import AvifImagePlugin, TiffImagePlugin, features  # noqa: F401

    if not features.check("avif"):
        return None
    AvifImagePlugin.DEFAULT_MAX_THREADS = THREADS

    def opened(data: bytes) -> tuple[ImageFile.ImageFile, dict[str, Any]]:
        image = Image.open(io.BytesIO(data), formats=("AVIF",))
        # Pillow leaves the turning to others and says in EXIF what the file says in its own boxes.
        known = {"orientation": image.getexif().get(_ORIENTATION, 1), "turned": False}
        return image, known | {"bits": av1_bits(data)}

    return opened


def av1_bits(data: bytes) -> int:
    """Return how many bits a channel has in an AVIF file, by its first configuration."""
    found = _AV1.search(data)
    flags = found[1][0] if found else 0
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8


def decoded(opening: Opening, data: bytes, asked: dict[str, Any]) -> Iterator[dict[str, Any] | bytes]:
    """Yield what is known of the picture and then its rows, or why there are none."""
    Image.MAX_IMAGE_PIXELS = None  # the bounds are ours
    try:
        image, known = opening(data)
        width, height = image.size
        if width * height > asked["most"] or max(width, height) > asked["side"]:
            yield {"refused": "pixels", "size": [width, height]}
            return
        several = bool(getattr(image, "is_animated", False))
        image.load()
        mode = _mode(image)
    except MemoryError:
        yield {"refused": "memory"}
        return
    except Exception:  # noqa: BLE001 - decoders raise what they like
        yield {"refused": "damaged"}
        return
    known["bits"] = 16 if mode == "I;16" else known["bits"]
    yield {"size": image.size, "mode": mode, "several": several, **known}
    yield from _rows(image, mode)


def _mode(image: Image.Image) -> str:
    if image.mode in ("L", "I;16"):
        return image.mode
    return "RGBA" if image.mode in ("LA", "RGBa", "RGBA") else "RGBX"


def _rows(image: Image.Image, mode: str) -> Iterator[bytes]:
    """Yield the rows, some at a time: a second picture of full size would take as much memory again."""
    width, height = image.size
    step = max(1, _BAND_PIXELS // width)
    for top in range(0, height, step):
        band = image.crop((0, top, width, min(top + step, height)))
        yield band.convert("RGB" if mode == "RGBX" else mode).tobytes("raw", mode)


if __name__ == "__main__":
    main()
