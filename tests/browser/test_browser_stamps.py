"""Transposed convolution as stamping: the browser's arithmetic against SciPy and the core, and the picture itself."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browsing import visit
from playwright.sync_api import Page, expect
from scipy import signal

from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d_transpose
from cnn_core.numerics.taps import cropped_before

pytestmark = pytest.mark.browser


def stamping(x: np.ndarray, kernel: np.ndarray, window: Window, size: tuple[int, ...]) -> dict[str, Any]:
    return {
        "input": x.tolist(),
        "kernel": kernel.tolist(),
        "stride": window.stride,
        "before": cropped_before(window),
        "size": list(size),
    }


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", list(PaddingMode))
def test_stamps_add_up_to_a_transposed_convolution(
    size: int, stride: int, padding: PaddingMode, call: Callable[..., Any]
) -> None:
    random = np.random.default_rng(size * 10 + stride)
    x, kernel = random.integers(-5, 6, (3, 4)), random.integers(-5, 6, (size, size))
    window = Window(size, stride, padding=padding)
    expected = conv2d_transpose(x[:, :, None].astype(float), kernel[:, :, None, None], (window, window))[:, :, 0]
    given = stamping(x, kernel, window, expected.shape)
    np.testing.assert_allclose(call("stamps", "stampedBy", given, x.size), expected)
    if padding is PaddingMode.VALID and size >= stride:
        spread = np.zeros((stride * 2 + 1, stride * 3 + 1))
        spread[::stride, ::stride] = x
        np.testing.assert_allclose(expected, signal.convolve2d(spread, kernel))


def test_stamps_come_one_by_one(call: Callable[..., Any]) -> None:
    x, kernel = np.array([[2, 3]]), np.array([[1, 10]])
    given = stamping(x, kernel, Window(2, 1), (1, 3))
    assert [call("stamps", "stampedBy", given, count) for count in range(3)] == [
        [[0, 0, 0]],
        [[2, 20, 0]],
        [[2, 23, 30]],
    ]


def test_the_picture_says_which_input_stamps(page: Page) -> None:
    visit(page, "/Convolution?open=transposed")
    said = page.locator(".stamps .said")
    expect(said).to_contain_text("All 9 inputs have stamped")
    page.locator('.stamps [data-part="restart"]').click()
    expect(said).to_have_text("Nothing is stamped yet.")
    for _step in range(5):
        page.locator('.stamps [data-part="forward"]').click()
    expect(said).to_contain_text("5 of 9: 5 stamps 5 times the kernel at row 2, column 2.")
