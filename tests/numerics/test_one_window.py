"""One window taken apart, against the whole convolution or pooling."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import modes, windows_on
from windowed import SAME, Axis, Filled, by_loops, counts, fillable, kinds, numbers, padded_by_numpy, seeds

from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d, conv2d_transpose, depthwise_conv2d
from cnn_core.numerics.one_window import one_pool, one_window
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import NOWHERE, axis_taps, transposed_taps


@given(drawn=fillable(), channels=counts, seed=seeds)
def test_one_window_is_its_part_of_the_whole(drawn: Filled, channels: int, seed: int) -> None:
    ((height, vertical), (width, horizontal)), filling = drawn
    windows, x = (vertical, horizontal), numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, channels, 1)
    whole = conv2d(x, kernel, windows, [3], filling=filling)
    maps = depthwise_conv2d(x, kernel, windows, filling=filling)
    padded = by_loops(padded_by_numpy(x, *windows, filling), windows, lambda values: values)
    taps = axis_taps(height, vertical, filling), axis_taps(width, horizontal, filling)
    for row, column in np.ndindex(whole.shape[:2]):
        window = one_window(x, kernel[..., 0], *taps, row, column, bias=3)
        assert window.result == whole[row, column, 0]
        assert_array_equal(window.channel_sums, maps[row, column])
        assert_array_equal(window.values, padded[row, column])
        assert_array_equal(window.weights, kernel[..., 0])
        assert_array_equal(window.products, window.values * window.weights)


@given(axes=st.tuples(windows_on(modes), windows_on(modes)), channels=counts, filters=counts, seed=seeds)
def test_one_window_of_a_transposed_convolution(
    axes: tuple[Axis, Axis], channels: int, filters: int, seed: int
) -> None:
    (height, vertical), (width, horizontal) = axes
    x = numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, filters, channels)
    bias = numbers(seed + 2, filters)
    whole = conv2d_transpose(x, kernel, (vertical, horizontal), bias)
    taps = transposed_taps(*axes[0]), transposed_taps(*axes[1])
    for row, column, number in np.ndindex(whole.shape):
        window = one_window(x, kernel[:, :, number], *taps, row, column, float(bias[number]))
        assert window.result == whole[row, column, number]
        assert window.values.shape == (len(window.rows), len(window.columns), channels)


@given(axes=st.tuples(windows_on(modes), windows_on(modes)), channels=counts, kind=kinds, seed=seeds)
def test_one_pool_is_its_part_of_the_whole(
    axes: tuple[Axis, Axis], channels: int, kind: PoolingKind, seed: int
) -> None:
    axes = (axes[0][0], axes[0][1]._replace(dilation=1)), (axes[1][0], axes[1][1]._replace(dilation=1))
    (height, vertical), (width, horizontal) = axes
    # Few different values, so that several places share the maximum.
    x = numbers(seed, height, width, channels) // 8
    whole = pool(x, (vertical, horizontal), kind)
    taps = axis_taps(*axes[0]), axis_taps(*axes[1])
    for row, column in np.ndindex(whole.shape[:2]):
        window = one_pool(x, *taps, row, column, kind)
        assert_allclose(window.results, whole[row, column], rtol=1e-6)
        assert window.count == (np.array(window.rows) >= 0).sum() * (np.array(window.columns) >= 0).sum()
        for channel, (down, across) in enumerate(window.winners):
            hidden = np.where(window.real, window.values[..., channel], -np.inf)
            assert hidden.argmax() == down * hidden.shape[1] + across
            assert x[window.rows[down], window.columns[across], channel] == hidden.max()


def test_one_window_says_where_it_looks() -> None:
    taps = axis_taps(3, Window(3, padding=SAME))
    window = one_window(np.arange(9).reshape(3, 3, 1), np.ones((3, 3, 1)), taps, taps, 0, 2)
    assert (window.rows, window.columns) == ((NOWHERE, 0, 1), (1, 2, NOWHERE))
    assert window.values[..., 0].tolist() == [[0, 0, 0], [1, 2, 0], [4, 5, 0]]
    assert window.result == 12


def test_padding_wins_no_maximum_even_against_infinity() -> None:
    taps = axis_taps(2, Window(3, padding=SAME))
    window = one_pool(np.full((2, 2, 1), -np.inf), taps, taps, 0, 0, PoolingKind.MAX)
    assert window.winners.tolist() == [[1, 1]]
    assert window.real.tolist() == [[False, False, False], [False, True, True], [False, True, True]]
