"""Plain files: what any library reads as we do is kept as it is, all else is written anew."""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from training_pictures import picture, smooth_picture

from cnn_core.errors import ImageError
from cnn_core.pictures.plain import decoded, plain


@pytest.mark.parametrize("data", [picture(0), picture(1, mode="L"), smooth_picture(2, (20, 30), "JPEG")])
def test_a_plain_file_stays_bit_for_bit(data: bytes) -> None:
    assert plain(data, 64).data == data


@pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "WEBP"])
def test_other_formats_become_png_without_loss(kind: str) -> None:
    data = picture(0, mode="L", kind=kind) if kind == "GIF" else picture(0, kind=kind)
    made = plain(data, 64)
    assert made.suffix == ".png"
    np.testing.assert_array_equal(decoded(made.data), decoded(data))


def test_one_picture_in_two_formats_has_one_content_and_another_has_another() -> None:
    contents = [plain(picture(seed, kind=kind), 64).content for seed, kind in ((0, "PNG"), (0, "BMP"), (1, "PNG"))]
    assert contents[0] == contents[1] != contents[2]


def test_one_column_is_not_one_row() -> None:
    grey = bytes([7] * 12)
    contents = set()
    for size in ((3, 4), (4, 3)):
        out = io.BytesIO()
        Image.frombytes("L", size, grey).save(out, "PNG")
        contents.add(plain(out.getvalue(), 64).content)
    assert len(contents) == 2


def test_what_is_turned_or_see_through_is_written_upright_and_opaque() -> None:
    exif = Image.Exif()
    exif[274] = 6
    out = io.BytesIO()
    Image.open(io.BytesIO(smooth_picture(0, (20, 30), "PNG"))).save(out, "JPEG", exif=exif)
    turned = plain(out.getvalue(), 64)
    assert decoded(turned.data).shape == (30, 20, 3)
    assert Image.open(io.BytesIO(turned.data)).getexif().get(274) is None
    opaque = plain(picture(3, mode="RGBA"), 64)
    assert Image.open(io.BytesIO(opaque.data)).mode == "RGB"


@pytest.mark.process
def test_heic_is_decoded_elsewhere_and_kept_as_png() -> None:
    out = io.BytesIO()
    heif = pillow_heif.from_pillow(Image.open(io.BytesIO(smooth_picture(0, (24, 36), "PNG"))))
    heif.save(out, quality=-1, chroma=444)
    made = plain(out.getvalue(), 64)
    assert made.suffix == ".png"
    np.testing.assert_array_equal(decoded(made.data), decoded(out.getvalue()))


def test_a_large_picture_is_reduced_and_keeps_its_proportions() -> None:
    made = plain(smooth_picture(0, (200, 90), "PNG"), 64)
    assert (made.suffix, decoded(made.data).shape) == (".jpg", (64, 29, 3))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ImageError, match="text file"):
        plain(b"hello", 64)
