"""Pixels to PNG: exact sizes and colours, and a map laid over a picture against a loop that looks at one pixel."""

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_core.drawing.colour_scale import DIVERGING, SEQUENTIAL, Range
from cnn_core.drawing.png import DIMMED, STRONGEST, dimmed_outside, overlay_png, picture_png


def opened(png: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "RGB")
    return np.asarray(image)


def random_pixels(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Return pixels that are whole numbers of 255ths, the same at every call."""
    return (np.random.default_rng(3).integers(0, 256, (height, width, channels)) / 255).astype(np.float32)


# Pictures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "longest", "shown"),
    [
        ((28, 28), 480, (476, 476)),
        ((224, 224), 480, (448, 448)),
        ((1, 1), 480, (480, 480)),
        ((3, 5), 16, (9, 15)),
        ((480, 240), 480, (480, 240)),
        ((481, 240), 480, (480, 240)),
        ((300, 960), 480, (150, 480)),
        ((1, 4096), 480, (1, 480)),
    ],
)
def test_size(shape: tuple[int, int], longest: int, shown: tuple[int, int]) -> None:
    for channels in (1, 3):
        assert opened(picture_png(np.zeros((*shape, channels), np.float32), longest)).shape == (*shown, 3)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(9, 40), st.sampled_from([1, 3]))
def test_enlarged_pixels_are_squares_of_one_colour(height: int, width: int, longest: int, channels: int) -> None:
    pixels = random_pixels(height, width, channels)
    factor = longest // max(height, width)
    expected = np.rint(pixels * 255).astype(np.uint8).repeat(factor, axis=0).repeat(factor, axis=1)
    assert np.array_equal(opened(picture_png(pixels, longest)), np.broadcast_to(expected, (*expected.shape[:2], 3)))


def test_values_are_rounded_and_bounded() -> None:
    pixels = np.array([[[-1.0], [0.0], [100.4 / 255], [100.6 / 255], [1.0], [7.0]]], np.float32)
    assert opened(picture_png(pixels, 6))[0, :, 0].tolist() == [0, 0, 100, 101, 255, 255]


def test_reducing_takes_means() -> None:
    """A checkerboard of single pixels turns grey; taking every second pixel would leave one of its colours."""
    board = (np.indices((64, 64)).sum(axis=0) % 2).astype(np.float32)[..., np.newaxis]
    inner = opened(picture_png(board, 16))[2:-2, 2:-2]
    assert np.abs(inner.astype(int) - 127).max() <= 8


@given(st.data())
def test_only_what_lies_outside_of_the_box_is_dimmed(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top + 1, height)), data.draw(st.integers(left + 1, width))
    pixels = random_pixels(height, width)
    pixels.setflags(write=False)
    result = dimmed_outside(pixels, (top, left, bottom, right))
    for row in range(height):
        for column in range(width):
            inside = top <= row < bottom and left <= column < right
            expected = pixels[row, column] if inside else pixels[row, column] * np.float32(DIMMED)
            assert np.array_equal(result[row, column], expected)


# A map over a picture -----------------------------------------------------------------------------------------------


def overlaid(pixels: np.ndarray, values: np.ndarray, reach: Range) -> list[list[list[int]]]:
    """The same, one pixel after the other."""
    table = DIVERGING if reach.signed else SEQUENTIAL
    height, width = pixels.shape[:2]
    picture = []
    for row in range(height):
        line = []
        for column in range(width):
            value = float(values[row * values.shape[0] // height, column * values.shape[1] // width])
            share = 0.0 if math.isnan(value) else value / (reach.limit or 1)
            share = max(-1.0, min(1.0, share))
            place = (share + 1) / 2 if reach.signed else max(share, 0.0)
            colour = table[round(place * (len(table) - 1))]
            strength = abs(share) * STRONGEST
            grey = float(pixels[row, column].mean())
            line.append([round(255 * grey * (1 - strength) + float(part) * strength) for part in colour])
        picture.append(line)
    return picture


# Shares of a whole number of the table's steps: a rounding error cannot choose the neighbour's colour.
shares = st.integers(-300, 300).map(lambda step: step / 126) | st.sampled_from([math.nan, math.inf, -math.inf])


@given(st.data(), st.booleans(), st.sampled_from([1, 3]))
def test_overlay_agrees_with_a_loop(data: st.DataObject, signed: bool, channels: int) -> None:
    height, width = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    rows, columns = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    limit = data.draw(st.sampled_from([0.0, 0.25, 1.0, 8.0]))
    flat = data.draw(st.lists(shares, min_size=rows * columns, max_size=rows * columns))
    values = np.array(flat, np.float32).reshape(rows, columns) * np.float32(limit or 1)
    pixels = random_pixels(height, width, channels)
    reach = Range(limit, signed)
    got = opened(overlay_png(pixels, values, reach, longest=max(height, width)))
    assert np.abs(got.astype(int) - overlaid(pixels, values, reach)).max() <= 1


def test_zeros_and_what_is_no_number_leave_the_picture_grey() -> None:
    pixels = random_pixels(4, 4)
    grey = np.rint(pixels.mean(axis=2) * 255)
    for signed in (True, False):
        for value in (0.0, math.nan):
            shown = opened(overlay_png(pixels, np.full((2, 2), value, np.float32), Range(1.0, signed), longest=4))
            assert np.array_equal(shown, np.stack([grey] * 3, axis=2))


def test_overlay_has_the_size_of_the_picture() -> None:
    values = np.ones((7, 7), np.float32)
    assert opened(overlay_png(random_pixels(224, 160), values, Range(1.0, False))).shape == (448, 320, 3)
