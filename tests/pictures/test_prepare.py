"""What a model sees of a picture: the right part, size and colours, and every step said."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_core.errors import ImageError
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import MAX_INPUT_SIDE, Fit, Preparation, Prepared, prepare

Pixels = npt.NDArray[np.float32]


def picture(height: int, width: int) -> Pixels:
    return np.random.default_rng(3).random((height, width, 3), dtype=np.float32)


def said(prepared: Prepared) -> list[str]:
    return [str(note) for note in prepared.notes]


def triangle_weights(before: int, after: int) -> npt.NDArray[np.float64]:
    """(after, before): bilinear weights with half-pixel centres, widened where it reduces; from the definition."""
    scale = before / after
    reach = max(1.0, scale)
    weights = np.zeros((after, before))
    for target in range(after):
        centre = (target + 0.5) * scale
        for source in range(before):
            weights[target, source] = max(0.0, 1 - abs(source + 0.5 - centre) / reach)
    shares: npt.NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def resized(pixels: Pixels, height: int, width: int) -> npt.NDArray[np.float64]:
    rows, columns = triangle_weights(pixels.shape[0], height), triangle_weights(pixels.shape[1], width)
    return np.stack([rows @ pixels[..., channel] @ columns.T for channel in range(3)], axis=2)


def test_equal_sizes_leave_every_bit_and_give_a_copy_that_cannot_be_changed() -> None:
    pixels = picture(24, 24)
    prepared = prepare(pixels, Preparation(24, 24))
    np.testing.assert_array_equal(prepared.pixels, pixels)
    assert prepared.notes == ()
    assert prepared.box == prepared.place == (0, 0, 24, 24)
    assert not np.shares_memory(prepared.pixels, pixels)
    with pytest.raises(ValueError, match="read-only"):
        prepared.pixels[0, 0, 0] = 0


@pytest.mark.parametrize(
    ("before", "after"),
    [((40, 30), (10, 7)), ((10, 7), (40, 30)), ((37, 11), (12, 29)), ((5, 5), (1, 1)), ((1, 1), (4, 3))],
)
def test_resizing_agrees_with_the_definition(before: tuple[int, int], after: tuple[int, int]) -> None:
    pixels = picture(*before)
    prepared = prepare(pixels, Preparation(*after, fit=Fit.STRETCH))
    assert prepared.pixels.dtype == np.float32
    np.testing.assert_allclose(prepared.pixels, resized(pixels, *after), atol=2e-6)


@pytest.mark.parametrize("after", [(20, 20), (90, 90), (224, 160)])
def test_resizing_agrees_with_pillow_on_bytes(after: tuple[int, int]) -> None:
    colours = np.random.default_rng(3).integers(0, 256, (120, 100, 3), dtype=np.uint8)
    prepared = prepare(colours.astype(np.float32) / 255, Preparation(*after, fit=Fit.STRETCH))
    expected = np.asarray(Image.fromarray(colours).resize(after[::-1], Image.Resampling.BILINEAR)) / 255
    np.testing.assert_allclose(prepared.pixels, expected, atol=1.5 / 255)  # Pillow rounds twice, rows after columns


@pytest.mark.keras
@pytest.mark.parametrize(("before", "after"), [((97, 61), (32, 40)), ((20, 31), (64, 64)), ((300, 451), (224, 224))])
def test_resizing_agrees_with_tensorflow(before: tuple[int, int], after: tuple[int, int]) -> None:
    import tensorflow

    pixels = picture(*before)
    expected = tensorflow.image.resize(pixels, after, method="bilinear", antialias=True).numpy()
    np.testing.assert_allclose(
        prepare(pixels, Preparation(*after, fit=Fit.STRETCH)).pixels, expected, atol=2e-5
    )  # float32 weights


def test_a_crop_is_the_largest_centred_part() -> None:
    pixels = picture(300, 451)
    prepared = prepare(pixels, Preparation(224, 224))
    assert prepared.box == (0, 75, 300, 375)
    assert prepared.place == (0, 0, 224, 224)
    np.testing.assert_allclose(prepared.pixels, resized(pixels[:, 75:375], 224, 224), atol=2e-6)
    assert said(prepared) == [
        "Cropped to the central 300×300 pixels.",
        "Resized from 300×300 to 224×224 pixels (bilinear, antialiased).",
    ]


def test_a_tall_picture_is_cropped_above_and_below() -> None:
    assert prepare(picture(100, 20), Preparation(10, 10)).box == (40, 0, 60, 20)
    assert prepare(picture(100, 20), Preparation(5, 10)).box == (45, 0, 55, 20)


def test_padding_keeps_all_of_the_picture_and_says_where_it_is() -> None:
    pixels = picture(300, 450)
    prepared = prepare(pixels, Preparation(240, 240, fit=Fit.PAD))
    assert prepared.box == (0, 0, 300, 450)
    assert prepared.place == (40, 0, 200, 240)
    np.testing.assert_allclose(prepared.pixels[40:200], resized(pixels, 160, 240), atol=2e-6)
    assert not prepared.pixels[:40].any()
    assert not prepared.pixels[200:].any()
    assert said(prepared)[-1] == "Padded with black: 80 rows and 0 columns in all."


def test_stretching_is_said_where_proportions_change_and_only_there() -> None:
    assert "Stretched" in said(prepare(picture(10, 20), Preparation(10, 10, fit=Fit.STRETCH)))[0]
    assert not any("Stretched" in text for text in said(prepare(picture(10, 20), Preparation(5, 10, fit=Fit.STRETCH))))


def test_enlarging_is_not_called_antialiased() -> None:
    assert said(prepare(picture(10, 10), Preparation(20, 20))) == ["Resized from 10×10 to 20×20 pixels (bilinear)."]


def test_grey_is_the_stated_sum() -> None:
    pixels = picture(6, 5)
    prepared = prepare(pixels, Preparation(6, 5, Colour.GREY))
    assert prepared.pixels.shape == (6, 5, 1)
    expected = 0.299 * pixels[..., 0].astype(float) + 0.587 * pixels[..., 1] + 0.114 * pixels[..., 2]
    np.testing.assert_allclose(prepared.pixels[..., 0], expected, atol=1e-7)
    assert said(prepared) == ["Converted to grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601)."]


def test_grey_of_a_grey_picture_is_that_picture() -> None:
    grey = np.arange(256, dtype=np.float32).reshape(16, 16, 1) / np.float32(255)
    prepared = prepare(grey.repeat(3, axis=2), Preparation(16, 16, Colour.GREY))
    np.testing.assert_array_equal(prepared.pixels, grey)


def test_what_is_inverted_is_the_picture_and_not_its_padding() -> None:
    prepared = prepare(np.ones((2, 4, 3), np.float32), Preparation(4, 4, Colour.GREY, Fit.PAD, invert=True))
    assert not prepared.pixels.any()
    dark = prepare(np.zeros((2, 4, 3), np.float32), Preparation(4, 4, Colour.GREY, Fit.PAD, invert=True))
    assert dark.pixels[..., 0].sum(axis=1).tolist() == [0, 4, 4, 0]
    assert [text.split(":")[0] for text in said(dark)] == ["Converted to grey", "Inverted", "Padded with black"]


@settings(max_examples=150, deadline=None)
@given(
    before=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    after=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    fit=st.sampled_from(Fit),
    colour=st.sampled_from(Colour),
    invert=st.booleans(),
)
def test_any_shapes(before: tuple[int, int], after: tuple[int, int], fit: Fit, colour: Colour, invert: bool) -> None:
    prepared = prepare(picture(*before), Preparation(*after, colour, fit, invert))
    assert prepared.pixels.shape == (*after, 3 if colour is Colour.RGB else 1)
    assert 0 <= prepared.pixels.min() <= prepared.pixels.max() <= 1
    for (top, left, bottom, right), (height, width) in ((prepared.box, before), (prepared.place, after)):
        assert 0 <= top < bottom <= height
        assert 0 <= left < right <= width
        assert abs(top - (height - bottom)) <= 1
        assert abs(left - (width - right)) <= 1
    assert all(str(note).endswith(".") and "{" not in str(note) for note in prepared.notes)


def test_values_beyond_the_range_never_come_out() -> None:
    prepared = prepare(np.ones((7, 7, 3), np.float32), Preparation(23, 31))
    np.testing.assert_allclose(prepared.pixels, 1, atol=1e-6)
    assert prepared.pixels.max() <= 1


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (MAX_INPUT_SIDE + 1, 5), (5, MAX_INPUT_SIDE + 1)])
def test_impossible_inputs_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match=f"height={size[0]}, width={size[1]}"):
        Preparation(*size)


@pytest.mark.parametrize(
    ("pixels", "received"),
    [
        (np.zeros((4, 4), np.float32), r"shape \(4, 4\)"),
        (np.zeros((4, 4, 4), np.float32), r"shape \(4, 4, 4\)"),
        (np.zeros((0, 4, 3), np.float32), r"shape \(0, 4, 3\)"),
        (np.zeros((4, 4, 3), np.uint8), "uint8"),
        (np.full((4, 4, 3), 255, np.float32), "from 255 to 255"),
        (np.full((4, 4, 3), -0.5, np.float32), "from -0.5"),
        (np.full((4, 4, 3), np.nan, np.float32), "nan"),
    ],
)
def test_pixels_that_are_none_are_refused(pixels: Pixels, received: str) -> None:
    with pytest.raises(ImageError, match=received):
        prepare(pixels, Preparation(2, 2))
