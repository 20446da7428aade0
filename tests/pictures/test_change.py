"""A changed picture is the picture with its pixels in other places, exactly where that can be said exactly."""

from typing import Any

import numpy as np
import pytest

from cnn_core.errors import CnnError
from cnn_core.pictures.change import Change, changed

SQUARE = np.random.default_rng(8).random((9, 9, 3), np.float32)
SHAPES = [(9, 9, 3), (8, 8, 1), (7, 12, 3), (1, 5, 1)]

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def picture(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(3).random(shape, np.float32)


@each_shape
def test_no_change_leaves_the_picture_as_it_is(shape: tuple[int, ...]) -> None:
    pixels = picture(shape)
    result = changed(pixels, Change())
    np.testing.assert_array_equal(result, pixels)
    assert result.dtype == np.float32
    assert not result.flags.writeable


@each_shape
def test_mirrored_twice_is_the_picture(shape: tuple[int, ...]) -> None:
    pixels = picture(shape)
    once = changed(pixels, Change(mirrored=True))
    np.testing.assert_array_equal(once, pixels[:, ::-1])
    np.testing.assert_array_equal(changed(once, Change(mirrored=True)), pixels)


@pytest.mark.parametrize(("down", "right"), [(0, 3), (2, 0), (-2, 4), (3, -1)])
def test_a_shift_moves_whole_pixels_and_repeats_the_edge(down: int, right: int) -> None:
    result = changed(SQUARE, Change(down=down, right=right))
    rows, columns = slice(max(down, 0), 9 + min(down, 0)), slice(max(right, 0), 9 + min(right, 0))
    np.testing.assert_array_equal(result[rows, columns], np.roll(SQUARE, (down, right), axis=(0, 1))[rows, columns])
    expected = np.pad(SQUARE, [(max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0)), (0, 0)], mode="edge")
    expected = expected[max(-down, 0) :, max(-right, 0) :][:9, :9]
    np.testing.assert_array_equal(result, expected)


def test_a_shift_out_of_the_picture_leaves_its_edge() -> None:
    result = changed(SQUARE, Change(right=50))
    np.testing.assert_array_equal(result, np.repeat(SQUARE[:, :1], 9, axis=1))


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
@pytest.mark.parametrize("side", [8, 9])
def test_right_angles_turn_a_square_exactly(quarters: int, side: int) -> None:
    pixels = picture((side, side, 3))
    np.testing.assert_array_equal(changed(pixels, Change(angle=90 * quarters)), np.rot90(pixels, quarters))


@each_shape
def test_half_a_turn_is_exact_on_any_picture(shape: tuple[int, ...]) -> None:
    pixels = picture(shape)
    np.testing.assert_array_equal(changed(pixels, Change(angle=180)), pixels[::-1, ::-1])


def test_a_slope_turned_is_the_slope_that_geometry_gives() -> None:
    """A plane is interpolated exactly, so every pixel inside has the value of the place it comes from."""
    places = (np.arange(41) - 20) / 100
    slope = np.broadcast_to(0.5 + places, (41, 41))[..., np.newaxis].astype(np.float32)
    turned = changed(slope, Change(angle=30))[..., 0]
    down, right = np.meshgrid(places, places, indexing="ij")
    expected = 0.5 + right * np.cos(np.radians(30)) - down * np.sin(np.radians(30))
    inside = np.hypot(down, right) < 0.2
    np.testing.assert_allclose(turned[inside], expected[inside], atol=1e-6)


def test_brightness_multiplies_and_is_cut_off() -> None:
    np.testing.assert_array_equal(changed(SQUARE, Change(brightness=0.5)), SQUARE * np.float32(0.5))
    np.testing.assert_array_equal(changed(SQUARE, Change(brightness=1.5)), np.minimum(SQUARE * np.float32(1.5), 1))
    np.testing.assert_array_equal(changed(SQUARE, Change(brightness=0)), np.zeros_like(SQUARE))


def test_noise_is_the_same_every_time_and_as_strong_as_said() -> None:
    grey = np.full((100, 100, 3), 0.5, np.float32)
    noisy = changed(grey, Change(noise=0.1))
    np.testing.assert_array_equal(noisy, changed(grey, Change(noise=0.1)))
    assert not np.array_equal(noisy, changed(grey, Change(noise=0.1, seed=1)))
    assert noisy.std() == pytest.approx(0.1, rel=0.03)
    assert noisy.mean() == pytest.approx(0.5, abs=0.003)
    strong = changed(grey, Change(noise=2))
    assert (strong.min(), strong.max()) == (0, 1)


def test_changes_follow_in_the_order_that_is_said() -> None:
    together = Change(mirrored=True, angle=90, down=1, right=2, brightness=1.25)
    steps = [Change(mirrored=True), Change(angle=90), Change(down=1, right=2), Change(brightness=1.25)]
    expected = SQUARE
    for step in steps:
        expected = changed(expected, step)
    np.testing.assert_array_equal(changed(SQUARE, together), expected)


@pytest.mark.parametrize("wrong", [{"brightness": -0.1}, {"noise": -1}, {"noise": float("nan")}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CnnError, match=next(iter(wrong))):
        Change(**wrong)
