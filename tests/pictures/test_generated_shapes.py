"""Generated shapes: what is said of a picture is what can be measured on it."""

import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st
from scipy import ndimage

from cnn_core.errors import CnnError
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.pictures.shapes import KINDS, box_around, one_shape, shapes_picture

SEEDS = st.integers(0, 10**6)


@seed(1)
@given(SEEDS)
def test_boxes_and_classes_follow_from_the_instances(number: int) -> None:
    picture = shapes_picture(number)
    slices = ndimage.find_objects(picture.instances)
    assert len(slices) == len(picture.shapes)
    for place, shape in zip(slices, picture.shapes, strict=True):
        assert shape.box == (place[0].start, place[1].start, place[0].stop, place[1].stop)
    kinds = [shape.kind for shape in picture.shapes]
    for position, kind in enumerate(kinds, start=1):
        assert (picture.classes[picture.instances == position] == kind + 1).all()
    assert ((picture.classes == 0) == (picture.instances == 0)).all()


@seed(2)
@given(SEEDS)
def test_pixels_are_those_of_a_file_and_the_same_every_time(number: int) -> None:
    picture, again = shapes_picture(number), shapes_picture(number)
    np.testing.assert_array_equal(picture.pixels, again.pixels)
    steps = picture.pixels * 255
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-4)
    assert not np.array_equal(picture.pixels, shapes_picture(number + 1).pixels)


@seed(3)
@given(SEEDS, st.integers(1, 5))
def test_as_many_shapes_as_are_asked_for_at_most(number: int, most: int) -> None:
    assert 1 <= len(shapes_picture(number, least=most, most=most).shapes) <= most


def test_kinds_differ_in_how_much_of_their_box_they_fill() -> None:
    """A circle fills π/4 of its box, a triangle half of it or less, and a square at least half, by its turn."""
    filled: dict[int, list[float]] = {kind: [] for kind in range(len(KINDS))}
    for number in range(60):
        picture = shapes_picture(number, most=1)
        (shape,) = picture.shapes
        top, left, bottom, right = shape.box
        filled[shape.kind].append(picture.instances.sum() / ((bottom - top) * (right - left)))
    circle, square, triangle = (np.array(filled[kind]) for kind in range(len(KINDS)))
    np.testing.assert_allclose(circle, np.pi / 4, atol=0.07)
    assert (square > 0.47).all()
    assert np.ptp(square) > 0.2
    assert (triangle < 0.58).all()


def test_every_shape_can_be_told_from_the_background() -> None:
    for number in range(20):
        picture = shapes_picture(number)
        ground = picture.pixels[picture.instances == 0].mean(axis=0)
        for position in range(1, len(picture.shapes) + 1):
            own = picture.pixels[ndimage.binary_erosion(picture.instances == position)].mean(axis=0)
            assert np.linalg.norm(own - ground) > 0.2


def test_the_largest_is_the_one_of_which_most_is_seen() -> None:
    picture = shapes_picture(4)
    counts = np.bincount(picture.instances.ravel())[1:]
    assert picture.largest is picture.shapes[int(counts.argmax())]


def test_box_around_a_mask() -> None:
    mask = np.zeros((5, 6), np.bool_)
    mask[1, 2] = mask[3, 4] = True
    assert box_around(mask) == (1, 2, 4, 5)


@pytest.mark.parametrize(("side", "least", "most"), [(15, 1, 5), (64, 0, 5), (64, 3, 2)])
def test_what_makes_no_picture_is_refused(side: int, least: int, most: int) -> None:
    with pytest.raises(CnnError, match="at least 1 shape"):
        shapes_picture(1, side, least, most)


@pytest.mark.parametrize("kind", ShapeKind)
def test_one_shape_alone_is_seen_in_grey_too(kind: ShapeKind) -> None:
    """Somewhere a small neighbourhood is much brighter or darker than the large one around it."""
    for number in range(10):
        grey = one_shape(kind, 64, np.random.default_rng(number)).mean(axis=2)
        smooth = ndimage.uniform_filter(grey, 5)
        ground = ndimage.uniform_filter(np.pad(grey, 1, mode="reflect"), 33)[1:-1, 1:-1]
        assert np.abs(smooth - ground).max() > 25


def test_one_shape_is_the_same_for_the_same_seed() -> None:
    one, same, other = (one_shape(ShapeKind.STAR, 32, np.random.default_rng(number)) for number in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
