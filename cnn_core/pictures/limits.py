"""What can be said of a file's bytes before any decoder sees them: what kind it is, and whether it is a trap.

A decoder spends memory and time on a file's structure as well as on its pixels. Twenty megabytes of comments, markers
or strip offsets cost Pillow 13 up to 1.2 GB and half a minute, so the structure is counted here first.
"""

import re
import struct

from cnn_core.errors import ImageError
from cnn_core.sentences import N_

MAX_BYTES = 20_000_000
# Real files stay far below: a JPEG has tens of segments and scans, a 20 MB PNG or GIF some thousand blocks.
MAX_SEGMENTS = 10_000
MAX_SCANS = 100
MAX_BLOCKS = 200_000
MAX_TIFF_VALUES = 100_000
MAX_TILE_SIDE = 4096

_PICTURES = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8", "JPEG"),
    (8, b"WEBP", "WebP"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
)
_OTHERS = (
    (0, b"%PDF", "PDF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (4, b"ftyp", "MP4"),
    (0, b"8BPS", "PSD"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"II\x2b\0", "BigTIFF"),
    (0, b"MM\0\x2b", "BigTIFF"),
    (0, b"PK\3\4", "ZIP"),
    (0, b"\x1f\x8b", "GZIP"),
    (0, b"\x89HDF", "HDF5"),
)


# Inside a scan's data FF is followed by 00 or by the number of a restart; these and FF itself begin no segment, and
# neither does 01, which carries no length.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]", re.DOTALL)
_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"


def _kind(data: bytes, table: tuple[tuple[int, bytes, str], ...]) -> str | None:
    return next((kind for offset, magic, kind in table if data.startswith(magic, offset)), None)


def picture_kind(data: bytes) -> str | None:
    """Name the accepted picture format that the bytes begin like, or None."""
    return _kind(data, _PICTURES)


def check_bytes(data: bytes) -> None:
    """Refuse what no decoder need see.

    Raises:
        ImageError: empty, too large, not one of the six formats, or with a structure no real picture has.
    """
    if not data:
        raise ImageError(N_("The file is empty (0 bytes). Choose a picture."))
    if len(data) > MAX_BYTES:
        raise ImageError(
            N_(
                "The file is too large. At most {limit:.0f} MB are read. Received: {size:.1f} MB. "
                "Save the picture smaller or as JPEG."
            ),
            limit=MAX_BYTES / 1e6,
            size=len(data) / 1e6,
        )
    kind = picture_kind(data)
    if kind is None:
        raise _foreign(data)
    if _is_trap(data, kind):
        raise ImageError(
            N_("This {kind} file has a structure that no ordinary picture has. Open it elsewhere and save it anew."),
            kind=kind,
        )


def _foreign(data: bytes) -> ImageError:
    """Return the error for bytes that are none of the six formats, naming what they are where that is easy."""
    head = data[:1024]
    kind = _kind(data, _OTHERS) or ("SVG" if b"<svg" in head.lower() else None)
    if kind is not None:
        return ImageError(
            N_("This is a file of the kind {kind}, which is not read here. Save the picture as PNG or JPEG."), kind=kind
        )
    if _is_text(head):
        return ImageError(N_("This is a text file, not a picture. Choose a PNG, JPEG, WebP, GIF, BMP or TIFF file."))
    return ImageError(
        N_("The file is not a picture in a known format. Choose a PNG, JPEG, WebP, GIF, BMP or TIFF file.")
    )


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    # The cut at 1024 bytes may have split the last character.
    return "�" not in head.decode("utf-8", "replace")[:-1]


def _is_trap(data: bytes, kind: str) -> bool:
    if kind == "JPEG":
        segments, scans = _jpeg_parts(data)
        return segments > MAX_SEGMENTS or scans > MAX_SCANS
    if kind == "PNG":
        return _png_chunks(data) > MAX_BLOCKS
    if kind == "GIF":
        return _gif_blocks(data) > MAX_BLOCKS
    return kind == "TIFF" and _tiff_is_trap(data)


def _jpeg_parts(data: bytes) -> tuple[int, int]:
    """Count the segments and the scans up to the picture's end, and stop above a limit.

    A phone's motion photo has a video behind that end. Each scan of a progressive JPEG goes over the whole picture.
    """
    position, segments, scans = 2, 0, 0
    while segments <= MAX_SEGMENTS and scans <= MAX_SCANS:
        marker = _JPEG_MARKER.search(data, position)
        if marker is None or marker[0] == _JPEG_END:
            break
        # A decoder goes over what it does not know byte by byte, and so does whoever counts for it.
        is_astray = marker.start() > position and not scans
        scans += marker[0] == _JPEG_SCAN
        segments += 1 + (marker.start() - position if is_astray else 0)
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return segments, scans


def _png_chunks(data: bytes) -> int:
    position, count = 8, 0
    while position < len(data) and count <= MAX_BLOCKS:
        position += 12 + int.from_bytes(data[position : position + 4])
        count += 1
    return count


def _gif_blocks(data: bytes) -> int:
    """Count the blocks up to the second picture (that one tells an animation), and stop above the limit."""
    position, count, pictures = 13 + _gif_palette(data[10:11]), 0, 0
    while position < len(data) and count <= MAX_BLOCKS and pictures < 2:
        kind = data[position]
        if kind == 0x2C:
            pictures += 1
            position += 11 + _gif_palette(data[position + 9 : position + 10])
        elif kind == 0x21:
            position += 2
        while kind in (0x21, 0x2C) and position < len(data) and data[position] and count <= MAX_BLOCKS:
            position += data[position] + 1
            count += 1
        position += 1
        count += 1
    return count


def _gif_palette(flags: bytes) -> int:
    """Return the bytes of the palette that these flags announce."""
    return 6 << (flags[0] & 7) if flags and flags[0] & 0x80 else 0


def _tiff_is_trap(data: bytes) -> bool:
    """Look through the first directory for lists of numbers, and for tiles, beyond all use."""
    order = "<" if data.startswith(b"II") else ">"
    start = int.from_bytes(data[4:8], "little" if order == "<" else "big")
    directory = data[start + 2 : start + 2 + 12 * 0xFFFF]
    entries = int.from_bytes(data[start : start + 2], "little" if order == "<" else "big")
    fields = struct.iter_unpack(f"{order}HHI4s", directory[: min(entries, len(directory) // 12) * 12])
    return any(_is_bad_field(order, *field) for field in fields)


def _is_bad_field(order: str, tag: int, kind: int, count: int, value: bytes) -> bool:
    """Judge one directory entry; kinds 1, 2 and 7 are bytes, which are cheap where they are not walked as a list."""
    if tag in (322, 323):  # tile width and length: a 16-bit or 32-bit number, in place
        number = {3: f"{order}Hxx", 4: f"{order}I"}.get(kind)
        return number is None or struct.unpack(number, value)[0] > MAX_TILE_SIDE
    # 273, 324: offsets of strips and tiles; 279, 325: their lengths; 320: the palette
    is_list = kind not in (1, 2, 7) or tag in (273, 279, 320, 324, 325)
    return is_list and count > MAX_TIFF_VALUES
