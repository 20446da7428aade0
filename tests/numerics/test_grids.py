"""Grids of numbers: the named ones and the text that stands in an address."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from cnn_core.errors import CnnError
from cnn_core.numerics.grids import GRIDS, LARGEST, NOISE, SINGLE, grid_of_text, grid_text, named_grid


@pytest.mark.parametrize("key", [*(grid.key for grid in GRIDS), SINGLE, NOISE])
@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (3, 32), (32, 5)])
def test_every_grid_has_the_size_asked_for(key: str, shape: tuple[int, int]) -> None:
    grid = named_grid(key, *shape)
    assert grid.shape == shape
    assert grid.dtype == np.float64


def test_grids_show_what_they_are_called() -> None:
    assert named_grid(SINGLE, 5, 7).sum() == named_grid(SINGLE, 5, 7)[2, 3] == 1
    assert np.diff(named_grid("vertical_edge", 4, 8), axis=0).any() == False  # noqa: E712
    assert np.diff(named_grid("horizontal_edge", 8, 4), axis=1).any() == False  # noqa: E712
    assert (np.diff(named_grid("slope", 3, 7), axis=1) == 1).all()
    assert (named_grid(NOISE, 9, 9) == named_grid(NOISE, 9, 9)).all()


def test_an_unknown_grid_is_refused() -> None:
    with pytest.raises(CnnError, match=r"no such grid\. Received: 'circle'"):
        named_grid("circle", 3, 3)


@given(
    some.arrays(
        np.float64,
        some.array_shapes(min_dims=1, max_dims=4, max_side=6),
        elements=st.floats(-1e6, 1e6),
    )
)
def test_a_text_gives_its_numbers_back(values: np.ndarray) -> None:
    text = grid_text(values)
    assert text.replace("-", "").replace("_", "").isalnum()
    back = grid_of_text(text)
    assert back.shape == values.shape
    np.testing.assert_allclose(back, values, rtol=1e-5, atol=1e-300)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        values = grid_of_text(text)
    except CnnError:
        return
    assert max(values.shape) <= LARGEST  # a text that happens to be one


@pytest.mark.parametrize(
    "values",
    [np.zeros((LARGEST + 1, 2)), np.full((2, 2), 1e7), np.array([[np.nan]]), np.array([[np.inf]]), np.zeros((0, 3))],
)
def test_what_is_no_grid_is_refused(values: np.ndarray) -> None:
    with pytest.raises(CnnError):
        grid_of_text(grid_text(values))


def packed(plain: str) -> str:
    """Return a text as somebody may pack it who does not use `grid_text`."""
    return base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode().rstrip("=")


def test_a_text_that_unpacks_to_much_more_is_refused() -> None:
    with pytest.raises(CnnError, match="cannot be read"):
        grid_of_text(packed("1x1 " + "0 " * 10_000_000))


@pytest.mark.parametrize(
    "shape",
    ["-1x1", "1x-1", "1_0x1", "010", "+10", "\u0661\u0660", "1" * 5000, "x", "1x1x1x1x10", "10x", "", "33", "0"],
)
def test_a_shape_is_read_strictly(shape: str) -> None:
    """`-1x1` was a grid of as many rows as there were numbers, 20,000 for instance."""
    with pytest.raises(CnnError):
        grid_of_text(packed(f"{shape} " + " ".join("5" * 10)))


@pytest.mark.parametrize("numbers", ["1_0", "0x1", "\u0665", "1e400", "nan", "5 5", ""])
def test_numbers_are_read_strictly(numbers: str) -> None:
    with pytest.raises(CnnError):
        grid_of_text(packed(f"1x1 {numbers}"))
