"""Enlarging against SciPy and Keras; kernels that are nearest neighbour and bilinear, and one that is learned."""

import numpy as np
import pytest
from scipy import ndimage

from cnn_core.arrays import Planes
from cnn_core.errors import CnnError
from cnn_core.numerics.enlarging import (
    Stamp,
    enlarged_bilinear,
    enlarged_by_stamps,
    learned_stamp,
    peak_signal_to_noise,
    shrunk,
    stamp_of,
)
from cnn_core.numerics.pool import upsample

each_factor = pytest.mark.parametrize("factor", [2, 3, 4, 8])


def picture(seed: int, side: int = 48) -> Planes:
    """Return a soft picture (side, side, 3): noise alone has nothing between its values to find again."""
    values = np.random.default_rng(seed).random((side, side, 3))
    return np.asarray(ndimage.gaussian_filter(values, (2, 2, 0), mode="nearest"))


@each_factor
def test_shrinking_takes_means_of_blocks(factor: int) -> None:
    x = picture(1)
    means = ndimage.uniform_filter(x, (factor, factor, 1))[factor // 2 :: factor, factor // 2 :: factor]
    np.testing.assert_allclose(shrunk(x, factor), means)


@each_factor
def test_bilinear_is_scipys_in_pixels_that_are_squares(factor: int) -> None:
    x = picture(2, 6)
    zoomed = ndimage.zoom(x, (factor, factor, 1), order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(enlarged_bilinear(x, factor), zoomed)


@pytest.mark.keras
@each_factor
def test_bilinear_is_kerass(factor: int) -> None:
    import keras

    x = picture(2, 6).astype(np.float32)
    layer = keras.layers.UpSampling2D(factor, interpolation="bilinear")
    np.testing.assert_allclose(enlarged_bilinear(x, factor), np.asarray(layer(x[np.newaxis]))[0], atol=1e-6)


@each_factor
def test_stamps_of_ones_are_nearest_neighbour(factor: int) -> None:
    x = picture(3, 6)
    np.testing.assert_allclose(
        enlarged_by_stamps(x, stamp_of(Stamp.ONES, factor), factor), upsample(x, (factor, factor))
    )


@each_factor
def test_stamps_like_tents_are_bilinear(factor: int) -> None:
    x = picture(4, 7)
    stamped = enlarged_by_stamps(x, stamp_of(Stamp.BILINEAR, factor), factor)
    np.testing.assert_allclose(stamped, enlarged_bilinear(x, factor))


@pytest.mark.keras
def test_away_from_the_border_stamps_are_kerass_transposed_convolution() -> None:
    import keras

    x, kernel = picture(4, 7).astype(np.float32), np.random.default_rng(2).normal(size=(6, 6))
    layer = keras.layers.Conv2DTranspose(1, 6, strides=2, padding="same", use_bias=False)
    layer.build((None, 7, 7, 1))
    layer.set_weights([kernel.astype(np.float32)[:, :, np.newaxis, np.newaxis]])
    made = np.asarray(layer(x[np.newaxis, :, :, :1]))[0]
    inner = slice(2, -2)
    np.testing.assert_allclose(enlarged_by_stamps(x[:, :, :1], kernel, 2)[inner, inner], made[inner, inner], atol=1e-5)


def test_a_kernel_one_longer_than_the_stride_leaves_a_checkerboard() -> None:
    even = enlarged_by_stamps(np.ones((6, 6, 1)), stamp_of(Stamp.UNEVEN, 2), 2)[2:-2, 2:-2, 0]
    assert sorted(set(even.round(9).ravel())) == pytest.approx([4 / 9, 8 / 9, 16 / 9])
    assert enlarged_by_stamps(np.ones((6, 6, 1)), stamp_of(Stamp.ONES, 2), 2).std() == 0


@each_factor
def test_a_kernel_is_learned_back_from_what_it_made(factor: int) -> None:
    """Pictures that some kernel made of smaller ones are explained by that kernel alone."""
    kernel = np.random.default_rng(5).normal(size=(3 * factor, 3 * factor))
    # Its blocks' means must be the inputs again: the middle input counts as a whole, the others not at all.
    blocks = kernel.reshape(3, factor, 3, factor)
    blocks -= blocks.mean(axis=(1, 3), keepdims=True)
    blocks[1, :, 1] += 1
    large = [enlarged_by_stamps(picture(seed, 24), kernel, factor) for seed in (6, 7, 8)]
    np.testing.assert_allclose(learned_stamp(large, factor), kernel, atol=1e-6)


def test_what_is_learned_from_other_pictures_is_nearer_than_bilinear() -> None:
    kernel, other = learned_stamp([picture(seed) for seed in range(4)], 2), picture(9)
    small = shrunk(other, 2)
    inner = slice(2, -2)
    by_way = {
        "learned": enlarged_by_stamps(small, kernel, 2),
        "bilinear": enlarged_bilinear(small, 2),
        "nearest": upsample(small, (2, 2)),
    }
    decibels = {way: peak_signal_to_noise(x[inner, inner], other[inner, inner]) for way, x in by_way.items()}
    assert decibels["learned"] > decibels["bilinear"] > decibels["nearest"]


def test_a_learned_kernel_needs_pictures() -> None:
    with pytest.raises(CnnError, match="learned from pictures"):
        stamp_of(Stamp.LEARNED, 2)


def test_decibels() -> None:
    x = np.zeros((2, 2, 1))
    assert peak_signal_to_noise(x, x + 0.1) == pytest.approx(20)
    assert peak_signal_to_noise(x, x) == float("inf")
