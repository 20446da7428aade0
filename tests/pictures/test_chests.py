"""Generated chests: the same again from a seed, and a spot that has the same surroundings in either lung."""

import numpy as np
import pytest

from cnn_core.errors import CnnError
from cnn_core.pictures.chests import APART, CLASSES, LEFT_LUNG, SIDE, chest, even_chest, spot_at

SEEN = 8
"""Rows and columns that the convolutions see, for which the surroundings must be the same."""


def test_a_seed_makes_the_same_picture_again() -> None:
    np.testing.assert_array_equal(chest(5).pixels, chest(5).pixels)
    assert not np.array_equal(chest(5).ground, chest(6).ground)
    with pytest.raises(CnnError, match="seed=-1"):
        chest(-1)


def test_every_class_comes_equally_often_and_the_spot_lies_on_its_side() -> None:
    made = [chest(seed) for seed in range(600)]
    counts = np.bincount([one.label for one in made], minlength=len(CLASSES))
    assert (abs(counts - 200) < 50).all()
    for one in made:
        assert (one.spot is None) == (one.label == 0)
        if one.spot is not None:
            assert (one.spot[1] < SIDE / 2) == (one.label == 1)
            brighter = one.pixels - one.ground
            row, column, _ = np.unravel_index(brighter.argmax(), brighter.shape)
            assert (int(row), int(column)) == one.spot


def test_a_spot_has_the_same_surroundings_on_both_sides() -> None:
    """What a window that touches the spot sees on the left, another sees on the right: only the place differs."""
    row, column = LEFT_LUNG
    left, right = (np.minimum(even_chest() + spot_at(row, place), 1)[..., 0] for place in (column, column + APART))
    touched = abs(left - even_chest()[..., 0]).max(axis=0) > 0
    first, last = np.flatnonzero(touched)[[0, -1]]
    around = np.arange(first - SEEN + 1, min(last + SEEN, SIDE - APART))
    assert len(around) == last - first + 2 * SEEN - 2
    np.testing.assert_array_equal(left[:, around], right[:, around + APART])
