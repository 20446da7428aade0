"""Ways of making a map smaller, against loops, SciPy and TensorFlow; what is measured of them, against known ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cnn_core.errors import CnnError
from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window, output_length, padding_amounts
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.reductions.costs import costs_of, reaching
from cnn_core.numerics.reductions.effects import effects_of, noise_left, shift_response
from cnn_core.numerics.reductions.ways import Reducer, Reduction, blurred

WAYS = list(Reduction)
TWO = Window(2, 2), Window(2, 2)
seeds = st.integers(0, 2**32 - 1)
sides = st.integers(4, 14)
modes = st.sampled_from(list(PaddingMode))
each_way = pytest.mark.parametrize("way", WAYS)


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def some(height: int, width: int, seed: int = 5) -> np.ndarray:
    return numbers(seed, height, width, 1)


@given(
    height=sides,
    width=sides,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    mode=modes,
    own=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    seed=seeds,
)
def test_all_ways_give_one_size(
    height: int,
    width: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    mode: PaddingMode,
    own: tuple[int, int],
    seed: int,
) -> None:
    windows = Window(kernel[0], stride[0], padding=mode), Window(kernel[1], stride[1], padding=mode)
    x = some(height, width, seed)
    wanted = tuple(output_length(length, window) for length, window in zip(x.shape, windows, strict=False))
    for way in WAYS:
        assert Reducer(way, windows, np.ones(own)).reduce(x).shape == (*wanted, 1), way


def test_what_each_way_makes_of_four_numbers() -> None:
    x = np.array([[1.0, 2.0], [3.0, -4.0]])[:, :, np.newaxis]
    made = {way: float(Reducer(way, TWO, np.array([[1.0, 0], [0, 2.0]])).reduce(x)[0, 0, 0]) for way in WAYS}
    assert made[Reduction.MAX] == 3
    assert made[Reduction.AVERAGE] == made[Reduction.BOX] == made[Reduction.GAUSSIAN] == 0.5
    assert made[Reduction.SUM] == 2
    assert made[Reduction.L2] == pytest.approx(np.sqrt(30))
    assert made[Reduction.SUBSAMPLE] == 1
    assert made[Reduction.KERNEL] == -7
    assert made[Reduction.BLUR_MAX] == 3
    # With its borders repeated, the upper left value counts 9, its neighbours 3 each and the opposite 1, of 16.
    assert made[Reduction.BLUR_FIRST] == (9 * 1 + 3 * 2 + 3 * 3 - 4) / 16


def test_blur_before_and_after_the_maximum() -> None:
    x = some(9, 12)
    line = np.array([1, 2, 1]) / 4

    def largest(plane: np.ndarray) -> np.ndarray:
        return np.asarray(np.lib.stride_tricks.sliding_window_view(plane, (2, 2)).max((2, 3)))

    def blur(plane: np.ndarray) -> np.ndarray:
        return np.asarray(ndimage.correlate(plane, np.outer(line, line), mode="nearest"))

    plane = x[:, :, 0]
    np.testing.assert_allclose(
        Reducer(Reduction.BLUR_MAX, TWO).reduce(x)[:, :, 0], blur(largest(plane))[::2, ::2], atol=1e-12
    )
    first = Reducer(Reduction.BLUR_FIRST, TWO).reduce(x)[:, :, 0]
    np.testing.assert_allclose(first, largest(blur(plane))[::2, ::2], atol=1e-12)


@given(kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_fixed_kernels_leave_even_areas_as_they_are(kernel: tuple[int, int]) -> None:
    windows = Window(kernel[0], 2), Window(kernel[1], 2)
    x = np.full((9, 9, 1), 3.5)
    for way in set(WAYS) - {Reduction.KERNEL}:
        reducer = Reducer(way, windows)
        np.testing.assert_allclose(reducer.reduce(x) / reducer.scale, 3.5)


@each_way
def test_no_result_by_its_scale_leaves_the_range_of_the_input(way: Reduction) -> None:
    x, reducer = some(12, 12), Reducer(way, TWO, numbers(1, 3, 3))
    assert np.abs(reducer.reduce(x) / reducer.scale).max() <= np.abs(x).max() + 1e-12


@given(
    side=st.integers(5, 12),
    window=st.integers(1, 4),
    stride=st.integers(1, 4),
    mode=modes,
    own=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    seed=seeds,
)
def test_a_kernel_of_its_own_size_is_centred_on_the_window(
    side: int, window: int, stride: int, mode: PaddingMode, own: tuple[int, int], seed: int
) -> None:
    windows = Window(window, stride, padding=mode), Window(window, stride, padding=mode)
    x, kernel = some(side, side, seed), numbers(seed + 1, *own)
    result = Reducer(Reduction.KERNEL, windows, kernel).reduce(x)[:, :, 0]
    starts = [
        np.arange(result.shape[axis]) * stride
        - padding_amounts(side, windows[axis])[0]
        + ((window - length) // 2 if window > length else -((length - window) // 2))
        for axis, length in enumerate(own)
    ]
    around = np.pad(x[:, :, 0], 12)
    for row, top in enumerate(starts[0]):
        for column, left in enumerate(starts[1]):
            under = around[top + 12 : top + 12 + own[0], left + 12 : left + 12 + own[1]]
            assert result[row, column] == pytest.approx((under * kernel).sum())


def test_ways_with_a_kernel_are_convolutions() -> None:
    x, own = some(8, 9), numbers(1, 3, 3)
    for way in (Reduction.SUBSAMPLE, Reduction.BOX, Reduction.GAUSSIAN, Reduction.KERNEL):
        reducer = Reducer(way, TWO, own)
        assert reducer.kernel is not None
        wanted = conv2d(x, reducer.kernel[:, :, None, None], reducer.windows_on(x.shape))
        np.testing.assert_allclose(reducer.reduce(x), wanted)


@pytest.mark.parametrize("kernel", [None, np.zeros((0, 2)), np.zeros(3)])
def test_what_is_no_kernel_is_refused(kernel: np.ndarray | None) -> None:
    with pytest.raises(CnnError, match="needs a kernel with rows and columns"):
        Reducer(Reduction.KERNEL, TWO, kernel)


@each_way
@settings(max_examples=20)
@given(height=sides, width=sides, kernel=st.integers(1, 3), stride=st.integers(1, 5), mode=modes, seed=seeds)
def test_inputs_that_count_are_those_that_move_an_output(
    way: Reduction, height: int, width: int, kernel: int, stride: int, mode: PaddingMode, seed: int
) -> None:
    windows = Window(kernel, stride, padding=mode), Window(kernel, stride, padding=mode)
    x, own = some(height, width, seed), np.array([[1.0, 0, 2.0]])
    reducer = Reducer(way, windows, own)
    before = reducer.reduce(x)
    moved = 0
    for row in range(height):
        for column in range(width):
            changed = x.copy()
            changed[row, column] -= 1e-9  # too little for another to win
            moved += bool((reducer.reduce(changed) != before).any())
    assert reaching(reducer, x) == pytest.approx(moved / (height * width))


def test_of_equals_the_first_in_reading_order_counts() -> None:
    assert reaching(Reducer(Reduction.MAX, (Window(3, 1), Window(3, 1))), np.zeros((4, 4, 1))) == 4 / 16


def test_cost_of_two_by_two() -> None:
    x = some(8, 8)
    costs = {way: costs_of(Reducer(way, TWO, np.ones((3, 3))), x) for way in WAYS}
    assert (costs[Reduction.MAX].comparisons, costs[Reduction.MAX].multiply_adds) == (16 * 3, 0)
    assert costs[Reduction.AVERAGE].additions == 16 * 3
    assert costs[Reduction.BOX].multiply_adds == 16 * 4
    assert (costs[Reduction.KERNEL].parameters, costs[Reduction.KERNEL].multiply_adds) == (9, 16 * 9)
    assert (costs[Reduction.BLUR_MAX].comparisons, costs[Reduction.BLUR_MAX].multiply_adds) == (49 * 3, 16 * 9)
    assert (costs[Reduction.BLUR_FIRST].comparisons, costs[Reduction.BLUR_FIRST].multiply_adds) == (16 * 3, 64 * 9)
    assert all(one.kept == 0.25 for one in costs.values())
    assert costs[Reduction.AVERAGE].reaching == costs[Reduction.KERNEL].reaching == 1
    assert costs[Reduction.SUBSAMPLE].reaching == costs[Reduction.MAX].reaching == 0.25
    assert {way for way, one in costs.items() if one.parameters} == {Reduction.KERNEL}


def test_noise_is_halved_by_a_mean_of_four() -> None:
    x = np.zeros((200, 200, 1))
    assert noise_left(Reducer(Reduction.AVERAGE, TWO), x, [0.3, 0.6]) == pytest.approx([0.5, 0.5], rel=0.03)
    assert noise_left(Reducer(Reduction.SUBSAMPLE, TWO), x, [0.3])[0] == pytest.approx(1, rel=0.03)
    # The largest of four normal numbers has a standard deviation of 0.701 (Tippett, 1925).
    assert noise_left(Reducer(Reduction.MAX, TWO), x, [0.3])[0] == pytest.approx(0.701, rel=0.03)
    blur = Reducer(Reduction.KERNEL, TWO, np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]))
    # Independent values, weighted 1 2 1 across and down: the root of the sum of the squared weights is 6/16.
    assert noise_left(blur, x, [0.3])[0] == pytest.approx(6 / 16, 0.03)


def test_effects_of_one_place_each() -> None:
    x = some(20, 20)
    one = effects_of(Reducer(Reduction.MAX, (Window(1), Window(1))), x)
    assert (one.sharpness, one.contrast, one.energy) == pytest.approx((1, 1, 1))


def test_effects_of_stripes() -> None:
    x = np.tile([0.0, 2.0], (8, 4))[:, :, np.newaxis]
    assert effects_of(Reducer(Reduction.AVERAGE, TWO), x) == effects_of(Reducer(Reduction.SUM, TWO), x)
    one = effects_of(Reducer(Reduction.AVERAGE, TWO), x)
    assert (one.sharpness, one.contrast, one.energy) == (0, 0, 0.5)
    assert effects_of(Reducer(Reduction.MAX, TWO), x).energy == 2


def test_shifts() -> None:
    x = some(16, 40)
    for way in (Reduction.MAX, Reduction.SUBSAMPLE, Reduction.AVERAGE, Reduction.BLUR_FIRST, Reduction.KERNEL):
        stands, aligned = shift_response(Reducer(way, TWO, np.ones((5, 5))), x, 8)
        assert stands[0] == aligned[0] == 0
        # By whole strides every output moves along.
        assert [aligned[shift] for shift in (2, 4, 6, 8)] == pytest.approx([0] * 4, abs=1e-12)
        assert min(stands[1:]) > 0
    even, _aligned = shift_response(Reducer(Reduction.MAX, TWO), np.full((8, 20, 1), 2.0), 4)
    assert even == (0,) * 5


def test_padding_takes_no_part_in_shifts() -> None:
    windows = Window(7, 1, padding=PaddingMode.SAME), Window(7, 1, padding=PaddingMode.SAME)
    for way in (Reduction.BOX, Reduction.BLUR_FIRST, Reduction.BLUR_MAX):
        _stands, aligned = shift_response(Reducer(way, windows), some(9, 60), 8)
        assert aligned == pytest.approx([0] * 9, abs=1e-9), way


def test_a_narrow_input_cannot_be_moved() -> None:
    with pytest.raises(CnnError, match="too narrow"):
        shift_response(Reducer(Reduction.MAX, TWO), some(8, 6), 8)


def _windows(kernel: tuple[int, int], stride: tuple[int, int], mode: PaddingMode) -> Windows:
    return Window(kernel[0], stride[0], padding=mode), Window(kernel[1], stride[1], padding=mode)


@pytest.mark.keras
@given(
    height=sides,
    width=sides,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    mode=modes,
    seed=seeds,
)
def test_every_way_is_what_tensorflow_makes_of_it(
    height: int, width: int, kernel: tuple[int, int], stride: tuple[int, int], mode: PaddingMode, seed: int
) -> None:
    import keras
    import tensorflow as tf

    windows, x = _windows(kernel, stride, mode), numbers(seed, height, width, 2).astype(np.float32)
    area = kernel[0] * kernel[1]
    batch, padding = tf.constant(x[np.newaxis]), mode.upper()

    def convolved(weights: np.ndarray) -> np.ndarray:
        each = np.repeat(weights[:, :, np.newaxis, np.newaxis], 2, axis=2).astype(np.float32)
        # The one operation with unequal strides for each channel by itself: a convolution of each.
        parts = [tf.nn.conv2d(batch[..., c : c + 1], each[:, :, :1], stride, padding) for c in range(2)]
        joined: np.ndarray = np.concatenate(parts, axis=3)[0]
        return joined

    ones = convolved(np.ones(kernel))
    squares = tf.nn.conv2d(tf.square(batch[..., :1]), np.ones((*kernel, 1, 1), np.float32), stride, padding)[0]
    shifted = np.ones((1, 1))
    wanted = {
        Reduction.MAX: tf.nn.max_pool2d(batch, kernel, stride, padding)[0],
        Reduction.AVERAGE: tf.nn.avg_pool2d(batch, kernel, stride, padding)[0],
        Reduction.SUM: ones,
        Reduction.BOX: ones / area,
        Reduction.GAUSSIAN: convolved(np.asarray(Reducer(Reduction.GAUSSIAN, windows).kernel)),
        Reduction.BLUR_FIRST: tf.nn.max_pool2d(blurred(x)[np.newaxis], kernel, stride, padding)[0],
        Reduction.KERNEL: Reducer(Reduction.SUBSAMPLE, windows).reduce(x),
    }
    for way, result in wanted.items():
        np.testing.assert_allclose(Reducer(way, windows, shifted).reduce(x), result, rtol=1e-5, atol=1e-5, err_msg=way)
    np.testing.assert_allclose(
        Reducer(Reduction.L2, windows).reduce(x)[..., :1], np.sqrt(squares), rtol=1e-4, atol=1e-4, err_msg="l2"
    )
    for kind, layer in (
        (PoolingKind.MAX, keras.layers.MaxPooling2D(kernel, stride, padding=str(mode))),
        (PoolingKind.AVERAGE, keras.layers.AveragePooling2D(kernel, stride, padding=str(mode))),
    ):
        np.testing.assert_allclose(Reducer(Reduction(kind), windows).reduce(x), layer(batch)[0], rtol=1e-5, atol=1e-5)
