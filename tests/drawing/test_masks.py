"""Boxes and masks over a picture: which pixels are coloured, and that a box of any kind can be drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.drawing.masks import boxed_png, faults_png, joined_numbers, mask_colour, masked_png


def drawn(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def grey(side: int = 8) -> np.ndarray:
    return np.full((side, side, 3), 0.5, np.float32)


def test_what_belongs_to_something_has_its_colour_and_the_rest_is_grey() -> None:
    numbers = np.zeros((8, 8), np.int64)
    numbers[1:3, 1:3], numbers[5:, 5:] = 1, 2
    picture = drawn(masked_png(grey(), numbers, longest=8))
    assert (np.ptp(picture[numbers == 0], axis=1) == 0).all()
    for number in (1, 2):
        (colour,) = np.unique(picture[numbers == number], axis=0)
        expected = 0.35 * 127.5 + 0.65 * np.array(mask_colour(number - 1))
        np.testing.assert_allclose(colour, expected, atol=1)


def test_faults_are_red() -> None:
    faults = np.eye(8, dtype=np.bool_)
    picture = drawn(faults_png(grey(), faults, longest=8))
    assert (picture[faults][:, 0] > picture[faults][:, 1] + 100).all()
    assert (np.ptp(picture[~faults], axis=1) == 0).all()


def test_colours_come_again_and_none_is_black() -> None:
    colours = [mask_colour(number) for number in range(40)]
    assert (0, 0, 0) not in colours
    assert len(set(colours)) == colours.index(colours[0], 1) > 10


def test_a_frame_lies_around_its_box() -> None:
    picture = drawn(boxed_png(grey(64), np.array([[16, 8, 48, 40]], np.float64), longest=64))
    changed = (picture != 128).any(axis=2) & (picture != 127).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (rows.min(), columns.min()) == (16, 8)
    assert abs(rows.max() - 48) <= 1
    assert abs(columns.max() - 40) <= 1
    assert not changed[24:40, 16:32].any()


@pytest.mark.parametrize("box", [(30, 30, 10, 10), (0, 0, 0, 0), (-5, -5, 80, 80), (63, 63, 64, 64)])
def test_a_box_of_any_kind_can_be_drawn(box: tuple[float, ...]) -> None:
    assert drawn(boxed_png(grey(64), np.array([box], np.float64))).shape == (448, 448, 3)


def test_masks_become_numbers_the_last_in_front() -> None:
    first, second = np.zeros((2, 3, 3), np.bool_)
    first[:2], second[1:] = True, True
    assert joined_numbers([first, second], (3, 3)).tolist() == [[1, 1, 1], [2, 2, 2], [2, 2, 2]]
    assert joined_numbers([], (2, 2)).tolist() == [[0, 0], [0, 0]]
