"""Classes place by place, against loops that look at one place; colours against models of colour-blind eyes."""

import io
from itertools import combinations

import numpy as np
import pytest
from eyes import EYES, lab
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from cnn_core.drawing.class_regions import (
    CLASS_COLOURS,
    OTHERS,
    STRENGTH,
    Region,
    classes_by_place,
    regions_of,
    regions_png,
)


@pytest.mark.parametrize("eyes", EYES)
def test_colours_are_told_apart(eyes: str) -> None:
    """A difference of 2.3 in CIE 1976 can just be seen (Mahy, Van Eycken and Oosterlinck, 1994)."""
    seen = [lab(colour, eyes) for colour in (*CLASS_COLOURS, OTHERS)]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen[:8], 2)) > 15
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 7


VALUES = st.floats(-4, 4, width=32) | st.just(np.nan)
MAPS = st.tuples(*[st.integers(1, 5)] * 3).flatmap(lambda shape: arrays(np.float32, shape, elements=VALUES))


def class_at(place: np.ndarray, border: float) -> int:
    """Return the class of one place, looked for one channel after another."""
    if len(place) == 1:
        return int(place[0] > border)
    best = 0
    for channel, value in enumerate(place):
        if value > place[best] or (np.isnan(place[best]) and not np.isnan(value)):
            best = channel
    return best


@given(MAPS, st.sampled_from([0.0, 0.5]))
def test_each_place_has_the_class_of_its_largest_channel(maps: np.ndarray, border: float) -> None:
    classes = classes_by_place(maps, border)
    assert classes.shape == maps.shape[:2]
    for place in np.ndindex(classes.shape):
        assert classes[place] == class_at(maps[place], border)


def test_regions_are_told_from_the_largest_on_with_their_shares() -> None:
    classes = np.array([[2, 2, 2, 0], [2, 2, 5, 5]])
    regions = regions_of(classes, 6)
    assert [(region.number, region.share) for region in regions] == [(2, 0.625), (5, 0.25), (0, 0.125)]
    assert [region.colour for region in regions] == [CLASS_COLOURS[2], CLASS_COLOURS[5], CLASS_COLOURS[0]]


def test_of_too_many_classes_the_largest_have_colours() -> None:
    count = len(CLASS_COLOURS) + 3
    classes = np.repeat(np.arange(count), np.arange(count, 0, -1))[::-1].reshape(1, -1)
    regions = regions_of(classes + 40, 150)
    assert [region.number for region in regions] == list(range(40, 40 + count))
    assert [region.colour for region in regions] == [*CLASS_COLOURS, OTHERS, OTHERS, OTHERS]
    assert sum(region.share for region in regions) == pytest.approx(1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(2, 3), (4, 6), (3, 5)])
def test_colours_lie_over_the_picture_stretched_to_its_size(shape: tuple[int, int], channels: int) -> None:
    rng = np.random.default_rng(5)
    pixels = rng.random((4, 6, channels)).astype(np.float32)
    classes = rng.integers(0, 4, shape)
    regions = regions_of(classes, 4)
    with Image.open(io.BytesIO(regions_png(pixels, classes, regions, longest=6))) as image:
        drawn = np.asarray(image)
    assert drawn.shape == (4, 6, 3)
    colours = {region.number: np.array(region.colour) for region in regions}
    for row, column in np.ndindex(4, 6):
        number = classes[row * shape[0] // 4, column * shape[1] // 6]
        wanted = pixels[row, column].mean() * 255 * (1 - STRENGTH) + colours[number] * STRENGTH
        np.testing.assert_allclose(drawn[row, column], wanted, atol=0.51)


def test_a_colour_is_written_for_the_page() -> None:
    assert Region(0, 1.0, (230, 159, 0)).css == "rgb(230, 159, 0)"
