"""Columns of maps, vectors as bars and stripes, tinted channels: held against the values they are drawn from."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.drawing.colour_scale import DIVERGING, SEQUENTIAL, Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.drawing.thumbnails import (
    GREY,
    TINTS,
    bars_png,
    channel_png,
    column_png,
    stripes_png,
    tinted_mosaic,
    tinted_png,
    tinted_range,
)


def pixels(png: bytes) -> np.ndarray:
    """Return (H, W, 4), red, green, blue and opacity, 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


@pytest.mark.parametrize("side", [4, 9, 70])
def test_a_column_holds_every_map_in_the_range_that_it_is_given(side: int) -> None:
    maps = np.random.default_rng(0).normal(size=(side, side, 3)).astype(np.float32)
    reach = Range(5.0, True)
    drawn = pixels(column_png(maps, reach, 36))
    height = drawn.shape[0] // 3
    assert drawn.shape[0] == 3 * height == 3 * drawn.shape[1]
    assert height <= 36
    if side <= 36:
        for channel in range(3):
            alone = pixels(map_png(maps[:, :, channel], reach, 36 // side))
            np.testing.assert_array_equal(drawn[channel * height : (channel + 1) * height], alone)


def test_a_bar_is_as_long_as_its_value() -> None:
    values = np.array([0, 2, 4, -4, -1], np.float32)
    drawn = pixels(bars_png(values, Range(4.0, True), 50, 40))
    lengths = [(drawn[:, 10 * unit : 10 * unit + 9, 3] > 0).any(axis=1).sum() for unit in range(5)]
    assert lengths == [1, 10, 20, 20, 5]
    above = [bool((drawn[:20, 10 * unit + 4, 3] > 0).any()) for unit in range(5)]
    assert above == [True, True, True, False, False]
    assert tuple(drawn[1, 24, :3]) == tuple(DIVERGING[-1])
    assert tuple(drawn[38, 34, :3]) == tuple(DIVERGING[0])


def test_unsigned_bars_begin_at_the_bottom() -> None:
    drawn = pixels(bars_png(np.array([1, 0.5], np.float32), Range(1.0, False), 20, 40))
    assert [(drawn[:, column, 3] > 0).sum() for column in (4, 14)] == [40, 20]
    assert (drawn[-1, [4, 14], 3] > 0).all()


def test_of_more_units_than_pixels_the_one_farthest_from_zero_is_seen() -> None:
    values = np.zeros(10_000, np.float32)
    values[5_050], values[5_051] = 1, -3
    drawn = pixels(bars_png(values, Range(3.0, True), 100, 40))
    assert drawn.shape[:2] == (40, 100)
    assert (drawn[:, :, 3] > 0).sum(axis=0).argmax() == 50
    assert (drawn[21:, 50, 3] > 0).all()


def test_stripes_are_one_pixel_a_value() -> None:
    drawn = pixels(stripes_png(np.array([0, 1, 0.5], np.float32), Range(1.0, False)))
    assert drawn.shape == (3, 1, 4)
    assert tuple(drawn[0, 0, :3]) == tuple(SEQUENTIAL[0])
    assert tuple(drawn[1, 0, :3]) == tuple(SEQUENTIAL[-1])


def test_channels_are_tinted_and_grey_is_grey() -> None:
    picture = np.zeros((2, 2, 3), np.float32)
    picture[0, 0] = 1
    drawn = pixels(tinted_png(picture, TINTS, 2, below=False, gap=1))
    assert drawn.shape == (2, 8, 4)
    assert [tuple(drawn[0, 3 * channel, :3]) for channel in range(3)] == list(TINTS)
    assert (drawn[1, [0, 3, 6], :3] == 0).all()
    assert (drawn[:, [2, 5], 3] == 0).all()
    below = pixels(tinted_png(picture, TINTS, 2, below=True))
    np.testing.assert_array_equal(below[2:4], drawn[:, 3:5])
    grey = pixels(tinted_png(picture[:, :, :1], (GREY,), 4, below=True))
    assert tuple(grey[0, 0, :3]) == GREY


def test_a_channel_alone_is_tinted_as_among_the_others() -> None:
    picture = np.random.default_rng(5).random((4, 6, 3)).astype(np.float32)
    together = tinted_mosaic(picture, TINTS, 6)
    drawn = pixels(together.png)
    assert (together.columns, together.cell_width, together.cell_height) == (3, 6, 4)
    for channel, tint in enumerate(TINTS):
        alone = pixels(channel_png(picture, channel, tint))
        np.testing.assert_array_equal(alone, drawn[:, 6 * channel : 6 * channel + 6])
    low, high = tinted_range(picture)
    assert (low, high) == (picture.min(), picture.max())


def test_what_is_no_number_breaks_nothing() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 1], np.float32)
    assert pixels(bars_png(odd, Range(1.0, True), 16, 8)).shape == (8, 16, 4)
    assert pixels(tinted_png(odd.reshape(2, 2, 1), (GREY,), 2, below=True)).shape == (2, 2, 4)
