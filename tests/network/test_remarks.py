"""What is legal and yet worth a sentence, against what the windows really cover."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.layers import Activation, Conv2D, Dense, DepthwiseConv2D, Flatten, Input, Layer, MaxPooling2D
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, effective_kernel
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.remarks import all_remarks, remarks
from cnn_core.network.summary import summarize
from cnn_core.numerics.taps import axis_taps


def said(layer: Layer, shape: Shape) -> str:
    return " ".join(str(note) for note in remarks(summarize(Network.of(Input(shape), layer)).rows[-1]))


def test_a_stride_that_leaves_a_rest() -> None:
    assert "rows 1, columns 0" in said(MaxPooling2D(2), (43, 20, 8))
    assert "rows 1, columns 1" in said(Conv2D(1, 3, strides=3), (7, 7, 1))
    assert said(Conv2D(1, 3, strides=2), (7, 7, 1)) == ""
    assert said(Conv2D(1, 3, strides=2, padding="same"), (8, 8, 1)) == ""


def test_a_stride_that_leaps_over_places() -> None:
    assert "between windows" in said(Conv2D(1, 1, strides=2), (7, 7, 1))
    assert said(Conv2D(1, 1, strides=2), (1, 1, 1)) == ""


@given(kernel=st.integers(1, 5), stride=st.integers(1, 5), dilation=st.integers(1, 5))
def test_places_that_no_window_takes_are_said(kernel: int, stride: int, dilation: int) -> None:
    span = effective_kernel(kernel, dilation)
    layer = DepthwiseConv2D(kernel, strides=stride, dilation_rate=dilation)
    taps = axis_taps(3 * stride + 2 * span + 60, Window(kernel, stride, dilation))
    middle = range(span, len(taps.sources) - span - stride)
    notes = said(layer, (len(taps.sources), len(taps.sources), 1))
    assert ("places between" in notes) == any(place in middle for place in taps.unseen)


def test_a_dense_on_a_map() -> None:
    assert "never flattened" in said(Dense(3), (7, 7, 2))
    assert said(Dense(3), (7,)) == ""


def test_a_softmax_of_one_value() -> None:
    assert "always 1" in said(Dense(1, activation="softmax"), (7,))
    assert "always 1" in said(Activation("softmax"), (4, 4, 1))
    assert said(Dense(2, activation="softmax"), (7,)) == ""
    assert said(Flatten(), (4, 4, 1)) == ""


ROUNDED_DOWN = {"max_pooling2d_1": 1, "max_pooling2d_2": 1}
REMARKED = {
    "cats_dogs": ROUNDED_DOWN,
    "cats_dogs_augmented": ROUNDED_DOWN,
    # Shortcuts of 1×1 with stride 2: they leave a rest and pass over every other place.
    "resnet_20": {"conv3_block1_0_conv": 2, "conv4_block1_0_conv": 2},
}


@pytest.mark.parametrize("key", [known.key for known in PRESETS])
def test_remarks_on_the_presets(key: str) -> None:
    rows = summarize(preset(key).make()).rows
    counted = {row.name: len(remarks(row)) for row in rows}
    assert {name: count for name, count in counted.items() if count} == REMARKED.get(key, {})
    assert all_remarks(rows) == [remarks(row) for row in rows]


def test_equal_layers_behind_other_maps_are_looked_at_anew() -> None:
    rows = summarize(Network.of(Input((9, 9, 1)), MaxPooling2D(2), MaxPooling2D(2), MaxPooling2D(2))).rows
    assert [len(notes) for notes in all_remarks(rows)] == [0, 1, 0, 0]
