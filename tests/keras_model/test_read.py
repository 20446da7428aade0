"""Networks read from Keras models: all of keras.applications, and what a stranger may have built."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import IMAGE_KINDS, fitting_networks

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
import cnn_core
from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import NetworkError
from cnn_core.layers import ActivationName, Input, Layer
from cnn_core.layers.cost import parameters
from cnn_core.layers.settings import PaddingMode
from cnn_core.network.network import NamedLayer, Network

pytestmark = pytest.mark.keras

APPLICATIONS = [
    *(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
    *(f"DenseNet{depth}" for depth in (121, 169, 201)),
    *(f"EfficientNetB{number}" for number in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    *("InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small"),
    *("NASNetLarge", "NASNetMobile", "VGG16", "VGG19", "Xception"),
    *(f"ResNet{depth}{version}" for depth in (50, 101, 152) for version in ("", "V2")),
]


@pytest.fixture
def application() -> Iterator[Callable[..., Any]]:
    """Return a maker of models of keras.applications whose weights are never filled in: 0.5 s instead of minutes."""
    import keras

    def make(name: str, **options: Any) -> Any:
        with keras.StatelessScope(initialize_variables=False):
            return getattr(keras.applications, name)(weights=None, **options)

    yield make
    # Or Keras would fill them in at the next model's turn.
    keras.backend.clear_session(free_memory=False)


def inside(model: Any, name: str) -> Any:
    """Return the Keras layer or operation of our name; None for what we added ourselves."""
    for operation in getattr(model, "operations", None) or model.layers:
        if operation.name == name:
            return operation
        if name.startswith(f"{operation.name}."):
            return inside(operation, name.removeprefix(f"{operation.name}."))
    return None


def only(*keras_layers: Any, shape: tuple[int, ...] = (8, 8, 3)) -> Layer:
    """Return the last layer of the network read from a chain of Keras layers."""
    import keras

    model = keras.Sequential([keras.Input(shape), *keras_layers])
    return cnn_core.network_from_keras(model).layers[-1].layer


def computed(function: Callable[[Any], Any], shape: tuple[int, ...] = (8, 8, 3)) -> Network:
    """Return the network read from a model that applies `function` to its input."""
    import keras

    image = keras.Input(shape, name="image")
    return cnn_core.network_from_keras(keras.Model(image, function(image)))


# keras.applications ---------------------------------------------------------------------------------------------------


def test_the_list_of_applications_is_complete() -> None:
    import keras

    offered = {name for name in dir(keras.applications) if name[0].isupper()}
    assert offered == set(APPLICATIONS)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications(name: str, application: Callable[..., Any]) -> None:
    model = application(name)
    network = cnn_core.network_from_keras(model)
    assert Network.from_json(network.to_json()) == network
    steps = list(network.steps())
    ours = [inside(model, step.named.name) for step in steps]
    for step, operation in zip(steps, ours, strict=True):
        counts = parameters(step.named.layer, *step.input_shapes)
        if operation is None:
            assert step.named.name.endswith("_scale"), "InceptionResNetV2's scaled sums are two layers here"
            assert counts.total == 0
            continue
        theirs = tuple(size or own for size, own in zip(operation.output.shape[1:], step.output_shape, strict=True))
        assert theirs == step.output_shape, step.named.name
        weights = getattr(operation, "weights", [])
        assert counts.total == sum(int(np.prod(weight.shape)) for weight in weights), step.named.name
        assert counts.trainable == sum(int(np.prod(weight.shape)) for weight in weights if weight.trainable)
    assert sum(parameters(step.named.layer, *step.input_shapes).total for step in steps) == model.count_params()
    assert network.output_names() == tuple(step.named.name for step in steps[-1:])


def test_open_sizes_are_224_or_as_asked(application: Callable[..., Any]) -> None:
    model = application("MobileNetV3Small")
    assert cnn_core.network_from_keras(model).layers[0].layer == Input((224, 224, 3))
    smaller = cnn_core.network_from_keras(model, (96, 128, 3))
    assert smaller.layers[0].layer == Input((96, 128, 3))
    with pytest.raises(NetworkError, match=r"Received: input_shape=96×96×1 for \?×\?×3"):
        cnn_core.network_from_keras(model, (96, 96, 1))


def test_what_was_read_can_be_built_and_computes_the_same() -> None:
    """MobileNetV3 holds operations, nested expressions and every kind of connection."""
    import keras

    model = keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=5)
    network = cnn_core.network_from_keras(model)
    again = cnn_core.build_model(network)
    again.set_weights(model.get_weights())
    pixels = np.random.default_rng(0).uniform(0, 255, (64, 64, 3))
    maps, expected = cnn_core.feature_maps(again, pixels), cnn_core.feature_maps(model, pixels)
    assert list(expected) == [named.name for named in network.layers]
    for name, values in expected.items():
        np.testing.assert_allclose(maps[name], values, rtol=1e-3, atol=1e-4, err_msg=name)


# What we built comes back ---------------------------------------------------------------------------------------------


def plain(layer: Layer) -> Layer:
    """Return the layer without what Keras does not keep: a slope that is not used, strides that are the default."""
    if isinstance(layer, L.Activation) and layer.activation not in (ActivationName.LEAKY_RELU, ActivationName.ELU):
        return L.Activation(layer.activation)
    if isinstance(layer, L.Pooling):
        return type(layer)(layer.pool_size, layer.steps, layer.padding)
    if isinstance(layer, L.Normalization) and layer.mean and layer.variance:
        count = max(len(layer.mean), len(layer.variance))
        return L.Normalization(*(values * (count // len(values)) for values in (layer.mean, layer.variance)))
    return layer


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(network=fitting_networks(IMAGE_KINDS, most_layers=8))
def test_what_we_built_comes_back(network: Network) -> None:
    again = cnn_core.network_from_keras(cnn_core.build_model(network))
    found = {step.named.name: step for step in again.steps()}
    for step in network.steps():
        if isinstance(step.named.layer, L.Conv2D) and not isinstance(step.named.layer.padding, PaddingMode):
            padding = found.pop(f"{step.named.name}_padding")
            assert padding.named.layer == L.ZeroPadding2D(step.named.layer.padding)
            assert padding.sources == step.sources
            assert padding.named.trainable
        else:
            assert plain(found[step.named.name].named.layer) == plain(step.named.layer)
            assert found[step.named.name].sources == step.sources
        if parameters(step.named.layer, *step.input_shapes).total:
            assert found[step.named.name].named.trainable == step.named.trainable
        assert found.pop(step.named.name).output_shape == step.output_shape
    assert not found


# Frozen layers --------------------------------------------------------------------------------------------------------


def transfer(how: str) -> Any:
    """Return a classifier on a base that holds a model itself, partly frozen."""
    import keras

    k = keras.layers
    inner = keras.Sequential(
        [keras.Input((6, 6, 2)), k.Conv2D(3, 1, name="conv"), k.BatchNormalization()], name="inner"
    )
    start = keras.Input((8, 8, 1))
    base = keras.Model(start, inner(k.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(start)), name="base")
    image = keras.Input((8, 8, 3), name="image")
    x = base(k.Dense(1, name="grey")(k.Normalization(name="normalization")(image)), training=False)
    model = keras.Model(image, k.Dense(2, name="end")(k.LayerNormalization(name="norm")(k.Flatten()(x))), name="whole")
    if how in ("base", "layer in it set free"):
        base.trainable = False
    if how == "layer in it set free":
        inner.get_layer("conv").trainable = True
    if how == "inner model set free in a frozen one":
        base.trainable = False
        inner.trainable = True
    if how == "some layers":
        inner.get_layer("conv").trainable = model.get_layer("norm").trainable = False
    if how == "all but one":
        model.trainable = False
        model.get_layer("end").trainable = True
    return model


FROZEN = ("base", "layer in it set free", "inner model set free in a frozen one", "some layers", "all but one")


@pytest.mark.parametrize("how", ["nothing", *FROZEN])
def test_frozen_layers_are_those_of_keras(how: str) -> None:
    model = transfer(how)
    network = cnn_core.network_from_keras(model)
    summary = cnn_core.summarize(network)
    assert summary.trainable == sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert summary.non_trainable == sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)
    assert (summary.trainable == summary.parameters - 2 * 3 - 7) == (how == "nothing")
    built = cnn_core.build_model(Network.from_json(network.to_json()))
    assert [weight.shape for weight in built.trainable_weights] == [weight.shape for weight in model.trainable_weights]
    assert cnn_core.network_from_keras(built) == network


# Structure ------------------------------------------------------------------------------------------------------------


def test_nested_models_are_flattened() -> None:
    import keras

    inner = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(4, 3, name="conv")], name="inner")
    start = keras.Input((8, 8, 2))
    two = keras.Model(start, [inner(start), keras.layers.ReLU(name="relu")(start)], name="two")
    image = keras.Input((8, 8, 3), name="image")
    first, second = two(keras.layers.Conv2D(2, 1, name="conv")(image))
    ends = [keras.layers.Flatten(name="a")(second), keras.layers.Flatten(name="b")(first)]
    network = cnn_core.network_from_keras(keras.Model(image, [*ends, first], name="whole"))
    assert {step.named.name: step.sources for step in network.steps()} == {
        "image": (),
        "conv": ("image",),
        "two.inner.conv": ("conv",),
        "two.relu": ("conv",),
        "a": ("two.relu",),
        "b": ("two.inner.conv",),
    }
    assert network.name == "whole"


def test_names_are_made_unique_and_allowed() -> None:
    import keras

    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="b")], name="a")
    strange = keras.layers.Dense(4, name="line\nbreak" + "x" * 300)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="a.b"), inner, strange])
    names = [named.name for named in cnn_core.network_from_keras(model).layers[1:]]
    assert names == ["a.b", "a.b_1", "x" * 200]


def test_layers_used_twice() -> None:
    import keras

    image = keras.Input((4,), name="image")
    relu, dense = keras.layers.ReLU(name="relu"), keras.layers.Dense(4, name="dense")
    network = cnn_core.network_from_keras(keras.Model(image, relu(keras.layers.Dense(4, name="only")(relu(image)))))
    assert [named.name for named in network.layers] == ["image", "relu", "only", "relu_1"]
    with pytest.raises(NetworkError, match='Layer "dense_1" is used at several places'):
        cnn_core.network_from_keras(keras.Model(image, dense(dense(image))))


def test_parts_of_a_larger_model() -> None:
    import keras

    whole = keras.Sequential([keras.Input((8, 8, 3)), *(keras.layers.Conv2D(4, 3, name=name) for name in "abc")])
    part = keras.Model(whole.get_layer("b").input, whole.get_layer("c").output)
    assert [named.name for named in cnn_core.network_from_keras(part).layers[1:]] == ["b", "c"]
    front = keras.Model(whole.inputs, whole.get_layer("a").output)
    assert [named.name for named in cnn_core.network_from_keras(front).layers[1:]] == ["a"]


def test_operations_become_layers() -> None:
    import keras

    def layers(network: Network) -> list[Layer]:
        return [named.layer for named in network.layers[1:]]

    assert layers(computed(lambda x: x + 3.0)) == [L.Rescaling(1, 3)]
    assert layers(computed(lambda x: 3 - x / 4)) == [L.Rescaling(0.25, 0), L.Rescaling(-1, 3)]
    assert layers(computed(lambda x: 2.0 * (x - 1))) == [L.Rescaling(1, -1), L.Rescaling(2, 0)]
    assert layers(computed(lambda x: keras.ops.subtract(x2=x, x1=1.0))) == [L.Rescaling(-1, 1)]
    assert layers(computed(lambda x: keras.ops.multiply(x1=-x, x2=0.5))) == [L.Rescaling(-1, 0), L.Rescaling(0.5, 0)]
    assert layers(computed(lambda x: keras.ops.relu(x) * x)) == [L.Activation(), L.Multiply()]
    assert layers(computed(lambda x: x + x)) == [L.Add()]
    assert layers(computed(lambda x: keras.ops.maximum(x, -x)))[1:] == [L.Maximum()]
    assert layers(computed(lambda x: keras.activations.leaky_relu(x))) == [L.Activation("leaky_relu")]
    assert layers(computed(keras.applications.mobilenet_v2.preprocess_input)) == [
        L.Rescaling(1 / 127.5, 0),
        L.Rescaling(1, -1),
    ]


def test_constants_of_one_number_a_channel_become_a_normalization() -> None:
    pixels = np.random.default_rng(0).random((4, 4, 3))
    import keras

    rows = keras.layers.Rescaling([0.5, 2.0, 4.0], [1.0, 0.0, -1.0])
    arrays = keras.layers.Rescaling(np.array([0.5, 2.0, 4.0]), np.ones((1, 1, 3)))
    for function in (
        rows,
        arrays,
        lambda x: x + np.ones((1, 1, 3), "f4"),
        keras.applications.densenet.preprocess_input,
    ):
        image = keras.Input((4, 4, 3))
        model = keras.Model(image, function(image))
        network = cnn_core.network_from_keras(model)
        end = network.output_names()[0]
        maps = cnn_core.feature_maps(cnn_core.build_model(network), pixels)
        np.testing.assert_allclose(maps[end], np.asarray(model(pixels[np.newaxis]))[0], rtol=1e-4, atol=1e-5)


# Settings -------------------------------------------------------------------------------------------------------------


def test_activations_have_many_spellings() -> None:
    import keras
    import tensorflow as tf

    k = keras.layers
    assert only(k.ReLU()) == L.Activation("relu")
    assert only(k.ReLU(6)) == only(k.Activation("relu6")) == L.Activation("relu6")
    assert only(k.ReLU(negative_slope=0.1)) == only(k.LeakyReLU(0.1)) == L.Activation("leaky_relu", 0.1)
    assert only(k.Activation("leaky_relu")) == L.Activation("leaky_relu")
    assert only(k.ELU(0.5)) == L.Activation("elu", 0.5)
    assert only(k.Activation("elu")) == L.Activation("elu")
    assert only(k.Softmax()) == only(k.Softmax(3)) == only(k.Activation(tf.nn.softmax)) == L.Activation("softmax")
    assert only(k.Identity()) == only(k.Activation(None)) == L.Activation("linear")
    assert only(k.Activation("swish")) == only(k.Activation(keras.ops.silu)) == L.Activation("silu")
    assert only(k.Dense(2, activation=tf.nn.relu)) == L.Dense(2, activation="relu")
    assert only(k.Dense(2, activation=k.ReLU(6.0))) == L.Dense(2, activation="relu6")
    assert only(k.Dense(2, activation=k.LeakyReLU(0.2))) == L.Dense(2, activation="leaky_relu")


def test_functions_are_taken_for_what_they_compute() -> None:
    import keras
    import tensorflow as tf

    values = np.linspace(-8, 8, 101, dtype=np.float32)[np.newaxis]
    read = 0
    for name in ActivationName:
        expected = np.asarray(keras.activations.get(name.value)(values))
        for home in (tf.nn, keras.ops, keras.activations):
            function = getattr(home, name, None)
            if function is None or function is keras.ops.gelu:
                continue
            assert only(keras.layers.Dense(2, activation=function)) == L.Dense(2, activation=name)
            np.testing.assert_allclose(np.asarray(function(values)), expected, rtol=1e-5, atol=1e-6)
            read += 1
        assert only(keras.layers.Dense(2, activation=name.value)) == L.Dense(2, activation=name)
    assert read > 2 * len(ActivationName)
    with pytest.raises(NetworkError, match="gelu"):
        only(keras.layers.Dense(2, activation=keras.ops.gelu))


def test_settings_in_other_forms() -> None:
    import keras

    k = keras.layers
    assert only(k.BatchNormalization(axis=3)) == only(k.BatchNormalization(axis=-1)) == L.BatchNormalization()
    assert only(k.LayerNormalization(axis=[3])) == L.LayerNormalization()
    assert only(k.GroupNormalization(3, axis=3)) == only(k.GroupNormalization(-1)) == L.GroupNormalization(3)
    assert only(k.PReLU(alpha_initializer="ones", shared_axes=[2, 1])) == L.PReLU((1, 2))
    assert only(k.PReLU(shared_axes=3)) == L.PReLU(3)
    assert only(k.Permute([3, 1, 2])) == L.Permute((3, 1, 2))
    assert only(k.Resizing(4, 6, interpolation="nearest", fill_mode="nearest")) == L.Resizing(4, 6, "nearest")
    assert only(k.Conv2D(np.int64(4), [np.int32(3), 1], padding="SAME")) == L.Conv2D(4, (3, 1), padding="same")
    assert only(k.MaxPooling2D(3, 2)) == L.MaxPooling2D(3, 2)
    assert only(k.MaxPooling2D(3)) == only(k.MaxPooling2D(3, 3)) == L.MaxPooling2D(3)
    assert only(k.Normalization(axis=None, mean=2.0, variance=4.0)) == L.Normalization((2,), (4,))
    assert only(k.Normalization(mean=1.0, variance=np.float32(4))) == L.Normalization((1,), (4,))
    assert only(k.Normalization(mean=np.ones(3), variance=np.ones(3))) == L.Normalization((1, 1, 1), (1, 1, 1))
    assert only(k.RandomRotation((-0.2, 0.2))) == L.RandomRotation(0.2)
    assert only(k.RandomZoom(0.3), k.RandomContrast(0.4)) == L.RandomContrast(0.4)
    assert only(k.Dense(2, kernel_regularizer="l2", kernel_initializer="zeros")) == L.Dense(2)


def refusals() -> dict[str, Callable[[Any], Any]]:
    """Return what has no word here, by words that the refusal must hold."""
    import keras

    k = keras.layers

    class Stranger(keras.layers.Conv2D):  # type: ignore[misc]  # Keras has no types
        pass

    return {
        "data_format": k.Conv2D(8, 3, data_format="channels_first"),
        "axis": k.BatchNormalization(axis=1),
        "antialias must be False": k.Resizing(4, 4, antialias=True),
        "interpolation must be one of nearest, bilinear": k.Resizing(4, 4, interpolation="bicubic"),
        "axis must be": k.GroupNormalization(2, axis=1),
        "Received: axis": k.Concatenate(axis=1),
        "max_value": k.ReLU(5),
        "threshold": k.ReLU(threshold=1),
        "bicubic": k.UpSampling2D(2, interpolation="bicubic"),
        "invert": k.Normalization(mean=1.0, variance=1.0, invert=True),
        "lambda": k.Dense(2, activation=lambda x: x),
        "Add it as a layer": k.Dense(2, activation=k.PReLU()),
        "UnitNormalization": k.UnitNormalization(),
        "Stranger": Stranger(2, 3),
        "Lambda": k.Lambda(lambda x: x),
        "by sums, differences": lambda x: x / x,
        "constants as these inputs": lambda x: 1 / x,
        "GetItem": lambda x: x[:, ::-1],
        "approximate": lambda x: keras.ops.gelu(x, approximate=True),
        "same shape": lambda x: k.Add(name="layer")([x, k.GlobalMaxPooling2D()(x)]),
        "whole number": k.MaxPooling2D(2, strides=10**7, padding="same"),
        "some processors only": k.DepthwiseConv2D(3, strides=(1, 2)),
        "positive factors": k.Rescaling([1.0, -1.0, 1.0]),
    }


REFUSED = (
    *("data_format", "axis", "Received: axis", "max_value", "threshold", "bicubic", "invert"),
    *(
        "lambda",
        "Add it as a layer",
        "UnitNormalization",
        "Stranger",
        "Lambda",
    ),
    *("antialias must be False", "interpolation must be one of nearest, bilinear", "axis must be"),
    *("by sums, differences", "constants as these inputs", "GetItem", "approximate"),
    *("same shape", "whole number", "some processors only", "positive factors"),
)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("words", REFUSED)
def test_what_has_no_word_here_is_refused(words: str) -> None:
    assert set(refusals()) == set(REFUSED)
    make = refusals()[words]
    with pytest.raises(NetworkError, match=f'^Layer "[a-z0-9_]+" \\(.*{words}') as caught:
        computed((lambda x: make([x, x])) if words == "Received: axis" else make)
    assert caught.value.layer
    assert "\x1b" not in str(caught.value)


def test_models_without_a_graph_or_with_two_inputs_are_refused() -> None:
    import keras

    class Hidden(keras.Model):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any) -> Any:
            return inputs

    class Changed(keras.Model):  # type: ignore[misc]  # Keras has no types
        def call(self, inputs: Any, training: bool = False) -> Any:
            return 2 * super().call(inputs)

    one, other = keras.Input((2,), name="one"), keras.Input((2,), name="other")
    refused = {
        "2 inputs: one, other": keras.Model([one, other], keras.layers.Add()([one, other])),
        "Received: Hidden": Hidden(),
        "Received: Changed": Changed(one, keras.layers.Dense(2)(one)),
        "does not know its input size": keras.Sequential([keras.layers.Dense(1)]),
        "one to four whole numbers": keras.Sequential([keras.Input((1, 2, 3, 4, 5)), keras.layers.ReLU()]),
        "does not fix its channels": keras.Model(open_one := keras.Input((4, 4, None)), keras.layers.ReLU()(open_one)),
    }
    for words, model in refused.items():
        with pytest.raises(NetworkError, match=words):
            cnn_core.network_from_keras(model)


def test_our_shapes_are_checked_against_those_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cnn_core.keras_model import read

    monkeypatch.setattr(read, "layer_of", lambda call: L.Dense(3))
    with pytest.raises(NetworkError, match="has a different output shape in Keras"):
        cnn_core.network_from_keras(
            keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")], name="model")
        )


def test_a_network_read_is_a_network_written() -> None:
    """Chains name no inputs, so that the JSON stays short."""
    network = computed(lambda x: x * 2.0 + 1.0)
    assert [named.inputs for named in network.layers] == [(), (), ()]
    assert isinstance(network.layers[0], NamedLayer)
