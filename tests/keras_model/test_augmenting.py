"""Augmentation as Keras draws it, and that it does what `training/augmentation.py` says of its numbers."""

from typing import Any

import numpy as np
import pytest

from cnn_core import layers
from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError
from cnn_core.layers import Layer
from cnn_core.training.augmentation import CHOICES, COURSE, crop

pytestmark = pytest.mark.keras

SIDE = 40


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    """Return soft colours, between which Keras may interpolate."""
    from PIL import Image

    small = np.random.default_rng(0).integers(60, 200, (4, 4, 3), np.uint8)
    picture = Image.fromarray(small, "RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32) / np.float32(255)


def drawn(pixels: Pixels, *given: Layer, count: int = 4, seed: int = 0) -> Any:
    from cnn_core.keras_model.augmenting import draws

    return draws(pixels, given, count, seed)


@pytest.mark.parametrize("layer", CHOICES, ids=lambda layer: type(layer).__name__)
def test_every_kind_draws_something_new_each_time(pixels: Pixels, layer: Layer) -> None:
    pictures, filled = drawn(pixels, layer, count=6)
    assert pictures.shape == (6, SIDE, SIDE, 3)
    assert pictures.dtype == np.float32
    assert 0 <= pictures.min() < pictures.max() <= 1
    assert filled.shape == (6, SIDE, SIDE)
    assert len({one.tobytes() for one in pictures}) >= 2
    if isinstance(layer, layers.RandomRotation | layers.RandomTranslation):
        assert filled.any()
    elif not isinstance(layer, layers.RandomZoom):  # whether it leaves a border is drawn
        assert not filled.any()


def test_the_seed_decides_and_a_shorter_row_is_the_beginning_of_a_longer(pixels: Pixels) -> None:
    first, again, other = (drawn(pixels, *COURSE, seed=seed).pictures for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(first[:2], drawn(pixels, *COURSE, count=2).pictures)


def test_no_layer_leaves_the_picture_as_it_is(pixels: Pixels) -> None:
    pictures, filled = drawn(pixels)
    np.testing.assert_allclose(pictures, np.broadcast_to(pixels, pictures.shape), atol=1e-6)
    assert not filled.any()


def test_grey_pictures(pixels: Pixels) -> None:
    assert drawn(pixels[..., :1], *COURSE).pictures.shape == (4, SIDE, SIDE, 1)


# What the words say ---------------------------------------------------------------------------------------------------


def test_rotation_above_0_is_counterclockwise_and_a_quarter_is_90_degrees(pixels: Pixels) -> None:
    turned, filled = drawn(pixels, layers.RandomRotation((0.25, 0.25)), count=1)
    np.testing.assert_allclose(turned[0], np.rot90(pixels), atol=0.02)
    assert not filled.any()


def test_translation_above_0_goes_down_and_to_the_right_and_mirrors_what_it_leaves(pixels: Pixels) -> None:
    moved, filled = drawn(pixels, layers.RandomTranslation((0.2, 0.2), (0.1, 0.1)), count=1)
    np.testing.assert_allclose(moved[0, 8:, 4:], pixels[:-8, :-4], atol=0.01)
    np.testing.assert_allclose(moved[0, :8, 4:], pixels[:8, :-4][::-1], atol=0.01)
    expected = np.ones((SIDE, SIDE), bool)
    expected[8:, 4:] = False
    np.testing.assert_array_equal(filled[0], expected)


@pytest.mark.parametrize("fill", layers.FillMode)
def test_the_border_is_filled_as_is_said(pixels: Pixels, fill: layers.FillMode) -> None:
    moved, filled = drawn(pixels, layers.RandomTranslation((0.2, 0.2), (0.0, 0.0), fill), count=1)
    expected: dict[str, Any] = {
        "reflect": pixels[:8][::-1],
        "constant": np.zeros((8, SIDE, 3)),
        "wrap": pixels[-8:],
        "nearest": np.repeat(pixels[:1], 8, axis=0),
    }
    np.testing.assert_allclose(moved[0, :8], expected[fill], atol=0.01)
    assert filled[0, :8].all()
    assert not filled[0, 8:].any()


def test_a_constant_is_what_is_said(pixels: Pixels) -> None:
    layer = layers.RandomTranslation((0.2, 0.2), (0.0, 0.0), layers.FillMode.CONSTANT, 51)
    moved, filled = drawn(pixels, layer, count=1)
    np.testing.assert_allclose(moved[0, :8], 51 / 255, atol=1e-6)
    np.testing.assert_array_equal(filled[0].any(axis=1), np.arange(SIDE) < 8)


@pytest.mark.parametrize("amount", [0.15, 0.4, 0.8])
def test_a_crop_shows_a_part_of_the_picture_and_nothing_else(amount: float, pixels: Pixels) -> None:
    slope = np.broadcast_to(np.linspace(0.1, 0.9, SIDE, dtype=np.float32)[:, np.newaxis, np.newaxis], pixels.shape)
    pictures, filled = drawn(np.ascontiguousarray(slope), *crop(amount), count=16)
    assert not filled.any()
    shown = (pictures[:, -1, 0, 0] - pictures[:, 0, 0, 0]) / 0.8
    assert 1 - amount - 0.05 < shown.min() < shown.max() < 1 - amount / 2 + 0.02
    assert pictures[:, 0, 0, 0].std() > 0.05 * amount


def test_grey_pictures_are_grey_in_their_share_and_the_others_as_they_are(pixels: Pixels) -> None:
    pictures = drawn(pixels, layers.RandomGrayscale(0.25), count=64).pictures
    grey = np.ptp(pictures, axis=3).max(axis=(1, 2)) < 1e-6
    assert 6 <= grey.sum() <= 28  # 16 ± 3.5 standard deviations
    np.testing.assert_allclose(pictures[~grey], np.broadcast_to(pixels, pictures[~grey].shape), atol=1e-6)
    weights = np.array([0.2989, 0.587, 0.114], np.float32)
    np.testing.assert_allclose(pictures[grey][0, ..., 0], pixels @ weights, atol=1e-4)


def test_zoom_above_0_shows_more_than_the_picture(pixels: Pixels) -> None:
    _, smaller = drawn(pixels, layers.RandomZoom((0.25, 0.25)), count=1)
    # 40 pixels are drawn on 40 / 1.25 = 32.
    assert (~smaller[0]).sum() == pytest.approx(32**2, rel=0.07)
    larger, filled = drawn(pixels, layers.RandomZoom((-0.5, -0.5)), count=1)
    assert not filled.any()
    np.testing.assert_allclose(larger[0, ::2, ::2][2:-2, 2:-2], pixels[10:30, 10:30][2:-2, 2:-2], atol=0.05)


def test_brightness_adds_a_share_of_the_range(pixels: Pixels) -> None:
    lighter = drawn(pixels, layers.RandomBrightness((0.2, 0.2)), count=1).pictures
    np.testing.assert_allclose(lighter[0], np.clip(pixels + 0.2, 0, 1), atol=1e-5)


@pytest.mark.parametrize(("factor", "least", "most"), [(0.5, 1.0, 1.5), ((0.2, 0.2), 0.8, 1.2)])
def test_contrast_is_taken_off_1_and_added_to_it(pixels: Pixels, factor: Any, least: float, most: float) -> None:
    pictures = drawn(pixels, layers.RandomContrast(factor), count=24).pictures
    spread = pictures.std(axis=(1, 2, 3)) / pixels.std()
    assert least - 0.02 <= spread.min() < spread.max() <= most + 0.02
    assert spread.max() - spread.min() > 0.5 * (most - least)


@pytest.mark.parametrize(("factor", "times"), [(0.5, 1.0), (0.3, 3 / 7), (0.0, 0.0), (-0.4, 0.0)])
def test_saturation_is_multiplied_by_f_over_1_minus_f(pixels: Pixels, factor: float, times: float) -> None:
    (picture,) = drawn(pixels, layers.RandomSaturation((factor, factor)), count=1).pictures

    def saturation(colours: Pixels) -> Any:
        return 1 - colours.min(axis=2) / colours.max(axis=2)

    np.testing.assert_allclose(saturation(picture), times * saturation(pixels), atol=1e-3)


def test_hues_turn_by_a_share_of_half_a_turn() -> None:
    from colorsys import hsv_to_rgb, rgb_to_hsv

    red = np.broadcast_to(np.array(hsv_to_rgb(0.0, 0.6, 0.8), np.float32), (4, 4, 3))
    pictures = drawn(red, layers.RandomHue((0.5, 0.5)), count=8).pictures
    hues = {round(rgb_to_hsv(*map(float, picture[0, 0]))[0], 3) for picture in pictures}
    assert hues == {0.25, 0.75}  # a quarter of a full turn, in either direction


@pytest.mark.parametrize("count", [0, 65])
def test_how_many_may_be_drawn(pixels: Pixels, count: int) -> None:
    with pytest.raises(CnnError, match="1 to 64 pictures can be drawn at once"):
        drawn(pixels, count=count)


def test_what_keras_cannot_change_is_said_without_colour_codes(pixels: Pixels) -> None:
    with pytest.raises(CnnError, match=r"by RandomHue\. Received: 40×40×1") as caught:
        drawn(pixels[..., :1], layers.RandomHue(0.1))
    assert "\x1b" not in str(caught.value)
