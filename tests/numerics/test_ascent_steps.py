"""Gradient ascent on numbers whose best picture is known."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError
from cnn_core.numerics.ascent import JITTER, STEPS, Climb, Slope, Slopes, begun, shift, smoothed, stepped

SHAPES = [(1, 1, 1), (1, 1, 3), (7, 9, 3), (28, 28, 1), (5, 1, 2)]
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def brightness(weights: Pixels) -> Slopes:
    """Return the slope of a weighted sum of all pixels."""
    return lambda pixels: Slope(float((weights * pixels).sum()), weights)


def climbed(shape: tuple[int, int, int], slopes: Slopes, seed: int = 0, steps: int = STEPS, stride: int = 1) -> Climb:
    climb = begun(shape, seed, slopes, stride)
    for _ in range(steps):
        climb = stepped(climb, slopes)
    return climb


@each_shape
def test_what_wants_brightness_gets_white(shape: tuple[int, int, int]) -> None:
    climb = climbed(shape, brightness(np.ones(shape, np.float32)))
    assert climb.steps == len(climb.scores) == STEPS
    assert climb.pixels.shape == shape
    assert climb.pixels.dtype == np.float32
    assert climb.pixels.min() > 0.95
    assert climb.pixels.max() <= 1
    assert (np.diff(climb.scores) > 0).all()


def test_it_finds_the_picture_that_is_sought() -> None:
    """The square of a distance has one top. Without shifts the way leads there; at the border 0.2 is dark enough."""
    rows, columns = np.mgrid[:12, :12]
    wanted = (0.2 + 0.6 * ((rows - 6) ** 2 + (columns - 5) ** 2 < 12))[..., np.newaxis].astype(np.float32)
    climb = climbed(wanted.shape, lambda pixels: Slope(-float(((pixels - wanted) ** 2).sum()), 2 * (wanted - pixels)))
    assert shift(climb) == (0, 0)
    assert climb.scores[-1] > 0.02 * climb.scores[0]
    assert np.corrcoef(climb.pixels.ravel(), wanted.ravel())[0, 1] > 0.98


def test_the_tiniest_and_the_steepest_slope_lead_the_same_way() -> None:
    weights = np.random.default_rng(0).standard_normal((9, 9, 1)).astype(np.float32)
    ways = [climbed(weights.shape, brightness(weights * np.float32(factor)), steps=5) for factor in (1e-30, 1, 1e30)]
    for way in ways[1:]:
        np.testing.assert_allclose(way.pixels, ways[0].pixels, atol=1e-5)


def test_a_single_pixel_does_not_run_away() -> None:
    weights = np.zeros((28, 28, 1), np.float32)
    weights[14, 14] = 1
    pixels = climbed(weights.shape, brightness(weights)).pixels
    assert np.isfinite(pixels).all()
    assert pixels[14, 14, 0] > 0.99


# The prior ------------------------------------------------------------------------------------------------------------


def test_frequencies_weigh_as_in_photographs() -> None:
    """A wave comes out as the same wave, weaker the faster it is: by 1 / f to the power 1.25."""
    places = np.arange(32)
    strengths = []
    for waves in (1, 2, 4, 8):
        wave = np.tile(np.cos(2 * np.pi * waves * places / 32), (32, 1))[..., np.newaxis].astype(np.float32)
        result = smoothed(wave)
        strengths.append(float(result.max()))
        np.testing.assert_allclose(result, wave * strengths[-1], atol=1e-4 * strengths[-1])
    np.testing.assert_allclose(np.diff(np.log2(strengths)), -1.25, rtol=1e-4)


def test_three_channels_are_colours_and_others_are_not() -> None:
    red = np.zeros((4, 4, 3), np.float32)
    red[..., 0] = 1
    assert (smoothed(red) > 0).all()
    two = np.ascontiguousarray(red[..., :2])
    assert not smoothed(two)[..., 1].any()


# Shifts and seeds -----------------------------------------------------------------------------------------------------


def test_shifts_are_seeded_and_small_and_keep_to_the_stride() -> None:
    start = Climb(np.zeros((224, 96, 3), np.float32), seed=3, stride=4)
    shifts = [shift(replace(start, scores=(0.0,) * steps)) for steps in range(STEPS)]
    assert shifts == [shift(replace(start, scores=(1.0,) * steps)) for steps in range(STEPS)]
    assert {down for down, _ in shifts} == set(range(-16, 17, 4))
    assert {across for _, across in shifts} == {-4, 0, 4}
    # A stride that has no room is none.
    assert len({shift(replace(start, stride=32, scores=(0.0,) * steps))[0] for steps in range(STEPS)}) > JITTER


def test_a_seed_says_it_all() -> None:
    weights = np.random.default_rng(1).standard_normal((30, 30, 3)).astype(np.float32)
    one, again, other = (climbed(weights.shape, brightness(weights), seed, 6).pixels for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.05


# Where there is no way ------------------------------------------------------------------------------------------------


def test_what_nothing_changes_is_refused() -> None:
    with pytest.raises(CnnError, match=r"gradient is zero everywhere on 3 pictures of noise\. Make another"):
        begun((4, 4, 1), 0, lambda pixels: Slope(0.0, np.zeros_like(pixels)))


def test_louder_noise_may_find_what_faint_noise_does_not() -> None:
    def bright_only(pixels: Pixels) -> Slope:
        return Slope(float(pixels.max()), np.full_like(pixels, pixels.max() > 0.9))

    climb = begun((16, 16, 1), 0, bright_only)
    assert climb.pixels.max() > 0.9


def test_on_a_top_the_picture_stays() -> None:
    def capped(pixels: Pixels) -> Slope:
        return Slope(min(float(pixels.mean()), 0.8), np.full_like(pixels, pixels.mean() < 0.8))

    climb = climbed((6, 6, 1), capped)
    assert climb.scores[-1] == 0.8
    assert climb.steps == STEPS
    assert climb.pixels.mean() < 0.85


@pytest.mark.parametrize("slope", [Slope(np.nan, np.ones((2, 2, 1), np.float32)), Slope(0, np.full((2, 2, 1), np.inf))])
def test_what_is_no_number_is_refused(slope: Slope) -> None:
    slope = Slope(slope.score, slope.gradient.astype(np.float32))
    with pytest.raises(CnnError, match=r"infinite or NaN\. Received: (nan|0)"):
        begun((2, 2, 1), 0, lambda _: slope)
