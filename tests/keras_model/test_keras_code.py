"""The Keras code of a network, run: it makes the same network, with the same shapes and parameters."""

from dataclasses import replace
from math import prod
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from strategies import fitting_networks

from cnn_core.errors import NetworkError
from cnn_core.layers import Activation, ActivationName, Conv2D, Dot, GaussianNoise, Input, Layer, Reshape
from cnn_core.network.blocks import BLOCKS, insert_block
from cnn_core.network.code.keras_code import is_chain, keras_code, keras_sequential_code
from cnn_core.network.keras_names import keras_name
from cnn_core.network.line import read_line
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset
from cnn_core.network.summary import summarize

pytestmark = pytest.mark.keras


def run(code: str) -> Any:
    """Run a script as if Keras had just been started; return its `model`."""
    import keras

    keras.backend.clear_session()
    names: dict[str, Any] = {}
    exec(compile(code, "<code>", "exec"), names)
    model = names["model"]
    assert isinstance(model, keras.Model)
    return model


def as_used(layer: Layer) -> Layer:
    """Return a layer without a slope that its activation does not have: Keras keeps none."""
    if isinstance(layer, Activation) and layer.activation not in (ActivationName.LEAKY_RELU, ActivationName.ELU):
        return replace(layer, slope=None)
    return layer


def check(network: Network, code: str) -> None:
    from cnn_core.keras_model.read import network_from_keras

    model = run(code)
    summary = summarize(network)
    assert summary.parameters == model.count_params()
    assert summary.trainable == sum(prod(weight.shape) for weight in model.trainable_weights)
    for row in summary.rows[1:]:
        assert model.get_layer(keras_name(row.name)).output.shape[1:] == row.output_shape, row.name
    own = {"LayerScale", "StochasticDepth", "ReduceMean", "ReduceMax", "Slice"}
    if {named.kind for named in network.layers} & own:
        return  # in the code they are classes of its own
    layers = {named.name: named.layer for named in network_from_keras(model).layers}
    for named in network.layers[1:]:
        # Explicit padding is a layer of its own in Keras; all else is the same.
        if not isinstance(getattr(named.layer, "padding", None), tuple):
            assert layers[keras_name(named.name)] == as_used(named.layer)


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_presets(known: Preset) -> None:
    network = known.make()
    check(network, keras_code(network))
    if is_chain(network):
        check(network, keras_sequential_code(network))
    else:
        with pytest.raises(NetworkError, match="functional"):
            keras_sequential_code(network)


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])
@given(fitting_networks())
def test_any_network(network: Network) -> None:
    assume(not any(is_too_noisy(named.layer) for named in network.layers))
    check(network, keras_code(network))


def is_too_noisy(layer: object) -> bool:
    return isinstance(layer, GaussianNoise) and layer.stddev > 1


def test_what_keras_does_not_make_is_refused() -> None:
    # It opens in the app, from files of Keras 2, and computes.
    network = Network.of(Input((4,)), GaussianNoise(25))
    with pytest.raises(NetworkError, match=r"at most stddev=1\. Received: 25"):
        keras_code(network)
    import keras

    with pytest.raises(ValueError, match="between 0 and 1"):
        keras.layers.GaussianNoise(25)


@pytest.mark.parametrize("block", BLOCKS)
def test_building_blocks(block: str) -> None:
    network = insert_block(read_line("16x16x3-C8-R-GA-D10sm"), "activation", BLOCKS[block]())
    check(network, keras_code(network))


@pytest.mark.parametrize(
    "line",
    [
        "I256-Reshape(target_shape=(16, 16))-Reshape(target_shape=(16, 16, 1))-C2",
        "8x6x3-Permute(dims=(2, 1, 3))-A2x3-T4k3s2-C4k3x3s2x2",
        "8x8x3-Activation(activation='leaky_relu', slope=0.1)-P2s1-U2-Z1",
    ],
)
def test_pairs_that_are_no_two_directions(line: str) -> None:
    check(read_line(line), keras_code(read_line(line)))


def test_dot_products_are_written() -> None:
    network = Network.of(
        Input((4, 5, 3)),
        NamedLayer("rows", Reshape((20, 3))),
        NamedLayer("alike", Dot((-1, 2), normalize=True), ("rows", "rows")),
        NamedLayer("taken", Dot((2, 1)), ("alike", "rows")),
    )
    assert 'Dot(axes=(-1, 2), normalize=True, name="alike")([' in keras_code(network)
    check(network, keras_code(network))


def test_several_outputs_odd_names_and_frozen_layers() -> None:
    from cnn_core.keras_model.read import network_from_keras

    network = Network.of(
        Input((8, 8, 3)),
        NamedLayer("층 1", Conv2D(4, 3, padding=((1, 0), (0, 2))), trainable=False),
        NamedLayer("import", Conv2D(4, 1)),
        NamedLayer('say "x"', Conv2D(2, 1), ("import",)),
        NamedLayer("2", Conv2D(3, 1), ("import",)),
    )
    model = run(keras_code(network))
    assert [output.shape[1:] for output in model.outputs] == [(7, 8, 2), (7, 8, 3)]
    assert model.count_params() == summarize(network).parameters
    assert summarize(network_from_keras(model)).trainable == summarize(network).trainable
