"""Dropped values as a picture: they are left out, all others have the colour of their value."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.arrays import Output
from cnn_core.drawing.colour_scale import SEQUENTIAL
from cnn_core.drawing.dropped import COLUMNS, dropped_png, strongest_maps


def drawn(png: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_units_stand_in_rows_and_the_dropped_are_transparent() -> None:
    values = np.linspace(0, 1, 70, dtype=np.float32)
    kept = np.arange(70) % 3 > 0
    picture = drawn(dropped_png(values, kept, 1.0, signed=False))
    side = picture.shape[1] // COLUMNS
    cells = picture[::side, ::side].reshape(-1, 4)
    np.testing.assert_array_equal(cells[:70, 3] > 0, kept)
    assert not cells[70:, 3].any()
    np.testing.assert_array_equal(cells[1, :3], SEQUENTIAL[round(values[1] * (len(SEQUENTIAL) - 1))])


def test_maps_stand_beside_one_another() -> None:
    values = np.zeros((4, 4, 10), np.float32)
    values[0, 0, 7], values[1, 1, 2] = 5, 3
    maps = strongest_maps(values)
    assert len(maps) == 8
    assert {2, 7} <= set(maps)
    picture = drawn(dropped_png(values, values == 0, 5.0, signed=False, maps=(7, 2)))
    scale = picture.shape[0] // 4
    small = picture[::scale, ::scale, 3] > 0
    assert not small[0, 0]  # of map 7
    assert not small[1, 6 + 1]  # of map 2, behind four values and a gap of two
    assert small[:, :4].sum() == small[:, 6:10].sum() == 15


@pytest.mark.parametrize("shape", [(3,), (40, 60, 2)])
def test_any_size_is_drawn(shape: tuple[int, ...]) -> None:
    values: Output = np.ones(shape, np.float32)
    maps = (0, 1) if len(shape) == 3 else ()
    assert drawn(dropped_png(values, values > 0, 1.0, False, maps))[..., 3].any()
