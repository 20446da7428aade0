"""Which places each output takes, against loops and against what a convolution answers to."""

import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import assume, given
from strategies import modes, windows_on
from windowed import (
    NUMPY_MODES,
    SAME,
    VALID,
    Axis,
    fillings,
    fits,
    seen,
)

from cnn_core.layers.windows import Window, output_length, padding_amounts, transposed_length
from cnn_core.numerics.convolve import conv2d, conv2d_transpose
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.taps import NOWHERE, Taps, axis_taps, transposed_taps


@given(axis=windows_on(), filling=fillings)
def test_taps_walk_along_the_padded_line(axis: Axis, filling: Filling) -> None:
    length, window = axis
    assume(fits([axis], filling))
    before, after = padding_amounts(length, window)
    taps = axis_taps(length, window, filling)
    places = seen(length + before + after, window)
    assert len(taps.taps) == output_length(length, window) == len(places)
    assert [[place for place, _ in pairs] for pairs in taps.taps] == places
    assert all([tap for _, tap in pairs] == list(range(window.kernel)) for pairs in taps.taps)
    line = np.arange(1, length + 1)
    shown = [0 if source == NOWHERE else source + 1 for source in taps.sources]
    assert shown == np.pad(line, (before, after), NUMPY_MODES[filling]).tolist()


def impulses(length: int, convolve: Callable[[np.ndarray], np.ndarray]) -> list[tuple[int, ...]]:
    """Return, for each input of a line, the outputs of a kernel of ones that are not 0 when it alone is 1."""
    eye = np.eye(length)[:, np.newaxis, :, np.newaxis]
    return [tuple(np.flatnonzero(convolve(impulse)).tolist()) for impulse in eye]


@given(axis=windows_on())
def test_reached_are_the_outputs_that_change(axis: Axis) -> None:
    length, window = axis
    taps, kernel = axis_taps(length, window), np.ones((1, window.kernel, 1, 1))
    found = impulses(length, lambda impulse: conv2d(impulse, kernel, (Window(1), window)))
    assert [taps.reached(index) for index in range(length)] == found


@given(axis=windows_on(modes))
def test_reached_by_a_transposed_convolution(axis: Axis) -> None:
    length, window = axis
    taps, kernel = transposed_taps(length, window), np.ones((1, window.kernel, 1, 1))
    assert len(taps.taps) == transposed_length(length, window)
    found = impulses(length, lambda impulse: conv2d_transpose(impulse, kernel, (Window(1), window)))
    assert [taps.reached(index) for index in range(length)] == found


@given(axis=windows_on())
def test_unseen_places_have_no_part_in_anything(axis: Axis) -> None:
    length, window = axis
    padded = length + sum(padding_amounts(length, window))
    bare = window._replace(padding=VALID)
    unreached = [index for index in range(padded) if not axis_taps(padded, bare).reached(index)]
    assert list(axis_taps(length, window).unseen) == unreached


@pytest.mark.parametrize(
    ("taps", "unseen"),
    [
        (axis_taps(7, Window(2, 2)), (6,)),
        (axis_taps(9, Window(3, 3)), ()),
        (axis_taps(8, Window(3, 2)), (7,)),
        (axis_taps(8, Window(3, 2, padding=(1, 0))), ()),
        (axis_taps(8, Window(3, 2, padding=(0, 2))), (9,)),
        (axis_taps(7, Window(1, 3)), (1, 2, 4, 5)),
        (axis_taps(6, Window(2, 2, 3)), (1, 4)),
        (axis_taps(5, Window(2, 2, padding=SAME)), ()),
        (transposed_taps(3, Window(2, 3)), ()),
    ],
)
def test_unseen_by_hand(taps: Taps, unseen: tuple[int, ...]) -> None:
    assert taps.unseen == unseen


def test_reflected_input_reaches_through_its_mirror_image() -> None:
    window = Window(3, padding=SAME)
    assert axis_taps(4, window, Filling.REFLECT).sources == (1, 0, 1, 2, 3, 2)
    assert axis_taps(4, window, Filling.REPLICATE).sources == (0, 0, 1, 2, 3, 3)
    assert axis_taps(4, window).reached(2) == (1, 2, 3)
    assert axis_taps(6, Window(2, padding=(2, 0)), Filling.REFLECT).reached(2) == (0, 3, 4)


@given(axis=windows_on(modes))
def test_taps_are_json(axis: Axis) -> None:
    for taps in (axis_taps(*axis), transposed_taps(*axis)):
        read = json.loads(json.dumps(asdict(taps)))
        lists = [[list(pair) for pair in pairs] for pairs in taps.taps]
        assert read == {"sources": list(taps.sources), "taps": lists}


def test_reflection_reaches_up_to_the_other_side() -> None:
    assert axis_taps(4, Window(7, padding=SAME), Filling.REFLECT).sources == (3, 2, 1, 0, 1, 2, 3, 2, 1, 0)
