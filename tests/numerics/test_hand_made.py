"""Kernels made by hand against SciPy's filters, Pillow's, the written formula, and what their sentences promise."""

from collections.abc import Callable
from math import cos, exp, pi, sin
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageFilter
from scipy import ndimage

from cnn_core.arrays import Values
from cnn_core.errors import CnnError
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.hand_made import HAND_MADE, HandMade, box, gabor, gaussian, hand_made, wide_prewitt

PICTURE = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.float64)
SIZES = range(1, 8)

key_of = attrgetter("key")


def answer(kernel: np.ndarray, picture: np.ndarray = PICTURE) -> Values:
    """Return the convolution of a picture (H, W), without padding."""
    height, width = kernel.shape
    return conv2d(picture[..., np.newaxis], kernel[..., np.newaxis, np.newaxis], (Window(height), Window(width)))[
        ..., 0
    ]


def inner(result: np.ndarray, size: int) -> np.ndarray:
    """Return what a filter of this size answers where its window touches no border."""
    return result[size // 2 : len(result) - size // 2, size // 2 : result.shape[1] - size // 2]


# Other people's filters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "theirs"),
    [
        ("sobel_vertical_edges", ndimage.sobel(PICTURE, axis=1)),
        ("sobel_horizontal_edges", ndimage.sobel(PICTURE, axis=0)),
        ("prewitt_vertical_edges", ndimage.prewitt(PICTURE, axis=1)),
        ("prewitt_horizontal_edges", ndimage.prewitt(PICTURE, axis=0)),
        ("laplacian_4", ndimage.laplace(PICTURE)),
        ("box_3", ndimage.uniform_filter(PICTURE, 3)),
        ("box_5", ndimage.uniform_filter(PICTURE, 5)),
        ("gaussian_3", ndimage.gaussian_filter(PICTURE, 0.8, radius=1)),
        ("gaussian_5", ndimage.gaussian_filter(PICTURE, 1.1, radius=2)),
        ("sharpen", PICTURE - ndimage.laplace(PICTURE)),
        ("laplacian_8", 9 * (ndimage.uniform_filter(PICTURE, 3) - PICTURE)),
    ],
)
def test_kernels_are_those_of_scipy(key: str, theirs: np.ndarray) -> None:
    kernel = hand_made(key).values
    assert_allclose(answer(kernel), inner(theirs, len(kernel)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kernel", [kernel for kernel in HAND_MADE if len(kernel.values) <= 5], ids=key_of)
def test_answers_are_those_of_pillow(kernel: HandMade) -> None:
    """Pillow has kernels of 3×3 and 5×5, turns them upside down, adds 128 where told to and keeps 0 to 255."""
    size = len(kernel.values)
    filtered = ImageFilter.Kernel((size, size), kernel.values[::-1].ravel().tolist(), scale=1, offset=128)
    theirs = np.asarray(Image.fromarray(PICTURE.astype(np.uint8)).filter(filtered), np.float64)
    assert np.ptp(theirs) > 0
    assert_allclose((answer(kernel.values) + 128).clip(0, 255), inner(theirs, size), atol=1)


def test_outline_is_pillows_find_edges() -> None:
    assert hand_made("outline").values.ravel().tolist() == list(ImageFilter.FIND_EDGES.filterargs[3])
    assert_array_equal(hand_made("outline").values, -hand_made("laplacian_8").values)


@given(size=st.sampled_from([1, 3, 5, 7]), sigma=st.floats(0.3, 9))
def test_gaussian_is_scipys(size: int, sigma: float) -> None:
    impulse = np.zeros((size, size))
    impulse[size // 2, size // 2] = 1
    theirs = ndimage.gaussian_filter(impulse, sigma, radius=size // 2, mode="constant")
    assert_allclose(gaussian(size, sigma), theirs, rtol=1e-9, atol=1e-15)


# The formulas --------------------------------------------------------------------------------------------------------


@given(
    size=st.integers(1, 7),
    wavelength=st.floats(1.5, 9),
    angle=st.floats(-7, 7),
    sigma=st.floats(0.5, 5),
    aspect=st.floats(0.2, 2),
    phase=st.floats(-7, 7),
)
def test_gabor_is_the_formula(
    size: int, wavelength: float, angle: float, sigma: float, aspect: float, phase: float
) -> None:
    kernel = gabor(size, wavelength, angle, sigma, aspect, phase)
    for row in range(size):
        for column in range(size):
            x, y = column - (size - 1) / 2, row - (size - 1) / 2
            across, along = x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)
            bell = exp(-(across**2 + aspect**2 * along**2) / (2 * sigma**2))
            assert kernel[row, column] == pytest.approx(bell * cos(2 * pi * across / wavelength + phase), abs=1e-9)


def test_gabor_turned_by_90_degrees_has_horizontal_stripes() -> None:
    assert_allclose(gabor(7, 4, pi / 2), gabor(7, 4).T, atol=1e-12)
    assert np.ptp(gabor(7, 4)[3]) > 1 > np.ptp(gabor(7, 4)[:, 3])


@pytest.mark.parametrize("size", SIZES)
def test_blurs_keep_the_brightness(size: int) -> None:
    for kernel in (box(size), gaussian(size, 1.3)):
        assert kernel.shape == (size, size)
        assert kernel.sum() == pytest.approx(1)
        assert_allclose(kernel, kernel[::-1].T, rtol=1e-12)
    assert np.ptp(box(size)) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: box(0), "A kernel's size must be above 0. Received: size=0."),
        (lambda: gaussian(0, 1), "Received: size=0."),
        (lambda: gaussian(3, 0), "A kernel's sigma must be above 0. Received: sigma=0."),
        (lambda: gaussian(3, float("nan")), "Received: sigma=nan."),
        (lambda: gabor(-1, 4), "Received: size=-1."),
        (lambda: gabor(3, 0), "Received: wavelength=0."),
        (lambda: gabor(3, 4, sigma=-1), "Received: sigma=-1."),
        (lambda: gabor(3, 4, aspect=0), "Received: aspect=0."),
        (lambda: hand_made("soble"), "There is no such kernel. Received: 'soble'. The kernels are: identity, box_3,"),
    ],
)
def test_wrong_numbers_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(CnnError) as caught:
        make()
    assert message in str(caught.value)


# What the sentences promise ------------------------------------------------------------------------------------------

RIGHT = np.repeat([[0.0, 1.0]], 8, axis=1).repeat(16, axis=0)
"""Dark on the left, bright on the right: a vertical edge."""
DOWN = RIGHT.T


@pytest.mark.parametrize("who", ["sobel", "prewitt"])
def test_kernels_are_named_for_the_edge(who: str) -> None:
    vertical, horizontal = hand_made(f"{who}_vertical_edges").values, hand_made(f"{who}_horizontal_edges").values
    assert answer(vertical, RIGHT).max() > 0 > answer(vertical, RIGHT[:, ::-1]).min()
    assert answer(horizontal, DOWN).max() > 0 > answer(horizontal, DOWN[::-1]).min()
    assert answer(vertical, RIGHT).min() == answer(horizontal, DOWN).min() == 0
    assert not answer(vertical, DOWN).any()
    assert not answer(horizontal, RIGHT).any()


def test_laplacian_is_positive_on_the_dark_side() -> None:
    for key in ("laplacian_4", "laplacian_8"):
        dark, bright = answer(hand_made(key).values, RIGHT)[0][6:8]
        assert dark > 0 > bright
    slope = np.add.outer(np.arange(9.0), 2 * np.arange(9.0))
    assert not answer(hand_made("laplacian_4").values, slope).any()
    assert np.flatnonzero(answer(hand_made("outline").values, RIGHT)[0] > 0).tolist() == [7]


def test_emboss_shines_towards_the_lower_right() -> None:
    emboss = hand_made("emboss").values
    assert_array_equal(emboss + emboss[::-1, ::-1], 2 * hand_made("identity").values)
    assert_array_equal(emboss, emboss.T)
    corner = np.add.outer(np.arange(16), np.arange(16)) >= 16
    assert answer(emboss, corner.astype(float)).max() > 1
    assert answer(emboss, corner[::-1, ::-1].astype(float)).min() < 0
    assert_allclose(answer(emboss, np.full((9, 9), 0.5)), 0.5)


def test_gabors_answer_to_their_direction() -> None:
    stripes = np.tile([1.0, 1.0, 0.0, 0.0], (16, 4))
    lines = hand_made("gabor_vertical_lines").values
    assert answer(lines, stripes).max() > 5 * abs(answer(lines, stripes.T)).max()
    edges, corner = hand_made("gabor_diagonal_edges").values, np.add.outer(np.arange(16), np.arange(16)) >= 16
    towards, away = answer(edges, corner.astype(float)), answer(edges, corner[:, ::-1].astype(float))
    assert towards.max() > 3 * abs(away).max()
    assert towards.max() > -3 * towards.min()


@pytest.mark.parametrize(
    ("total", "keys"),
    [
        (1, ["identity", "box_3", "box_5", "gaussian_3", "gaussian_5", "sharpen", "emboss"]),
        (0, [kernel.key for kernel in HAND_MADE if "edges" in kernel.key or "laplacian" in kernel.key] + ["outline"]),
        (0, ["gabor_vertical_lines"]),
    ],
)
def test_even_areas_stay_or_vanish(total: int, keys: list[str]) -> None:
    for key in keys:
        assert hand_made(key).values.sum() == pytest.approx(total, abs=0.01), key


@pytest.mark.parametrize("kernel", HAND_MADE, ids=key_of)
def test_entries_are_complete(kernel: HandMade) -> None:
    height, width = kernel.values.shape
    assert height % 2 == width % 2 == 1
    assert max(height, width) <= 7
    assert kernel.about.endswith(".")
    assert min(len(kernel.title), len(kernel.source)) > 0
    with pytest.raises(ValueError, match="read-only"):
        kernel.values[0, 0] = 1


def test_keys_and_titles_are_unique() -> None:
    assert len({kernel.key for kernel in HAND_MADE}) == len({kernel.title for kernel in HAND_MADE}) == len(HAND_MADE)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_a_wide_prewitt_is_the_difference_of_two_means(size: int) -> None:
    kernel = wide_prewitt(size)
    ramp = np.tile(np.arange(size, dtype=float), (size, 1))
    assert_allclose((kernel * ramp).sum(), ramp[:, size // 2 + 1 :].mean() - ramp[:, : size // 2].mean())
    assert_allclose(kernel.sum(), 0, atol=1e-12)


def test_the_smallest_wide_prewitt_is_scipys() -> None:
    x = np.random.default_rng(3).normal(size=(6, 7))
    assert_allclose(ndimage.correlate(x, wide_prewitt(3) * 3), ndimage.prewitt(x, axis=1))
