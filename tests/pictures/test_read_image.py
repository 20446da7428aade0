"""Every kind of picture, every kind of trouble: what comes out is pixels with an explanation, or a sentence."""

import hashlib
import io
import itertools
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from checking import unchecked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import GifImagePlugin, Image, ImageOps, PngImagePlugin, TiffImagePlugin

from cnn_core.errors import ImageError
from cnn_core.pictures import read
from cnn_core.pictures.limits import MAX_BYTES, MAX_SCANS, MAX_SEGMENTS
from cnn_core.pictures.read import MAX_DECODER_BYTES, MAX_SIDE, MAX_SIDE_KEPT, read_image
from cnn_core.sentences import Note

COLOURS = np.random.default_rng(7).integers(0, 256, (9, 13, 3), dtype=np.uint8)
PICTURE = Image.fromarray(COLOURS)
ROOT = Path(__file__).parents[2]

# Pillow warns of much that is odd before it reads it or gives up; both are judged here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png(width: int, bits: int, colour_type: int, rows: bytes, key: bytes = b"", height: int = 1) -> bytes:
    """A PNG written by hand, for what Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    transparency = chunk(b"tRNS", key) if key else b""
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + transparency
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(fields: dict[int, tuple[int, int, int]], data: bytes = b"", order: str = "<") -> bytes:
    """A one-picture TIFF: {tag: (type, count, value)}; the value "data" points behind the directory."""
    start = 8 + 2 + 12 * len(fields) + 4
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(fields))
    for tag, (kind, count, value) in sorted(fields.items()):
        number = struct.pack(order + "Hxx", value) if kind == 3 else struct.pack(order + "I", value)
        out += struct.pack(order + "HHI", tag, kind, count) + number
    assert len(out) + 4 == start
    return out + struct.pack(order + "I", 0) + data


def grey_tiff(bits: int, data: bytes, width: int, photometric: int = 1, order: str = "<", **more: int) -> bytes:
    fields = {256: width, 257: 1, 258: bits, 259: 1, 262: photometric, 277: 1, 278: 1, 279: len(data)}
    start = 8 + 2 + 12 * (len(fields) + 1) + 4
    return tiff({tag: (3, 1, value) for tag, value in fields.items()} | {273: (4, 1, start)}, data, order)


def check_sentence(text: str) -> None:
    assert text.endswith((".", "again."))
    assert "{" not in text


def sentence(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    check_sentence(str(caught.value))
    return str(caught.value)


def is_read(data: bytes) -> bool:
    """Whether it is a picture; else it must be a sentence."""
    try:
        pixels = read_image(data).pixels
    except ImageError as error:
        check_sentence(str(error))
        return False
    assert pixels.dtype == np.float32
    assert pixels.shape[2] == 3
    assert 0 <= pixels.min() <= pixels.max() <= 1
    return True


def notes(data: bytes) -> str:
    return " ".join(map(str, read_image(data).notes))


# What comes out


def test_an_rgb_picture_is_itself_and_read_only() -> None:
    data = encoded(PICTURE)
    image = read_image(data)
    np.testing.assert_array_equal(image.pixels, COLOURS.astype(np.float32) / np.float32(255))
    assert image.pixels.dtype == np.float32
    assert image.digest == hashlib.sha256(data).hexdigest()
    assert image.notes == ()
    with pytest.raises(ValueError, match="read-only"):
        image.pixels[0, 0, 0] = 0


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_formats_agree(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    np.testing.assert_array_equal(read_image(encoded(PICTURE, kind, **options)).pixels, COLOURS / np.float32(255))


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_tiff_compressions_agree(compression: str) -> None:
    data = encoded(PICTURE, "TIFF", compression=compression)
    np.testing.assert_array_equal(read_image(data).pixels, COLOURS / np.float32(255))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_is_near_what_was_saved(options: dict[str, object]) -> None:
    flat = Image.new("RGB", (40, 24), (200, 100, 50))
    pixels = read_image(encoded(flat, "JPEG", quality=95, **options)).pixels
    np.testing.assert_allclose(pixels, np.broadcast_to(np.array([200, 100, 50]) / 255, (24, 40, 3)), atol=0.02)


def test_a_grey_picture_has_three_equal_channels() -> None:
    grey = PICTURE.convert("L")
    expected = np.asarray(grey)[..., None].repeat(3, 2) / np.float32(255)
    np.testing.assert_array_equal(read_image(encoded(grey)).pixels, expected)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit_is_black_and_white(kind: str) -> None:
    bits = PICTURE.convert("1")
    expected = np.asarray(bits)[..., None].repeat(3, 2).astype(np.float32)
    np.testing.assert_array_equal(read_image(encoded(bits, kind)).pixels, expected)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF"])
def test_a_palette_is_looked_up(kind: str) -> None:
    indexed = PICTURE.quantize(16)
    expected = np.asarray(indexed.convert("RGB")) / np.float32(255)
    np.testing.assert_array_equal(read_image(encoded(indexed, kind)).pixels, expected)


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("RGBA", "TIFF"), ("RGBA", "WEBP"), ("LA", "PNG")])
def test_transparent_parts_lie_on_white(mode: str, kind: str) -> None:
    alpha = Image.fromarray(np.random.default_rng(7).integers(0, 256, (9, 13), dtype=np.uint8))
    image = PICTURE.convert(mode)
    image.putalpha(alpha)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = encoded(image, kind, **options)
    colour, share = np.asarray(image.convert("RGBA"))[..., :3] / 255, np.asarray(alpha)[..., None] / 255
    np.testing.assert_allclose(read_image(data).pixels, colour * share + 1 - share, atol=1.01 / 255)
    assert "placed on white" in notes(data)


def test_an_opaque_alpha_channel_changes_nothing_and_is_not_mentioned() -> None:
    image = read_image(encoded(PICTURE.convert("RGBA")))
    np.testing.assert_array_equal(image.pixels, COLOURS / np.float32(255))
    assert image.notes == ()


def test_a_transparent_palette_entry_is_white() -> None:
    indexed = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8), "L").convert("P")
    indexed.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    for kind in ("PNG", "GIF"):
        data = encoded(indexed, kind, transparency=1)
        expected = np.array([[[10, 20, 30], [255, 255, 255], [70, 80, 90]]], np.float32) / np.float32(255)
        np.testing.assert_array_equal(read_image(data).pixels, expected)


def test_a_partly_transparent_palette_entry_is_mixed_with_white() -> None:
    indexed = Image.fromarray(np.array([[0, 1]], dtype=np.uint8), "L").convert("P")
    indexed.putpalette([0, 0, 0, 0, 0, 0])
    pixels = read_image(encoded(indexed, "PNG", transparency=bytes([255, 51]))).pixels
    np.testing.assert_allclose(pixels[0, :, 0], [0.0, 0.8], atol=1.01 / 255)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(4, 2, 0, b"\0\x1b", b"\0\1"), [0, 1, 2 / 3, 1]),
        (png(2, 4, 0, b"\0\x3f", b"\0\3"), [1, 1]),
        (png(2, 16, 0, b"\0\x0f\xff\x10\0", b"\x0f\xff"), [1, 0x1000 / 65535]),
        (png(2, 16, 2, b"\0" + b"\x12\x34" * 3 + b"\x34\x12" * 3, b"\x12\x34" * 3), [1, 0x34 / 255]),
        (png(2, 16, 2, b"\0" + b"\x12\x34" * 3 + b"\x12\x35" * 3, b"\x12\x34" * 3), [1, 0x12 / 255]),
        (png(2, 16, 2, b"\0" + b"\x12\x34" * 3 + b"\x12\x34" * 2 + b"\x13\x34", b"\x12\x34" * 3), [1, 0x12 / 255]),
    ],
    ids=["2 bits", "4 bits", "16 bits", "16-bit colour", "lower byte differs", "upper byte of one channel differs"],
)
def test_the_transparent_colour_of_a_png_is_found_at_every_depth(data: bytes, expected: list[float]) -> None:
    np.testing.assert_allclose(read_image(data).pixels[0, :, 0], expected, atol=1e-6)


def test_cmyk_is_converted_and_said() -> None:
    data = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF")
    np.testing.assert_array_equal(read_image(data).pixels[0, 0], [1, 0, 0])
    assert "CMYK" in notes(data)
    assert "CMYK" in notes(encoded(PICTURE.convert("CMYK"), "JPEG"))


# Grey of more than eight bits

DEEP = np.array([[0, 255, 256, 1000, 32768, 65535]], dtype=np.uint16)


def test_16_bit_grey_is_divided_by_65535() -> None:
    files = [
        encoded(Image.fromarray(DEEP)),
        encoded(Image.fromarray(DEEP), "TIFF"),
        grey_tiff(16, DEEP.astype(">u2").tobytes(), 6, order=">"),
        encoded(Image.fromarray(DEEP), "TIFF", compression="tiff_lzw"),
    ]
    for data in files:
        pixels = read_image(data).pixels
        np.testing.assert_array_equal(pixels, (DEEP / 65535).astype(np.float32)[..., None].repeat(3, 2))
        assert "divided by 65535" in notes(data)


def test_12_bit_grey_is_divided_by_4095() -> None:
    data = grey_tiff(12, bytes([0xFF, 0xF0, 0x00, 0x80, 0x00, 0x00]), 4)
    np.testing.assert_allclose(read_image(data).pixels[0, :, 0], [1, 0, 0x800 / 4095, 0], atol=1e-7)


def test_deep_grey_where_zero_is_white_is_turned_round() -> None:
    data = grey_tiff(16, DEEP.tobytes(), 6, photometric=0)
    np.testing.assert_allclose(read_image(data).pixels[..., 0], 1 - DEEP / 65535, atol=1e-7)


def test_what_is_no_number_is_black_even_where_zero_is_white() -> None:
    fields = {256: 3, 257: 1, 258: 32, 259: 1, 262: 0, 277: 1, 278: 1, 279: 12, 339: 3}
    start = 8 + 2 + 12 * (len(fields) + 1) + 4
    data = np.array([0, np.nan, 1], dtype="<f4").tobytes()
    file = tiff({tag: (3, 1, value) for tag, value in fields.items()} | {273: (4, 1, start)}, data)
    assert read_image(file).pixels[0, :, 0].tolist() == [1, 0, 0]


def test_32_bit_grey_is_scaled_from_its_least_to_its_greatest() -> None:
    values = np.array([[-100, 0, 300]], dtype=np.int32)
    data = encoded(Image.fromarray(values), "TIFF")
    np.testing.assert_allclose(read_image(data).pixels[0, :, 0], [0, 0.25, 1], atol=1e-7)
    assert "-100, is 0 and the largest, 300, is 1" in notes(data)


def test_real_grey_between_0_and_1_stays() -> None:
    values = np.array([[0.25, 0.5, 0.125]], dtype=np.float32)
    data = encoded(Image.fromarray(values), "TIFF")
    np.testing.assert_array_equal(read_image(data).pixels[..., 2], values)
    assert "as they are" in notes(data)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([-1, 0, 3], [0, 0.25, 1]),
        ([5, 5, 5], [0, 0, 0]),
        ([np.nan, 2, 4], [0, 0, 1]),
        ([np.inf, -np.inf, np.nan], [0, 0, 0]),
        ([-3e38, 0, 3e38], [0, 0.5, 1]),
    ],
)
def test_other_real_grey_is_scaled_and_what_is_no_number_is_black(values: list[float], expected: list[float]) -> None:
    data = encoded(Image.fromarray(np.array([values], dtype=np.float32)), "TIFF")
    np.testing.assert_allclose(read_image(data).pixels[0, :, 0], expected, atol=1e-6)
    assert ("not finite" in notes(data)) == (not np.isfinite(values).all())


def test_16_bit_colour_says_that_it_lost_bits() -> None:
    data = png(1, 16, 2, b"\0\x80\x00\x40\x00\xff\xff")
    np.testing.assert_allclose(read_image(data).pixels[0, 0], [128 / 255, 64 / 255, 1], atol=1e-6)
    assert "16-bit colours were read with 8 bits" in notes(data)


# First pictures, orientation, size


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_of_several_is_used_and_they_are_never_counted(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)

    def counted(image: Image.Image) -> int:
        raise AssertionError("n_frames walks through the whole file")

    for plugin in (GifImagePlugin.GifImageFile, TiffImagePlugin.TiffImageFile):
        monkeypatch.setattr(plugin, "n_frames", property(counted))
    np.testing.assert_array_equal(read_image(data).pixels, np.broadcast_to(np.array([1, 0, 0], np.float32), (8, 8, 3)))
    assert ("several pictures; the first" if kind == "TIFF" else "first frame") in notes(data)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "MPO"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    data = encoded(PICTURE, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_array_equal(read_image(data).pixels, expected / np.float32(255))
    assert ("EXIF" in notes(data)) == (orientation > 1)


@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0", b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"\0"])
def test_a_broken_exif_block_is_ignored(exif: bytes) -> None:
    np.testing.assert_array_equal(read_image(encoded(PICTURE, "PNG", exif=exif)).pixels, COLOURS / np.float32(255))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "F"])
def test_a_large_picture_is_reduced_and_its_ramp_kept(mode: str) -> None:
    width, height = 5000, 500
    ramp = np.linspace(0, 255, width).round().astype(np.uint8)[None].repeat(height, 0)
    if mode == "I;16":
        image = Image.fromarray(ramp.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(ramp / np.float32(255)) if mode == "F" else Image.fromarray(ramp).convert(mode)
    data = encoded(image, "TIFF" if mode == "F" else "PNG")
    pixels = read_image(data).pixels
    assert pixels.shape == (205, MAX_SIDE_KEPT, 3)
    expected = (np.arange(MAX_SIDE_KEPT) + 0.5) / MAX_SIDE_KEPT
    np.testing.assert_allclose(pixels, np.broadcast_to(expected[None, :, None], pixels.shape), atol=0.005)
    assert "Reduced from 5000×500 to 2048×205" in notes(data)


def test_reduction_smooths_instead_of_skipping() -> None:
    stripes = np.zeros((64, 4096), dtype=np.uint8)
    stripes[:, ::2] = 255
    pixels = read_image(encoded(Image.fromarray(stripes))).pixels
    np.testing.assert_allclose(pixels, 0.5, atol=0.01)


def test_rows_left_over_by_whole_boxes_keep_their_weight() -> None:
    rows = np.zeros((10, 9 * MAX_SIDE_KEPT), dtype=np.uint8)
    rows[9] = 255
    pixels = read_image(encoded(Image.fromarray(rows))).pixels
    assert pixels.shape == (1, MAX_SIDE_KEPT, 3)
    np.testing.assert_allclose(pixels, 0.1, atol=0.1)


def test_reduced_and_turned_sizes_are_the_upright_ones() -> None:
    exif = Image.Exif()
    exif[274] = 6
    for kind in ("JPEG", "PNG", "TIFF"):
        data = encoded(Image.new("L", (4200, 2100)), kind, exif=exif)
        assert read_image(data).pixels.shape == (2048, 1024, 3)
        assert "Reduced from 2100×4200 to 1024×2048" in notes(data)


def test_a_large_jpeg_is_decoded_small(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    reduce = vars(read)["reduced"]

    def watched(image: Image.Image, *rest: object) -> Image.Image:
        decoded.append(image.size)
        smaller: Image.Image = reduce(image, *rest)
        return smaller

    monkeypatch.setattr(read, "reduced", watched)
    halves = Image.new("RGB", (6000, 4000), (200, 40, 40))
    halves.paste((40, 40, 200), (3000, 0, 6000, 4000))
    pixels = read_image(encoded(halves, "JPEG")).pixels
    assert decoded == [(3000, 2000)]
    assert pixels.shape == (1365, 2048, 3)
    np.testing.assert_allclose(
        pixels[700, [100, 1000, 1050, 1900]] * 255, [[200, 40, 40]] * 2 + [[40, 40, 200]] * 2, atol=6
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (MAX_SIDE, 1), (1, MAX_SIDE), (MAX_SIDE_KEPT, 2)])
def test_extreme_shapes(size: tuple[int, int]) -> None:
    pixels = read_image(encoded(Image.new("RGB", size, (51, 51, 51)))).pixels
    assert max(pixels.shape) <= MAX_SIDE_KEPT
    assert min(pixels.shape) >= 1
    np.testing.assert_allclose(pixels, 0.2, atol=1e-6)


# Refusals


def test_nothing_and_too_much() -> None:
    assert "empty (0 bytes)" in sentence(b"")
    assert "too large. At most 20 MB are read. Received: 20.0 MB" in sentence(bytes(MAX_BYTES + 1))
    with pytest.raises(ImageError, match="Received: NoneType"):
        unchecked(read_image)(None)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "PDF document, not a picture. Take a screenshot"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG drawing"),
        (b"<!DOCTYPE html><html><svg/></html>", "web page"),
        (b"\0\0\0\x18ftypisom", "video, not a picture"),
        (b"\0\0\0\x14ftypqt  ", "video"),
        (b"\x1a\x45\xdf\xa3\x01webm", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "video"),
        (b"\0\0\0\x18ftypcrx ", "raw file"),
        (b"FUJIFILMCCD-RAW 0201", "raw file"),
        (tiff({254: (4, 1, 1), 330: (4, 1, 8), 271: (2, 4, 0)}), "raw file"),
        (tiff({254: (4, 1, 1), 330: (4, 1, 8)}, order=">"), "raw file"),
        (tiff({256: (3, 1, 160), 50706: (1, 4, 1)}), "raw file"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(20), "raw file"),
        (b"8BPS\0\1", "PSD"),
        (b"PK\3\4\x14\0", "archive"),
        (b"\x89HDF\r\n", "where you choose the model"),
        (b"II\x2b\0\x08\0\0\0", "BigTIFF"),
        (b"a,b,c\n1,2,3\n", "text file"),
        ("schöne Grüße".encode() * 200, "text file"),
        (bytes(range(256)), "not a picture in a known format"),
        (b"RIFF\0\0\0\0WAVEfmt ", "not a picture in a known format"),
    ],
)
def test_other_files_are_named(data: bytes, kind: str) -> None:
    assert kind in sentence(data)


@pytest.mark.parametrize("kind", ["ICO", "PPM", "TGA", "EPS", "PCX", "JPEG2000", "DDS", "SGI"])
def test_formats_that_pillow_knows_but_we_do_not_accept(kind: str) -> None:
    assert "PNG" in sentence(encoded(PICTURE, kind))


def test_only_six_decoders_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, opened = [], Image.open

    def watched(stream: io.BytesIO, formats: tuple[str, ...]) -> Image.Image:
        asked.append(set(formats))
        return opened(stream, formats=formats)

    monkeypatch.setattr(Image, "open", watched)
    read_image(encoded(PICTURE))
    assert asked == [{"PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"}]


def test_a_header_with_too_many_pixels_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    limit = MAX_DECODER_BYTES // 4
    assert f"Received: {MAX_SIDE}×{limit // MAX_SIDE + 1}" in sentence(
        png(MAX_SIDE, 8, 0, b"\0", height=limit // MAX_SIDE + 1)
    )
    assert f"{MAX_SIDE} per side" in sentence(png(MAX_SIDE + 1, 8, 0, b"\0"))
    assert "far too many pixels" in sentence(png(2**31 - 1, 8, 2, b"\0", height=2**31 - 1))


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [("WEBP", {"lossless": True}, "12.5 million pixels (WEBP)"), ("JPEG", {"progressive": True}, "25 million pixels")],
)
def test_costly_decoders_have_lower_limits(kind: str, options: dict[str, object], said: str) -> None:
    size = (3600, 3600) if kind == "WEBP" else (5100, 5000)
    assert said in sentence(encoded(Image.new("RGB", size), kind, **options))


def test_a_transparent_colour_that_is_decoded_twice_has_a_lower_limit() -> None:
    assert "25 million pixels (16-bit PNG)" in sentence(png(5100, 16, 2, b"\0", b"\0\1" * 3, height=5000))


def test_lab_colours_are_refused_by_name() -> None:
    assert "LAB" in sentence(encoded(Image.frombytes("LAB", (2, 2), bytes(12)), "TIFF"))


def test_running_out_of_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(image: Image.Image) -> None:
        raise MemoryError

    data = encoded(PICTURE, "BMP")
    monkeypatch.setattr(Image.Image, "load", load)
    assert "not enough memory" in sentence(data)


def _progressive_with_scans(count: int) -> bytes:
    data = encoded(Image.new("RGB", (64, 64)), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * count + b"\xff\xd9"


TRAPS = {
    "JPEG scans": _progressive_with_scans(MAX_SCANS),
    "JPEG markers": b"\xff\xd8" + b"\xff\xee\0\2" * (MAX_SEGMENTS + 1) + encoded(PICTURE, "JPEG")[2:],
    "JPEG padding": b"\xff\xd8" + b"\xff" * (MAX_SEGMENTS + 1) + encoded(PICTURE, "JPEG")[2:],
    "GIF comment": encoded(PICTURE.quantize(2), "GIF")[:13] + bytes(6) + b"!\xfe" + b"\1a" * 200_001 + b"\0;",
    "PNG chunks": encoded(PICTURE)[:33] + (bytes(4) + b"teSt" + struct.pack(">I", zlib.crc32(b"teSt"))) * 200_001,
    "TIFF strips": tiff({256: (3, 1, 1), 257: (3, 1, 1), 273: (4, 100_001, 8)}),
    "TIFF strips as bytes": tiff({256: (3, 1, 1), 257: (3, 1, 1), 273: (1, 100_001, 8)}),
    "TIFF tile": tiff({256: (3, 1, 16), 257: (3, 1, 16), 322: (3, 1, 16384), 323: (3, 1, 16384)}),
    "TIFF tile, big-endian": tiff({256: (3, 1, 16), 322: (3, 1, 16384)}, order=">"),
    "TIFF tile of an odd type": tiff({256: (3, 1, 16), 322: (16, 1, 8)}),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps_are_refused_before_a_decoder_sees_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    assert "no ordinary picture has" in sentence(TRAPS[name])


def test_many_but_not_too_many_scans_are_read() -> None:
    assert read_image(_progressive_with_scans(20)).pixels.shape == (64, 64, 3)


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_a_motion_photo_is_read_whatever_its_video_holds(options: dict[str, object]) -> None:
    picture = encoded(PICTURE, "JPEG", **options)
    video = b"\xff\xda\xff\xee\0\2" * (MAX_SEGMENTS + 1)
    np.testing.assert_array_equal(read_image(picture + video).pixels, read_image(picture).pixels)


def test_scans_behind_restarts_and_stuffed_bytes_are_counted() -> None:
    data = encoded(PICTURE, "JPEG")
    start = data.index(b"\xff\xda")
    scan = data[start : start + 14] + b"\xff\0\xff\xd0\xff\xff" * 3
    trap = data[:start] + scan * (MAX_SCANS + 1) + b"\xff\xd9"
    assert "no ordinary picture has" in sentence(trap)


# Damage

SAMPLES = {
    "PNG": encoded(PICTURE),
    "JPEG": encoded(PICTURE, "JPEG"),
    "progressive": encoded(PICTURE, "JPEG", progressive=True),
    "WEBP": encoded(PICTURE, "WEBP"),
    "GIF": encoded(PICTURE.quantize(16), "GIF"),
    "BMP": encoded(PICTURE, "BMP"),
    "TIFF": encoded(PICTURE, "TIFF"),
    "LZW": encoded(PICTURE, "TIFF", compression="tiff_lzw"),
    "JPEG in TIFF": encoded(PICTURE, "TIFF", compression="jpeg"),
    "deep": encoded(Image.fromarray(DEEP)),
    "transparent": encoded(PICTURE.convert("RGBA").quantize(8), "PNG", transparency=3),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_truncation_is_a_sentence_or_a_picture(name: str) -> None:
    data = SAMPLES[name]
    read = [is_read(data[:length]) for length in range(1, len(data), max(1, len(data) // 200))]
    assert read.count(False) > 50


def test_whatever_a_decoder_raises_is_a_sentence() -> None:
    # Pillow's PNG reader asserts that a palette picture has a palette, once the pixels are asked for.
    assert "damaged" in sentence(png(2, 8, 3, b"\0\0\1"))


@pytest.mark.parametrize("error", [AssertionError, RuntimeError, RecursionError, NotImplementedError, KeyError])
@pytest.mark.parametrize("step", ["load", "getexif", "crop", "transpose"])
def test_every_error_at_every_step_is_a_sentence_or_passed_over(
    step: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    def fail(*_: object, **__: object) -> None:
        raise error("a decoder's own words")

    picture = PICTURE.quantize(16) if step == "crop" else PICTURE  # one in RGB is taken as it is
    data = encoded(picture, "PNG", exif=exif)
    monkeypatch.setattr(PngImagePlugin.PngImageFile if step in ("load", "getexif") else Image.Image, step, fail)
    if step == "getexif":
        assert read_image(data).pixels.shape == (9, 13, 3)
    else:
        assert "damaged" in sentence(data)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_half_a_file_is_called_damaged_by_its_kind(name: str) -> None:
    data = SAMPLES[name]
    half = data[: len(data) // 2]
    assert f"begins like a {'WebP' if name == 'WEBP' else name} file" in sentence(half)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 4)), max_size=8),
)
def test_mutants_are_a_sentence_or_a_picture(name: str, edits: list[tuple[float, bytes, int]]) -> None:
    data = bytearray(SAMPLES[name])
    for place, new, removed in edits:
        start = int(place * len(data))
        data[start : start + removed] = new
    is_read(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"II*\0"]))
def test_any_bytes_are_a_sentence_or_a_picture(data: bytes, magic: bytes) -> None:
    is_read(magic + data)


# Resources


def test_peak_memory_stays_near_the_decoder_s_share() -> None:
    """49 million pixels: the picture itself is 196 MB at 4 bytes a pixel, a second copy would double that."""
    pytest.importorskip("resource")
    program = """
import io, resource, sys
from PIL import Image
from cnn_core.pictures.read import read_image
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert read_image(data).pixels.min() == 1  # transparent black on white
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    data = png(7000, 8, 4, bytes(7000 * 14001), height=7000)
    run = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, cwd=ROOT, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < MAX_DECODER_BYTES + 100_000_000


def test_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = itertools.count(), []
    decode = read._decode
    active = 0

    def watched(data: bytes, image: Image.Image | None, notes: list[Note]) -> Image.Image:
        nonlocal active
        active += 1
        most.append(active)
        next(running)
        picture = decode(data, image, notes)
        active -= 1
        return picture

    monkeypatch.setattr(read, "_decode", watched)
    data = encoded(Image.new("RGB", (900, 900)), "JPEG")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read_image, [data] * 12))
    assert max(most) == 1
    assert next(running) == 12


def test_notes_are_translated_with_their_values() -> None:
    note = read_image(encoded(Image.new("RGB", (4096, 2)))).notes[0]
    assert note.render(lambda message: "de: {width}x{height}") == "de: 2048x1"
