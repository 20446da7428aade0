"""Convolution and pooling against SciPy, Keras, TensorFlow and loops; what does not fit, in all of the package."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal
from strategies import modes, windows_on
from windowed import SAME, Axis, Filled, by_loops, counts, fillable, kinds, numbers, padded_by_numpy, seeds

from cnn_core.errors import LayerError
from cnn_core.layers.settings import Pair
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, padding_amounts
from cnn_core.numerics.as_dense import convolution_matrix, dense_as_convolution
from cnn_core.numerics.convolve import conv2d, conv2d_transpose, depthwise_conv2d, flipped, separable_conv2d
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.one_window import one_pool, one_window
from cnn_core.numerics.padding import Filling, pad
from cnn_core.numerics.pool import PoolingKind, pool, upsample
from cnn_core.numerics.taps import Taps, axis_taps, transposed_taps

# TensorFlow is imported by the tests themselves: a run of the fast tests collects this file too.
keras_tests = pytest.mark.keras
few = settings(max_examples=60, suppress_health_check=list(HealthCheck))


# Whole convolutions, by loops and by SciPy ---------------------------------------------------------------------------


@given(drawn=fillable(), channels=counts, filters=counts, seed=seeds)
def test_convolution_by_loops(drawn: Filled, channels: int, filters: int, seed: int) -> None:
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


def reaching_out(length: int) -> Window:
    """Return a window for every place where it covers a value at all."""
    return Window(length, padding=(length - 1, length - 1))


@given(size=st.tuples(*[st.integers(1, 9)] * 2), kernel_size=st.tuples(*[st.integers(1, 7)] * 2), seed=seeds)
def test_convolution_is_scipys(size: Pair, kernel_size: Pair, seed: int) -> None:
    x, kernel = numbers(seed, *size, 1), numbers(seed + 1, *kernel_size, 1, 1)
    rows, columns = kernel_size
    full, plain = (reaching_out(rows), reaching_out(columns)), (Window(rows), Window(columns))
    assert_array_equal(conv2d(x, kernel, full)[..., 0], signal.correlate2d(x[..., 0], kernel[..., 0, 0]))
    turned = conv2d(x, flipped(kernel), full)[..., 0]
    assert_array_equal(turned, signal.convolve2d(x[..., 0], kernel[..., 0, 0]))
    assert_array_equal(conv2d_transpose(x, kernel, plain)[..., 0], turned)
    if all(length >= taps for length, taps in zip(size, kernel_size, strict=True)):
        valid = signal.correlate2d(x[..., 0], kernel[..., 0, 0], mode="valid")
        assert_array_equal(conv2d(x, kernel, plain)[..., 0], valid)


@given(drawn=fillable(), channels=counts, multiplier=counts, filters=counts, seed=seeds)
def test_depthwise_and_separable_are_made_of_convolutions(
    drawn: Filled, channels: int, multiplier: int, filters: int, seed: int
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
        with pytest.raises(LayerError, match=r"A pool must not see only padding\. Received: padding "):
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
    x, taps = np.full((3, 3, 2), 255, np.uint8), axis_taps(3, Window(3))
    assert conv2d(x, np.full((3, 3, 2, 1), -4), (Window(3), Window(3))).item() == -4 * 18 * 255
    assert one_window(x, np.full((3, 3, 2), -4), taps, taps, 0, 0).result == -4 * 18 * 255
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


# What does not fit ---------------------------------------------------------------------------------------------------

X = np.zeros((4, 5, 6))
THREE = (Window(3), Window(3))
TAPS = axis_taps(4, Window(3))


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
        (lambda: one_window(X, np.ones((3, 3, 1)), TAPS, TAPS, 0, 0), "depth 1 for 6 channels."),
        (lambda: convolution_matrix(np.ones((3, 3, 1, 1)), TAPS, TAPS, X.shape), "depth 1 for 6 channels."),
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


# Keras and TensorFlow ------------------------------------------------------------------------------------------------


def keras_result(layer: Any, x: np.ndarray, *weights: np.ndarray) -> np.ndarray:
    """Return what a Keras layer with these weights makes of one input."""
    layer.build((None, *x.shape))
    layer.set_weights(list(weights))
    result: np.ndarray = np.asarray(layer(x[np.newaxis]))[0]
    return result


Drawn = tuple[tuple[Axis, Axis], dict[str, Any]]
"""Two axes, and what a Keras layer is told of them."""


@st.composite
def keras_axes(draw: st.DrawFn, depthwise: bool = False) -> Drawn:
    """Draw two axes as Keras allows them, and its settings for them, with one padding.

    A depthwise kernel moves by equal strides; any other takes no stride together with dilation.
    """
    mode = draw(modes)
    (height, vertical), (width, horizontal) = (draw(windows_on(st.just(mode))) for _ in range(2))
    if depthwise:
        stride = max(vertical.stride, horizontal.stride)
        windows = (vertical._replace(stride=stride), horizontal._replace(stride=stride))
    elif draw(st.booleans()):
        windows = (vertical._replace(dilation=1), horizontal._replace(dilation=1))
    else:
        windows = (vertical._replace(stride=1), horizontal._replace(stride=1))
    strides, dilation = (tuple(getattr(window, name) for window in windows) for name in ("stride", "dilation"))
    options = {"strides": strides, "dilation_rate": dilation, "padding": str(mode)}
    return ((height, windows[0]), (width, windows[1])), options


def kernel_size(axes: tuple[Axis, Axis]) -> Pair:
    return axes[0][1].kernel, axes[1][1].kernel


def windows_and_maps(axes: tuple[Axis, Axis], channels: int, seed: int) -> tuple[Windows, np.ndarray]:
    return (axes[0][1], axes[1][1]), numbers(seed, axes[0][0], axes[1][0], channels)


@keras_tests
@few
@given(drawn=keras_axes(), sizes=st.tuples(counts, counts, counts), seed=seeds)
def test_conv2d_is_keras(drawn: Drawn, sizes: Shape, seed: int) -> None:
    import keras

    (axes, options), (groups, depth, filters) = drawn, sizes
    windows, x = windows_and_maps(axes, groups * depth, seed)
    kernel, bias = numbers(seed + 1, *kernel_size(axes), depth, groups * filters), numbers(seed + 2, groups * filters)
    layer = keras.layers.Conv2D(groups * filters, kernel_size(axes), groups=groups, **options)
    assert_array_equal(conv2d(x, kernel, windows, bias, groups), keras_result(layer, x, kernel, bias))


@keras_tests
@few
@given(drawn=keras_axes(depthwise=True), sizes=st.tuples(counts, counts, counts), seed=seeds)
def test_depthwise_and_separable_are_keras(drawn: Drawn, sizes: Shape, seed: int) -> None:
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
def test_conv2d_transpose_is_keras(drawn: Drawn, channels: int, filters: int, seed: int) -> None:
    import keras

    axes, options = drawn
    windows, x = windows_and_maps(axes, channels, seed)
    kernel, bias = numbers(seed + 1, *kernel_size(axes), filters, channels), numbers(seed + 2, filters)
    layer = keras.layers.Conv2DTranspose(filters, kernel_size(axes), **options)
    assert_array_equal(conv2d_transpose(x, kernel, windows, bias), keras_result(layer, x, kernel, bias))


@keras_tests
@few
@given(drawn=keras_axes(), channels=counts, seed=seeds)
def test_pooling_is_keras(drawn: Drawn, channels: int, seed: int) -> None:
    import keras

    ((height, vertical), (width, horizontal)), options = drawn
    axes = (height, vertical._replace(dilation=1)), (width, horizontal._replace(dilation=1))
    windows, x = windows_and_maps(axes, channels, seed)
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
def test_fillings_are_tensorflows(drawn: Filled, channels: int, filters: int, seed: int) -> None:
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
