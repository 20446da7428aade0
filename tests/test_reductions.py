"""Ways of making a map smaller, against loops and SciPy; what is measured of them, against figures known beforehand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from cnn_core.errors import CnnError
from cnn_core.reductions import Reduction, cost, effects, kernel_of, reaching, reduced, scale_of, shift_response
from cnn_core.settings import PaddingMode
from cnn_core.shapes import Window, output_length
from cnn_core.windows import conv2d

WAYS = list(Reduction)
TWO = Window(2, 2), Window(2, 2)
RNG = np.random.default_rng(5)
sides = st.integers(4, 14)
modes = st.sampled_from(list(PaddingMode))


def some(height: int, width: int) -> np.ndarray:
    return RNG.normal(size=(height, width, 1))


@given(height=sides, width=sides, kernel=st.integers(1, 4), stride=st.integers(1, 4), mode=modes)
def test_all_ways_give_one_size(height: int, width: int, kernel: int, stride: int, mode: PaddingMode) -> None:
    windows = Window(kernel, stride, padding=mode), Window(kernel, stride, padding=mode)
    x = some(height, width)
    wanted = tuple(output_length(length, window) for length, window in zip(x.shape, windows, strict=False))
    for way in WAYS:
        assert reduced(x, way, windows, np.ones((kernel, kernel))).shape == (*wanted, 1), way


def test_what_each_way_makes_of_four_numbers() -> None:
    x = np.array([[1.0, 2.0], [3.0, -4.0]])[:, :, np.newaxis]
    made = {way: float(reduced(x, way, TWO, np.array([[1.0, 0], [0, 2.0]]))[0, 0, 0]) for way in WAYS}
    assert made[Reduction.MAX] == 3
    assert made[Reduction.AVERAGE] == made[Reduction.BOX] == made[Reduction.GAUSSIAN] == 0.5
    assert made[Reduction.SUM] == 2
    assert made[Reduction.L2] == pytest.approx(np.sqrt(30))
    assert made[Reduction.SUBSAMPLE] == 1
    assert made[Reduction.KERNEL] == -7
    assert made[Reduction.BLUR_MAX] == 3


def test_blur_after_the_maximum_is_zhangs() -> None:
    x = some(9, 12)
    largest = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], (2, 2)).max((2, 3))
    line = np.array([1, 2, 1]) / 4
    blurred = ndimage.correlate(largest, np.outer(line, line), mode="nearest")
    np.testing.assert_allclose(reduced(x, Reduction.BLUR_MAX, TWO)[:, :, 0], blurred[::2, ::2], atol=1e-12)


@given(kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_fixed_kernels_leave_even_areas_as_they_are(kernel: tuple[int, int]) -> None:
    windows = Window(kernel[0], 2), Window(kernel[1], 2)
    x = np.full((9, 9, 1), 3.5)
    for way in (Reduction.BOX, Reduction.GAUSSIAN, Reduction.SUBSAMPLE, Reduction.MAX, Reduction.AVERAGE):
        np.testing.assert_allclose(reduced(x, way, windows), 3.5)
        assert scale_of(way, windows) == 1
    for way in (Reduction.SUM, Reduction.L2):
        np.testing.assert_allclose(reduced(x, way, windows) / scale_of(way, windows), 3.5)


def test_ways_with_a_kernel_are_convolutions() -> None:
    x, own = some(8, 9), RNG.normal(size=(2, 2))
    for way in (Reduction.SUBSAMPLE, Reduction.BOX, Reduction.GAUSSIAN, Reduction.KERNEL):
        kernel = kernel_of(way, TWO, own)
        assert kernel is not None
        np.testing.assert_allclose(reduced(x, way, TWO, own), conv2d(x, kernel[:, :, None, None], TWO))


def test_a_kernel_of_another_size_is_refused() -> None:
    with pytest.raises(CnnError, match=r"as large as the window\. Received: 3×3 for a window of 2×2"):
        reduced(some(6, 6), Reduction.KERNEL, TWO, np.ones((3, 3)))


@given(height=sides, width=sides, kernel=st.integers(1, 3), stride=st.integers(1, 3), mode=modes)
def test_inputs_that_count_are_those_that_move_an_output(
    height: int, width: int, kernel: int, stride: int, mode: PaddingMode
) -> None:
    windows = Window(kernel, stride, padding=mode), Window(kernel, stride, padding=mode)
    x = some(height, width)
    for way in (Reduction.MAX, Reduction.AVERAGE, Reduction.SUBSAMPLE):
        before = reduced(x, way, windows)
        moved = 0
        for row in range(height):
            for column in range(width):
                changed = x.copy()
                changed[row, column] -= 1e-9  # too little for another to win
                moved += bool((reduced(changed, way, windows) != before).any())
        assert reaching(x, way, windows) == pytest.approx(moved / (height * width))


def test_cost_of_two_by_two() -> None:
    x = some(8, 8)
    costs = {way: cost(x, way, TWO, np.ones((2, 2))) for way in WAYS}
    assert (costs[Reduction.MAX].comparisons, costs[Reduction.MAX].multiply_adds) == (16 * 3, 0)
    assert costs[Reduction.AVERAGE].additions == 16 * 3
    assert costs[Reduction.BOX].multiply_adds == 16 * 4
    assert costs[Reduction.KERNEL].parameters == 4
    assert costs[Reduction.BLUR_MAX].comparisons == 49 * 3
    assert all(one.kept == 0.25 for one in costs.values())
    assert costs[Reduction.AVERAGE].reaching == 1
    assert costs[Reduction.SUBSAMPLE].reaching == costs[Reduction.MAX].reaching == 0.25


def test_noise_is_halved_by_a_mean_of_four() -> None:
    x = np.zeros((200, 200, 1))
    assert effects(x, Reduction.AVERAGE, TWO, 0.3).noise == pytest.approx(0.5, rel=0.03)
    assert effects(x, Reduction.SUBSAMPLE, TWO, 0.3).noise == pytest.approx(1, rel=0.03)
    # The largest of four normal numbers has a standard deviation of 0.701 (Tippett, 1925).
    assert effects(x, Reduction.MAX, TWO, 0.3).noise == pytest.approx(0.701, rel=0.03)


def test_effects_of_one_place_each() -> None:
    x = some(20, 20)
    one = effects(x, Reduction.MAX, (Window(1), Window(1)), 0.1)
    assert (one.sharpness, one.contrast, one.energy, one.noise) == pytest.approx((1, 1, 1, 1), rel=0.05)


def test_shifts() -> None:
    x = some(16, 40)
    for way in (Reduction.MAX, Reduction.SUBSAMPLE, Reduction.AVERAGE):
        stands, aligned = shift_response(x, way, TWO, 8)
        assert stands[0] == aligned[0] == 0
        # By whole strides every output moves along.
        assert [aligned[shift] for shift in (2, 4, 6, 8)] == pytest.approx([0] * 4, abs=1e-12)
        assert min(stands[1:]) > 0
    even, _aligned = shift_response(np.full((8, 20, 1), 2.0), Reduction.MAX, TWO, 4)
    assert even == (0,) * 5


def test_a_narrow_input_cannot_be_moved() -> None:
    with pytest.raises(CnnError, match="too narrow"):
        shift_response(some(8, 6), Reduction.MAX, TWO, 8)
