"""A convolution as a matrix and a Dense layer as a convolution, against the convolution itself."""

from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import modes, windows_on
from windowed import Axis, Filled, counts, fillable, numbers, seeds

from cnn_core.arrays import Values
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, transposed_length
from cnn_core.numerics.as_dense import convolution_matrix, dense_as_convolution
from cnn_core.numerics.convolve import conv2d, conv2d_transpose
from cnn_core.numerics.taps import axis_taps, transposed_taps


def times(matrix: Values, x: Values) -> Values:
    """Return a matrix times a flattened input; not by BLAS, whose idle lanes may raise a warning of their own."""
    products: Values = matrix * x.ravel()
    total: Values = products.sum(axis=1)
    return total


@given(drawn=fillable(), channels=counts, filters=counts, seed=seeds)
def test_matrix_times_the_flattened_input_is_the_convolution(
    drawn: Filled, channels: int, filters: int, seed: int
) -> None:
    ((height, vertical), (width, horizontal)), filling = drawn
    x = numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, channels, filters)
    taps = axis_taps(height, vertical, filling), axis_taps(width, horizontal, filling)
    whole = conv2d(x, kernel, (vertical, horizontal), filling=filling)
    matrix = convolution_matrix(kernel, *taps, x.shape)
    assert matrix.shape == (whole.size, x.size)
    assert_array_equal(times(matrix, x), whole.ravel())


@given(axes=st.tuples(windows_on(modes), windows_on(modes)), channels=counts, filters=counts, seed=seeds)
def test_matrix_of_a_transposed_convolution(axes: tuple[Axis, Axis], channels: int, filters: int, seed: int) -> None:
    (height, vertical), (width, horizontal) = axes
    x = numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, filters, channels)
    taps = transposed_taps(height, vertical), transposed_taps(width, horizontal)
    matrix = convolution_matrix(kernel.swapaxes(2, 3), *taps, x.shape)
    assert_array_equal(times(matrix, x), conv2d_transpose(x, kernel, (vertical, horizontal)).ravel())


@given(axes=st.tuples(windows_on(modes), windows_on(modes)), channels=counts, filters=counts, seed=seeds)
def test_transposed_matrix_goes_back(axes: tuple[Axis, Axis], channels: int, filters: int, seed: int) -> None:
    """A transposed convolution is the transposed matrix of the convolution that leads from its output to its input."""
    vertical, horizontal = (window for _, window in axes)
    height, width = (transposed_length(*axis) for axis in axes)
    kernel = numbers(seed, vertical.kernel, horizontal.kernel, filters, channels)
    taps = axis_taps(height, vertical), axis_taps(width, horizontal)
    x = numbers(seed + 1, len(taps[0].taps), len(taps[1].taps), channels)
    matrix = convolution_matrix(kernel, *taps, (height, width, filters))
    assert x.shape[:2] == tuple(length for length, _ in axes)
    assert_array_equal(times(matrix.T, x), conv2d_transpose(x, kernel, (vertical, horizontal)).ravel())


def test_matrix_repeats_the_kernel_among_zeros() -> None:
    taps = axis_taps(3, Window(2)), axis_taps(3, Window(2))
    matrix = convolution_matrix(np.array([[1, 2], [3, 4]])[..., None, None], *taps, (3, 3, 1))
    assert matrix.tolist() == [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
    ]


@given(shape=st.tuples(counts, counts, counts), units=counts, seed=seeds)
def test_dense_layer_is_one_window_over_everything(shape: Shape, units: int, seed: int) -> None:
    x, weights, bias = numbers(seed, *shape), numbers(seed + 1, prod(shape), units), numbers(seed + 2, units)
    result = conv2d(x, dense_as_convolution(weights, shape), (Window(shape[0]), Window(shape[1])), bias)
    assert result.shape == (1, 1, units)
    assert_array_equal(result[0, 0], times(weights.T, x) + bias)
