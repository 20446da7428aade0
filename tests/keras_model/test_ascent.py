"""The slope of a channel against finite differences and models without their activation; small models climbed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
from cnn_core.errors import CnnError
from cnn_core.numerics.ascent import Climb, Slope, begun, stepped

pytestmark = pytest.mark.keras

SHAPE = (9, 8, 3)
PIXELS = np.random.default_rng(3).uniform(0.2, 0.8, SHAPE).astype(np.float32)


def seeded(build: Callable[[], Any]) -> Any:
    import keras

    keras.utils.set_random_seed(4)
    return build()


def mixed() -> Any:
    """Return a model with most of what has a gradient of its own, each with an activation inside or behind it."""
    import keras
    from keras import layers as K  # noqa: N812

    image = keras.Input(SHAPE, name="image")
    x = K.Conv2D(5, 3, 2, padding="same", activation="relu", name="conv")(image)
    x = K.BatchNormalization(name="norm", beta_initializer="ones")(x)
    gate = K.Conv2D(5, 1, activation="sigmoid", name="gate")(K.GlobalAveragePooling2D(keepdims=True)(x))
    x = K.Multiply(name="gated")([x, gate])
    x = K.DepthwiseConv2D(2, activation="tanh", name="depthwise")(x)
    x = K.Activation("swish", name="swish")(x)
    x = K.Dense(6, activation="elu", name="dense")(K.Flatten(name="flat")(x))
    return keras.Model(image, K.Dense(4, activation="softmax", name="head")(x))


LAYERS = ("image", "conv", "norm", "gate", "gated", "depthwise", "swish", "flat", "dense", "head")


def slope(model: Any, pixels: np.ndarray, layer: str, channel: int = 1) -> Slope:
    from cnn_core.keras_model.ascent import channel_slope

    return channel_slope(model, pixels, layer, channel).slope


@pytest.mark.parametrize("layer", LAYERS)
def test_the_gradient_is_that_of_a_small_change(layer: str) -> None:
    model = seeded(mixed)
    here = slope(model, PIXELS, layer)
    direction = np.random.default_rng(5).standard_normal(SHAPE).astype(np.float32)
    step = np.float32(1e-3)
    higher, lower = (slope(model, PIXELS + sign * step * direction, layer).score for sign in (1, -1))
    expected = (higher - lower) / (2 * step)
    assert float((here.gradient * direction).sum()) == pytest.approx(expected, rel=0.02, abs=1e-5)
    assert here.is_usual


@pytest.mark.parametrize("layer", LAYERS)
def test_the_value_is_the_mean_that_keras_computes(layer: str) -> None:
    import keras

    from cnn_core.keras_model.ascent import channel_slope

    model = seeded(mixed)
    output = keras.Model(model.input, model.get_layer(layer).output)(PIXELS[np.newaxis])
    for channel in range(output.shape[-1] if layer != "flat" else 3):
        answer = channel_slope(model, PIXELS, layer, channel)
        assert answer.value == pytest.approx(float(np.mean(output[..., channel])), rel=1e-5, abs=1e-6)
        if layer not in ("gate", "head"):
            assert answer.slope.score == answer.value


@pytest.mark.parametrize("layer", ["gate", "head"])
def test_before_what_squashes(layer: str) -> None:
    """The score is what the layer gives without its activation, which it keeps."""
    import keras

    model = seeded(mixed)
    received = [slope(model, PIXELS, layer, channel).score for channel in range(4)]
    activation = model.get_layer(layer).activation
    assert activation in (keras.activations.sigmoid, keras.activations.softmax)
    model.get_layer(layer).activation = keras.activations.linear
    linear = keras.Model(model.input, model.get_layer(layer).output)(PIXELS[np.newaxis])
    np.testing.assert_allclose(received, np.ravel(linear)[:4], rtol=1e-5)


def test_an_activation_of_its_own_counts_as_one_inside() -> None:
    import keras
    from keras import layers as K  # noqa: N812

    def ending_in(*ends: Any) -> Any:
        return seeded(lambda: keras.Sequential([keras.Input(SHAPE), K.Flatten(), *ends]))

    inside = ending_in(K.Dense(3, "softmax", name="end"))
    behind = ending_in(K.Dense(3), K.Softmax(name="end"))
    behind.set_weights(inside.get_weights())
    np.testing.assert_allclose(slope(inside, PIXELS, "end").gradient, slope(behind, PIXELS, "end").gradient, rtol=1e-5)


# Where the value has no slope -----------------------------------------------------------------------------------------


def convolution(bias: float, activation: str = "relu", shape: tuple[int, int, int] = SHAPE) -> Any:
    import keras
    from keras import layers as K  # noqa: N812

    bias_initializer = keras.initializers.Constant(bias)
    conv = K.Conv2D(4, 1, activation=activation, bias_initializer=bias_initializer, name="conv")
    return seeded(lambda: keras.Sequential([keras.Input(shape), conv]))


def climb_of(model: Any, shape: tuple[int, int, int], steps: int, channel: int = 0) -> Climb:
    slopes = partial(slope, model, layer="conv", channel=channel)
    climb = begun(shape, 0, slopes)
    for _ in range(steps):
        climb = stepped(climb, slopes)
    return climb


def test_a_relu_that_sleeps_is_woken() -> None:
    """Three pixels at half are 1.5: the sum of a bright place is above 2.2, where the ReLU begins."""
    model = convolution(-2.2)
    model.get_layer("conv").kernel.assign(np.ones((1, 1, 3, 4)))
    climb = climb_of(model, SHAPE, 60)
    assert 0 < climb.unusual < 60
    assert climb.scores[0] < 0 < climb.scores[-1]


def test_a_relu_that_never_wakes_is_climbed_before_it() -> None:
    from cnn_core.keras_model.ascent import channel_slope

    model = convolution(-99)
    climb = climb_of(model, SHAPE, 20)
    assert climb.unusual == 20
    assert climb.scores[-1] > climb.scores[0]
    assert channel_slope(model, climb.pixels, "conv", 0).value == 0


def test_a_relu6_that_is_full_is_climbed_before_it() -> None:
    climb = climb_of(convolution(6.5, "relu6"), SHAPE, 20)
    assert climb.unusual == 20
    assert climb.scores[-1] > 6.5


@pytest.mark.parametrize("behind", ["MaxPooling2D", "Conv2D", "Flatten"])
def test_a_layer_behind_a_relu_that_sleeps_is_woken(behind: str) -> None:
    """The gradient goes past the ReLU as if it were none."""
    import keras
    from keras import layers as K  # noqa: N812

    ends = {"MaxPooling2D": K.MaxPooling2D(2), "Conv2D": K.Conv2D(2, 3), "Flatten": K.Flatten()}
    model = keras.Sequential([keras.Input(SHAPE), *convolution(-2.2).layers, ends[behind]])
    model.get_layer("conv").kernel.assign(np.ones((1, 1, 3, 4)))
    if behind == "Conv2D":
        ends[behind].kernel.assign(np.ones((3, 3, 4, 2)))
    assert not slope(model, np.full(SHAPE, 0.5, np.float32), ends[behind].name).is_usual
    slopes = partial(slope, model, layer=ends[behind].name, channel=0)
    climb = begun(SHAPE, 0, slopes)
    for _ in range(60):
        climb = stepped(climb, slopes)
    assert 0 < climb.unusual < 60
    assert climb.scores[-1] > 0


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 3), (1, 5, 1), (28, 27, 1)], ids=str)
def test_small_odd_and_grey(shape: tuple[int, int, int]) -> None:
    climb = climb_of(convolution(0, "linear", shape), shape, 40)
    assert climb.scores[-1] > climb.scores[0]
    assert climb.pixels.shape == shape
    assert climb.pixels.min() >= 0
    assert climb.pixels.max() <= 1


# Refusals -------------------------------------------------------------------------------------------------------------


def test_weights_that_are_no_numbers() -> None:
    model = convolution(np.nan)
    with pytest.raises(CnnError, match="infinite or NaN"):
        climb_of(model, SHAPE, 1)


def test_a_channel_without_weights() -> None:
    model = convolution(1)
    model.get_layer("conv").kernel.assign(np.zeros((1, 1, 3, 4)))
    with pytest.raises(CnnError, match="No small change"):
        climb_of(model, SHAPE, 1)


def test_what_is_not_there_is_refused() -> None:
    model = convolution(0)
    with pytest.raises(CnnError, match=r"from 0 to 3 here\. Received: channel 4"):
        slope(model, PIXELS, "conv", 4)
    with pytest.raises(CnnError, match='no layer "other"'):
        slope(model, PIXELS, "other")
    with pytest.raises(CnnError, match="model's input size"):
        slope(model, PIXELS[:4], "conv")


def test_a_layer_behind_rounding_has_no_gradient() -> None:
    import keras
    from keras import layers as K  # noqa: N812

    image = keras.Input(SHAPE)
    conv = K.Conv2D(2, 1, name="conv")
    model = keras.Model(image, conv(keras.ops.cast(keras.ops.cast(image, "int32"), "float32")))
    with pytest.raises(CnnError, match='"conv" has no gradient'):
        slope(model, PIXELS, "conv")


def test_one_pass_serves_all_channels_and_the_model_can_be_freed() -> None:
    import gc
    import weakref

    from cnn_core.keras_model import ascent

    model = convolution(0)
    for channel in range(4):
        slope(model, PIXELS, "conv", channel)
    assert len(ascent._models[model].traced) == 1
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
