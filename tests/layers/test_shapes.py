"""Output shapes against counting, TensorFlow's definition of `same`, published figures; and what does not fit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import KINDS, Layer
from cnn_core.layers.settings import Pair
from cnn_core.layers.shapes import MOST_COUNTED, Shape, output_shape, refuse_uncountable, show
from cnn_core.network.network import Network
from cnn_core.network.presets import preset

small = st.integers(1, 7)
amounts = st.tuples(st.integers(0, 5), st.integers(0, 5))


# The courses' figures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "layer", "expected"),
    [
        ((7, 7, 3), L.Conv2D(1, 3), (5, 5, 1)),
        ((7, 7, 3), L.Conv2D(1, 3, strides=2), (3, 3, 1)),
        ((7, 7, 3), L.Conv2D(1, 3, strides=3), (2, 2, 1)),
        ((32, 32, 3), L.Conv2D(6, 5), (28, 28, 6)),
        ((32, 32, 3), L.Conv2D(6, 5, padding=2), (32, 32, 6)),
        ((32, 32, 3), L.Conv2D(6, 5, padding="same"), (32, 32, 6)),
        ((28, 28, 1), L.MaxPooling2D(2), (14, 14, 1)),
        ((9, 9, 1), L.MaxPooling2D(2), (4, 4, 1)),
        ((9, 9, 1), L.AveragePooling2D(2, padding="same"), (5, 5, 1)),
        ((8, 9, 2), L.Conv2D(4, (3, 2), strides=(2, 1), padding=((1, 0), (0, 2))), (4, 10, 4)),
        ((8, 8, 6), L.Conv2D(9, 3, groups=3), (6, 6, 9)),
        ((8, 8, 2), L.DepthwiseConv2D(3, depth_multiplier=3), (6, 6, 6)),
        ((8, 8, 2), L.SeparableConv2D(5, 3, depth_multiplier=3, padding="same"), (8, 8, 5)),
        ((7, 7, 8), L.Conv2DTranspose(4, 3, strides=2), (15, 15, 4)),
        ((7, 7, 8), L.Conv2DTranspose(4, 3, strides=2, padding="same"), (14, 14, 4)),
        ((7, 5, 8), L.GlobalAveragePooling2D(), (8,)),
        ((7, 5, 8), L.GlobalMaxPooling2D(keepdims=True), (1, 1, 8)),
        ((7, 5, 8), L.UpSampling2D((2, 3)), (14, 15, 8)),
        ((7, 5, 8), L.Resizing(3, 9), (3, 9, 8)),
        ((7, 5, 8), L.ZeroPadding2D(((1, 2), (3, 4))), (10, 12, 8)),
        ((7, 5, 8), L.Cropping2D(((1, 2), (3, 0))), (4, 2, 8)),
        ((7, 5, 8), L.Flatten(), (280,)),
        ((7, 5, 8), L.Dense(3), (7, 5, 3)),
        ((280,), L.Dense(3), (3,)),
        ((280,), L.Reshape((7, 5, -1)), (7, 5, 8)),
        ((7, 5, 8), L.Reshape((-1,)), (280,)),
        ((7, 5, 8), L.Permute((3, 1, 2)), (8, 7, 5)),
        ((7, 5), L.Permute((2, 1)), (5, 7)),
        ((7, 5, 8), L.PReLU((1, 2)), (7, 5, 8)),
        ((7, 5, 8), L.GroupNormalization(4), (7, 5, 8)),
        ((7, 5, 8), L.BatchNormalization(), (7, 5, 8)),
        ((7, 5, 2), L.Normalization((0, 0), (1, 1)), (7, 5, 2)),
        ((7, 5, 2), L.Normalization((0,), (1,)), (7, 5, 2)),
    ],
)
def test_shapes_by_hand(shape: Shape, layer: Layer, expected: Shape) -> None:
    assert output_shape(layer, shape) == expected


def test_cats_and_dogs_halves_to_7() -> None:
    shapes = [step.output_shape for step in preset("cats_dogs").make().steps()]
    sizes = [shape[0] for shape in shapes[1:-2]]
    assert sizes == [180, 178, 89, 87, 43, 41, 20, 18, 9, 7]
    assert shapes[-3:] == [(7, 7, 256), (12_544,), (1,)]


def test_mnist_flattens_to_10816() -> None:
    shapes = [step.output_shape for step in preset("mnist").make().steps()]
    assert shapes == [(28, 28, 1), (28, 28, 32), (26, 26, 64), (13, 13, 64), (10_816,), (100,), (10,)]


@given(network=fitting_networks())
def test_every_size_of_a_network_is_at_least_1(network: Network) -> None:
    for step in network.steps():
        assert len(step.output_shape) >= 1
        assert min(step.output_shape) >= 1
        assert all(type(size) is int for size in step.output_shape)


# Merges ------------------------------------------------------------------------------------------------------------

VALUE_BY_VALUE = [L.Add(), L.Multiply(), L.Average(), L.Maximum(), L.Minimum()]


@pytest.mark.parametrize("layer", VALUE_BY_VALUE, ids=lambda layer: layer.kind)
def test_merges_keep_the_shape_and_stretch_1(layer: Layer) -> None:
    assert output_shape(layer, (4, 5, 6), (4, 5, 6), (4, 5, 6)) == (4, 5, 6)
    assert output_shape(layer, (4, 5, 6), (1, 1, 6)) == (4, 5, 6)
    assert output_shape(layer, (1, 5, 1), (4, 1, 6)) == (4, 5, 6)
    assert output_shape(layer, (1, 1), (1, 1)) == (1, 1)


@pytest.mark.parametrize("layer", VALUE_BY_VALUE, ids=lambda layer: layer.kind)
@pytest.mark.parametrize("other", [(4, 5, 7), (4, 4, 6), (3, 5, 6), (6,), (1, 4, 5, 6)], ids=show)
def test_merges_refuse_unequal_shapes(layer: Layer, other: Shape) -> None:
    with pytest.raises(LayerError, match=rf"^{layer.kind} works .* Received: 4×5×6, {show(other)}\."):
        output_shape(layer, (4, 5, 6), other)


def test_concatenate_adds_channels() -> None:
    assert output_shape(L.Concatenate(), (4, 5, 6), (4, 5, 1), (4, 5, 2)) == (4, 5, 9)
    assert output_shape(L.Concatenate(), (6,), (2,)) == (8,)


@pytest.mark.parametrize("other", [(4, 4, 6), (1, 1, 6), (6,)], ids=show)
def test_concatenate_refuses_unequal_sizes(other: Shape) -> None:
    with pytest.raises(LayerError, match=rf"^Concatenate joins channels.* Received: 4×5×6, {show(other)}\."):
        output_shape(L.Concatenate(), (4, 5, 6), other)


# What does not fit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "layer", "message"),
    [
        ((2, 9, 1), L.Conv2D(1, 3), "a window of 3 on 2 along the height. Use padding 'same'"),
        ((9, 2, 1), L.Conv2D(1, 3), "a window of 3 on 2 along the width."),
        ((4, 9, 1), L.Conv2D(1, 3, dilation_rate=2), "a window of 5 on 4 along the height."),
        ((2, 9, 1), L.Conv2D(1, 9, padding=2), "a window of 9 on 6 along the height."),
        ((1, 1, 1), L.MaxPooling2D(2), "a window of 2 on 1 along the height."),
        ((2, 2, 1), L.DepthwiseConv2D(3), "a window of 3 on 2 along the height."),
        ((2, 2, 1), L.SeparableConv2D(1, 3), "a window of 3 on 2 along the height."),
        ((9, 9, 4), L.Conv2D(6, 3, groups=3), "Received: 4 channels, groups=3."),
        ((4, 4, 1), L.Cropping2D(2), "an input of 4×4×1, cropping=((2, 2), (2, 2)). Crop less."),
        ((4, 9, 1), L.Cropping2D(((4, 1), (0, 0))), "Cropping leaves nothing."),
        ((4, 4, 2), L.Reshape((5, -1)), "32 values (4×4×2) for target_shape=(5, -1)."),
        ((4, 4, 2), L.Reshape((4, 4)), "32 values (4×4×2) for target_shape=(4, 4)."),
        ((4, 4, 2), L.Reshape((64, -1)), "32 values (4×4×2) for target_shape=(64, -1)."),
        ((4, 4, 2), L.Permute((2, 1)), "dims=(2, 1) for an input of shape 4×4×2. Give the numbers from 1 to 3."),
        ((6,), L.PReLU((1, 2)), "shared_axes=(1, 2) for an input of shape 6. Leave out those above 1."),
        ((4, 4, 6), L.GroupNormalization(4), "6 channels, groups=4."),
        ((4, 4, 2), L.Normalization((0, 0, 0), (1, 1, 1)), "3 numbers for 2 channels."),
        ((4, 4, 2), L.Normalization((0,), (1, 1, 1)), "3 numbers for 2 channels."),
    ],
)
def test_misfits_say_what_they_got(shape: Shape, layer: Layer, message: str) -> None:
    with pytest.raises(LayerError) as caught:
        output_shape(layer, shape)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("axes", "shapes", "expected"),
    [
        ((2, 2), [(4, 6), (5, 6)], (4, 5)),
        ((1, 2), [(3, 5), (10, 3)], (5, 10)),
        ((-1, 1), [(7, 8, 6), (6,)], (7, 8)),
        ((-1, -2), [(7, 8, 6), (6, 2)], (7, 8, 2)),
        ((3, 3), [(2, 3, 4), (5, 6, 4)], (2, 3, 5, 6)),
        ((1, 1), [(2, 3, 4, 5), (2, 3)], (3, 4, 5, 3)),
        ((1, -1), [(6,), (6,)], (1,)),
    ],
)
def test_dot_leaves_the_other_axes(axes: Pair, shapes: list[Shape], expected: Shape) -> None:
    assert output_shape(L.Dot(axes), *shapes) == expected


@pytest.mark.parametrize(
    ("axes", "shapes", "message"),
    [
        ((3, 1), [(4, 6), (6,)], "axes=(3, 1) for inputs of shapes 4×6, 6. Choose axes that they have."),
        ((1, -2), [(4, 6), (4,)], "axes=(1, -2) for inputs of shapes 4×6, 4."),
        ((1, 1), [(4, 6), (6,)], "Received: 4 and 6 of 4×6, 6."),
        ((1, 1), [(2, 3, 4, 5), (2, 3, 4)], "Received: 5; at most 4 are possible."),
    ],
)
def test_what_dot_cannot_multiply(axes: Pair, shapes: list[Shape], message: str) -> None:
    with pytest.raises(LayerError) as caught:
        output_shape(L.Dot(axes), *shapes)
    assert message in str(caught.value)


NEEDS_MAPS: list[Layer] = [
    L.Conv2D(1, 1),
    L.DepthwiseConv2D(1),
    L.SeparableConv2D(1, 1),
    L.Conv2DTranspose(1, 1),
    L.MaxPooling2D(1),
    L.AveragePooling2D(1),
    L.GlobalMaxPooling2D(),
    L.GlobalAveragePooling2D(),
    L.UpSampling2D(),
    L.Resizing(2, 3),
    L.ZeroPadding2D(),
    L.Cropping2D(),
    L.Slice(),
    L.SpatialDropout2D(),
    L.StochasticDepth(),
    L.RandomFlip(),
    L.RandomRotation(),
    L.RandomZoom(),
    L.RandomTranslation(),
    L.RandomContrast(),
    L.RandomBrightness(),
    L.RandomGrayscale(),
    L.RandomHue(),
    L.RandomSaturation(),
    L.RandomColorJitter(),
]


@pytest.mark.parametrize("layer", NEEDS_MAPS, ids=lambda layer: layer.kind)
@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 4, 5, 6)], ids=show)
def test_layers_that_need_maps_say_so(layer: Layer, shape: Shape) -> None:
    assert len(output_shape(layer, (4, 5, 6))) in (1, 3)
    with pytest.raises(LayerError, match=rf"needs feature maps.* Received: an input of shape {show(shape)}\."):
        output_shape(layer, shape)


def test_every_other_kind_takes_a_vector() -> None:
    others = set(KINDS) - {layer.kind for layer in NEEDS_MAPS} - {"Input"}
    for kind in others:
        fitting: dict[str, dict[str, Any]] = {
            "Reshape": {"target_shape": (6, 1)},
            "Permute": {"dims": (1,)},
            "GroupNormalization": {"groups": 2},
            "ReduceMean": {"axis": 1, "keepdims": True},
            "ReduceMax": {"axis": 1, "keepdims": True},
        }
        layer = KINDS[kind](**fitting.get(kind, KINDS[kind].starter))
        assert output_shape(layer, (6,), (6,))


@given(shape=st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple), data=st.data())
def test_reshape_keeps_every_value(shape: Shape, data: st.DataObject) -> None:
    order = data.draw(st.permutations(shape))
    place = data.draw(st.integers(0, len(order) - 1))
    assert output_shape(L.Reshape(tuple(order)), shape) == tuple(order)
    assert output_shape(L.Reshape((*order[:place], -1, *order[place + 1 :])), shape) == tuple(order)


@given(shape=st.tuples(small, small, small), by=st.tuples(amounts, amounts))
def test_cropping_undoes_padding(shape: Shape, by: tuple[Pair, Pair]) -> None:
    padded = output_shape(L.ZeroPadding2D(by), shape)
    assert output_shape(L.Cropping2D(by), padded) == shape


# What cannot be counted ----------------------------------------------------------------------------------------------


def test_an_output_has_at_most_as_many_values_as_can_be_counted() -> None:
    refuse_uncountable((2**21, 2**21, 2**21 - 1))
    refuse_uncountable((MOST_COUNTED,))
    with pytest.raises(LayerError, match=r"Received: 2097152×2097152×2097152; at most 9,223,372,036,854,775,807 can"):
        refuse_uncountable((2**21, 2**21, 2**21))


def test_a_network_is_refused_at_the_layer_that_cannot_be_counted() -> None:
    network = Network.of(L.Input((28, 28, 1)), *(L.UpSampling2D(10**6) for _ in range(400)))
    steps = network.steps()
    assert [next(steps).output_shape[0] for _ in range(2)] == [28, 28 * 10**6]
    with pytest.raises(
        NetworkError, match=r'^Layer "up_sampling2d_1" \(UpSampling2D\): The output has too many values'
    ):
        next(steps)
