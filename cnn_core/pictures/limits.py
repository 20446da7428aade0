"""What can be said of a file's bytes before any decoder sees them: what kind it is, and whether it is a trap.

A decoder spends memory and time on a file's structure as well as on its pixels. Twenty megabytes of comments, markers
or strip offsets cost Pillow 13 up to 1.2 GB and half a minute, so the structure is counted here first.
"""

import re
import struct
from collections.abc import Iterator

from cnn_core.errors import ImageError
from cnn_core.sentences import N_

MAX_BYTES = 20_000_000
# Real files stay far below: a JPEG has tens of segments and scans, a 20 MB PNG or GIF some thousand blocks.
MAX_SEGMENTS = 10_000
MAX_SCANS = 100
MAX_BLOCKS = 200_000
MAX_TIFF_VALUES = 100_000
MAX_TILE_SIDE = 4096

_NEW_SUBFILE_TYPE, _SUB_DIRECTORIES, _DNG_VERSION = 254, 330, 50706  # TIFF tags

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
    (4, b"ftypcrx ", "raw"),
    (0, b"FUJIFILMCCD-RAW", "raw"),
    (0, b"IIRO", "raw"),
    (0, b"IIRS", "raw"),
    (0, b"IIU\0", "raw"),
    (0, b"FOVb", "raw"),
    (0, b"\0MRM", "raw"),
    (4, b"ftyp", "video"),
    (4, b"moov", "video"),
    (4, b"mdat", "video"),
    (4, b"wide", "video"),
    (8, b"AVI LIST", "video"),
    (0, b"\x1a\x45\xdf\xa3", "video"),
    (0, b"\0\0\1\xba", "video"),
    (0, b"PK\3\4", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"Rar!\x1a\7", "archive"),
    (0, b"\x89HDF", "HDF5"),
    (0, b"8BPS", "PSD"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"II\x2b\0", "BigTIFF"),
    (0, b"MM\0\x2b", "BigTIFF"),
)
_SENTENCES = {
    "SVG": N_(
        "This is an SVG drawing: it contains lines, not pixels. Export it as PNG from a drawing program or a browser."
    ),
    "PDF": N_(
        "This is a PDF document, not a picture. Take a screenshot of its page, or export the page as PNG or JPEG."
    ),
    "raw": N_(
        "This is a camera's raw file, which is not read here: each maker has its own format. Open it in the "
        "camera's program and export it as JPEG."
    ),
    "video": N_("This is a video, not a picture. Pause it where you want to look, and take a screenshot."),
    "archive": N_(
        "This is an archive, an office document or a .keras model, not a picture. Take the picture out of it first; "
        "open your own model where you choose the model."
    ),
    "HDF5": N_("This is an HDF5 file, perhaps a model. Open your own model where you choose the model."),
    "web page": N_("This is a web page, not a picture. Save the picture itself: right-click it to open its menu."),
    "text": N_("This is a text file, not a picture. Choose a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC file."),
}
# In the file type box: what says that a picture is coded as in an AV1 or an HEVC video. Both may be said to be "mif1".
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_MAJOR_BRANDS = _AVIF_BRANDS | _HEIC_BRANDS | {b"mif1", b"msf1", b"mif2", b"miaf"}
_MOST_BRANDS = 64


# Inside a scan's data FF is followed by 00 or by the number of a restart; these and FF itself begin no segment, and
# neither does 01, which carries no length.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]", re.DOTALL)
_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"


def _kind(data: bytes, table: tuple[tuple[int, bytes, str], ...]) -> str | None:
    return next((kind for offset, magic, kind in table if data.startswith(magic, offset)), None)


def picture_kind(data: bytes) -> str | None:
    """Name the accepted picture format that the bytes begin like, or None."""
    return _kind(data, _PICTURES) or _coded_kind(data)


def _coded_kind(data: bytes) -> str | None:
    """Return "AVIF" or "HEIC" where the file type box names such a picture first of all, and not a video."""
    major = data[8:12]
    if data[4:8] != b"ftyp" or major not in _MAJOR_BRANDS:
        return None
    end = min(int.from_bytes(data[:4]), 16 + 4 * _MOST_BRANDS)
    brands = {major, *(data[start : start + 4] for start in range(16, end, 4))}
    if major in _AVIF_BRANDS or (major not in _HEIC_BRANDS and brands & _AVIF_BRANDS):
        return "AVIF"
    return "HEIC"


def check_bytes(data: bytes) -> None:
    """Refuse what no decoder need see.

    Raises:
        ImageError: empty, too large, not one of the formats, a camera's raw file, or with a structure no real picture
            has.
    """
    if not data:
        raise ImageError(N_("The file is empty (0 bytes). Choose a picture."))
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    kind = picture_kind(data)
    if kind is None:
        raise _foreign(data)
    if kind == "TIFF" and _is_raw(data):
        raise ImageError(_SENTENCES["raw"])
    if _is_trap(data, kind):
        raise ImageError(
            N_("This {kind} file has a structure that no ordinary picture has. Open it elsewhere and save it again."),
            kind=kind,
        )


def too_large(size: int) -> ImageError:
    """Return the error for a file of more than `MAX_BYTES` bytes."""
    return ImageError(
        N_(
            "The file is too large. At most {limit:.0f} MB are read. Received: {size:.1f} MB. "
            "Save the picture smaller or as JPEG."
        ),
        limit=MAX_BYTES / 1e6,
        size=size / 1e6,
    )


def _foreign(data: bytes) -> ImageError:
    """Return the error for bytes that are none of the formats, naming what they are where that is easy."""
    head = data[:1024]
    kind = _kind(data, _OTHERS) or _text_kind(head)
    if kind in _SENTENCES:
        return ImageError(_SENTENCES[kind])
    if kind is not None:
        return ImageError(
            N_("This is a {kind} file, which is not read here. Save the picture as PNG or JPEG."), kind=kind
        )
    return ImageError(
        N_("The file is not a picture in a known format. Choose a PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC file.")
    )


def _text_kind(head: bytes) -> str | None:
    lower = head.lower()
    if b"<!doctype html" in lower or b"<html" in lower:
        return "web page"
    if b"<svg" in lower:
        return "SVG"
    return "text" if _is_text(head) else None


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
    order = _tiff_order(data)
    return any(_is_bad_field(order, *field) for field in _tiff_fields(data))


def _tiff_order(data: bytes) -> str:
    return "<" if data.startswith(b"II") else ">"


def _tiff_fields(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Return the entries of the first directory: tag, type, count and four bytes, the value or where it lies."""
    order = _tiff_order(data)
    start = struct.unpack(f"{order}I", data[4:8].ljust(4, b"\0"))[0]
    directory = data[start + 2 : start + 2 + 12 * 0xFFFF]
    entries = struct.unpack(f"{order}H", data[start : start + 2].ljust(2, b"\0"))[0]
    return struct.iter_unpack(f"{order}HHI4s", directory[: min(entries, len(directory) // 12) * 12])


def _is_raw(data: bytes) -> bool:
    """Say whether a TIFF file is a camera's raw one, whose first picture is a preview as small as a stamp.

    That is one of Canon's (CR2) or Adobe's (DNG), or one whose first directory is a reduced version of another below
    it, as Nikon (NEF) and Sony (ARW) write it.
    """
    if data[8:10] == b"CR":
        return True
    fields = {tag: value for tag, _, _, value in _tiff_fields(data)}
    is_reduced = (
        _NEW_SUBFILE_TYPE in fields and struct.unpack(f"{_tiff_order(data)}I", fields[_NEW_SUBFILE_TYPE])[0] & 1
    )
    return _DNG_VERSION in fields or bool(is_reduced and _SUB_DIRECTORIES in fields)


def _is_bad_field(order: str, tag: int, kind: int, count: int, value: bytes) -> bool:
    """Judge one directory entry; kinds 1, 2 and 7 are bytes, which are cheap where they are not walked as a list."""
    if tag in (322, 323):  # tile width and length: a 16-bit or 32-bit number, in place
        number = {3: f"{order}Hxx", 4: f"{order}I"}.get(kind)
        return number is None or struct.unpack(number, value)[0] > MAX_TILE_SIDE
    # 273, 324: offsets of strips and tiles; 279, 325: their lengths; 320: the palette
    is_list = kind not in (1, 2, 7) or tag in (273, 279, 320, 324, 325)
    return is_list and count > MAX_TIFF_VALUES
