"""Strangers' model files as Keras models: what Keras saves computes the same when we have opened it."""

import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from model_files import IMAGE_2, INNER_2, chain, entry, entry_2, h5_file, image, keras_2, keras_file
from strategies import IMAGE_KINDS, fitting_networks

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
import cnn_core
from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import ModelFileError
from cnn_core.layers import KINDS, Layer
from cnn_core.model_file import read_model_file
from cnn_core.models.bundled import BUNDLED, bundled_network, model_path
from cnn_core.network.network import NamedLayer, Network

if TYPE_CHECKING:
    from cnn_core.keras_model.opening import OpenedModel

pytestmark = pytest.mark.keras

Save = Callable[[Any], bytes]


@pytest.fixture(params=["keras", "h5"])
def save(request: pytest.FixtureRequest, tmp_path: Path) -> Save:
    """Return a function that gives the bytes of the file that Keras saves a model in."""
    return lambda model: saved(model, tmp_path / f"model.{request.param}")


def saved(model: Any, path: Path) -> bytes:
    model.save(path)
    return path.read_bytes()


def randomize(model: Any) -> None:
    """Give every weight another value, so that none can be taken for another one."""
    values = np.random.default_rng(0)
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(values.uniform(0.1, 1, weight.shape))
    for layer in model.layers:
        if type(layer).__name__ == "Normalization":
            layer.finalize_state()


def outputs(model: Any, inputs: Any) -> list[Any]:
    import keras

    return [np.asarray(output) for output in keras.tree.flatten(model(inputs, training=False))]


def assert_same(model: Any, data: bytes) -> "OpenedModel":
    """Open the file of a model and compare what both compute, bit for bit."""
    opened = cnn_core.open_model(data)
    (first, *_) = opened.network.steps()
    shape = first.output_shape
    inputs = np.random.default_rng(1).uniform(0, 2, (2, *shape)).astype(np.float32)
    for ours, theirs in zip(outputs(opened.model, inputs), outputs(model, inputs), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    return opened


def assert_opens(model: Any, save: Save) -> "OpenedModel":
    randomize(model)
    opened = assert_same(model, save(model))
    assert opened.network == cnn_core.network_from_keras(model)
    assert count(opened.model.trainable_weights) == count(model.trainable_weights)
    return opened


def count(weights: list[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


# Our kinds ------------------------------------------------------------------------------------------------------------


def of(*layers: Layer | NamedLayer, shape: tuple[int, ...] = (8, 8, 4)) -> Network:
    return Network.of(L.Input(shape), *layers)


def joined(merge: Layer) -> Network:
    return of(L.Conv2D(4, 1), NamedLayer("end", merge, ("input", "conv2d")))


EACH_KIND: dict[str, Network] = {
    "Conv2D": of(
        L.Conv2D(6, (3, 2), strides=2, groups=2, padding="same", activation="gelu"),
        L.Conv2D(3, 2, dilation_rate=2, use_bias=False),
    ),
    "DepthwiseConv2D": of(
        L.DepthwiseConv2D(3, depth_multiplier=2),
        L.DepthwiseConv2D(2, 2, use_bias=False),
        L.DepthwiseConv2D(3, 2, "same", dilation_rate=(2, 3)),
    ),
    "SeparableConv2D": of(
        L.SeparableConv2D(5, 3, depth_multiplier=2),
        L.SeparableConv2D(5, 2, use_bias=False),
        L.SeparableConv2D(5, 2, 2, dilation_rate=(2, 3)),
    ),
    "Conv2DTranspose": of(
        L.Conv2DTranspose(5, 3, 2, padding="same"),
        L.Conv2DTranspose(2, 2, use_bias=False),
        L.Conv2DTranspose(2, 4, (3, 2), "same", output_padding=(2, 1)),
    ),
    "MaxPooling2D": of(L.MaxPooling2D(3, 2, padding="same"), L.MaxPooling2D((2, 1))),
    "AveragePooling2D": of(L.AveragePooling2D(3, (2, 1)), L.AveragePooling2D(2, padding="same")),
    "GlobalMaxPooling2D": of(L.GlobalMaxPooling2D(keepdims=True)),
    "GlobalAveragePooling2D": of(L.GlobalAveragePooling2D()),
    "UpSampling2D": of(L.UpSampling2D((2, 3)), L.UpSampling2D(2, interpolation="bilinear")),
    "Resizing": of(
        *(L.Resizing(5, 9), L.Resizing(12, 4, "nearest"), L.Resizing(7, 5, crop_to_aspect_ratio=True)),
        *(L.Resizing(6, 9, "nearest", True), L.Resizing(9, 4, pad_to_aspect_ratio=True, fill_value=0.5)),
        L.Resizing(5, 8, "nearest", pad_to_aspect_ratio=True),
    ),
    "ReduceMean": of(L.ReduceMean(1, True), L.ReduceMean((2, 3))),
    "ReduceMax": of(L.ReduceMax((1, 3), True), L.ReduceMax(1)),
    "Slice": of(L.Slice("1:", "::2", "::-1"), L.Slice(channels=":2")),
    "ZeroPadding2D": of(L.ZeroPadding2D(((0, 1), (2, 3)))),
    "Cropping2D": of(L.Cropping2D(((0, 1), (2, 3)))),
    "BatchNormalization": of(
        L.BatchNormalization(epsilon=0.01), L.BatchNormalization(scale=False), L.BatchNormalization(center=False)
    ),
    "LayerNormalization": of(L.LayerNormalization(), L.LayerNormalization(epsilon=0.1, center=False)),
    "GroupNormalization": of(L.GroupNormalization(2), L.GroupNormalization(4, epsilon=0.1, scale=False)),
    "Normalization": of(L.Normalization(), L.Normalization((1, 2, 3, 4), (1, 4, 9, 16))),
    "Rescaling": of(L.Rescaling(2, -1)),
    "LayerScale": of(L.LayerScale(0.5)),
    "Activation": of(
        *(L.Activation(name) for name in L.ActivationName),
        L.Activation("leaky_relu", 0.3),
        L.Activation("elu", 0.5),
    ),
    "PReLU": of(L.PReLU(), L.PReLU((1, 2)), L.Flatten(), L.PReLU()),
    "Dropout": of(L.Dropout(0.3)),
    "SpatialDropout2D": of(L.SpatialDropout2D(0.3)),
    "StochasticDepth": of(L.StochasticDepth(0.3)),
    "GaussianNoise": of(L.GaussianNoise(0.3), L.GaussianNoise(25)),
    "GaussianDropout": of(L.GaussianDropout(0.3)),
    "AlphaDropout": of(L.AlphaDropout(0.3)),
    "RandomFlip": of(L.RandomFlip("vertical")),
    "RandomRotation": of(L.RandomRotation(0.3), L.RandomRotation((0.1, 0.2), "nearest")),
    "RandomZoom": of(L.RandomZoom(0.3), L.RandomZoom((-0.3, -0.1), 0.2, "wrap")),
    "RandomTranslation": of(L.RandomTranslation(0.3, 0.1), L.RandomTranslation((-0.2, 0.1), 0, "constant")),
    "RandomGrayscale": of(L.RandomGrayscale(0.3), shape=(8, 8, 3)),
    "RandomContrast": of(L.RandomContrast(0.3), L.RandomContrast((0.5, 1))),
    "RandomBrightness": of(L.RandomBrightness(0.3), L.RandomBrightness((0.1, 0.2), (0, 1))),
    "RandomHue": of(L.RandomHue(0.3), L.RandomHue((0.1, 0.2), (0, 1)), shape=(8, 8, 3)),
    "RandomSaturation": of(L.RandomSaturation(0.3), L.RandomSaturation((0.1, 0.2), (0, 1)), shape=(8, 8, 3)),
    "RandomColorJitter": of(
        L.RandomColorJitter((0, 255), 0.1, 0.2, 0.3, 0.4),
        L.RandomColorJitter((0, 1), hue_factor=(0.2, 0.3)),
        shape=(8, 8, 3),
    ),
    "Flatten": of(L.Flatten()),
    "Reshape": of(L.Reshape((4, -1)), L.Reshape((16, 16))),
    "Permute": of(L.Permute((2, 3, 1)), L.Reshape((4, 64)), L.Permute((2, 1))),
    "Dense": of(L.Dense(3, activation="softmax"), L.Flatten(), L.Dense(2, use_bias=False)),
    "Add": joined(L.Add()),
    "Multiply": joined(L.Multiply()),
    "Average": joined(L.Average()),
    "Maximum": joined(L.Maximum()),
    "Minimum": joined(L.Minimum()),
    "Subtract": joined(L.Subtract()),
    "Concatenate": joined(L.Concatenate()),
    "Dot": of(L.Conv2D(4, 1), NamedLayer("end", L.Dot((2, -2)), ("input", "conv2d"))),
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Input"])
def test_each_kind_comes_back(kind: str, save: Save) -> None:
    network = EACH_KIND[kind]
    assert kind in {named.kind for named in network.layers}
    assert_opens(cnn_core.build_model(network), save)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(network=fitting_networks(IMAGE_KINDS, most_layers=8))
def test_what_we_built_comes_back(network: Network, tmp_path_factory: pytest.TempPathFactory) -> None:
    model = cnn_core.build_model(network)
    randomize(model)
    expected = cnn_core.network_from_keras(model)
    for ending in ("keras", "h5"):
        data = saved(model, tmp_path_factory.mktemp("models") / f"model.{ending}")
        opened = cnn_core.open_model(data)
        assert opened.network == expected
        for ours, theirs in zip(opened.model.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("bundled", BUNDLED, ids=lambda bundled: bundled.key)
def test_bundled_models_open_bit_for_bit(bundled: Any) -> None:
    from cnn_core.keras_model.opening import load_own_model

    path = model_path(bundled.key)
    model = load_own_model(path)
    opened = assert_same(model, path.read_bytes())
    assert opened.network == bundled_network(bundled.key)
    for ours, theirs in zip(opened.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


# What others build ----------------------------------------------------------------------------------------------------


def test_layers_that_are_activations_or_scalings_here(save: Save) -> None:
    import keras

    k = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            k.Rescaling([1.0, 2.0, 4.0], 0.5),
            *(k.ReLU(), k.ReLU(6), k.ReLU(negative_slope=0.1), k.LeakyReLU(), k.ELU(0.7), k.Softmax(), k.Identity()),
            *(k.ActivityRegularization(0.1), k.Activation("swish"), k.Activation(keras.ops.tanh)),
            k.Dense(4, activation=k.ReLU(6)),
            k.Dense(4, activation=k.LeakyReLU(0.2), kernel_regularizer="l2", bias_constraint="non_neg"),
            k.Normalization(axis=None, mean=2.0, variance=4.0),
            k.Conv2D(4, 3, kernel_initializer=keras.initializers.Constant(3.0), activity_regularizer="l1"),
        ]
    )
    randomize(model)
    opened = cnn_core.open_model(save(model))
    assert opened.network == cnn_core.network_from_keras(model)
    inputs = np.random.default_rng(1).uniform(0, 2, (2, 6, 6, 3)).astype(np.float32)
    # A row of factors is a Normalization here, which rounds otherwise.
    np.testing.assert_allclose(outputs(opened.model, inputs)[0], outputs(model, inputs)[0], rtol=1e-4)


def test_an_activation_with_a_slope_is_a_layer_behind(save: Save) -> None:
    import keras

    k = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            k.Conv2D(4, 3, activation=k.LeakyReLU(0.1), name="conv"),
            k.DepthwiseConv2D(2, activation=k.ELU(0.5), name="depth"),
            k.Activation(k.LeakyReLU(0.3), name="leaky"),
            k.Dense(2, activation=k.ReLU(negative_slope=0.25), name="dense"),
        ]
    )
    opened = assert_opens(model, save)
    names = ["conv", "conv_activation", "depth", "depth_activation", "leaky", "dense", "dense_activation"]
    assert [named.name for named in opened.network.layers[1:]] == names
    slopes = [named.layer.slope for named in opened.network.layers if isinstance(named.layer, L.Activation)]
    assert slopes == [0.1, 0.5, 0.3, 0.25]
    pixels = np.random.default_rng(5).normal(size=(6, 6, 3))
    maps, living = (cnn_core.feature_maps(one, pixels) for one in (opened.model, model))
    assert list(living) == list(maps)
    for name in names:
        np.testing.assert_array_equal(maps[name], living[name])
    assert (living["conv"] < 0).any()
    assert model.get_layer("conv").activation.negative_slope == 0.1


def test_operations_between_layers(save: Save) -> None:
    import keras

    image = keras.Input((4, 4, 3), name="image")
    x = keras.applications.mobilenet_v2.preprocess_input(image)
    y = keras.ops.maximum(x, keras.ops.relu6(-x)) * 2.0
    y = keras.ops.subtract(x2=3 - y, x1=1.0) * np.array([1.0, 2.0, 4.0], "f4") + x
    model = keras.Model(image, keras.ops.hard_sigmoid(y), name="whole")
    opened = cnn_core.open_model(save(model))
    assert opened.network == cnn_core.network_from_keras(model)
    inputs = np.random.default_rng(1).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    np.testing.assert_allclose(outputs(opened.model, inputs)[0], outputs(model, inputs)[0], rtol=1e-5, atol=1e-6)


def attention_operations() -> dict[str, Callable[[Any], Any]]:
    """Return the operations that gates of attention are written with, on maps of 8×6×4, by what they are."""
    import keras

    ops, k = keras.ops, keras.layers
    return {
        "mean of channels": lambda x: ops.mean(x, axis=-1, keepdims=True),
        "largest of channels": lambda x: ops.amax(x, 3),
        "mean of places": lambda x: ops.mean(x, axis=[1, 2]),
        "largest of places": lambda x: ops.max(x, (1, 2), keepdims=True),
        "sum of columns": lambda x: ops.sum(x, axis=(2,)),
        "part": lambda x: x[:, 1:-1, ::2, :],
        "channels": lambda x: x[..., :2],
        "channels turned round": lambda x: x[..., ::-1],
        "one channel": lambda x: x[..., -1],
        "all": lambda x: x[:, :],
        "axes added": lambda x: ops.mean(x, (1, 2))[:, None, None, :],
        "axes added one by one": lambda x: ops.expand_dims(ops.expand_dims(ops.mean(x, (1, 2)), 1), -2),
        "axes left out": lambda x: ops.squeeze(ops.mean(x, (1, 2), keepdims=True), (1, 2)),
        "another shape": lambda x: ops.reshape(x, (-1, 12, 16)),
        "axes in another order": lambda x: ops.transpose(x, (0, 2, 1, 3)),
        "another size": lambda x: ops.image.resize(x, (4, 9), "nearest", crop_to_aspect_ratio=True),
        "a slope": lambda x: ops.leaky_relu(x - 1.0, 0.3),
        "SE": lambda x: x * k.Dense(4, activation="sigmoid")(ops.mean(x, (1, 2), keepdims=True)),
        "CBAM": lambda x: (
            x
            * k.Conv2D(1, 7, padding="same", activation="sigmoid")(
                ops.concatenate([ops.mean(x, -1, keepdims=True), ops.max(x, -1, keepdims=True)], -1)
            )
        ),
    }


def test_operations_of_attention(save: Save) -> None:
    import keras

    inputs = np.random.default_rng(1).uniform(0, 2, (2, 8, 6, 4)).astype(np.float32)
    for name, make in attention_operations().items():
        image = keras.Input((8, 6, 4))
        model = keras.Model(image, make(image))
        randomize(model)
        opened = cnn_core.open_model(save(model))
        found, expected = outputs(opened.model, inputs)[0], outputs(model, inputs)[0]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5, err_msg=name)
        if len(opened.network.layers) == len(model.layers):
            assert cnn_core.network_from_keras(model) == opened.network


def transfer(*, frozen: bool = True) -> Any:
    """Return a classifier on top of a base with branches: augmentation before it, layer names that occur twice."""
    import keras

    k = keras.layers
    start = keras.Input((8, 8, 3), name="image")
    left = k.BatchNormalization(name="norm")(k.Conv2D(4, 3, padding="same", name="conv")(start))
    right = keras.Sequential([keras.Input((8, 8, 3)), k.Dense(4, name="conv"), k.LayerNormalization()], name="right")
    base = keras.Model(start, [k.Add(name="sum")([left, right(start)]), k.ReLU(name="relu")(left)], name="base")
    base.trainable = not frozen
    base.get_layer("conv").trainable = False
    image = keras.Input((8, 8, 3), name="image")
    augmentation = keras.Sequential([k.RandomFlip("horizontal"), k.RandomRotation(0.1)], name="augmentation")
    first, second = base(augmentation(k.Conv2D(3, 1, name="conv")(image)), training=False)
    end = k.Dense(2, activation="softmax", name="end")(k.Dropout(0.5)(k.Flatten(name="flat")(first)))
    return keras.Model(image, [end, k.GlobalMaxPooling2D(name="top")(second)], name="whole")


def test_layers_set_free_in_frozen_models(save: Save) -> None:
    model = transfer()
    model.get_layer("base").get_layer("conv").trainable = True
    assert cnn_core.network_from_keras(model)["base.conv"].trainable
    assert_opens(model, save)
    model.get_layer("base").trainable = True
    model.get_layer("base").get_layer("right").trainable = False
    model.get_layer("base").get_layer("right").get_layer("conv").trainable = True
    assert_opens(model, save)
    model.trainable = False
    model.get_layer("end").trainable = True
    assert_opens(model, save)


@pytest.mark.parametrize("frozen", [True, False])
def test_nested_models_are_flattened(frozen: bool, save: Save) -> None:
    opened = assert_opens(transfer(frozen=frozen), save)
    names = [named.name for named in opened.network.layers]
    assert {"conv", "augmentation.random_flip", "base.conv", "base.right.conv", "base.sum"} < {
        name.rstrip("_0123456789") for name in names
    }


def test_models_at_the_beginning_and_at_the_end(save: Save) -> None:
    import keras

    base = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Conv2D(2, 3, name="conv")], name="base")
    head = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)], name="head")
    assert_opens(keras.Sequential([base, head]), save)


def test_a_model_that_was_compiled_and_trained(save: Save) -> None:
    import keras

    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dropout(0.5)])
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.ones((8, 4, 4, 1)), np.arange(8) % 3, verbose=0)
    assert_same(model, save(model))


def test_an_input_that_only_building_told(save: Save) -> None:
    import keras

    model = keras.Sequential([keras.layers.Conv2D(2, 3), keras.layers.GlobalMaxPooling2D()])
    model.build((None, 5, 5, 3))
    assert_opens(model, save)


def test_a_model_in_half_precision_computes_in_float32(save: Save) -> None:
    import keras

    image = keras.Input((4, 4, 3), name="image")
    model = keras.Model(image, keras.layers.Conv2D(2, 3, dtype="float16", name="conv")(image))
    opened = cnn_core.open_model(save(model))
    assert opened.model.get_layer("conv").dtype_policy.name == "float32"
    for ours, theirs in zip(opened.model.get_weights(), model.get_weights(), strict=True):
        assert np.array_equal(ours, theirs.astype(np.float32))


@pytest.mark.parametrize("name", ["MobileNetV3Small", "EfficientNetB0", "ConvNeXtTiny"])
def test_applications(name: str, save: Save) -> None:
    import keras

    model = getattr(keras.applications, name)(weights=None, input_shape=(64, 64, 3), classes=4)
    opened = cnn_core.open_model(save(model))
    assert opened.network == cnn_core.network_from_keras(model)
    inputs = np.random.default_rng(1).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    np.testing.assert_allclose(outputs(opened.model, inputs)[0], outputs(model, inputs)[0], rtol=1e-4, atol=1e-6)


def test_names_of_any_language(save: Save) -> None:
    import keras

    k = keras.layers
    model = keras.Sequential([keras.Input((4,)), k.Dense(2, name="층 1"), k.Dense(2, name="x" * 250)], name="신경망")
    randomize(model)
    opened = cnn_core.open_model(save(model))
    assert [named.name for named in opened.network.layers[1:]] == ["층 1", "dense"]
    assert opened.display_names == {"dense": "x" * 200 + "…"}
    assert np.array_equal(opened.model.get_weights()[2], model.get_weights()[2])
    assert opened.model.predict(np.ones((1, 4)), verbose=0).shape == (1, 2)


# Keras 2 --------------------------------------------------------------------------------------------------------------

# Keras 2 cannot be installed beside Keras 3. These files are written by hand as Keras 2 writes them, and Keras 3, which
# still reads that format, says whether they are written well.


def file_of_keras_2(first_call: int = 1, **depthwise: Any) -> bytes:
    """Return an .h5 file of a functional model around a base, whose calls Keras 2 counts from 1."""
    base = INNER_2 | {"name": "base", "inbound_nodes": [[["image", 0, 0, {"training": False}]]]}
    config = keras_2(
        IMAGE_2,
        base,
        entry_2("LeakyReLU", "leaky", ["base", first_call, 0, {}], alpha=0.1),
        entry_2(
            "DepthwiseConv2D", "depth", ["base", first_call, 0, {}], kernel_size=[1, 1], activation="relu", **depthwise
        ),
        entry_2("Concatenate", "joined", "depth", "leaky", axis=3),
        entry_2("GlobalAveragePooling2D", "pool", "joined", data_format="channels_last", keepdims=False),
        entry_2("Dense", "dense", "pool", units=2, activation="softmax"),
        ends=[["dense", 0, 0]],
    )
    values = np.random.default_rng(2)

    def arrays(**shapes: tuple[int, ...]) -> dict[str, Any]:
        return {f"{name.replace('__', '/')}:0": values.uniform(0.1, 1, shape) for name, shape in shapes.items()}

    weights = {
        "image": {},
        "base": arrays(
            conv__kernel=(1, 1, 3, 3),
            conv__bias=(3,),
            norm__gamma=(3,),
            norm__beta=(3,),
            norm__moving_mean=(3,),
            norm__moving_variance=(3,),
        ),
        "depth": arrays(depth__depthwise_kernel=(1, 1, 3, 1), depth__bias=(3,)),
        "dense": arrays(dense__kernel=(6, 2), dense__bias=(2,)),
    }
    return h5_file(config, weights, "2.11.0")


# What Keras says of the words of its older self, and of one input in a list.
@pytest.mark.filterwarnings("ignore:Argument `alpha` is deprecated", "ignore:The structure of `inputs`")
def test_a_functional_file_of_keras_2(tmp_path: Path) -> None:
    import keras

    # What Keras 3 stumbles at: nested models counted from 1, and `groups` of a DepthwiseConv2D.
    plain, whole = file_of_keras_2(first_call=0), file_of_keras_2(groups=1)
    path = tmp_path / "old.h5"
    path.write_bytes(plain)
    with_names(path, ["image", "base", "leaky", "depth", "joined", "pool", "dense"])
    model = keras.models.load_model(path, compile=False)
    opened = assert_same(model, plain)
    assert opened.network["depth"].layer == L.DepthwiseConv2D(1, activation="relu")
    assert assert_same(model, whole).network == opened.network


def with_names(path: Path, names: list[str]) -> None:
    """Add what only Keras reads: the order of the layers, and empty groups for those without weights."""
    import h5py

    with h5py.File(path, "a") as file:
        root = file["model_weights"]
        root.attrs["layer_names"] = [name.encode() for name in names]
        for name in names:
            root.require_group(name).attrs.setdefault("weight_names", [])


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_a_sequential_file_of_keras_2(tmp_path: Path) -> None:
    import keras

    first = entry_2("Conv2D", "conv", filters=2, kernel_size=[3, 3], batch_input_shape=[None, 8, 8, 3])
    entries = [IMAGE_2, first, entry_2("ReLU", "relu", max_value=6.0, negative_slope=0.0, threshold=0.0)]
    config = {"class_name": "Sequential", "config": {"name": "old", "layers": entries}}
    arrays = {
        "conv/kernel:0": np.random.default_rng(3).normal(size=(3, 3, 3, 2)),
        "conv/bias:0": np.ones(2),
    }
    data = h5_file(config, {"conv": arrays}, "2.4.0")
    path = tmp_path / "old.h5"
    path.write_bytes(data)
    with_names(path, ["conv", "relu"])
    opened = assert_same(keras.models.load_model(path, compile=False), data)
    assert opened.network["relu"].layer == L.Activation("relu6")
    without_input = config | {"config": entries[1:]}
    assert (
        read_model_file(h5_file(without_input, {"conv": arrays}, "2.2.4-tf")).network.layers[1:]
        == (opened.network.layers[1:])
    )


# What is refused ------------------------------------------------------------------------------------------------------


def refused_layers() -> dict[str, Callable[[Any], Any]]:
    """Return what Keras saves and has no word here, by words that the refusal must hold."""
    import keras

    k = keras.layers

    @keras.saving.register_keras_serializable("strangers")
    class Conv2D(keras.layers.Conv2D):  # type: ignore[misc]  # Keras has no types
        pass

    return {
        "data_format": k.GlobalMaxPooling2D(data_format="channels_first"),
        "axis": k.BatchNormalization(axis=1),
        "max_value": k.ReLU(5),
        "threshold": k.ReLU(threshold=1),
        "bicubic": k.UpSampling2D(2, interpolation="bicubic"),
        "invert": k.Normalization(mean=1.0, variance=1.0, invert=True),
        "renorm": k.BatchNormalization(renorm=True),
        "rms_scaling": k.LayerNormalization(rms_scaling=True),
        "Its activation is not": k.Dense(2, activation=lambda x: x),
        "Add it as a layer": k.Dense(2, activation=k.PReLU()),
        "axis must be": k.GroupNormalization(1, axis=1),
        "antialias must be": k.Resizing(4, 4, antialias=True),
        "UnitNormalization has no counterpart": k.UnitNormalization(),
        "It contains code, which is never run": k.Lambda(lambda x: x),
        "not one of Keras's own": Conv2D(2, 3),
        "made for text, sound": k.TimeDistributed(k.Dense(2)),
        "constants": lambda x: 1 / x,
        "GetItem": lambda x: x[:, ::-1],
        "Mean": lambda x: keras.ops.mean(x),
        "RandomCrop": k.RandomCrop(4, 4),
        "several places": lambda x: (dense := k.Dense(3, name="dense"))(dense(x)),
    }


# Keras advises against some of what is refused.
@pytest.mark.filterwarnings("ignore:You passed `rms_scaling", "ignore:The object being serialized includes a `lambda`")
def test_what_has_no_word_here_is_refused_by_name(save: Save) -> None:
    import keras

    for words, make in refused_layers().items():
        image = keras.Input((8, 8, 3), name="image")
        data = save(keras.Model(image, make(image)))
        with pytest.raises(ModelFileError, match=f'^Layer "[a-z0-9_]+" \\(.*({words})') as caught:
            cnn_core.open_model(data)
        assert str(caught.value).isprintable()


def test_models_with_two_inputs_or_code_of_their_own_are_refused(save: Save) -> None:
    import keras

    class Hidden(keras.Model):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            return inputs

    one, other = keras.Input((2,), name="one"), keras.Input((2,), name="other")
    hidden = Hidden()
    hidden.build((None, 2))
    refused = {
        "one input here. Received: 2 inputs: one, other": keras.Model([one, other], keras.layers.Add()([one, other])),
        "Hidden": hidden,
    }
    for words, model in refused.items():
        try:
            data = save(model)
        except NotImplementedError:
            continue
        with pytest.raises(ModelFileError, match=words):
            cnn_core.open_model(data)


def test_what_is_too_large_to_build_is_refused() -> None:
    data = keras_file(chain(image(2**9, 2**10, 3), entry("UpSampling2D", "up", size=[1, 300])), {})
    with pytest.raises(ModelFileError, match=r'cannot be built.*Layer "up"'):
        cnn_core.open_model(data)


def test_weights_are_checked_once_more() -> None:
    from cnn_core.keras_model.opening import build_with_weights

    network = Network.of(L.Input((2,)), L.Dense(3))
    with pytest.raises(ModelFileError, match='"dense" needs weights of different shapes'):
        build_with_weights(network, {})


def test_nothing_global_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not even where a file asks for it, and never by Keras's own reader."""
    import keras

    data = saved(transfer(), tmp_path / "model.keras")

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("a stranger's file was handed to Keras")

    monkeypatch.setattr(keras.models, "load_model", forbidden)
    monkeypatch.setattr(keras.saving, "load_model", forbidden)
    monkeypatch.setattr(keras.saving, "deserialize_keras_object", forbidden)
    monkeypatch.setattr(keras.layers, "deserialize", forbidden)
    before = random.getstate(), pickle.dumps(np.random.get_state()), keras.config.floatx()
    evil = entry("DTypePolicy", "evil") | {"module": "keras", "config": {"name": "mixed_bfloat16"}}
    dense = entry("Dense", "dense", units=1, use_bias=False) | {"build_config": evil, "compile_config": evil}
    dense["config"] |= {"dtype": evil, "kernel_initializer": evil, "kernel_regularizer": evil}
    asking = chain(image(2), dense, dtype=evil)
    try:
        keras.config.set_dtype_policy("mixed_float16")
        cnn_core.open_model(data)
        opened = cnn_core.open_model(keras_file(asking, {"layers/dense/vars/0": np.ones((2, 1), "f4")}))
        assert keras.config.dtype_policy().name == "mixed_float16"
        assert opened.model.get_layer("dense").dtype_policy.name == "float32"
        assert outputs(opened.model, np.ones((1, 2), "f4"))[0] == 2
    finally:
        keras.config.set_dtype_policy("float32")
    assert (random.getstate(), pickle.dumps(np.random.get_state()), keras.config.floatx()) == before
    assert keras.config.image_data_format() == "channels_last"
