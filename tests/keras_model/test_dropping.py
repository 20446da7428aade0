"""Dropout behind a layer: what Keras draws is 0 or scaled, and the answer follows from what is left."""

from typing import Any

import numpy as np
import pytest

from cnn_core import layers
from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError
from cnn_core.network.network import NamedLayer, Network

pytestmark = pytest.mark.keras

RATE = 0.25
NETWORK = Network.of(
    layers.Input((6, 6, 1)),
    layers.Conv2D(40, 3, activation="relu"),
    layers.Flatten(),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
)


@pytest.fixture(scope="module")
def model() -> Any:
    from cnn_core.keras_model import build_model

    return build_model(NETWORK, seed=1)


@pytest.fixture
def pixels() -> Pixels:
    return np.random.default_rng(0).random((6, 6, 1), np.float32)


def dropped(model: Any, pixels: Pixels, layer: str, rate: float = RATE, count: int = 8, seed: int = 0) -> Any:
    from cnn_core.keras_model.dropping import dropped as drawn

    return drawn(model, pixels, layer, rate, count, seed)


def test_a_value_is_0_or_what_it_was_divided_by_what_is_kept(model: Any, pixels: Pixels) -> None:
    made = dropped(model, pixels, "conv2d")
    assert made.draws.shape == (8, 4, 4, 40)
    scaled = made.values / (1 - RATE)
    kept = made.draws != 0
    np.testing.assert_allclose(made.draws[kept], np.broadcast_to(scaled, kept.shape)[kept], rtol=1e-6)
    visible = np.broadcast_to(made.values > 0, kept.shape)
    # About 2,500 values: a standard deviation is 0.9 percentage points.
    assert (~kept[visible]).mean() == pytest.approx(RATE, abs=0.04)
    assert made.draws.mean() == pytest.approx(made.values.mean(), rel=0.05)


def test_the_network_that_comes_along_is_tried() -> None:
    """It is a Sequential, which has no output of its own before it is called as a layer."""
    from cnn_core.models.loading import entered

    made = dropped(*entered("mnist", np.full((28, 28, 1), 0.5, np.float32)), "dense")
    assert made.draws.shape == (8, 100)
    np.testing.assert_allclose(made.answers.sum(axis=1), 1, atol=1e-5)


def test_the_answer_comes_from_what_is_left(model: Any, pixels: Pixels) -> None:
    made = dropped(model, pixels, "flatten")
    kernel, bias = model.get_layer("dense").get_weights()
    sums = made.draws @ kernel + bias
    expected = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.answers, expected, atol=1e-5)
    np.testing.assert_allclose(made.answer, model(pixels[np.newaxis])[0], atol=1e-5)


def test_the_answer_of_a_sequential_comes_from_what_is_left(model: Any, pixels: Pixels) -> None:
    """Keras connects its layers anew with each one that is added, and remembers the first connection."""
    import keras

    one_by_one = keras.Sequential([keras.Input((6, 6, 1))])
    for layer in model.layers[1:]:
        one_by_one.add(type(layer).from_config(layer.get_config()))
    one_by_one.set_weights(model.get_weights())
    for name in ("conv2d", "flatten"):
        made, expected = (dropped(one, pixels, name) for one in (one_by_one, model))
        np.testing.assert_allclose(made.answers, expected.answers, atol=1e-6)


@pytest.mark.parametrize("layer", ["conv2d", "max_pooling2d", "dense"])
def test_dropout_is_tried_on_the_network_that_comes_along(layer: str) -> None:
    from cnn_core.models.loading import entered

    made = dropped(*entered("mnist", np.zeros((28, 28, 1), np.float32)), layer)
    assert made.answers.shape == (8, 10)
    np.testing.assert_allclose(made.answers.sum(axis=1), 1, atol=1e-5)


def test_the_seed_decides_and_a_rate_of_0_drops_nothing(model: Any, pixels: Pixels) -> None:
    first, again, other = (dropped(model, pixels, "flatten", seed=seed).draws for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    made = dropped(model, pixels, "flatten", rate=0.0, count=2)
    np.testing.assert_array_equal(made.draws, np.stack([made.values] * 2))


@pytest.mark.parametrize(("rate", "count"), [(1.0, 4), (-0.1, 4), (0.5, 0), (0.5, 65)])
def test_what_makes_no_sense_is_refused(model: Any, pixels: Pixels, rate: float, count: int) -> None:
    with pytest.raises(CnnError, match="a rate from 0 to less than 1"):
        dropped(model, pixels, "flatten", rate, count)


def test_a_layer_that_others_pass_by_is_refused(pixels: Pixels) -> None:
    from cnn_core.keras_model import build_model

    network = Network(
        (
            NamedLayer("input", layers.Input((6, 6, 1))),
            NamedLayer("one", layers.Conv2D(2, 1)),
            NamedLayer("two", layers.Conv2D(2, 1)),
            NamedLayer("sum", layers.Add(), ("one", "two")),
            NamedLayer("pool", layers.GlobalAveragePooling2D()),
        )
    )
    with pytest.raises(CnnError, match="the answer does not depend on its output alone"):
        dropped(build_model(network, seed=0), pixels, "two")
