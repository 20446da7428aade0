"""Convolution and pooling against SciPy, Keras, TensorFlow and loops; one window against all of them."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal
from strategies import modes, windows_on

from cnn_core.errors import LayerError
from cnn_core.layers.settings import PaddingMode, Pair
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, output_length, padding_amounts, transposed_length
from cnn_core.numerics.as_dense import convolution_matrix, dense_as_convolution
from cnn_core.numerics.convolve import conv2d, conv2d_transpose, depthwise_conv2d, flipped, separable_conv2d
from cnn_core.numerics.one_window import one_pool, one_window
from cnn_core.numerics.padding import Filling, pad
from cnn_core.numerics.pool import PoolingKind, pool, upsample
from cnn_core.numerics.taps import NOWHERE, Taps, axis_taps, transposed_taps

# TensorFlow is imported by the tests themselves: a run of the fast tests collects this file too.
keras_tests = pytest.mark.keras
few = settings(max_examples=60, suppress_health_check=list(HealthCheck))

SAME, VALID = PaddingMode.SAME, PaddingMode.VALID
NUMPY_MODES = {Filling.ZERO: "constant", Filling.REFLECT: "reflect", Filling.REPLICATE: "edge"}

Axis = tuple[int, Window]
fillings = st.sampled_from(Filling)
kinds = st.sampled_from(PoolingKind)
seeds = st.integers(0, 2**32 - 1)
counts = st.integers(1, 4)


def numbers(seed: int, *shape: int) -> np.ndarray:
    """Return small whole numbers as float32: sums of them are exact in any order, so results must be equal."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float32)


def padded_by_numpy(x: np.ndarray, vertical: Window, horizontal: Window, filling: Filling) -> np.ndarray:
    amounts = (padding_amounts(len(x), vertical), padding_amounts(x.shape[1], horizontal), (0, 0))
    return np.pad(x, amounts, NUMPY_MODES[filling])


def seen(length: int, window: Window) -> list[list[int]]:
    """Return the places of a padded line that each window takes, found by walking along it."""
    starts = range(0, length, window.stride)
    places = [[start + tap * window.dilation for tap in range(window.kernel)] for start in starts]
    return [line for line in places if line[-1] < length]


def by_loops(padded: np.ndarray, windows: tuple[Window, Window], combine: Callable[[np.ndarray], Any]) -> np.ndarray:
    """Return `combine` of each window's values (kernel height, kernel width, C)."""
    down, across = (seen(length, window) for length, window in zip(padded.shape, windows, strict=False))
    return np.array([[combine(padded[np.ix_(rows, columns)]) for columns in across] for rows in down])


def fits(axes: Iterable[Axis], filling: Filling) -> bool:
    return filling is not Filling.REFLECT or all(max(padding_amounts(*axis)) < axis[0] for axis in axes)


@st.composite
def fillable(draw: st.DrawFn) -> tuple[tuple[Axis, Axis], Filling]:
    """Draw two axes and a filling that they allow."""
    axes = (draw(windows_on()), draw(windows_on()))
    return axes, draw(st.sampled_from([filling for filling in Filling if fits(axes, filling)]))


# Along one axis ------------------------------------------------------------------------------------------------------


@given(axis=windows_on(), filling=fillings)
def test_taps_walk_along_the_padded_line(axis: Axis, filling: Filling) -> None:
    length, window = axis
    assume(fits([axis], filling))
    before, after = padding_amounts(length, window)
    taps = axis_taps(length, window, filling)
    places = seen(length + before + after, window)
    assert len(taps.taps) == output_length(length, window) == len(places)
    assert [[place for place, _ in pairs] for pairs in taps.taps] == places
    assert all([tap for _, tap in pairs] == list(range(window.kernel)) for pairs in taps.taps)
    line = np.arange(1, length + 1)
    shown = [0 if source == NOWHERE else source + 1 for source in taps.sources]
    assert shown == np.pad(line, (before, after), NUMPY_MODES[filling]).tolist()


def impulses(length: int, convolve: Callable[[np.ndarray], np.ndarray]) -> list[tuple[int, ...]]:
    """Return, for each input of a line, the outputs of a kernel of ones that are not 0 when it alone is 1."""
    eye = np.eye(length)[:, np.newaxis, :, np.newaxis]
    return [tuple(np.flatnonzero(convolve(impulse)).tolist()) for impulse in eye]


@given(axis=windows_on())
def test_reached_are_the_outputs_that_change(axis: Axis) -> None:
    length, window = axis
    taps, kernel = axis_taps(length, window), np.ones((1, window.kernel, 1, 1))
    found = impulses(length, lambda impulse: conv2d(impulse, kernel, (Window(1), window)))
    assert [taps.reached(index) for index in range(length)] == found


@given(axis=windows_on(modes))
def test_reached_by_a_transposed_convolution(axis: Axis) -> None:
    length, window = axis
    taps, kernel = transposed_taps(length, window), np.ones((1, window.kernel, 1, 1))
    assert len(taps.taps) == transposed_length(length, window)
    found = impulses(length, lambda impulse: conv2d_transpose(impulse, kernel, (Window(1), window)))
    assert [taps.reached(index) for index in range(length)] == found


@given(axis=windows_on())
def test_unseen_places_have_no_part_in_anything(axis: Axis) -> None:
    length, window = axis
    padded = length + sum(padding_amounts(length, window))
    bare = window._replace(padding=VALID)
    unreached = [index for index in range(padded) if not axis_taps(padded, bare).reached(index)]
    assert list(axis_taps(length, window).unseen) == unreached


@pytest.mark.parametrize(
    ("taps", "unseen"),
    [
        (axis_taps(7, Window(2, 2)), (6,)),
        (axis_taps(9, Window(3, 3)), ()),
        (axis_taps(8, Window(3, 2)), (7,)),
        (axis_taps(8, Window(3, 2, padding=(1, 0))), ()),
        (axis_taps(8, Window(3, 2, padding=(0, 2))), (9,)),
        (axis_taps(7, Window(1, 3)), (1, 2, 4, 5)),
        (axis_taps(6, Window(2, 2, 3)), (1, 4)),
        (axis_taps(5, Window(2, 2, padding=SAME)), ()),
        (transposed_taps(3, Window(2, 3)), ()),
    ],
)
def test_unseen_by_hand(taps: Taps, unseen: tuple[int, ...]) -> None:
    assert taps.unseen == unseen


def test_reflected_input_reaches_through_its_mirror_image() -> None:
    window = Window(3, padding=SAME)
    assert axis_taps(4, window, Filling.REFLECT).sources == (1, 0, 1, 2, 3, 2)
    assert axis_taps(4, window, Filling.REPLICATE).sources == (0, 0, 1, 2, 3, 3)
    assert axis_taps(4, window).reached(2) == (1, 2, 3)
    assert axis_taps(6, Window(2, padding=(2, 0)), Filling.REFLECT).reached(2) == (0, 3, 4)


@given(axis=windows_on(modes))
def test_taps_are_json(axis: Axis) -> None:
    for taps in (axis_taps(*axis), transposed_taps(*axis)):
        read = json.loads(json.dumps(asdict(taps)))
        lists = [[list(pair) for pair in pairs] for pairs in taps.taps]
        assert read == {"sources": list(taps.sources), "taps": lists}


# Whole convolutions, by loops and by SciPy ---------------------------------------------------------------------------


@given(drawn=fillable(), channels=counts, filters=counts, seed=seeds)
def test_convolution_by_loops(drawn: Any, channels: int, filters: int, seed: int) -> None:
    ((height, vertical), (width, horizontal)), filling = drawn
    windows, x = (vertical, horizontal), numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, channels, filters)
    padded = padded_by_numpy(x, vertical, horizontal, filling)
    expected = by_loops(padded, windows, lambda values: np.tensordot(values, kernel, 3))
    assert_array_equal(pad(x, windows, filling), padded)
    assert_array_equal(conv2d(x, kernel, windows, filling=filling), expected)
    bias = numbers(seed + 2, filters)
    assert_array_equal(conv2d(x, kernel, windows, bias, filling=filling), expected + bias)


@given(axes=st.tuples(windows_on(), windows_on()), sizes=st.tuples(counts, counts, counts), seed=seeds)
def test_groups_are_convolutions_side_by_side(axes: tuple[Axis, Axis], sizes: Shape, seed: int) -> None:
    ((height, vertical), (width, horizontal)), (groups, depth, filters) = axes, sizes
    x = numbers(seed, height, width, groups * depth)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, depth, groups * filters)
    parts = zip(np.split(x, groups, axis=2), np.split(kernel, groups, axis=3), strict=True)
    expected = np.concatenate([conv2d(*part, (vertical, horizontal)) for part in parts], axis=2)
    assert_array_equal(conv2d(x, kernel, (vertical, horizontal), groups=groups), expected)


@given(size=st.tuples(*[st.integers(1, 9)] * 2), kernel_size=st.tuples(*[st.integers(1, 7)] * 2), seed=seeds)
def test_convolution_is_scipys(size: Pair, kernel_size: Pair, seed: int) -> None:
    x, kernel = numbers(seed, *size, 1), numbers(seed + 1, *kernel_size, 1, 1)
    full = tuple(Window(length, padding=(length - 1, length - 1)) for length in kernel_size)
    assert_array_equal(conv2d(x, kernel, full)[..., 0], signal.correlate2d(x[..., 0], kernel[..., 0, 0]))
    turned = conv2d(x, flipped(kernel), full)[..., 0]
    assert_array_equal(turned, signal.convolve2d(x[..., 0], kernel[..., 0, 0]))
    assert_array_equal(conv2d_transpose(x, kernel, tuple(map(Window, kernel_size)))[..., 0], turned)
    if all(length >= taps for length, taps in zip(size, kernel_size, strict=True)):
        valid = signal.correlate2d(x[..., 0], kernel[..., 0, 0], mode="valid")
        assert_array_equal(conv2d(x, kernel, tuple(map(Window, kernel_size)))[..., 0], valid)


@given(drawn=fillable(), channels=counts, multiplier=counts, filters=counts, seed=seeds)
def test_depthwise_and_separable_are_made_of_convolutions(
    drawn: Any, channels: int, multiplier: int, filters: int, seed: int
) -> None:
    ((height, vertical), (width, horizontal)), filling = drawn
    windows, x = (vertical, horizontal), numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, channels, multiplier)
    each = [conv2d(x[..., [channel]], kernel[:, :, [channel]], windows, filling=filling) for channel in range(channels)]
    bias = numbers(seed + 2, channels * multiplier)
    depthwise = np.concatenate(each, axis=2)
    assert_array_equal(depthwise_conv2d(x, kernel, windows, bias, filling), depthwise + bias)
    pointwise = numbers(seed + 3, 1, 1, channels * multiplier, filters)
    separable = separable_conv2d(x, kernel, pointwise, windows, bias[:1].repeat(filters), filling)
    assert_array_equal(separable, depthwise @ pointwise[0, 0] + bias[0])


@given(axes=st.tuples(windows_on(), windows_on()), channels=counts, kind=kinds, seed=seeds)
def test_pooling_by_loops(axes: tuple[Axis, Axis], channels: int, kind: PoolingKind, seed: int) -> None:
    (height, vertical), (width, horizontal) = axes
    windows, x = (vertical, horizontal), numbers(seed, height, width, channels)
    padded = padded_by_numpy(x, *windows, Filling.ZERO)
    real = padded_by_numpy(np.ones_like(x), *windows, Filling.ZERO).astype(bool)
    hidden = np.where(real, padded, np.nan)
    whole = {
        PoolingKind.MAX: lambda values: np.nanmax(values, axis=(0, 1)),
        PoolingKind.AVERAGE: lambda values: np.nanmean(values, axis=(0, 1)),
        PoolingKind.SUM: lambda values: np.nansum(values, axis=(0, 1)),
        PoolingKind.L2: lambda values: np.sqrt(np.nansum(values**2, axis=(0, 1))),
    }
    if by_loops(real, windows, lambda values: values.any()).all():
        assert_allclose(pool(x, windows, kind), by_loops(hidden, windows, whole[kind]), rtol=1e-6)
    else:
        with pytest.raises(LayerError, match=r"A pool must see more than padding\. Received: padding "):
            pool(x, windows, kind)


@given(size=st.tuples(counts, counts, counts), factors=st.tuples(counts, counts), seed=seeds)
def test_upsampling_repeats(size: Shape, factors: Pair, seed: int) -> None:
    x = numbers(seed, *size)
    assert_array_equal(upsample(x, factors), np.kron(x, np.ones((*factors, 1), np.float32)))


# Number types --------------------------------------------------------------------------------------------------------

WINDOWS = (Window(2, padding=SAME), Window(3, 2))


@pytest.mark.parametrize(
    ("given_type", "expected"),
    [("float32", "float32"), ("float64", "float64"), ("uint8", "float32"), ("bool", "float32"), ("int64", "float32")],
)
def test_types(given_type: str, expected: str) -> None:
    x = (np.arange(60).reshape(4, 5, 3) * 7).astype(given_type)
    kernel = np.full((2, 3, 3, 2), 0.5)
    results = [
        conv2d(x, kernel, WINDOWS, bias=[1, 2], filling=Filling.REFLECT),
        conv2d_transpose(x, kernel.swapaxes(2, 3), WINDOWS, bias=[1, 2]),
        separable_conv2d(x, kernel, np.ones((1, 1, 6, 4)), WINDOWS),
        *(pool(x, WINDOWS, kind) for kind in PoolingKind),
        upsample(x, (2, 1)),
        one_window(x, kernel[..., 0], *taps_of(x), 0, 0).products,
        one_pool(x, *taps_of(x), 0, 0, PoolingKind.AVERAGE).results,
    ]
    assert {str(result.dtype) for result in results} == {expected}


def taps_of(x: np.ndarray) -> tuple[Taps, Taps]:
    return axis_taps(x.shape[0], WINDOWS[0]), axis_taps(x.shape[1], WINDOWS[1])


def test_bytes_do_not_overflow() -> None:
    x = np.full((3, 3, 2), 255, np.uint8)
    assert conv2d(x, np.full((3, 3, 2, 1), -4), (Window(3), Window(3))).item() == -4 * 18 * 255
    assert one_window(x, np.full((3, 3, 2), -4), *[axis_taps(3, Window(3))] * 2, 0, 0).result == -4 * 18 * 255
    assert pool(x, (Window(3), Window(3)), PoolingKind.SUM).ravel().tolist() == [9 * 255] * 2


def test_maximum_of_negative_values_is_no_padding() -> None:
    x = np.full((2, 2, 1), -5.0)
    windows = (Window(3, padding=SAME), Window(3, padding=(1, 1)))
    assert_array_equal(pool(x, windows, PoolingKind.MAX), np.full((2, 2, 1), -5.0))
    assert_array_equal(pool(x, windows, PoolingKind.AVERAGE), np.full((2, 2, 1), -5.0))


def test_input_stays_as_it_was() -> None:
    x, kernel = numbers(0, 5, 6, 3), numbers(1, 2, 3, 3, 4)
    for array in (x, kernel):
        array.setflags(write=False)
    conv2d(x, kernel, WINDOWS)[...] = 0
    conv2d(x, numbers(1, 1, 1, 3, 1), (Window(1), Window(1)))[...] = 0
    pool(x, (Window(1), Window(1)), PoolingKind.MAX)[...] = 0
    upsample(x, (1, 1))[...] = 0
    one_window(x, kernel[..., 0], *taps_of(x), 4, 1)


# One window ----------------------------------------------------------------------------------------------------------


@given(drawn=fillable(), channels=counts, seed=seeds)
def test_one_window_is_its_part_of_the_whole(drawn: Any, channels: int, seed: int) -> None:
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
    axes = tuple((length, window._replace(dilation=1)) for length, window in axes)
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


# As a Dense layer ----------------------------------------------------------------------------------------------------


@given(drawn=fillable(), channels=counts, filters=counts, seed=seeds)
def test_matrix_times_the_flattened_input_is_the_convolution(
    drawn: Any, channels: int, filters: int, seed: int
) -> None:
    ((height, vertical), (width, horizontal)), filling = drawn
    x = numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, channels, filters)
    taps = axis_taps(height, vertical, filling), axis_taps(width, horizontal, filling)
    whole = conv2d(x, kernel, (vertical, horizontal), filling=filling)
    matrix = convolution_matrix(kernel, *taps, x.shape)
    assert matrix.shape == (whole.size, x.size)
    assert_array_equal(matrix @ x.ravel(), whole.ravel())


@given(axes=st.tuples(windows_on(modes), windows_on(modes)), channels=counts, filters=counts, seed=seeds)
def test_matrix_of_a_transposed_convolution(axes: tuple[Axis, Axis], channels: int, filters: int, seed: int) -> None:
    (height, vertical), (width, horizontal) = axes
    x = numbers(seed, height, width, channels)
    kernel = numbers(seed + 1, vertical.kernel, horizontal.kernel, filters, channels)
    taps = transposed_taps(height, vertical), transposed_taps(width, horizontal)
    matrix = convolution_matrix(kernel.swapaxes(2, 3), *taps, x.shape)
    assert_array_equal(matrix @ x.ravel(), conv2d_transpose(x, kernel, (vertical, horizontal)).ravel())


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
    assert_array_equal(matrix.T @ x.ravel(), conv2d_transpose(x, kernel, (vertical, horizontal)).ravel())


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
    assert_array_equal(result[0, 0], x.ravel() @ weights + bias)


# What does not fit ---------------------------------------------------------------------------------------------------

X = np.zeros((4, 5, 6))
THREE = (Window(3), Window(3))


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: conv2d(X[0], np.ones((3, 3, 6, 1)), THREE), "Received: an array of shape 5×6. Give it these"),
        (lambda: pool(X[None], THREE, PoolingKind.MAX), "Received: an array of shape 1×4×5×6."),
        (lambda: conv2d(X, np.ones((3, 3, 6)), THREE), "A kernel is (height, width, depth, filters). Received: an"),
        (lambda: depthwise_conv2d(X, np.ones((3, 3)), THREE), "Received: an array of shape 3×3."),
        (lambda: conv2d_transpose(X, np.ones(3), THREE), "Received: an array of shape 3."),
        (lambda: conv2d(X, np.ones((3, 2, 6, 1)), THREE), "Received: a kernel of 3×2 for windows of 3×3."),
        (lambda: conv2d(X, np.ones((3, 3, 5, 1)), THREE), "Received: depth 5 for 6 channels. Use a kernel"),
        (lambda: conv2d(X, np.ones((3, 3, 6, 2)), THREE, groups=2), "Received: depth 6 for 3 channels."),
        (lambda: conv2d(X, np.ones((3, 3, 1, 4)), THREE, groups=4), "Received: 6 channels, 4 filters, groups=4."),
        (lambda: conv2d(X, np.ones((3, 3, 3, 5)), THREE, groups=2), "Received: 6 channels, 5 filters, groups=2."),
        (lambda: depthwise_conv2d(X, np.ones((3, 3, 2, 3)), THREE), "Received: depth 2 for 6 channels."),
        (lambda: conv2d_transpose(X, np.ones((3, 3, 6, 1)), THREE), "Received: depth 1 for 6 channels."),
        (
            lambda: separable_conv2d(X, np.ones((3, 3, 6, 2)), np.ones((1, 1, 6, 1)), THREE),
            "Received: depth 6 for 12 channels.",
        ),
        (lambda: conv2d(X, np.ones((3, 3, 6, 2)), THREE, [1]), "Received: 1 numbers for 2 filters."),
        (lambda: conv2d(X, np.ones((5, 3, 6, 1)), (Window(5), THREE[0])), "a window of 5 on 4 along the height."),
        (lambda: pool(X, (THREE[0], Window(3, 1, 3)), PoolingKind.MAX), "a window of 7 on 5 along the width."),
        (lambda: pool(X, (Window(2, padding=(3, 1)), THREE[0]), PoolingKind.SUM), "padding ((3, 1), (0, 0)) for pools"),
        (lambda: axis_taps(2, Window(3)), "a window of 3 on 2 along the axis."),
        (lambda: axis_taps(3, Window(3, padding=(3, 0)), Filling.REFLECT), "Received: padding of 3 for 3. Pad less"),
        (lambda: pad(X, (Window(9, padding=SAME), THREE[0]), Filling.REFLECT), "Received: padding of 4 for 4."),
        (lambda: transposed_taps(3, Window(3, padding=(1, 1))), "Received: padding=(1, 1). Use one of these."),
        (lambda: conv2d_transpose(X, np.ones((3, 3, 1, 6)), (Window(3, padding=(0, 0)), THREE[0])), "padding=(0, 0)."),
        (lambda: one_window(X, np.ones((3, 3, 1)), *[axis_taps(4, THREE[0])] * 2, 0, 0), "depth 1 for 6 channels."),
        (
            lambda: convolution_matrix(np.ones((3, 3, 1, 1)), *[axis_taps(4, THREE[0])] * 2, X.shape),
            "depth 1 for 6 channels.",
        ),
        (
            lambda: dense_as_convolution(np.ones((119, 2)), X.shape),
            "of shape 119×2 for an input of 4×5×6, which has 120",
        ),
        (lambda: dense_as_convolution(np.ones(120), X.shape), "Received: weights of shape 120 for"),
    ],
)
def test_misfits_say_what_they_got(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(LayerError) as caught:
        refused()
    assert message in str(caught.value)


def test_reflection_reaches_up_to_the_other_side() -> None:
    assert axis_taps(4, Window(7, padding=SAME), Filling.REFLECT).sources == (3, 2, 1, 0, 1, 2, 3, 2, 1, 0)


# Keras and TensorFlow ------------------------------------------------------------------------------------------------


def keras_result(layer: Any, x: np.ndarray, *weights: np.ndarray) -> np.ndarray:
    """Return what a Keras layer with these weights makes of one input."""
    layer.build((None, *x.shape))
    layer.set_weights(list(weights))
    return np.asarray(layer(x[np.newaxis]))[0]


@st.composite
def keras_axes(draw: st.DrawFn, depthwise: bool = False) -> tuple[tuple[Axis, Axis], dict[str, Any]]:
    """Draw two axes as Keras allows them, and its settings for them, with one padding.

    A depthwise kernel moves by equal strides; any other takes no stride together with dilation.
    """
    mode, unmoved = draw(modes), {} if depthwise else draw(st.sampled_from([{"dilation": 1}, {"stride": 1}]))
    axes = []
    for _ in range(2):
        length, window = draw(windows_on(st.just(mode)))
        axes.append((length, window._replace(**unmoved)))
    if depthwise:
        stride = max(window.stride for _, window in axes)
        axes = [(length, window._replace(stride=stride)) for length, window in axes]
    strides, dilation = (tuple(getattr(window, name) for _, window in axes) for name in ("stride", "dilation"))
    return (axes[0], axes[1]), {"strides": strides, "dilation_rate": dilation, "padding": str(mode)}


def kernel_size(axes: tuple[Axis, Axis]) -> Pair:
    return axes[0][1].kernel, axes[1][1].kernel


def windows_and_maps(axes: tuple[Axis, Axis], channels: int, seed: int) -> tuple[tuple[Window, Window], np.ndarray]:
    return (axes[0][1], axes[1][1]), numbers(seed, axes[0][0], axes[1][0], channels)


@keras_tests
@few
@given(drawn=keras_axes(), sizes=st.tuples(counts, counts, counts), seed=seeds)
def test_conv2d_is_keras(drawn: Any, sizes: Shape, seed: int) -> None:
    import keras

    (axes, options), (groups, depth, filters) = drawn, sizes
    windows, x = windows_and_maps(axes, groups * depth, seed)
    kernel, bias = numbers(seed + 1, *kernel_size(axes), depth, groups * filters), numbers(seed + 2, groups * filters)
    layer = keras.layers.Conv2D(groups * filters, kernel_size(axes), groups=groups, **options)
    assert_array_equal(conv2d(x, kernel, windows, bias, groups), keras_result(layer, x, kernel, bias))


@keras_tests
@few
@given(drawn=keras_axes(depthwise=True), sizes=st.tuples(counts, counts, counts), seed=seeds)
def test_depthwise_and_separable_are_keras(drawn: Any, sizes: Shape, seed: int) -> None:
    import keras

    (axes, options), (channels, multiplier, filters) = drawn, sizes
    windows, x = windows_and_maps(axes, channels, seed)
    kernel = numbers(seed + 1, *kernel_size(axes), channels, multiplier)
    bias = numbers(seed + 2, channels * multiplier)
    layer = keras.layers.DepthwiseConv2D(kernel_size(axes), depth_multiplier=multiplier, **options)
    assert_array_equal(depthwise_conv2d(x, kernel, windows, bias), keras_result(layer, x, kernel, bias))
    pointwise, bias = numbers(seed + 3, 1, 1, channels * multiplier, filters), numbers(seed + 4, filters)
    layer = keras.layers.SeparableConv2D(filters, kernel_size(axes), depth_multiplier=multiplier, **options)
    ours = separable_conv2d(x, kernel, pointwise, windows, bias)
    assert_array_equal(ours, keras_result(layer, x, kernel, pointwise, bias))


@keras_tests
@few
@given(drawn=keras_axes(), channels=counts, filters=counts, seed=seeds)
def test_conv2d_transpose_is_keras(drawn: Any, channels: int, filters: int, seed: int) -> None:
    import keras

    axes, options = drawn
    windows, x = windows_and_maps(axes, channels, seed)
    kernel, bias = numbers(seed + 1, *kernel_size(axes), filters, channels), numbers(seed + 2, filters)
    layer = keras.layers.Conv2DTranspose(filters, kernel_size(axes), **options)
    assert_array_equal(conv2d_transpose(x, kernel, windows, bias), keras_result(layer, x, kernel, bias))


@keras_tests
@few
@given(drawn=keras_axes(), channels=counts, seed=seeds)
def test_pooling_is_keras(drawn: Any, channels: int, seed: int) -> None:
    import keras

    axes = tuple((length, window._replace(dilation=1)) for length, window in drawn[0])
    (windows, x), options = windows_and_maps(axes, channels, seed), drawn[1]
    del options["dilation_rate"]
    layer = keras.layers.MaxPooling2D(kernel_size(axes), **options)
    assert_array_equal(pool(x, windows, PoolingKind.MAX), keras_result(layer, x))
    layer = keras.layers.AveragePooling2D(kernel_size(axes), **options)
    assert_allclose(pool(x, windows, PoolingKind.AVERAGE), keras_result(layer, x), rtol=1e-6, atol=1e-6)


@keras_tests
@few
@given(axes=st.tuples(windows_on(), windows_on()), channels=counts, filters=counts, seed=seeds)
def test_padding_in_amounts_is_tensorflows(axes: tuple[Axis, Axis], channels: int, filters: int, seed: int) -> None:
    """TensorFlow itself takes strides together with dilation, and amounts of padding."""
    import tensorflow as tf

    windows, x = windows_and_maps(axes, channels, seed)
    kernel = numbers(seed + 1, *kernel_size(axes), channels, filters)
    amounts = [(0, 0), *(padding_amounts(*axis) for axis in axes), (0, 0)]
    strides, dilations = ([getattr(window, name) for window in windows] for name in ("stride", "dilation"))
    theirs = tf.nn.conv2d(x[None], kernel, strides, amounts, dilations=dilations)[0]
    assert_array_equal(conv2d(x, kernel, windows), theirs)


@keras_tests
@few
@given(drawn=fillable(), channels=counts, filters=counts, seed=seeds)
def test_fillings_are_tensorflows(drawn: Any, channels: int, filters: int, seed: int) -> None:
    import tensorflow as tf

    axes, filling = drawn
    windows, x = windows_and_maps(axes, channels, seed)
    kernel = numbers(seed + 1, *kernel_size(axes), channels, filters)
    amounts = [*(padding_amounts(*axis) for axis in axes), (0, 0)]
    # tf.pad does not repeat the outermost pixels.
    mode = {Filling.ZERO: "CONSTANT", Filling.REFLECT: "REFLECT"}.get(filling)
    padded = tf.pad(x, amounts, mode) if mode else np.pad(x, amounts, "edge")
    strides, dilations = ([getattr(window, name) for window in windows] for name in ("stride", "dilation"))
    theirs = tf.nn.conv2d(padded[None], kernel, strides, "VALID", dilations=dilations)[0]
    assert_array_equal(conv2d(x, kernel, windows, filling=filling), theirs)


@keras_tests
@few
@given(size=st.tuples(counts, counts, counts), factors=st.tuples(counts, counts), seed=seeds)
def test_upsampling_is_keras(size: Shape, factors: Pair, seed: int) -> None:
    import keras

    x = numbers(seed, *size)
    assert_array_equal(upsample(x, factors), keras_result(keras.layers.UpSampling2D(factors), x))


@keras_tests
def test_fractions_are_as_exact_as_tensorflows() -> None:
    """A 7×7×64 kernel, the sum of 3,136 products: both differ from float64 by rounding only."""
    import tensorflow as tf

    numbers = np.random.default_rng(0)
    x, kernel = numbers.normal(size=(20, 21, 64)), numbers.normal(size=(7, 7, 64, 3))
    exact = conv2d(x, kernel, (Window(7), Window(7)))
    x, kernel = x.astype(np.float32), kernel.astype(np.float32)
    ours = np.abs(conv2d(x, kernel, (Window(7), Window(7))) - exact).max()
    theirs = np.abs(tf.nn.conv2d(x[None], kernel, 1, "VALID")[0] - exact).max()
    assert 0 < ours < 3 * theirs
