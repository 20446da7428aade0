"""Networks made to fit pictures: shapes, heads, and what the courses count for theirs."""

import pytest

from cnn_core.errors import CnnError
from cnn_core.layers import ActivationName, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from cnn_core.layers.kind import Group
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.summary import summarize
from cnn_core.training.heads import head_of
from cnn_core.training.networks import (
    DEEPEST,
    course_network,
    fitted,
    plain_network,
    small_network,
    with_dropout,
)

SHAPES = [(28, 28, 1), (32, 32, 3), (180, 180, 3), (8, 8, 3), (64, 48, 1)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_small_network_fits_any_pictures(shape: tuple[int, int, int], classes: int) -> None:
    network = small_network(shape, classes)
    rows = summarize(network).rows
    assert rows[0].output_shape == shape
    assert head_of(network).classes == classes
    last_map = next(row for row in reversed(rows) if len(row.output_shape) == 3)
    assert 4 <= min(last_map.output_shape[:2]) < 8
    assert summarize(network).parameters < 60_000


def test_the_courses_networks_have_their_parameters() -> None:
    # Both figures are the courses'; Rescaling has none.
    assert summarize(course_network((28, 28, 1), 10)).parameters == 1_101_526
    assert summarize(course_network((180, 180, 3), 2)).parameters == 991_041


@pytest.mark.parametrize("activation", [ActivationName.SIGMOID, ActivationName.TANH, ActivationName.RELU])
def test_a_plain_network_is_as_deep_as_it_is_asked_to_be(activation: ActivationName) -> None:
    network = plain_network((32, 32, 3), 3, 12, activation)
    convolutions = [named.layer for named in network.layers if isinstance(named.layer, Conv2D)]
    assert [layer.activation for layer in convolutions] == [activation] * 12
    assert head_of(network).classes == 3


@pytest.mark.parametrize("depth", [0, DEEPEST + 1])
def test_a_depth_out_of_bounds_is_refused(depth: int) -> None:
    with pytest.raises(CnnError, match=f"1 to {DEEPEST} convolutions.*Received: {depth}"):
        plain_network((32, 32, 3), 3, depth, ActivationName.RELU)


@pytest.mark.parametrize(
    ("key", "side"), [("mnist_augmented", 40), ("cats_dogs_augmented", 150), ("tiny_vgg", 48), ("resnet_20", 36)]
)
def test_a_preset_is_made_to_fit(key: str, side: int) -> None:
    network = fitted(preset(key).make(), (side, side, 3), 4)
    assert next(network.steps()).output_shape == (side, side, 3)
    assert head_of(network).classes == 4
    assert not [named for named in network.layers if named.layer.group is Group.AUGMENTATION]
    assert [named.kind for named in network.layers].count("Rescaling") == 1


def test_every_preset_fits_or_says_why() -> None:
    for known in PRESETS:
        shape = next(known.make().steps()).output_shape
        assert head_of(fitted(known.make(), shape, 5)).classes == 5


def test_what_ends_in_no_dense_layer_is_refused() -> None:
    with pytest.raises(CnnError, match=r"end in a Dense layer\. Received: Flatten"):
        fitted(Network.of(Input((8, 8, 1)), Conv2D(4, 3), Flatten()), (8, 8, 1), 3)


def test_pictures_too_small_for_a_network_are_refused() -> None:
    network = Network.of(Input((64, 64, 1)), MaxPooling2D(16), Conv2D(4, 3), Flatten(), Dense(2, activation="softmax"))
    with pytest.raises(CnnError):
        fitted(network, (16, 16, 1), 3)


def test_dropout_comes_before_the_head() -> None:
    network = small_network((32, 32, 3), 3)
    assert with_dropout(network, 0) is network
    *_rest, dropout, head = with_dropout(network, 0.5).layers
    assert dropout.layer == Dropout(0.5)
    assert isinstance(head.layer, Dense)
    assert head_of(with_dropout(network, 0.5)).classes == 3
