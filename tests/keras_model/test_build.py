"""Built models against our own arithmetic, and our refusals against Keras's."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from strategies import IMAGE_KINDS, fitting_networks, layers_of

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
import cnn_core
from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import ActivationName, Group, Input, Layer
from cnn_core.layers.settings import LARGEST
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset

pytestmark = pytest.mark.keras

MOVING = (L.Conv2D, L.DepthwiseConv2D, L.SeparableConv2D, L.Conv2DTranspose, L.MaxPooling2D, L.AveragePooling2D)
MERGES = (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate)
SMALL = preset("mnist").make()


def of(*layers: Layer | NamedLayer, shape: Shape = (8, 8, 3)) -> Network:
    return Network.of(Input(shape), *layers)


def weights(model: Any) -> list[np.ndarray]:
    return [weight.numpy() for weight in model.weights]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


# Shapes ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(network=fitting_networks([*IMAGE_KINDS, *MOVING, *MOVING, *MERGES], most_layers=8))
@example(network=of(L.Conv2D(4, (3, 1), (2, 1), ((0, 3), (1, 2))), L.Conv2D(6, 2, groups=2), shape=(7, 5, 2)))
@example(network=of(L.Conv2DTranspose(2, (3, 2), 1, "same", (2, 3)), L.UpSampling2D((1, 3)), shape=(4, 9, 1)))
@example(network=of(L.Normalization((1.0, 2.0, 3.0), (4.0,)), L.Activation("leaky_relu", 0.0)))
def test_shapes_are_those_of_keras(network: Network) -> None:
    """Layer by layer, as Keras foresees them and as TensorFlow computes them."""
    model = cnn_core.build_model(network)
    maps = cnn_core.feature_maps(model, np.zeros(next(network.steps()).output_shape))
    for step in network.steps():
        assert model.get_layer(step.named.name).output.shape[1:] == step.output_shape
        assert maps[step.named.name].shape == step.output_shape


@st.composite
def misfits(draw: st.DrawFn) -> tuple[Network, Layer, tuple[str, ...]]:
    """Draw a network that fits, and a layer that does not fit behind the layers named."""
    network = draw(fitting_networks(most_layers=2))
    shapes = {step.named.name: step.output_shape for step in network.steps()}
    kind = draw(st.sampled_from([*MOVING, *MERGES, L.Cropping2D, L.Normalization, L.Reshape, *IMAGE_KINDS]))
    layer = draw(layers_of(kind, 6))
    sources = tuple(draw(st.sampled_from(sorted(shapes))) for _ in range(layer.inputs[0]))
    try:
        output_shape(layer, *(shapes[source] for source in sources))
    except LayerError:
        return network, layer, sources
    assume(False)
    raise AssertionError


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(drawn=misfits())
def test_what_we_refuse_keras_refuses_too(drawn: tuple[Network, Layer, tuple[str, ...]]) -> None:
    """Asked for shapes only: TensorFlow ends the whole process when it pools with a window larger than its input."""
    import keras

    from cnn_core.keras_model.keras_layers import keras_layer

    network, layer, sources = drawn
    with pytest.raises(NetworkError, match=f'Layer "misfit" \\({layer.kind}\\)'):
        cnn_core.build_model(Network((*network.layers, NamedLayer("misfit", layer, sources))))
    shapes = {step.named.name: step.output_shape for step in network.steps()}
    # Documented: "Keras also stretches over missing axes; that is hardly ever meant."
    assume(not isinstance(layer, L.Merge) or len({len(shapes[source]) for source in sources}) == 1)
    # Keras goes on with more axes than layers have here.
    assume(not isinstance(layer, L.Dot) or len(shapes[sources[0]]) <= 3)
    # Keras prepares pictures: it takes what has fewer axes with its batch for one, or finds out when it computes.
    prepares = layer.group is Group.AUGMENTATION or isinstance(layer, L.Resizing)
    assume(not prepares or len(shapes[sources[0]]) == 3)
    # One number a picture, without an axis, is an output in Keras, too.
    reduces = isinstance(layer, L.ReduceMean | L.ReduceMax)
    assume(not reduces or len(layer.axis) < len(shapes[sources[0]]))  # type: ignore[attr-defined]
    # Nothing of a map is an output in Keras, too; no layer could go on from it.
    assume(not isinstance(layer, L.Slice) or len(shapes[sources[0]]) != 3)
    inputs = [keras.Input(shapes[source]) for source in sources]
    # Keras lets augmentation pass where it does nothing, and statistics of unequal length: only numbers show it.
    if layer.group is Group.AUGMENTATION or isinstance(layer, L.Normalization):
        inputs = [np.zeros((2, *shapes[source]), np.float32) for source in sources]
    training = {"training": True} if layer.group is Group.AUGMENTATION else {}
    with pytest.raises(Exception):  # noqa: B017, PT011
        keras_layer(layer, "misfit")(inputs if isinstance(layer, L.Merge) else inputs[0], **training)


REFUSED_SETTINGS = [
    (L.Conv2D, {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}),
    (L.Conv2D, {"filters": 4, "kernel_size": 3, "groups": 3}),
    (L.Conv2D, {"filters": 0, "kernel_size": 3}),
    (L.Conv2D, {"filters": 4, "kernel_size": 0}),
    (L.Conv2D, {"filters": 4, "kernel_size": 3, "strides": 0}),
    (L.Conv2DTranspose, {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}),
    (L.MaxPooling2D, {"pool_size": 2, "strides": 0}),
    (L.Dense, {"units": 0}),
    (L.Dropout, {"rate": 1.5}),
    (L.Normalization, {"mean": (1.0,)}),
    (L.Activation, {"activation": "no such"}),
    (L.Reshape, {"target_shape": (-1, -1)}),
]


@pytest.mark.parametrize(("kind", "values"), REFUSED_SETTINGS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_settings_that_we_refuse_cannot_be_computed(kind: type[Layer], values: dict[str, Any]) -> None:
    import keras

    with pytest.raises(LayerError):
        kind(**values)
    with pytest.raises(Exception):  # noqa: B017, PT011
        getattr(keras.layers, kind.__name__)(**values)(np.zeros((1, 9, 9, 3), np.float32))


@pytest.mark.parametrize("kind", [L.DepthwiseConv2D, L.SeparableConv2D])
def test_where_we_are_stricter_there_is_a_reason(kind: type[Layer]) -> None:
    needed: dict[str, Any] = {"kernel_size": 3, "strides": (1, 2)} | (
        {"filters": 4} if "filters" in kind.settings() else {}
    )
    with pytest.raises(LayerError, match="some processors only"):
        kind(**needed)


def test_a_negative_slope_is_refused_as_keras_does() -> None:
    import keras

    with pytest.raises(LayerError):
        L.Activation(ActivationName.LEAKY_RELU, -0.1)
    with pytest.raises(ValueError, match="negative"):
        keras.layers.LeakyReLU(-0.1)


# Names, inputs and outputs --------------------------------------------------------------------------------------------


def test_explicit_padding_becomes_a_layer_with_a_free_name() -> None:
    taken = NamedLayer("c_padding", L.Activation())
    model = cnn_core.build_model(of(taken, NamedLayer("c", L.Conv2D(2, 3, padding=((1, 2), (0, 3))))))
    assert [layer.name for layer in model.layers] == ["input", "c_padding", "c_padding_1", "c"]
    assert model.get_layer("c_padding_1").padding == ((1, 2), (0, 3))


def test_every_loose_end_is_an_output() -> None:
    loose = of(NamedLayer("a", L.Flatten(), ("input",)), NamedLayer("b", L.Dense(3), ("input",)))
    model = cnn_core.build_model(loose)
    assert model.output_names == ["a", "b"] == list(loose.output_names())
    assert isinstance(cnn_core.build_model(SMALL).output.shape, tuple)


def test_a_network_may_be_an_input_alone() -> None:
    model = cnn_core.build_model(of(shape=(4,)))
    assert np.array_equal(model.predict(np.arange(4.0)[np.newaxis], verbose=0), [[0, 1, 2, 3]])


@pytest.mark.parametrize("name", ["층 1", "a b:c[0]", "-x", "_", "%s {}", "^", "ü" * 200, ".x41-", ".x4 1-"])
def test_any_name_of_ours_can_be_traced_trained_and_read_back(name: str) -> None:
    from cnn_core.keras_model import keras_name

    network = Network((NamedLayer("in put", Input((4, 4, 1))), NamedLayer(name, L.Dense(1))), name)
    model = cnn_core.build_model(network)
    model.compile("sgd", "mse")
    model.fit(np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 4, 1)), verbose=0)
    assert model.predict(np.zeros((1, 4, 4, 1)), verbose=0).shape == (1, 4, 4, 1)
    assert model.get_layer(keras_name(name)).units == 1
    assert cnn_core.network_from_keras(model) == network
    assert list(cnn_core.feature_maps(model, np.zeros((4, 4, 1)))) == ["in put", name]


@given(st.lists(st.text(min_size=1), unique=True, min_size=2))
def test_different_names_stay_different(names: list[str]) -> None:
    from cnn_core.network.keras_names import keras_name, own_name

    assert len({keras_name(name) for name in names}) == len(names)
    assert [own_name(keras_name(name)) for name in names] == names


def test_own_layers_survive_saving(tmp_path: Path) -> None:
    import keras

    model = cnn_core.build_model(of(L.LayerScale(0.5), L.StochasticDepth(0.3)))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert cnn_core.network_from_keras(again) == cnn_core.network_from_keras(model)
    assert same(weights(again), weights(model))


def test_stochastic_depth_drops_whole_samples_and_keeps_the_mean() -> None:
    from cnn_core.keras_model.keras_layers import keras_layer

    layer = keras_layer(L.StochasticDepth(0.25), "depth", seed=1)
    ones = np.ones((4000, 1, 2, 3), np.float32)
    kept = np.asarray(layer(ones, training=True)).reshape(4000, -1)
    assert np.array_equal(np.unique(kept.min(1)), np.unique(kept))
    assert set(np.round(np.unique(kept), 5)) == {0, np.float32(1.33333)}
    assert kept.mean() == pytest.approx(1, abs=0.05)
    assert np.array_equal(layer(ones, training=False), ones)


# Chance and global state ----------------------------------------------------------------------------------------------


def test_one_seed_gives_one_model() -> None:
    first, again, other = (weights(cnn_core.build_model(SMALL, seed)) for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


def test_weights_stay_when_other_layers_change() -> None:
    longer = Network((*SMALL.layers[:2], NamedLayer("new", L.Conv2D(9, 1)), *SMALL.layers[2:]))
    name = SMALL.layers[1].name
    one, other = (cnn_core.build_model(network).get_layer(name) for network in (SMALL, longer))
    assert same(weights(one), weights(other))


def test_layers_alike_differ_in_their_weights() -> None:
    first, second = weights(cnn_core.build_model(of(L.Dense(3), L.Dense(3))))[::2]
    assert not np.array_equal(first, second)


def test_global_settings_are_neither_read_nor_changed() -> None:
    import keras
    import tensorflow as tf

    network = of(L.Conv2D(2, 3), L.Dropout(), L.RandomFlip(), L.StochasticDepth(), L.Flatten(), L.Dense(2))
    expected = weights(cnn_core.build_model(network))
    try:
        keras.utils.set_random_seed(7)
        keras.config.set_dtype_policy("mixed_float16")
        keras.config.set_image_data_format("channels_first")
        keras.config.set_floatx("float16")
        state = random.getstate(), np.random.get_state(legacy=False)["state"]["key"].tobytes()
        built = cnn_core.build_model(network)
        assert same(weights(built), expected)
        assert all(layer.dtype_policy.name == "float32" for layer in built.layers[1:])
        third = np.full((1, 2), 1 / 3, np.float32)
        assert np.array_equal(cnn_core.build_model(of(L.Activation("linear"), shape=(2,)))(third), third)
        assert (random.getstate(), np.random.get_state(legacy=False)["state"]["key"].tobytes()) == state
        assert keras.config.dtype_policy().name == "mixed_float16"
        drawn = tf.random.uniform((3,)).numpy()
        keras.utils.set_random_seed(7)
        assert np.array_equal(tf.random.uniform((3,)).numpy(), drawn)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")
        keras.config.set_dtype_policy("float32")


# What is too much -----------------------------------------------------------------------------------------------------

TOO_MUCH = {
    "a kernel": of(L.Conv2D(LARGEST, LARGEST, padding="same")),
    "a dense layer": of(L.Flatten(), L.Dense(LARGEST), L.Dense(LARGEST)),
    "an enlarged map": of(L.UpSampling2D(LARGEST), L.UpSampling2D(LARGEST), L.UpSampling2D(LARGEST)),
    "a border": of(L.ZeroPadding2D(LARGEST)),
    "a border that goes away again": of(L.Conv2D(1, 1, LARGEST, padding=LARGEST)),
    "an input": of(shape=(LARGEST, LARGEST, LARGEST)),
    "three dense layers": of(*(L.Dense(12_288) for _ in range(3))),
    "depth": of(*(L.Activation() for _ in range(1_500)), shape=(2,)),
}


@pytest.mark.parametrize("network", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_is_refused(network: Network) -> None:
    with pytest.raises(NetworkError, match="Received: "):
        cnn_core.build_model(network)


def test_the_largest_classics_are_allowed() -> None:
    from cnn_core.keras_model.build import MOST_PARAMETERS
    from cnn_core.layers.cost import parameters

    steps = preset("vgg16").make().steps()
    assert sum(parameters(step.named.layer, *step.input_shapes).total for step in steps) == 138_357_544
    assert MOST_PARAMETERS > 143_667_240, "VGG19"


# The package ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import cnn_core", ("numpy", "keras", "tensorflow", "PIL")),
        ("from cnn_core import Network, summarize", ("numpy", "keras", "tensorflow", "PIL")),
        ("from cnn_core import read_image", ("keras", "tensorflow")),
        ("from cnn_core import build_model, feature_maps, network_from_keras", ()),
    ],
)
def test_nothing_is_imported_before_it_is_needed(statement: str, absent: tuple[str, ...]) -> None:
    program = f"{statement}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_unknown_names_are_no_names_of_the_package() -> None:
    assert set(cnn_core.__all__) <= set(dir(cnn_core))
    with pytest.raises(AttributeError, match="no_such_name"):
        cnn_core.no_such_name  # noqa: B018
