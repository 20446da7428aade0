"""What an answer with height and width is: of made-up networks that end as autoencoders, segmenters and encoders do."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core import layers
from cnn_core.layers import Layer
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.map_answer import ClassesAnswer, PictureAnswer, map_answer
from cnn_core.network.network import Network
from cnn_core.pictures.scaling import Scaling, scaled

PIXELS = np.random.default_rng(2).random((8, 12, 3)).astype(np.float32)


def info(*ending: Layer, scaling: Scaling = Scaling.UNIT) -> ModelInfo:
    network = Network.of(layers.Input(PIXELS.shape), *ending)
    return replace(describe("cifar10"), network=network, outputs=network.output_names(), scaling=scaling)


def conv(filters: int, activation: str = "linear") -> Layer:
    return layers.Conv2D(filters, (1, 1), activation=activation)


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@pytest.mark.parametrize("scaling", Scaling)
def test_an_autoencoder_answers_with_the_picture_in_its_own_scaling(scaling: Scaling) -> None:
    answer = map_answer(info(conv(3), scaling=scaling), PIXELS, scaled(PIXELS, scaling))
    assert isinstance(answer, PictureAnswer)
    np.testing.assert_allclose(answer.pixels, PIXELS, atol=1e-5)
    assert answer.beyond == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("scaling", [Scaling.BYTES, Scaling.SIGNED])
def test_an_answer_from_0_to_1_is_shown_as_it_is(scaling: Scaling) -> None:
    answer = map_answer(info(conv(3, "sigmoid"), scaling=scaling), PIXELS, PIXELS)
    assert isinstance(answer, PictureAnswer)
    np.testing.assert_array_equal(answer.pixels, PIXELS)


def test_what_overshoots_is_cut_off_and_said() -> None:
    output = PIXELS.copy()
    output[0, :4, 0], output[1, 0, 0] = 1.25, -0.5
    answer = map_answer(info(conv(3)), PIXELS, output)
    assert isinstance(answer, PictureAnswer)
    np.testing.assert_array_equal(answer.pixels, output.clip(0, 1))
    assert answer.beyond == pytest.approx(5 / PIXELS.size)


def test_a_decoder_without_an_activation_may_overshoot_in_many_places() -> None:
    output = (1.4 * PIXELS - 0.2).astype(np.float32)
    answer = map_answer(info(conv(3)), PIXELS, output)
    assert isinstance(answer, PictureAnswer)
    assert answer.beyond == pytest.approx(((output < 0) | (output > 1)).mean())
    assert answer.beyond > 0.2


def test_scores_of_three_classes_are_no_picture() -> None:
    scores = np.random.default_rng(1).normal(scale=3, size=PIXELS.shape).astype(np.float32)
    answer = map_answer(info(conv(3)), PIXELS, scores)
    assert isinstance(answer, ClassesAnswer)
    np.testing.assert_array_equal(answer.classes, scores.argmax(axis=2))


def test_shares_of_three_classes_are_no_picture() -> None:
    shares = softmax(np.random.default_rng(1).normal(size=PIXELS.shape).astype(np.float32))
    answer = map_answer(info(conv(3, "softmax")), PIXELS, shares)
    assert isinstance(answer, ClassesAnswer)
    np.testing.assert_array_equal(answer.classes, shares.argmax(axis=2))
    assert (answer.count, answer.by_border) == (3, None)


@pytest.mark.parametrize(
    ("ending", "border"),
    [
        ((conv(1, "sigmoid"),), 0.5),
        ((conv(1, "sigmoid"), layers.UpSampling2D()), 0.5),
        ((conv(1), layers.Activation("sigmoid")), 0.5),
        ((conv(1),), 0.0),
    ],
)
def test_one_channel_tells_two_classes_apart(ending: tuple[Layer, ...], border: float) -> None:
    output = np.linspace(-1, 1, 96, dtype=np.float32).reshape(8, 12, 1)
    answer = map_answer(info(*ending), PIXELS, output)
    assert isinstance(answer, ClassesAnswer)
    assert (answer.count, answer.by_border) == (2, border)
    np.testing.assert_array_equal(answer.classes, output[:, :, 0] > border)


def test_logits_are_classes_where_their_places_are_close() -> None:
    scores = np.random.default_rng(1).normal(size=(2, 3, 5)).astype(np.float32)
    large = np.zeros((64, 64, 3), np.float32)
    assert isinstance(map_answer(info(conv(5)), PIXELS, scores), ClassesAnswer)
    assert map_answer(info(conv(5)), large, scores) is None


@pytest.mark.parametrize("ending", [(conv(5, "relu"),), (conv(5), layers.MaxPooling2D())], ids=["relu", "pooled"])
def test_features_are_neither(ending: tuple[Layer, ...]) -> None:
    scores = np.random.default_rng(1).normal(size=(8, 12, 5)).astype(np.float32)
    assert map_answer(info(*ending), PIXELS, scores) is None


def test_other_axes_are_neither() -> None:
    assert map_answer(info(conv(3)), PIXELS, np.zeros((4, 3), np.float32)) is None


def test_numbers_without_end_are_no_error() -> None:
    output = np.full((8, 12, 4), np.nan, np.float32)
    answer = map_answer(info(conv(4, "softmax")), PIXELS, output)
    assert isinstance(answer, ClassesAnswer)
    assert not answer.classes.any()
    assert map_answer(info(conv(3)), PIXELS, np.full(PIXELS.shape, np.inf, np.float32)) is not None
