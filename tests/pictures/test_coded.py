"""HEIC and AVIF: decoded in a process that is thrown away, equal to what their decoders say, and never a crash."""

import contextlib
import io
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest
from folders import ROOT
from PIL import Image, ImageOps

from cnn_core.errors import ImageError
from cnn_core.pictures import coded, coded_reader
from cnn_core.pictures.limits import picture_kind
from cnn_core.pictures.read import MAX_SIDE, MAX_SIDE_KEPT, read_image

pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("ignore::UserWarning:PIL")]

SIZE = (96, 64)
KINDS = ("HEIC", "AVIF")
each_kind = pytest.mark.parametrize("kind", KINDS)


def a_picture(mode: str = "RGB") -> Image.Image:
    """Return four even quarters, all different."""
    image = Image.new("RGB", SIZE, (200, 40, 40))
    for colour, box in (((40, 160, 40), (48, 0, 96, 32)), ((40, 40, 200), (0, 32, 48, 64)), ((230, 230, 90), (48, 32))):
        image.paste(colour, (*box, *SIZE)[:4])
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, orientation: int = 1, **options: Any) -> bytes:
    """Return the picture in a file that says how it is to be turned, in the boxes of its own format and in EXIF."""
    exif = Image.Exif()
    exif[274] = orientation
    stream = io.BytesIO()
    if kind == "AVIF":
        image.save(stream, "AVIF", quality=100, subsampling="4:4:4", exif=exif, **options)
    else:
        heif = pillow_heif.from_pillow(image)
        heif.info["exif"] = exif.tobytes()
        heif.save(stream, quality=-1, chroma=444, **options)
    return stream.getvalue()


def decoded_here(data: bytes, kind: str) -> npt.NDArray[np.uint8]:
    """Return the upright pixels as the decoder itself has them, in this process."""
    if kind == "AVIF":
        return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data), formats=("AVIF",))))
    return np.asarray(pillow_heif.open_heif(io.BytesIO(data)).to_pillow())


def sentence(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    assert str(caught.value).endswith(".")
    assert "{" not in str(caught.value)
    return str(caught.value)


def run(program: str, data: bytes) -> str:
    """Run a program in a process of its own with these bytes on its stdin; return what it prints."""
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
    return subprocess.run(command, input=data, cwd=ROOT, capture_output=True, check=True).stdout.decode()


def notes(data: bytes) -> str:
    return " ".join(map(str, read_image(data).notes))


# What comes out


@each_kind
def test_a_picture_is_what_its_decoder_says_and_near_what_was_saved(kind: str) -> None:
    data = encoded(a_picture(), kind)
    image = read_image(data)
    np.testing.assert_array_equal(image.pixels, decoded_here(data, kind) / np.float32(255))
    np.testing.assert_allclose(image.pixels, np.asarray(a_picture()) / 255, atol=0.02)
    assert image.notes == ()


@each_kind
@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_once(kind: str, orientation: int) -> None:
    data = encoded(a_picture(), kind, orientation)
    exif = Image.Exif()
    exif[274] = orientation
    flat = a_picture()
    flat.info["exif"] = exif.tobytes()
    upright = np.asarray(ImageOps.exif_transpose(flat))
    image = read_image(data)
    assert image.pixels.shape == upright.shape
    np.testing.assert_allclose(image.pixels, upright / 255, atol=0.02)
    assert ("Rotated or mirrored" in notes(data)) == (orientation > 1)


def test_what_exif_says_of_a_heic_that_is_not_turned_is_passed_over() -> None:
    """ISO 23008-12: a reader obeys the boxes that turn, EXIF only tells of it. Phones write both."""
    exif = Image.Exif()
    exif[274] = 6
    stream = io.BytesIO()
    heif = pillow_heif.from_pillow(a_picture())
    heif.info["metadata"] = [{"type": "Exif", "data": bytes(4) + exif.tobytes()[6:], "content_type": ""}]
    heif.save(stream, quality=-1)
    assert b"irot" not in stream.getvalue()
    assert read_image(stream.getvalue()).pixels.shape == (64, 96, 3)
    assert "Rotated or mirrored" not in notes(stream.getvalue())


@each_kind
def test_transparent_parts_lie_on_white(kind: str) -> None:
    image = a_picture("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    data = encoded(image, kind)
    rgba = np.asarray(decoded_here(data, kind)) / 255
    np.testing.assert_allclose(
        read_image(data).pixels, rgba[..., :3] * rgba[..., 3:] + 1 - rgba[..., 3:], atol=1.01 / 255
    )
    assert "placed on white" in notes(data)


@each_kind
def test_grey_has_three_equal_channels(kind: str) -> None:
    ramp = Image.linear_gradient("L").resize(SIZE)
    pixels = read_image(encoded(ramp, kind)).pixels
    np.testing.assert_allclose(pixels, np.asarray(ramp)[..., np.newaxis].repeat(3, 2) / 255, atol=0.02)
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 2])


def test_ten_bits_are_said() -> None:
    deep = np.repeat(np.linspace(0, 65535, 96).astype(np.uint16)[np.newaxis], 64, 0)
    stream = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", SIZE, np.dstack([deep] * 3).tobytes()).save(stream, quality=-1, chroma=444)
    image = read_image(stream.getvalue())
    assert "10-bit colours were read with 8 bits" in " ".join(map(str, image.notes))
    np.testing.assert_allclose(image.pixels[..., 1], deep / 65535, atol=0.02)


def test_ten_bits_of_grey_are_kept() -> None:
    deep = np.repeat(np.linspace(0, 65535, 96).astype(np.uint16)[np.newaxis], 64, 0)
    data = encoded(Image.fromarray(deep), "HEIC")
    assert "divided by 65535" in notes(data)
    np.testing.assert_allclose(read_image(data).pixels[..., 0], deep / 65535, atol=0.004)
    assert len(np.unique(read_image(data).pixels)) > 90


def test_the_bits_of_an_avif_are_read() -> None:
    """AV1 in ISOBMFF 1.3, 2.3.3: seq_tier_0, high_bitdepth, twelve_bit and monochrome begin the third byte."""
    data = bytearray(encoded(a_picture(), "AVIF"))
    flags = data.index(b"av1C") + 6
    for bits, byte in ((8, 0x00), (10, 0x40), (12, 0x60), (8, 0x20), (10, 0xDF)):
        data[flags] = byte
        assert coded_reader.av1_bits(bytes(data)) == bits
    assert coded_reader.av1_bits(b"") == 8


def test_of_several_the_main_one_is_used() -> None:
    others = [Image.new("RGB", SIZE, colour) for colour in ("blue", "lime")]
    stream = io.BytesIO()
    heif = pillow_heif.from_pillow(a_picture())
    for other in others:
        heif.add_from_pillow(other)
    heif.save(stream, quality=-1, primary_index=2)
    assert "main one is used" in notes(stream.getvalue())
    np.testing.assert_allclose(read_image(stream.getvalue()).pixels[5, 5], [0, 1, 0], atol=0.02)


def test_of_an_animation_the_first_frame_is_used() -> None:
    stream = io.BytesIO()
    a_picture().save(stream, "AVIF", save_all=True, append_images=[Image.new("RGB", SIZE, "blue")], quality=100)
    assert "first frame" in notes(stream.getvalue())
    np.testing.assert_allclose(read_image(stream.getvalue()).pixels[5, 5] * 255, [200, 40, 40], atol=6)


@each_kind
def test_a_large_one_is_reduced(kind: str) -> None:
    wide = Image.linear_gradient("L").rotate(90).resize((4200, 300)).convert("RGB")
    data = encoded(wide, kind, **({"speed": 10} if kind == "AVIF" else {}))
    pixels = read_image(data).pixels
    assert pixels.shape == (146, MAX_SIDE_KEPT, 3)
    np.testing.assert_allclose(pixels[70, :, 0], np.linspace(0, 1, MAX_SIDE_KEPT), atol=0.02)
    assert "Reduced from 4200×300" in notes(data)


@each_kind
def test_a_motion_photo_is_read_whatever_lies_behind(kind: str) -> None:
    data = encoded(a_picture(), kind)
    video = b"\0\0\x10\0mpvd" + b"\0\0\0\x18ftypisom" + bytes(range(256)) * 2000
    for behind in (video, b"SEFT", b"\0\0\0\0free" + bytes(100)):
        np.testing.assert_array_equal(read_image(data + behind).pixels, read_image(data).pixels)


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        ("heic    mif1heic", "HEIC"),
        ("mif1    mif1heic", "HEIC"),
        ("mif1    mif1avif", "AVIF"),
        ("avif    mif1miaf", "AVIF"),
        ("msf1    hevc", "HEIC"),
        ("heic    avif", "HEIC"),
        ("isom    avc1", None),
        ("qt      ", None),
    ],
)
def test_the_kind_is_that_of_the_brands(brands: str, kind: str | None) -> None:
    box = (8 + len(brands)).to_bytes(4) + b"ftyp" + brands.encode()
    assert picture_kind(box + bytes(100)) == kind


def test_nothing_of_it_is_imported_here() -> None:
    program = """
        import sys
        from cnn_core.pictures.read import read_image
        read_image(sys.stdin.buffer.read())
        print([name for name in ("pillow_heif", "PIL.AvifImagePlugin") if name in sys.modules])
    """
    assert run(program, encoded(a_picture(), "HEIC")) == "[]\n"


# Trouble


def with_size(data: bytes, width: int, height: int) -> bytes:
    """Return the file with another size in its header; the coded pixels stay."""
    start = data.index(b"ispe") + 8
    return data[:start] + width.to_bytes(4) + height.to_bytes(4) + data[start + 8 :]


@each_kind
def test_a_header_with_too_many_pixels_is_refused_by_it(kind: str) -> None:
    data = encoded(a_picture(), kind)
    assert f"Received: {MAX_SIDE + 1}×10" in sentence(with_size(data, MAX_SIDE + 1, 10))
    assert f"At most 50 million pixels ({kind})" in sentence(with_size(data, 8000, 8000))


def test_a_header_that_says_another_size_than_the_pixels_is_refused_or_obeyed() -> None:
    """libheif refuses it; libavif scales the pixels to the header's size."""
    for size in ((900, 700), (8, 8), (0, 5), (2**32 - 1, 2**32 - 1)):
        sentence(with_size(encoded(a_picture(), "HEIC"), *size))
    data = encoded(a_picture(), "AVIF")
    assert read_image(with_size(data, 48, 32)).pixels.shape == (32, 48, 3)
    sentence(with_size(data, 0, 5))
    sentence(with_size(data, 2**32 - 1, 2**32 - 1))


@each_kind
def test_half_a_file_is_called_damaged(kind: str) -> None:
    data = encoded(a_picture(), kind)
    assert f"begins like a {kind} file, but it is damaged" in sentence(data[: len(data) // 2])
    assert f"begins like a {kind} file, but it is damaged" in sentence(data[:-3])


def test_a_picture_in_tiles_of_which_the_last_are_cut_off_is_damaged() -> None:
    data = encoded(a_picture().resize((256, 192)), "HEIC", tile_size=64)
    assert read_image(data).pixels.shape == (192, 256, 3)
    assert "damaged" in sentence(data[:-40])


@each_kind
def test_mutants_are_a_sentence_or_a_picture(kind: str) -> None:
    """In this process the decoders are not limited, so these go the whole way; each takes a process."""
    generator = np.random.default_rng(12)
    data = encoded(a_picture(), kind)
    for _ in range(25):
        mutant = bytearray(data)
        for place in generator.integers(24, len(data), 4):
            mutant[place] = generator.integers(256)
        with contextlib.suppress(ImageError):
            assert read_image(bytes(mutant)).pixels.dtype == np.float32


@pytest.mark.skipif(sys.platform == "win32", reason="nothing there tells the memory")
def test_many_pixels_behind_a_small_header_take_no_memory_of_ours() -> None:
    stream = io.BytesIO()
    Image.new("L", (5000, 5000)).save(stream, "AVIF", speed=10, quality=10)
    program = """
        import resource, sys
        from cnn_core.pictures.read import read_image
        data, before = sys.stdin.buffer.read(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(read_image(data).pixels.shape, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000)
    """
    assert run(program, with_size(stream.getvalue(), 64, 64)) == "(64, 64, 3) True\n"


@pytest.fixture
def in_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], bytes]:
    """Return a function that puts another script in the reader's place and returns a picture for it."""

    def put(script: str) -> bytes:
        path = tmp_path / "coded_reader.py"
        path.write_text(textwrap.dedent(script), encoding="utf-8")
        monkeypatch.setattr(coded, "_SCRIPT", path)
        return encoded(a_picture(), "HEIC")

    return put


@pytest.mark.parametrize(
    "script",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "",
        "print('[' * 9_000)",
        "print('x' * 10_000_000)",
        "print('[1, 2]')",
        "print('{}')",
        """print('{"size": [10, 10], "mode": "RGBX"}')""",
        """print('{"size": [10, 10], "mode": "P"}' + "a" * 1000)""",
        """print('{"size": [100000, 100000], "mode": "L"}')""",
        """print('{"size": [-1, 10], "mode": "L"}')""",
        """print('{"refused": "pixels", "size": "many"}')""",
        """print('{"refused": "no such reason"}')""",
        """print('{"refused": "memory"}')""",
    ],
)
def test_a_reader_gone_wrong_is_not_trusted(script: str, in_its_place: Callable[[str], bytes]) -> None:
    assert "was stopped" in sentence(in_its_place(script))


def test_what_a_reader_says_beside_the_pixels_is_checked(in_its_place: Callable[[str], bytes]) -> None:
    said = '{"size": [1, 1], "mode": "L", "bits": "x", "orientation": [], "several": 1, "turned": {}}'
    image = read_image(in_its_place(f"import sys; sys.stdout.write('{said}\\n' + 'a')"))
    np.testing.assert_array_equal(image.pixels, np.full((1, 1, 3), np.float32(97 / 255)))
    assert image.notes == ()


def test_a_reader_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, in_its_place: Callable[[str], bytes]) -> None:
    monkeypatch.setattr(coded, "SECONDS", 0.5)
    assert "too much memory or time" in sentence(in_its_place("import time; time.sleep(100)"))


def test_a_server_without_a_decoder_says_so(in_its_place: Callable[[str], bytes]) -> None:
    assert "cannot be started" in sentence(in_its_place("import no_such_library"))
    reader = (ROOT / "cnn_core" / "pictures" / "coded_reader.py").read_text(encoding="utf-8")
    without = f"import sys\nsys.modules['pillow_heif'] = None\n{reader}"
    assert "pillow-heif is not installed" in sentence(in_its_place(without))
