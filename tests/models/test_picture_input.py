"""What a model must take to be shown a picture, and the channel that is put to a model without an axis for it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import ModelFileError
from cnn_core.layers import Layer
from cnn_core.models.picture_input import refuse_no_picture, with_channel
from cnn_core.network.network import NamedLayer, Network


def of(*layers: Layer | NamedLayer, shape: tuple[int, ...] = (6, 5)) -> Network:
    return Network.of(L.Input(shape), *layers)


PICTURES = [(1, 1, 1), (1, 1, 3), (28, 28, 1), (1, 500, 3), (3, 3, 3), (3, 224, 3), (1, 28, 1)]


@pytest.mark.parametrize("shape", PICTURES)
def test_pictures_of_any_size(shape: tuple[int, ...]) -> None:
    refuse_no_picture(shape)


REFUSED = {
    (784,): r"vector of 784 numbers.*keras.Input\(\(28, 28, 1\)\), keras.layers.Flatten\(\), model",
    (12288,): r"keras.Input\(\(64, 64, 3\)\)",
    (64,): r"keras.Input\(\(8, 8, 1\)\)",
    (4,): "not take a picture: its input is 4",
    (3,): "not take a picture: its input is 3",
    (10,): r"not take a picture: its input is 10\. A picture is \(height, width, channels\)",
    (3, 224, 224): "channels first: its input is 3×224×224.*an input of 224×224×3",
    (1, 28, 28): "an input of 28×28×1",
    (28, 28, 2): "not take a picture: its input is 28×28×2",
    (2, 28, 28): "not take a picture: its input is 2×28×28",
    (4, 28, 28, 3): "not take a picture: its input is 4×28×28×3",
    (28, 28): "not take a picture: its input is 28×28",
}


@pytest.mark.parametrize(("shape", "words"), REFUSED.items(), ids=map(str, REFUSED))
def test_what_is_no_picture(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        refuse_no_picture(shape)


@given(count=st.integers(1, 10**6))
def test_the_shape_that_is_proposed_has_as_many_values(count: int) -> None:
    with pytest.raises(ModelFileError) as caught:
        refuse_no_picture((count,))
    shape: Any = caught.value.values["shape"]
    if shape != str(count):
        assert np.prod(shape) == count
        refuse_no_picture(shape)


def test_other_networks_stay_as_they_are() -> None:
    for network in (of(L.Flatten(), shape=(6, 5, 1)), of(L.Dense(3), shape=(4,))):
        assert with_channel(network) is network


def kinds(network: Network) -> list[str]:
    return [named.kind for named in network.layers]


def test_a_channel_is_put_to_the_input() -> None:
    network = with_channel(of(L.Rescaling(2, 1), L.Flatten(), L.Dense(3)))
    assert network == of(L.Rescaling(2, 1), L.Flatten(), L.Dense(3), shape=(6, 5, 1))
    assert with_channel(of()).layers[0].layer == L.Input((6, 5, 1))
    reshaped = with_channel(of(L.Reshape((6, 5, 1)), L.Conv2D(2, 3)))
    assert [step.output_shape for step in reshaped.steps()] == [(6, 5, 1), (6, 5, 1), (4, 3, 2)]


def test_where_the_axis_would_be_taken_for_channels_it_is_taken_away() -> None:
    for layer in (L.Dense(3), L.Activation("softmax"), L.BatchNormalization(), L.LayerNormalization()):
        network = with_channel(of(L.Dropout(0.5), layer))
        assert kinds(network) == ["Input", "Dropout", "Reshape", layer.kind]
        assert [step.output_shape for step in network.steps()][1:3] == [(6, 5, 1), (6, 5)]


def test_branches_take_the_axis_away_once() -> None:
    network = with_channel(
        of(
            L.Rescaling(2, 0),
            NamedLayer("left", L.Dense(4), ("input",)),
            NamedLayer("right", L.Dense(4), ("input",), trainable=False),
            NamedLayer("both", L.Add(), ("left", "right")),
            NamedLayer("sum", L.Add(), ("input", "rescaling")),
            NamedLayer("flat", L.Flatten(), ("sum",)),
        )
    )
    steps = {step.named.name: step for step in network.steps()}
    assert [step.named.kind for step in steps.values()].count("Reshape") == 1
    assert steps["left"].sources == steps["right"].sources == ("reshape",)
    assert not steps["right"].named.trainable
    assert steps["both"].output_shape == (6, 4)
    assert steps["sum"].output_shape == (6, 5, 1)
    assert steps["flat"].output_shape == (30,)


@pytest.mark.keras
@pytest.mark.parametrize(
    "layers",
    [
        (L.Rescaling(0.5, 1), L.Flatten(), L.Dense(3)),
        (L.Dense(3, activation="relu"), L.Activation("softmax"), L.Flatten()),
        (L.Activation("tanh"), L.LayerNormalization(), L.Reshape((5, 6, 1)), L.Conv2D(2, 3)),
        (L.BatchNormalization(), L.Dropout(0.5), L.Flatten()),
    ],
)
def test_the_values_stay_the_same(layers: tuple[Layer, ...]) -> None:
    from cnn_core import build_model

    network = of(*layers)
    before, after = build_model(network), build_model(with_channel(network))
    values = np.random.default_rng(0)
    after.set_weights([values.uniform(0.1, 1, weight.shape) for weight in after.get_weights()])
    before.set_weights(after.get_weights())
    inputs = values.normal(size=(2, 6, 5)).astype(np.float32)
    np.testing.assert_array_equal(
        np.asarray(after(inputs[..., np.newaxis], training=False)), np.asarray(before(inputs, training=False))
    )
