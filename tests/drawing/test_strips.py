"""Pictures in a row: every one in its place, small ones enlarged without smoothing."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.drawing.strips import GAP, strip_png


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.mark.parametrize("channels", [1, 3])
def test_small_pictures_are_enlarged_by_a_whole_factor(channels: int) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (3, 4, 4, channels), np.uint8)
    drawn = opened(strip_png(pictures, 14))
    assert drawn.shape == (12, 3 * 12 + 2 * GAP, 4)
    for number, picture in enumerate(pictures):
        left = number * (12 + GAP)
        colours = np.repeat(picture, 3, axis=2) if channels == 1 else picture
        np.testing.assert_array_equal(drawn[:, left : left + 12, :3], colours.repeat(3, axis=0).repeat(3, axis=1))
    assert not drawn[:, 12 : 12 + GAP, 3].any()


def test_large_pictures_are_reduced() -> None:
    assert opened(strip_png(np.full((2, 40, 20, 3), 9, np.uint8), 10)).shape == (10, 5 + GAP + 5, 4)


def test_no_picture_is_a_picture_all_the_same() -> None:
    assert opened(strip_png(np.zeros((0, 4, 4, 3), np.uint8), 8)).shape == (1, 1, 4)
