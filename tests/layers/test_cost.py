"""Parameters and multiply-adds against published figures and against naive loops that count."""

from collections.abc import Iterator
from itertools import product
from math import prod

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from strategies import layers_of

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError
from cnn_core.layers import Group, Layer
from cnn_core.layers.cost import Parameters, activation_bytes, multiply_adds, parameters
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.network.presets import preset
from cnn_core.network.summary import Summary, summarize

# Published figures -------------------------------------------------------------------------------------------------


def figures(key: str) -> Summary:
    return summarize(preset(key).make())


def of_convolutions(summary: Summary) -> tuple[int, int]:
    """Return the parameters and the multiply-adds of the convolutions alone."""
    rows = [row for row in summary.rows if row.layer.group is Group.CONVOLUTION]
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)


def test_mnist_as_the_course_prints_it() -> None:
    summary = figures("mnist")
    assert [row.parameters for row in summary.rows] == [0, 320, 18_496, 0, 0, 1_081_700, 1_010]
    assert summary.parameters == summary.trainable == 1_101_526


def test_cats_and_dogs_as_the_course_prints_it() -> None:
    assert figures("cats_dogs").parameters == 991_041


def test_augmentation_and_dropout_cost_nothing() -> None:
    for key in ("mnist", "cats_dogs"):
        plain, augmented = figures(key), figures(f"{key}_augmented")
        assert (augmented.parameters, augmented.multiply_adds) == (plain.parameters, plain.multiply_adds)


def test_vgg16() -> None:
    """138 M parameters in the paper's table 2; He et al. (arXiv:1512.03385) give the convolutions' 15.3 billion."""
    summary = figures("vgg16")
    assert of_convolutions(summary) == (14_714_688, 15_346_630_656)
    assert (summary.parameters, summary.multiply_adds) == (138_357_544, 15_470_264_320)


def test_tiny_vgg() -> None:
    summary = figures("tiny_vgg")
    assert (summary.parameters, summary.multiply_adds) == (19_920, 5_608_780)


def test_alexnet() -> None:
    assert figures("alexnet").parameters == 61_100_840


def test_resnet_20() -> None:
    """0.27 M in the paper's table 6. Its shortcuts of option A would save the two projections and their scales."""
    summary = figures("resnet_20")
    projections = sum(row.trainable for row in summary.rows if "_0_" in row.name)
    assert summary.trainable == 272_474
    assert projections == 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    assert summary.trainable - projections == 269_722
    assert round(summary.multiply_adds / 1e6, 1) == 40.8


def test_mobilenet_v2() -> None:
    """3.5 M and 300 M multiply-adds in the paper's table 4; 3,538,984 in Keras's documentation."""
    summary = figures("mobilenet_v2")
    assert (summary.parameters, summary.trainable) == (3_538_984, 3_504_872)
    assert round(summary.multiply_adds / 1e6) == 301


def test_lenet_5_layer_by_layer() -> None:
    """The paper gives parameters and connections, which are multiplications and one bias for each output."""
    rows = {row.name: row for row in figures("lenet_5").rows}
    assert (rows["C1"].parameters, rows["C5"].parameters, rows["F6"].parameters) == (156, 48_120, 10_164)
    assert rows["C1"].multiply_adds + prod(rows["C1"].output_shape) == 122_304


def test_dense_against_convolution() -> None:
    """32×32×3 to 28×28×6: 456 parameters by sharing weights, 14 million without."""
    convolution, dense = L.Conv2D(6, 5), L.Dense(28 * 28 * 6)
    output = output_shape(convolution, (32, 32, 3))
    assert output == (28, 28, 6)
    assert parameters(convolution, (32, 32, 3)).total == 456
    assert parameters(dense, (32 * 32 * 3,)).total == 14_455_392
    assert multiply_adds(convolution, output, (32, 32, 3)) == 352_800
    assert multiply_adds(dense, (28 * 28 * 6,), (32 * 32 * 3,)) == 14_450_688


# Counting ----------------------------------------------------------------------------------------------------------

Weight = tuple[int | str, ...]
"""Which number of a layer's weights a multiplication uses."""


def taps(layer: Layer) -> Iterator[tuple[int, int]]:
    return product(range(layer.kernel_size[0]), range(layer.kernel_size[1]))  # type: ignore[attr-defined]


def convolve(layer: L.Conv2D, output: Shape, channels: int) -> Iterator[Weight]:
    """Every output value, every tap, every channel of its own group."""
    for _, _, filter_ in product(*map(range, output)):
        group = filter_ // (layer.filters // layer.groups)
        width = channels // layer.groups
        for (row, column), channel in product(taps(layer), range(group * width, (group + 1) * width)):
            yield (row, column, channel, filter_)


def convolve_depthwise(layer: L.DepthwiseConv2D, output: Shape, channels: int) -> Iterator[Weight]:
    """Every place, every channel, each of its own kernels, every tap."""
    for _, _, channel, copy in product(
        range(output[0]), range(output[1]), range(channels), range(layer.depth_multiplier)
    ):
        for row, column in taps(layer):
            yield (row, column, channel, copy)


def convolve_separable(layer: L.SeparableConv2D, output: Shape, channels: int) -> Iterator[Weight]:
    """A depthwise convolution, then every place, every filter, every channel in between."""
    for _, _, channel, copy in product(
        range(output[0]), range(output[1]), range(channels), range(layer.depth_multiplier)
    ):
        for row, column in taps(layer):
            yield ("depth", row, column, channel, copy)
    for _, _, filter_, between in product(*map(range, output), range(channels * layer.depth_multiplier)):
        yield ("point", between, filter_)


def convolve_transposed(layer: L.Conv2DTranspose, shape: Shape) -> Iterator[Weight]:
    """Every input value is laid out through every tap into every filter."""
    for _, _, channel, filter_ in product(*map(range, shape), range(layer.filters)):
        for row, column in taps(layer):
            yield (row, column, channel, filter_)


def connect(layer: L.Dense, shape: Shape) -> Iterator[Weight]:
    for *_, channel, unit in product(*map(range, shape), range(layer.units)):
        yield (channel, unit)


def multiplications(layer: Layer, output: Shape, shape: Shape) -> Iterator[Weight]:
    """Yield the weight of every multiplication that a naive program makes."""
    match layer:
        case L.Conv2D():
            return convolve(layer, output, shape[-1])
        case L.DepthwiseConv2D():
            return convolve_depthwise(layer, output, shape[-1])
        case L.SeparableConv2D():
            return convolve_separable(layer, output, shape[-1])
        case L.Conv2DTranspose():
            return convolve_transposed(layer, shape)
        case L.Dense():
            return connect(layer, shape)
    raise AssertionError(layer)


def check_by_counting(layer: Layer, shape: Shape) -> None:
    """Compare with as many multiplications, and as many different weights, as the naive program uses."""
    output = output_shape(layer, shape)
    used = list(multiplications(layer, output, shape))
    biases = output[-1] if layer.use_bias else 0  # type: ignore[attr-defined]
    assert multiply_adds(layer, output, shape) == len(used)
    assert parameters(layer, shape) == Parameters(len(set(used)) + biases)


COUNTED: list[tuple[Layer, Shape]] = [
    (L.Conv2D(4, (3, 2), padding="same"), (5, 4, 3)),
    (L.Conv2D(4, 3, strides=2, padding=((1, 0), (2, 1)), use_bias=False), (5, 6, 3)),
    (L.Conv2D(6, 3, groups=2), (5, 5, 4)),
    (L.Conv2D(6, 1, groups=6), (2, 2, 6)),
    (L.Conv2D(2, 3, dilation_rate=2), (6, 7, 2)),
    (L.DepthwiseConv2D(3, strides=2, depth_multiplier=2), (6, 5, 3)),
    (L.DepthwiseConv2D((1, 3), use_bias=False), (3, 3, 2)),
    (L.SeparableConv2D(5, 3, padding="same", depth_multiplier=2), (4, 3, 2)),
    (L.SeparableConv2D(2, 2, strides=2, use_bias=False), (4, 4, 3)),
    (L.Conv2DTranspose(3, (2, 3), strides=2), (3, 2, 4)),
    (L.Conv2DTranspose(3, 3, strides=2, padding="same", use_bias=False), (3, 2, 2)),
    (L.Dense(4), (7,)),
    (L.Dense(4, use_bias=False), (2, 3, 5)),
]


@pytest.mark.parametrize(("layer", "shape"), COUNTED, ids=lambda value: value.kind if isinstance(value, Layer) else "")
def test_costs_by_counting(layer: Layer, shape: Shape) -> None:
    check_by_counting(layer, shape)


@given(
    layer=st.sampled_from([L.Conv2D, L.DepthwiseConv2D, L.SeparableConv2D, L.Conv2DTranspose, L.Dense]).flatmap(
        lambda kind: layers_of(kind, most=3)
    ),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 2, 6])),
)
def test_costs_of_any_layer_by_counting(layer: Layer, shape: Shape) -> None:
    try:
        output_shape(layer, shape)
    except LayerError:
        reject()
    check_by_counting(layer, shape)


# The rest ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (L.BatchNormalization(), Parameters(12, 12)),
        (L.BatchNormalization(scale=False), Parameters(6, 12)),
        (L.BatchNormalization(center=False, scale=False), Parameters(0, 12)),
        (L.LayerNormalization(), Parameters(12)),
        (L.LayerNormalization(center=False), Parameters(6)),
        (L.GroupNormalization(3), Parameters(12)),
        (L.PReLU(), Parameters(120)),
        (L.PReLU((1, 2)), Parameters(6)),
        (L.Normalization(), Parameters(0, 13)),
        (L.Normalization((0,), (1,)), Parameters(0)),
        (L.LayerScale(), Parameters(6)),
        (L.MaxPooling2D(), Parameters(0)),
        (L.Activation(), Parameters(0)),
        (L.Rescaling(), Parameters(0)),
    ],
    ids=str,
)
def test_parameters_of_layers_without_kernels(layer: Layer, expected: Parameters) -> None:
    assert parameters(layer, (4, 5, 6)) == expected
    assert multiply_adds(layer, output_shape(layer, (4, 5, 6)), (4, 5, 6)) == 0


def test_parameters_do_not_depend_on_the_picture() -> None:
    layer = L.Conv2D(8, 3, padding="same")
    assert parameters(layer, (7, 9, 3)) == parameters(layer, (224, 224, 3)) == Parameters(3 * 3 * 3 * 8 + 8)


def test_memory_is_four_bytes_a_value() -> None:
    assert activation_bytes((7, 5, 3)) == 420
    assert activation_bytes((10,)) == 40


def test_total_is_what_is_learned_and_what_is_kept() -> None:
    assert Parameters(3, 4).total == 7
