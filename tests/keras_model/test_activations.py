"""Feature maps against Keras's own outputs, layer by layer."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import IMAGE_KINDS, fitting_networks

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
import cnn_core
from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import CnnError
from cnn_core.layers import ActivationName, Input, Layer
from cnn_core.network.network import NamedLayer, Network

pytestmark = pytest.mark.keras

SHAPE = (6, 5, 4)
PIXELS = np.random.default_rng(0).uniform(-1, 1, SHAPE).astype(np.float32)

EXAMPLES: tuple[Layer, ...] = (
    L.Conv2D(6, (3, 2), padding="same", groups=2, activation="silu"),
    L.Conv2D(2, 3, (2, 1), padding=((1, 2), (0, 3))),
    L.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=(1, 2)),
    L.DepthwiseConv2D(3, 2, "same", dilation_rate=(2, 3)),
    L.SeparableConv2D(3, 2, 2, dilation_rate=2, activation="tanh"),
    L.Conv2DTranspose(3, (2, 3), 2, "same"),
    L.Conv2DTranspose(3, 2, dilation_rate=2),
    L.Conv2DTranspose(3, (5, 2), 3, "same", output_padding=(0, 1)),
    L.MaxPooling2D((2, 3), 1, "same"),
    L.AveragePooling2D(2, padding="same"),
    L.GlobalMaxPooling2D(),
    L.GlobalAveragePooling2D(keepdims=True),
    L.UpSampling2D((2, 3), "bilinear"),
    L.UpSampling2D(2, "nearest"),
    L.Resizing(3, 11),
    L.Resizing(5, 3, "nearest"),
    L.Resizing(7, 3, crop_to_aspect_ratio=True),
    L.Resizing(7, 3, pad_to_aspect_ratio=True, fill_value=0.5),
    L.ZeroPadding2D(((0, 1), (2, 0))),
    L.Cropping2D((1, 0)),
    *(L.Slice("1:", "::2", "::-1"), L.ReduceMean((1, 3)), L.ReduceMax(3, True)),
    L.BatchNormalization(),
    L.LayerNormalization(),
    L.GroupNormalization(1),
    L.Normalization((1.0,), (2.0,)),
    L.Normalization(),
    L.Rescaling(2.0, -1.0),
    L.LayerScale(0.5),
    L.PReLU((1, 2)),
    L.Dropout(),
    L.SpatialDropout2D(),
    L.StochasticDepth(),
    L.RandomFlip(),
    L.RandomRotation(),
    L.RandomZoom(),
    L.RandomTranslation(),
    L.RandomContrast(),
    *(
        L.RandomGrayscale(),
        L.RandomBrightness(),
        L.RandomHue(),
        L.RandomSaturation(),
        L.RandomColorJitter(hue_factor=0.1),
    ),
    L.GaussianNoise(),
    L.GaussianDropout(),
    L.AlphaDropout(),
    L.Flatten(),
    L.Reshape((-1, 2)),
    L.Permute((3, 1, 2)),
    L.Dense(3, activation="softmax"),
    *(L.Activation(name, 0.3) for name in ActivationName),
)


def outputs_of_keras(model: Any, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Return every layer's output as Keras computes it layer by layer."""
    import keras

    layers = model.layers[1:]
    outputs = keras.Model(model.inputs, [layer.output for layer in layers])([pixels[np.newaxis]], training=False)
    outputs = outputs if len(layers) > 1 else [outputs]
    return {layer.name: np.asarray(output)[0] for layer, output in zip(layers, outputs, strict=True)}


def assert_alike(maps: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name, values in expected.items():
        largest = np.abs(values[np.isfinite(values)]).max(initial=0)
        np.testing.assert_allclose(maps[name], values, rtol=1e-3, atol=1e-5 * (1 + largest), err_msg=name)


def branching() -> Any:
    def on(name: str, layer: Layer, *sources: str) -> NamedLayer:
        return NamedLayer(name, layer, sources)

    return cnn_core.build_model(
        Network.of(
            Input(SHAPE),
            on("left", L.Conv2D(3, 3, padding="same", activation="relu"), "input"),
            on("right", L.Conv2D(3, 1), "input"),
            on("rest", L.Dropout(), "right"),
            on("add", L.Add(), "left", "rest"),
            on("join", L.Concatenate(), "left", "add", "left"),
            on("pool", L.GlobalMaxPooling2D(), "join"),
            on("out", L.Dense(2), "pool"),
            on("loose", L.MaxPooling2D(), "add"),
        )
    )


def nested() -> Any:
    """A network as transfer learning makes it: operations, a functional model that holds a Sequential one, a head."""
    import keras

    inner = keras.Sequential([keras.Input((6, 5, 3)), keras.layers.Conv2D(4, 2, name="conv")], name="inner")
    start = keras.Input((6, 5, 3), name="start")
    middle = keras.Model(start, keras.layers.ReLU(name="relu")(inner(start)), name="middle")
    image = keras.Input(SHAPE, name="image")
    x = keras.layers.Conv2D(3, 1, name="conv")(image) * 2.0 - 1.0
    x = keras.layers.Flatten(name="flat")(middle(x, training=False))
    return keras.Model(image, keras.layers.Dense(2, name="head")(x))


# Equal to Keras -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", EXAMPLES, ids=str)
def test_every_kind(layer: Layer) -> None:
    model = cnn_core.build_model(Network.of(Input(SHAPE), NamedLayer("layer", layer)))
    maps = cnn_core.feature_maps(model, PIXELS)
    assert_alike(maps, outputs_of_keras(model, PIXELS))
    assert np.array_equal(maps["input"], PIXELS)


def test_the_examples_hold_every_kind() -> None:
    kinds = {kind for kind in L.KINDS.values() if not issubclass(kind, L.Merge)}
    assert {type(layer) for layer in EXAMPLES} == kinds - {Input}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(network=fitting_networks(IMAGE_KINDS, most_layers=5))
def test_networks_at_random(network: Network) -> None:
    model, first = cnn_core.build_model(network), network.layers[0].layer
    assert isinstance(first, Input)
    pixels = np.random.default_rng(1).random(first.shape, np.float32)
    if len(network.layers) > 1:
        assert_alike(cnn_core.feature_maps(model, pixels), outputs_of_keras(model, pixels))


def test_branches_and_several_outputs() -> None:
    model = branching()
    maps = cnn_core.feature_maps(model, PIXELS)
    assert list(maps) == [layer.name for layer in model.layers]
    assert_alike(maps, outputs_of_keras(model, PIXELS))
    assert maps["out"].shape == (2,)


def test_layers_inside_nested_models_have_the_names_of_the_network() -> None:
    model = nested()
    maps = cnn_core.feature_maps(model, PIXELS)
    names = ["image", "conv", "multiply", "subtract", "middle.inner.conv", "middle.relu", "flat", "head"]
    assert [name.rstrip("_0123456789") for name in maps] == names
    assert list(maps) == [layer.name for layer in cnn_core.network_from_keras(model).layers]
    np.testing.assert_allclose(maps["head"], np.asarray(model(PIXELS[np.newaxis]))[0], rtol=1e-5)
    middle = model.get_layer("middle")
    inside = np.asarray(middle.get_layer("inner")(maps[list(maps)[3]][np.newaxis]))[0]
    np.testing.assert_allclose(maps["middle.inner.conv"], inside, rtol=1e-5)
    np.testing.assert_allclose(maps["middle.relu"], np.maximum(inside, 0), rtol=1e-5)


def test_reading_leaves_the_model_as_it_was() -> None:
    model = nested()
    before = model.to_json()
    cnn_core.feature_maps(model, PIXELS)
    assert model.to_json() == before
    assert model.get_layer("middle").get_layer("inner").get_layer("conv").output.shape == (None, 5, 4, 4)


def test_dropout_asked_for_by_the_model_itself_is_left_out() -> None:
    import keras

    image = keras.Input((4,))
    model = keras.Model(image, keras.layers.Dropout(0.9, name="drop")(image, training=True))
    assert np.array_equal(cnn_core.feature_maps(model, np.ones(4))["drop"], np.ones(4))


def test_outputs_are_float32_whatever_the_model_computes_in() -> None:
    import keras

    image = keras.Input((4,), dtype="uint8")
    hidden = keras.layers.Rescaling(0.5, name="half", dtype="float16")(image)
    maps = cnn_core.feature_maps(keras.Model(image, hidden), np.array([0, 2, 4, 255], np.uint8))
    assert {values.dtype for values in maps.values()} == {np.dtype(np.float32)}
    assert maps["half"].tolist() == [0, 1, 2, 127.5]


# Selections -----------------------------------------------------------------------------------------------------------


def test_only_what_is_asked_for_in_that_order() -> None:
    from cnn_core.keras_model import output_names

    model = branching()
    assert output_names(model) == ("out", "loose")
    every = cnn_core.feature_maps(model, PIXELS)
    some = cnn_core.feature_maps(model, PIXELS, ["out", "left", "out"])
    assert list(some) == ["out", "left"]
    assert_alike(some, {name: every[name] for name in some})
    assert cnn_core.feature_maps(model, PIXELS, []) == {}


def test_results_are_read_only() -> None:
    maps = cnn_core.feature_maps(branching(), PIXELS)
    assert not any(values.flags.writeable for values in maps.values())


def test_new_weights_and_new_layers_count() -> None:
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="a")])
    cnn_core.feature_maps(model, np.ones(3))
    model.get_layer("a").set_weights([np.full((3, 2), 2.0), np.ones(2)])
    assert cnn_core.feature_maps(model, np.ones(3))["a"].tolist() == [7, 7]
    model.add(keras.layers.ReLU(name="b"))
    assert cnn_core.feature_maps(model, -np.ones(3))["b"].tolist() == [0, 0]


# Once -----------------------------------------------------------------------------------------------------------------


def counting() -> tuple[Any, list[str]]:
    """Return a model whose middle layer notes when it is traced and when it is computed, and those notes."""
    import keras
    import tensorflow as tf

    notes: list[str] = []

    def computed(values: Any) -> Any:
        notes.append("computed")
        return values

    class Counting(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            if keras.ops.is_tensor(inputs):
                notes.append("traced")
            outputs = tf.py_function(computed, [inputs], tf.float32)
            outputs.set_shape(inputs.shape)
            return outputs

        def compute_output_shape(self, input_shape: Any) -> Any:
            return input_shape

    image = keras.Input((4,), name="image")
    middle = Counting(name="middle")(image)
    ends = [keras.layers.ReLU(name="a")(middle), keras.layers.Dense(2, name="b")(middle)]
    model = keras.Model(image, ends)
    notes.clear()
    return model, notes


def test_nothing_is_computed_or_traced_twice() -> None:
    model, notes = counting()
    for _ in range(3):
        cnn_core.feature_maps(model, np.ones(4))
    assert sorted(notes) == ["computed"] * 3 + ["traced"]
    cnn_core.feature_maps(model, np.ones(4), ["b"])
    assert notes.count("traced") == 2


def test_only_so_many_traces_are_kept() -> None:
    from cnn_core.keras_model.activations import MOST_TRACES

    model, notes = counting()
    selections = [["middle"] * (n + 1) for n in range(MOST_TRACES + 1)]
    for names in [*selections, selections[-1], selections[0]]:
        cnn_core.feature_maps(model, np.ones(4), names)
    assert notes.count("traced") == MOST_TRACES + 2


def test_the_first_call_may_come_from_many_threads_at_once() -> None:
    model, notes = counting()
    start = Barrier(8)

    def ask(number: int) -> list[float]:
        start.wait()
        return [cnn_core.feature_maps(model, np.full(4, number))["a"][0] for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [[number] * 20 for number in range(8)]
    assert notes.count("traced") == 1


def test_a_model_that_nobody_uses_is_freed() -> None:
    model = branching()
    maps = cnn_core.feature_maps(model, PIXELS)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert np.isfinite(maps["out"]).all()


# Refusals -------------------------------------------------------------------------------------------------------------


def test_unknown_layers_are_named() -> None:
    with pytest.raises(CnnError, match=r'There is no layer "nose"\. The layers are: input, '):
        cnn_core.feature_maps(branching(), PIXELS, ["left", "nose"])


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3), (5, 6, 4), (1, 6, 5, 4), ()])
def test_other_sizes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(CnnError, match=r"Received: .*; the model takes 6×5×4"):
        cnn_core.feature_maps(branching(), np.zeros(shape))


def test_models_of_open_size_take_what_their_layers_take() -> None:
    """TensorFlow ends the process when it pools with a window larger than its input: it must not come to that."""
    import keras

    image = keras.Input((None, None, 1))
    model = keras.Model(image, keras.layers.MaxPooling2D((1, 6), name="pool")(image))
    assert cnn_core.feature_maps(model, np.ones((1, 7, 1)))["pool"].shape == (1, 1, 1)
    assert cnn_core.feature_maps(model, np.ones((2, 12, 1)))["pool"].shape == (2, 2, 1)
    with pytest.raises(CnnError, match=r'Layer "pool" \(MaxPooling2D\) cannot be computed for an input of 1×5×1'):
        cnn_core.feature_maps(model, np.ones((1, 5, 1)))
    with pytest.raises(CnnError, match=r"the model takes \?×\?×1"):
        cnn_core.feature_maps(model, np.ones((0, 9, 1)))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(CnnError, match="array of numbers"):
        cnn_core.feature_maps(branching(), np.array(["a"]))


def test_models_that_cannot_be_fed_are_refused() -> None:
    import keras

    class Hidden(keras.Model):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            return inputs

    one, other = keras.Input((2,)), keras.Input((2,))
    refused = {
        "several inputs": keras.Model([one, other], keras.layers.Add()([one, other])),
        "in its program": Hidden(),
        "does not know its input size": keras.Sequential([keras.layers.Dense(1)]),
    }
    for words, model in refused.items():
        with pytest.raises(CnnError, match=words):
            cnn_core.feature_maps(model, np.ones(2))


def test_errors_of_keras_are_not_shown_raw() -> None:
    import keras

    class Broken(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            if keras.ops.is_tensor(inputs):
                raise RuntimeError("\x1b[1mred")
            return inputs

        def compute_output_shape(self, input_shape: Any) -> Any:
            return input_shape

    image = keras.Input((2,))
    model = keras.Model(image, Broken(name="broken")(image))
    with pytest.raises(CnnError, match='Layer "broken"') as caught:
        cnn_core.feature_maps(model, np.ones(2))
    assert "\x1b" not in str(caught.value)
