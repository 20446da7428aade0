"""Kernels drawn: a weight is a square of its colour, and a kernel lies beside its map."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.drawing.colour_scale import DIVERGING, LEVELS, SEQUENTIAL
from cnn_core.drawing.kernel_tiles import GAP, INNER_GAP, kernel_colours, tiles_png, value_colours


def drawn(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_grey_is_zero_and_the_limit_full_brightness() -> None:
    kernels = np.zeros((1, 3, 3, 1), np.float32)
    kernels[0, 1], kernels[0, 2] = 2, -2
    assert kernel_colours(kernels, 2, 10)[0, 0].tolist() == [[128, 128, 128, 255], [255] * 4, [0, 0, 0, 255]]


def test_a_layer_of_zeros_is_grey() -> None:
    assert set(kernel_colours(np.zeros((3, 3, 3, 2), np.float32), 0, 10)[..., :3].ravel()) == {128}


@pytest.mark.parametrize(("signed", "table"), [(True, DIVERGING), (False, SEQUENTIAL)])
def test_values_have_the_mosaic_s_colours(signed: bool, table: np.ndarray) -> None:
    values = np.array([[[4.0]], [[0.0]]], np.float32)
    cells = value_colours(values, 4, signed, 10)
    assert cells[0, 0, 0].tolist() == [*table[-1].tolist(), 255]
    assert cells[0, 1, 0].tolist() == [*table[LEVELS // 2 if signed else 0].tolist(), 255]


def test_every_map_may_have_a_limit_of_its_own() -> None:
    values = np.array([[[1.0, 5.0]]], np.float32)
    first, second = value_colours(values, [1, 5], False, 10)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("count", [1, 5, 8, 17])
def test_cells_stand_where_the_tiles_say(count: int) -> None:
    cells = value_colours(np.random.default_rng(9).normal(size=(3, 3, count)).astype(np.float32), 2, True, 10)
    tiles = tiles_png(cells, 4, 10)
    picture = drawn(tiles.png)
    assert (tiles.cell_width, tiles.cell_height, tiles.columns) == (9, 9, min(4, count))
    for number in range(count):
        top = GAP + number // tiles.columns * (9 + GAP)
        left = GAP + number % tiles.columns * (9 + GAP)
        np.testing.assert_array_equal(picture[top : top + 9 : 3, left : left + 9 : 3], cells[number])
        assert not picture[top - 1, left : left + 9, 3].any()


def test_a_kernel_lies_to_the_left_of_its_map() -> None:
    kernels = value_colours(np.random.default_rng(9).normal(size=(3, 3, 2)).astype(np.float32), 2, True, 12)
    maps = value_colours(np.random.default_rng(9).random((6, 4, 2), dtype=np.float32), 1, False, 12)
    tiles = tiles_png(kernels, 2, 12, maps)
    assert (tiles.cell_width, tiles.cell_height) == (24 + INNER_GAP, 12)
    first = drawn(tiles.png)[GAP : GAP + 12, GAP : GAP + tiles.cell_width]
    np.testing.assert_array_equal(first[:12:4, :12:4], kernels[0])
    # The map is narrower than its box and stands in the middle of it.
    np.testing.assert_array_equal(first[::2, 12 + INNER_GAP + 2 : -2 : 2], maps[0])


def test_what_is_larger_than_a_cell_is_reduced() -> None:
    cells = value_colours(np.ones((30, 30, 1), np.float32), 1, True, 10)
    assert tiles_png(cells, 1, 10).cell_width == 10
    assert kernel_colours(np.ones((30, 30, 3, 1), np.float32), 1, 10).shape == (1, 10, 10, 4)
