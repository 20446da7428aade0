"""One axis under a window: how many fit, what they cover and what they leave over, against counting."""

from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnn_core import layers as L  # noqa: N812
from cnn_core.layers.settings import PaddingMode, Pair
from cnn_core.layers.windows import (
    Window,
    effective_kernel,
    output_length,
    padding_amounts,
    padding_that_fits,
    rest,
    transposed_length,
    windows_of,
)

lengths = st.integers(1, 40)
small = st.integers(1, 7)
amounts = st.tuples(st.integers(0, 5), st.integers(0, 5))
paddings = st.sampled_from(PaddingMode) | st.tuples(st.integers(0, 4), st.integers(0, 4))
windows = st.builds(Window, small, st.integers(1, 9), st.integers(1, 3), paddings)


def tap_places(start: int, window: Window) -> list[int]:
    """Return the places that a kernel touches when it begins at `start`."""
    return [start + tap * window.dilation for tap in range(window.kernel)]


def count_windows(length: int, window: Window, padding: Pair) -> int:
    """Count, by trying every start, the windows that touch nothing outside the padded line."""
    line = range(-padding[0], length + padding[1])
    starts = range(line.start, line.stop, window.stride)
    return sum(all(place in line for place in tap_places(start, window)) for start in starts)


@given(length=lengths, kernel=small, stride=small, dilation=small, padding=amounts)
def test_output_length_counts_windows(length: int, kernel: int, stride: int, dilation: int, padding: Pair) -> None:
    window = Window(kernel, stride, dilation, padding)
    assert max(output_length(length, window), 0) == count_windows(length, window, padding)


@given(length=lengths, kernel=small, stride=small, dilation=small)
def test_valid_pads_nothing(length: int, kernel: int, stride: int, dilation: int) -> None:
    window = Window(kernel, stride, dilation, PaddingMode.VALID)
    assert padding_amounts(length, window) == (0, 0)
    assert max(output_length(length, window), 0) == count_windows(length, window, (0, 0))


@given(length=lengths, kernel=small, stride=small, dilation=small)
def test_same_is_the_least_padding_for_one_window_a_stride(
    length: int, kernel: int, stride: int, dilation: int
) -> None:
    """TensorFlow: ceil(length / stride) windows, padded by no more than they need, the odd one after."""
    window = Window(kernel, stride, dilation, PaddingMode.SAME)
    before, after = padding_amounts(length, window)
    wanted = ceil(length / stride)
    assert output_length(length, window) == wanted == count_windows(length, window, (before, after))
    assert after - before in (0, 1)
    assert before + after == 0 or count_windows(length, window, (before, after - 1)) < wanted


@pytest.mark.parametrize(
    ("length", "window", "padding", "result"),
    [
        (4, Window(3, 2, padding=PaddingMode.SAME), (0, 1), 2),
        (5, Window(3, 2, padding=PaddingMode.SAME), (1, 1), 3),
        (224, Window(7, 2, padding=PaddingMode.SAME), (2, 3), 112),
        (28, Window(5, padding=PaddingMode.SAME), (2, 2), 28),
        (5, Window(1, 3, padding=PaddingMode.SAME), (0, 0), 2),
        (10, Window(3, 1, 2, PaddingMode.SAME), (2, 2), 10),
        (224, Window(11, 4, padding=(2, 2)), (2, 2), 55),
    ],
)
def test_padding_by_hand(length: int, window: Window, padding: Pair, result: int) -> None:
    assert (padding_amounts(length, window), output_length(length, window)) == (padding, result)


@given(kernel=small, dilation=small)
def test_effective_kernel_is_what_the_taps_span(kernel: int, dilation: int) -> None:
    places = tap_places(0, Window(kernel, 1, dilation))
    assert effective_kernel(kernel, dilation) == max(places) - min(places) + 1


@given(length=lengths, kernel=small, stride=small, dilation=small)
def test_transposed_length_counts_what_the_kernels_cover(length: int, kernel: int, stride: int, dilation: int) -> None:
    """Each input lays a kernel, `stride` apart; a stride beyond the kernel leaves its gap behind each of them."""
    window = Window(kernel, stride, dilation, PaddingMode.VALID)
    reach = max(effective_kernel(kernel, dilation), stride)
    covered = {start * stride + place for start in range(length) for place in range(reach)}
    assert transposed_length(length, window) == len(covered)


@given(length=lengths, kernel=small, stride=small, mode=st.sampled_from(PaddingMode))
def test_transposed_convolution_undoes_the_shape(length: int, kernel: int, stride: int, mode: PaddingMode) -> None:
    window = Window(kernel, stride, padding=mode)
    assert output_length(transposed_length(length, window), window) == length


@given(lengths, windows)
def test_rest_is_what_lies_behind_the_last_window(length: int, window: Window) -> None:
    count = output_length(length, window)
    assume(count > 0)
    before = padding_amounts(length, window)[0]
    last = (count - 1) * window.stride - before + effective_kernel(window.kernel, window.dilation) - 1
    assert rest(length, window) == sum(place > last for place in range(length))


@given(length=st.integers(1, 40), kernel=st.integers(1, 7), stride=st.integers(1, 5), dilation=st.integers(1, 3))
def test_padding_that_fits_leaves_no_rest(length: int, kernel: int, stride: int, dilation: int) -> None:
    window = Window(kernel, stride, dilation)
    more = padding_that_fits(length, window)
    assert 0 <= more < stride
    span = dilation * (kernel - 1) + 1
    assert (length + more - span) % stride == 0


def test_windows_belong_to_layers_that_slide_one() -> None:
    assert windows_of(L.Conv2D(1, (3, 5), dilation_rate=(1, 2), padding=((1, 2), (3, 4)))) == (
        Window(3, 1, 1, (1, 2)),
        Window(5, 1, 2, (3, 4)),
    )
    assert windows_of(L.MaxPooling2D((2, 3), padding="same")) == (
        Window(2, 2, 1, PaddingMode.SAME),
        Window(3, 3, 1, PaddingMode.SAME),
    )
    assert windows_of(L.Dense(3)) is None
    assert windows_of(L.Conv2DTranspose(1, 3)) is None
