"""Grad-CAM and saliency against tf-keras-vis, closed forms and finite differences; occlusion against predictions."""

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest

# Keras is imported by the tests themselves: a run of the fast tests collects this file too.
import cnn_core
from cnn_core.errors import CnnError, NetworkError
from cnn_core.models.attention import occlusion_plan
from cnn_core.models.bundled import bundled_model, class_names, model_path
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes

pytestmark = [
    pytest.mark.keras,
    # What tf-keras-vis makes Keras and SciPy say.
    pytest.mark.filterwarnings("ignore:The structure of `inputs`", "ignore:Please import `zoom`"),
]

SHAPE = (9, 8, 3)
PIXELS = np.random.default_rng(3).uniform(0, 1, SHAPE).astype(np.float32)
SAMPLE = {"cifar10": "chelsea", "mnist": "digit_7", "mobilenet_v2": "chelsea"}

each_bundled = pytest.mark.parametrize("key", SAMPLE)


@cache
def pixels_for(key: str) -> np.ndarray:
    bundled = bundled_model(key)
    image = read_image(sample_bytes(SAMPLE[key]))
    return prepare(image.pixels, Preparation(*bundled.input_size, Colour(bundled.colour))).pixels


@cache
def bundled_keras(key: str) -> Any:
    import keras

    return keras.models.load_model(model_path(key), compile=False)


@cache
def best_class(key: str) -> int:
    return int(bundled_keras(key).predict(pixels_for(key)[np.newaxis], verbose=0).argmax())


def close(received: np.ndarray, expected: np.ndarray) -> None:
    assert received.dtype == np.float32
    assert received.shape == expected.shape
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


# Small models of each kind --------------------------------------------------------------------------------------------


def seeded(build: Callable[[], Any]) -> Callable[[], Any]:
    def built() -> Any:
        import keras

        keras.utils.set_random_seed(4)
        return build()

    return built


@seeded
def pooled() -> Any:
    import keras
    from keras import layers as K  # noqa: N812

    image = keras.Input(SHAPE, name="image")
    x = K.Conv2D(5, 3, padding="same", activation="relu", name="first")(image)
    x = K.MaxPooling2D(2, name="pool")(x)
    x = K.Conv2D(6, 3, name="last")(x)
    x = K.BatchNormalization(name="norm", gamma_initializer=keras.initializers.RandomUniform(1, 9))(x)
    x = K.GlobalAveragePooling2D(name="mean")(K.ReLU(name="map")(x))
    return keras.Model(image, K.Dense(4, activation="softmax", name="head")(x))


@seeded
def flattened() -> Any:
    import keras
    from keras import layers as K  # noqa: N812

    convolutions = [K.Conv2D(4, 3, activation="tanh", name="first"), K.Conv2D(5, (2, 3), 2, name="map")]
    return keras.Sequential(
        [keras.Input(SHAPE), *convolutions, K.Flatten(), K.Dense(7, "elu"), K.Dense(3, "softmax", use_bias=False)]
    )


@seeded
def yes_or_no() -> Any:
    import keras
    from keras import layers as K  # noqa: N812

    ends = [K.GlobalMaxPooling2D(), K.Dropout(0.5), K.Dense(1, "sigmoid", bias_initializer="ones")]
    return keras.Sequential([keras.Input(SHAPE), K.Conv2D(6, 3, activation="relu", name="map"), *ends])


@seeded
def grouped() -> Any:
    """Return a model with other convolutions, of which TensorFlow has other gradients, and several answers at once."""
    import keras
    from keras import layers as K  # noqa: N812

    maps = [K.DepthwiseConv2D(3, depth_multiplier=2), K.Conv2D(4, 2, groups=2, name="map")]
    ends = [K.GlobalAveragePooling2D(), K.Dense(3, "sigmoid")]
    return keras.Sequential([keras.Input(SHAPE), *maps, *ends])


BUILDERS = {"pooled": pooled, "flattened": flattened, "yes_or_no": yes_or_no, "grouped": grouped}
CLASSES = {"pooled": 4, "flattened": 3, "yes_or_no": 2, "grouped": 3}


def nested_and_flat() -> tuple[Any, Any]:
    """Return a transfer model, whose base is a Functional model with a Sequential one inside, and the same unfolded."""
    import keras
    from keras import layers as K  # noqa: N812

    keras.utils.set_random_seed(5)
    inner = keras.Sequential([keras.Input((9, 8, 3)), K.Conv2D(4, 2, name="conv"), K.ReLU(name="relu")], name="inner")
    start, conv = keras.Input((9, 8, 3)), K.Conv2D(5, 3, 2, name="map")
    base = keras.Model(start, conv(inner(start)), name="base")
    mean, head = K.GlobalAveragePooling2D(name="mean"), K.Dense(3, "softmax", name="head")
    image = keras.Input(SHAPE)
    nested = keras.Model(image, head(mean(base(image * 2.0 - 1.0, training=False))))
    image = keras.Input(SHAPE)
    flat = keras.Model(image, head(mean(conv(inner.layers[1](inner.layers[0](image * 2.0 - 1.0))))))
    return nested, flat


def with_a_linear_end(model: Any) -> Any:
    """Return a copy whose last layer has no activation."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.layers[-1].activation = keras.activations.linear
    return copy


def score_of(output: Any, index: int) -> Any:
    """Return the score of a class from linear outputs (pictures, units)."""
    return output[:, index] if output.shape[1] > 1 else output[:, 0] * (2 * index - 1)


# tf-keras-vis ---------------------------------------------------------------------------------------------------------


def their_grad_cam(linear: Any, pixels: np.ndarray, index: int, layer: str) -> np.ndarray:
    from tf_keras_vis.gradcam import Gradcam

    theirs = Gradcam(linear)
    raw = {"seek_penultimate_conv_layer": False, "expand_cam": False, "normalize_cam": False}
    heat: np.ndarray = np.asarray(theirs(lambda output: score_of(output, index), pixels[np.newaxis], layer, **raw))[0]
    return heat


def their_saliency(linear: Any, pixels: np.ndarray, index: int) -> np.ndarray:
    from tf_keras_vis.saliency import Saliency

    theirs = Saliency(linear)
    heat: np.ndarray = np.asarray(
        theirs(lambda output: score_of(output, index), pixels[np.newaxis], normalize_map=False)
    )[0]
    return heat


@pytest.mark.parametrize(("name", "index"), [(name, index) for name, n in CLASSES.items() for index in range(n)])
def test_small_models(name: str, index: int) -> None:
    from cnn_core.keras_model.attribution import grad_cam, saliency

    model = BUILDERS[name]()
    linear = with_a_linear_end(model)
    close(grad_cam(model, PIXELS, index), their_grad_cam(linear, PIXELS, index, "map"))
    close(saliency(model, PIXELS, index), their_saliency(linear, PIXELS, index))


@pytest.mark.parametrize("layer", ["first", "pool", "last", "norm", "map"])
def test_any_layer_with_a_map(layer: str) -> None:
    from cnn_core.keras_model.attribution import grad_cam

    model = pooled()
    linear = with_a_linear_end(model)
    heats = [grad_cam(model, PIXELS, index, layer) for index in range(4)]
    for index, heat in enumerate(heats):
        close(heat, their_grad_cam(linear, PIXELS, index, layer))
    assert heats[0].shape == model.get_layer(layer).output.shape[1:3]
    assert np.max(heats) > 0


@pytest.mark.parametrize("index", range(3))
def test_nested_models(index: int) -> None:
    from cnn_core.keras_model.attribution import grad_cam, map_layers, saliency

    nested, flat = nested_and_flat()
    linear = with_a_linear_end(flat)
    assert [name.rstrip("_0123456789") for name in map_layers(nested)] == [
        "multiply",
        "subtract",
        "base.inner.conv",
        "base.inner.relu",
        "base.map",
    ]
    close(grad_cam(nested, PIXELS, index), their_grad_cam(linear, PIXELS, index, "map"))
    close(grad_cam(nested, PIXELS, index, "base.inner.conv"), their_grad_cam(linear, PIXELS, index, "conv"))
    close(saliency(nested, PIXELS, index), their_saliency(linear, PIXELS, index))


@pytest.mark.parametrize(
    ("key", "layers"),
    [
        ("cifar10", ("conv_1_1", "relu_1_1", "max_pool_2")),
        ("mnist", ("conv2d", "conv2d_1", "max_pooling2d")),
        ("mobilenet_v2", ("block_12_add", "Conv_1", "out_relu")),
    ],
)
def test_bundled_models(key: str, layers: tuple[str, ...]) -> None:
    from cnn_core.keras_model.attribution import grad_cam, saliency

    model, pixels = bundled_keras(key), pixels_for(key)
    linear = with_a_linear_end(model)
    for index in (best_class(key), 3):
        for layer in layers:
            close(grad_cam(model, pixels, index, layer), their_grad_cam(linear, pixels, index, layer))
        assert np.array_equal(grad_cam(model, pixels, index), grad_cam(model, pixels, index, layers[-1]))
        close(saliency(model, pixels, index), their_saliency(linear, pixels, index))


# Closed forms ---------------------------------------------------------------------------------------------------------


def test_where_the_maps_are_averaged_grad_cam_is_cam() -> None:
    """Selvaraju et al., section 3.1: there α is the class's weight divided by the number of places."""
    from cnn_core.keras_model.attribution import grad_cam

    model, pixels = bundled_keras("mobilenet_v2"), pixels_for("mobilenet_v2")
    maps = cnn_core.feature_maps(model, pixels, ["out_relu"])["out_relu"]
    weights = model.get_layer("predictions").get_weights()[0]
    for index in range(0, len(class_names("mobilenet_v2")), 97):
        close(grad_cam(model, pixels, index), np.maximum(maps @ weights[:, index] / 49, 0))


def test_the_gradient_of_a_linear_model_is_its_weights() -> None:
    import keras

    from cnn_core.keras_model.attribution import saliency

    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(5, "softmax")])
    kernel = model.layers[-1].get_weights()[0].reshape(*SHAPE, 5)
    for index in range(5):
        close(saliency(model, PIXELS, index), np.abs(kernel[..., index]).max(axis=2))


def test_what_speaks_against_is_left_out() -> None:
    import keras

    from cnn_core.keras_model.attribution import grad_cam

    convolution = keras.layers.Conv2D(1, 1, kernel_initializer="ones")
    ends = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")]
    model = keras.Sequential([keras.Input(SHAPE), convolution, *ends])
    close(grad_cam(model, PIXELS, 1), PIXELS.sum(axis=2) / 72)
    assert not grad_cam(model, PIXELS, 0).any()


# Finite differences, in float64 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["sigmoid", "softmax"])
def test_saliency_is_what_a_small_change_does(end: str) -> None:
    """The logit comes from the model's own probabilities here: of a class against its negation, log p − log(1 − p)."""
    import keras
    from keras import layers as K  # noqa: N812

    from cnn_core.keras_model.attribution import saliency

    keras.utils.set_random_seed(6)
    exact = {"dtype": "float64"}
    image = keras.Input((6, 5, 2), dtype="float64")
    x = K.GlobalAveragePooling2D(**exact)(K.Conv2D(4, 3, activation="tanh", **exact)(image))
    model = keras.Model(image, K.Dense(1 if end == "sigmoid" else 2, end, **exact)(x))
    if end == "softmax":  # the other class's score is 0, so this one's is the logit
        kernel, bias = model.layers[-1].get_weights()
        model.layers[-1].set_weights([kernel * [[0, 1]], bias])
    pixels = np.random.default_rng(7).uniform(0, 1, (6, 5, 2)).astype(np.float32)

    step = 1e-4
    moves = step * np.eye(60).reshape(60, 6, 5, 2)
    # Called, not `predict`: that would round the pictures to float32.
    after, before = (np.asarray(model(pixels + move))[:, -1] for move in (moves, -moves))
    slopes = (np.log(after / (1 - after)) - np.log(before / (1 - before))) / (2 * step)
    np.testing.assert_allclose(saliency(model, pixels, 1), np.abs(slopes.reshape(6, 5, 2)).max(axis=2), rtol=1e-6)


# The score ------------------------------------------------------------------------------------------------------------


def ended(end: str) -> Any:
    """Return the same model with its softmax said in one of Keras's ways."""
    import keras
    import tensorflow as tf
    from keras import layers as K  # noqa: N812

    keras.utils.set_random_seed(8)
    image = keras.Input(SHAPE)
    x = K.GlobalAveragePooling2D()(K.Conv2D(4, 3, activation="relu")(image))
    activation = {"dense": "softmax", "function": tf.nn.softmax, "object": K.Softmax()}.get(end, "linear")
    x = K.Dense(3, activation)(x)
    apart = {"activation": K.Activation("softmax"), "layer": K.Softmax(), "operation": keras.ops.softmax}
    return keras.Model(image, apart[end](x) if end in apart else x)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_score_is_what_the_model_gives_without_its_last_activation(name: str) -> None:
    from cnn_core.keras_model.attribution import _Score

    model = BUILDERS[name]()
    head = model.layers[-1]
    if head.use_bias:
        head.bias.assign(1 + np.arange(head.units))
    pictures = np.stack([PIXELS, 1 - PIXELS])
    outputs = np.asarray(with_a_linear_end(model)(pictures))
    for index in range(CLASSES[name]):
        (scores,) = _Score(model, PIXELS, index, None).run(None, pictures)
        close(scores, score_of(outputs, index))


@pytest.mark.parametrize("end", ["dense", "function", "object", "activation", "layer", "operation"])
def test_softmax_is_left_out_however_it_is_said(end: str) -> None:
    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    model, linear, boxes = ended(end), ended("linear"), occlusion_plan(SHAPE, 4, 4)
    for index in range(3):
        close(saliency(model, PIXELS, index), saliency(linear, PIXELS, index))
        close(grad_cam(model, PIXELS, index), grad_cam(linear, PIXELS, index))
        close(occlusion_drops(model, PIXELS, index, boxes), occlusion_drops(linear, PIXELS, index, boxes))


def test_yes_and_no_are_opposites() -> None:
    from cnn_core.keras_model.attribution import occlusion_drops, saliency

    model, boxes = yes_or_no(), occlusion_plan(SHAPE, 3, 2)
    assert np.array_equal(saliency(model, PIXELS, 0), saliency(model, PIXELS, 1))
    assert np.array_equal(occlusion_drops(model, PIXELS, 0, boxes), -occlusion_drops(model, PIXELS, 1, boxes))


# Several outputs, and such with height and width ----------------------------------------------------------------------


@seeded
def forked() -> Any:
    import keras

    image = keras.Input(SHAPE, name="image")
    shared = keras.layers.Conv2D(4, 3, activation="relu", name="shared")(image)
    pooled = keras.layers.GlobalAveragePooling2D()(shared)
    kinds = keras.layers.Dense(3, activation="softmax", name="kinds")(pooled)
    colour = keras.layers.Dense(2, activation="sigmoid", name="colour")(keras.layers.Flatten()(shared))
    mask = keras.layers.Conv2D(3, 3, padding="same", activation="softmax", name="mask")(shared)
    return keras.Model(image, [kinds, colour, mask])


@pytest.mark.parametrize("output", ["kinds", "colour", "mask"])
def test_a_model_with_several_outputs_answers_as_one_with_only_that_output(output: str) -> None:
    import keras

    from cnn_core.keras_model.attribution import grad_cam, map_layers, occlusion_drops, saliency

    model, plan = forked(), occlusion_plan(SHAPE, 4, 3)
    alone = keras.Model(model.input, model.get_layer(output).output)
    assert map_layers(model, output) == map_layers(alone)
    close(grad_cam(model, PIXELS, 1, "shared", output), grad_cam(alone, PIXELS, 1, "shared"))
    close(saliency(model, PIXELS, 1, output), saliency(alone, PIXELS, 1))
    close(occlusion_drops(model, PIXELS, 1, plan, output=output), occlusion_drops(alone, PIXELS, 1, plan))
    assert not np.allclose(saliency(model, PIXELS, 1, "kinds"), saliency(model, PIXELS, 1, "colour"))


def test_another_layer_is_no_output() -> None:
    from cnn_core.keras_model.attribution import saliency

    with pytest.raises(CnnError, match=r'no output "shared"\. Choose one of: kinds, colour, mask'):
        saliency(forked(), PIXELS, 0, "shared")


@pytest.mark.parametrize(("channels", "activation"), [(3, "softmax"), (1, "sigmoid"), (2, "linear")])
def test_the_score_of_a_class_of_places_is_its_mean_where_it_is_the_answer(channels: int, activation: str) -> None:
    """By hand, with Keras and TensorFlow: the gradient of the mean over these places, of what the activation gets."""
    import keras
    import tensorflow as tf

    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    keras.utils.set_random_seed(4)
    image = keras.Input(SHAPE, name="image")
    maps = keras.layers.Conv2D(4, 3, activation="relu", name="maps")(image)
    sums = keras.layers.Conv2D(channels, 3, padding="same", name="sums")(maps)
    model = keras.Model(image, keras.layers.Activation(activation)(sums))
    inner = keras.Model(image, [maps, sums])
    for index in range(max(2, channels)):
        values = tf.constant(PIXELS[np.newaxis])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(values)
            made, scores = inner(values)
            answered = tf.argmax(scores, axis=3) if channels > 1 else tf.cast(scores[..., 0] > 0, tf.int64)
            mask = tf.cast(answered == index, tf.float32)
            mask = mask if tf.reduce_any(mask > 0) else tf.ones_like(mask)
            of_class = scores[..., index] if channels > 1 else scores[..., 0] * (1 if index else -1)
            score = tf.reduce_sum(of_class * mask) / tf.reduce_sum(mask)
        slopes, pixels = tape.gradient(score, made)[0], tape.gradient(score, values)[0]
        expected = tf.nn.relu(tf.reduce_sum(made[0] * tf.reduce_mean(slopes, axis=(0, 1)), axis=2)).numpy()
        close(grad_cam(model, PIXELS, index, "maps"), expected)
        close(saliency(model, PIXELS, index), np.abs(pixels.numpy()).max(axis=2))
        covered = PIXELS.copy()
        covered[2:6, 1:5] = 0.5
        hidden = inner(covered[np.newaxis])[1]
        of_class = hidden[..., index] if channels > 1 else hidden[..., 0] * (1 if index else -1)
        drop = (score - tf.reduce_sum(of_class * mask) / tf.reduce_sum(mask)).numpy()
        close(occlusion_drops(model, PIXELS, index, [2, 1, 6, 5], 0.5), np.asarray(drop))


# Occlusion ------------------------------------------------------------------------------------------------------------


def drops_one_by_one(model: Any, pixels: np.ndarray, index: int, boxes: np.ndarray, fill: Any) -> np.ndarray:
    """Return the drops as one would write them down: one box after the other, channel by channel."""
    linear = with_a_linear_end(model)

    def score(picture: np.ndarray) -> float:
        return float(score_of(linear(picture[np.newaxis], training=False), index)[0])

    drops = []
    for top, left, bottom, right in boxes.reshape(-1, 4):
        covered = pixels.copy()
        for channel in range(pixels.shape[2]):
            covered[top:bottom, left:right, channel] = pixels[..., channel].mean() if fill is None else fill[channel]
        drops.append(score(pixels) - score(covered))
    return np.array(drops, np.float32).reshape(boxes.shape[:-1])


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("fill", [None, (0.5, 0.2, 1.0)])
def test_occlusion_of_small_models(name: str, fill: Any) -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    model, boxes = BUILDERS[name](), occlusion_plan(SHAPE, 4, 3)
    for index in (0, CLASSES[name] - 1):
        expected = drops_one_by_one(model, PIXELS, index, boxes, fill)
        received = occlusion_drops(model, PIXELS, index, boxes, fill)
        assert received.dtype == np.float32
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-6)
        assert np.abs(expected).max() > 1e-2


@pytest.mark.parametrize(("key", "patch", "stride"), [("cifar10", 8, 8), ("mnist", 9, 7), ("mobilenet_v2", 112, 112)])
def test_occlusion_of_bundled_models(key: str, patch: int, stride: int) -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    model, pixels, index = bundled_keras(key), pixels_for(key), best_class(key)
    boxes = occlusion_plan(pixels.shape, patch, stride)
    expected = drops_one_by_one(model, pixels, index, boxes, None)
    np.testing.assert_allclose(occlusion_drops(model, pixels, index, boxes), expected, rtol=1e-3, atol=1e-3)


def test_one_number_covers_all_channels() -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    model, boxes = pooled(), occlusion_plan(SHAPE, 4, 4)
    grey = occlusion_drops(model, PIXELS, 1, boxes, 0.5)
    assert np.array_equal(grey, occlusion_drops(model, PIXELS, 1, boxes, (0.5, 0.5, 0.5)))


def test_a_patch_as_large_as_the_picture() -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    model, square = yes_or_no(), np.full((9, 8, 3), 0.25, np.float32)
    whole = np.array([0, 0, 9, 8])
    drop = occlusion_drops(model, PIXELS, 1, whole, 0.25)
    logits = [float(with_a_linear_end(model).predict(one[np.newaxis], verbose=0)[0, 0]) for one in (PIXELS, square)]
    assert drop.shape == ()
    assert float(drop) == pytest.approx(logits[0] - logits[1], abs=1e-5)


def test_covering_with_what_is_there_changes_nothing() -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    plain = np.full(SHAPE, 0.25, np.float32)
    assert np.abs(occlusion_drops(pooled(), plain, 0, occlusion_plan(SHAPE, 3, 3))).max() < 1e-6


def test_parts_of_a_plan_make_up_the_whole() -> None:
    from cnn_core.keras_model import attribution

    model, boxes = pooled(), occlusion_plan(SHAPE, 3, 1)
    whole = attribution.occlusion_drops(model, PIXELS, 2, boxes)
    rows = [attribution.occlusion_drops(model, PIXELS, 2, row) for row in boxes]
    np.testing.assert_allclose(np.stack(rows), whole, atol=1e-6)
    assert attribution.occlusion_drops(model, PIXELS, 2, boxes[:0]).shape == (0, boxes.shape[1])
    for at_once in (1, 5, 1000):
        drops = attribution.occlusion_drops(model, PIXELS, 2, boxes, at_once=at_once)
        np.testing.assert_allclose(drops, whole, atol=1e-6)


@pytest.mark.parametrize(("layer_count", "passes"), [(10, 8), (250, 8), (500, 4), (1041, 2), (5000, 2)])
def test_fewer_passes_of_a_deep_model_are_kept(layer_count: int, passes: int) -> None:
    from cnn_core.keras_model.attribution import passes_kept

    assert passes_kept(layer_count) == passes


def test_the_picture_stays_as_it_is() -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    pixels = PIXELS.copy()
    occlusion_drops(pooled(), pixels, 2, occlusion_plan(SHAPE, 3, 3), 0)
    assert np.array_equal(pixels, PIXELS)


# Layers with a map ----------------------------------------------------------------------------------------------------


@seeded
def squeezed() -> Any:
    """Return a model with a 1×1 map in the middle and at the end, a layer beside the way, and an open size."""
    import keras
    from keras import layers as K  # noqa: N812

    image = keras.Input((None, None, 3), name="image")
    x = K.Conv2D(4, 3, padding="same", name="conv")(image)
    gate = K.Conv2D(4, 1, activation="sigmoid", name="gate")(K.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x))
    x = K.Multiply(name="gated")([x, gate])
    beside = K.MaxPooling2D(2, name="beside")(x)
    x = K.Conv2D(5, 1, name="wide")(K.GlobalMaxPooling2D(keepdims=True, name="most")(x))
    return keras.Model(image, [K.Dense(3, "softmax", name="head")(K.Reshape((5,), name="flat")(x)), beside])


def test_layers_with_a_map_on_the_way() -> None:
    from cnn_core.keras_model.attribution import grad_cam, map_layers

    model = squeezed()
    assert map_layers(model) == ("conv", "gated")
    assert grad_cam(model, PIXELS, 0).shape == (9, 8)
    assert grad_cam(model, np.ones((5, 6, 3)), 0).shape == (5, 6)


@pytest.mark.parametrize("layer", ["image", "squeeze", "gate", "most", "wide", "flat", "head", "beside", "nose", ""])
def test_other_layers_are_refused(layer: str) -> None:
    from cnn_core.keras_model.attribution import grad_cam

    with pytest.raises(CnnError, match=f'Received: "{layer}". Choose one of: conv, gated'):
        grad_cam(squeezed(), PIXELS, 0, layer)


def test_a_model_without_maps_is_refused() -> None:
    import keras

    from cnn_core.keras_model.attribution import grad_cam, map_layers

    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(5)])
    assert map_layers(model) == ()
    with pytest.raises(CnnError, match="needs a layer with a map"):
        grad_cam(model, PIXELS, 0)


# The model stays as it is, and passes are kept ------------------------------------------------------------------------


def test_the_model_is_not_changed() -> None:
    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    for model in (pooled(), flattened(), nested_and_flat()[0]):
        before, weights = model.to_json(), model.get_weights()
        probabilities = model.predict(PIXELS[np.newaxis], verbose=0)
        grad_cam(model, PIXELS, 1)
        saliency(model, PIXELS, 1)
        occlusion_drops(model, PIXELS, 1, occlusion_plan(SHAPE, 4, 4))
        assert model.to_json() == before
        assert all(map(np.array_equal, weights, model.get_weights()))
        assert model.layers[-1].activation.__name__ == "softmax"
        assert np.array_equal(model.predict(PIXELS[np.newaxis], verbose=0), probabilities)


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Return the names for which passes are traced, as they are."""
    from cnn_core.keras_model import attribution

    names: list[str | None] = []
    trace = attribution._trace

    def noted(*about: Any) -> Any:
        names.append(about[2])
        return trace(*about)

    monkeypatch.setattr(attribution, "_trace", noted)
    return names


def test_one_trace_serves_all_classes_and_pictures(traces: list[str | None]) -> None:
    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    model = pooled()
    for index in range(4):
        grad_cam(model, PIXELS, index)
        saliency(model, 1 - PIXELS, index)
        occlusion_drops(model, PIXELS, index, occlusion_plan(SHAPE, 3 + index, 2))
    assert traces == ["map", "image", None]


def test_only_so_many_traces_are_kept(traces: list[str | None]) -> None:
    from cnn_core.keras_model.attribution import MOST_PASSES, grad_cam

    model = squeezed()
    sizes = [*range(4, 5 + MOST_PASSES), 4 + MOST_PASSES, 4]
    for size in sizes:
        grad_cam(model, np.ones((size, 6, 3)), 0)
    assert len(traces) == MOST_PASSES + 2


def test_new_weights_and_new_layers_count() -> None:
    import keras

    from cnn_core.keras_model.attribution import grad_cam, saliency

    dense = keras.layers.Dense(2, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), dense])
    assert saliency(model, np.ones((2, 2, 1)), 0).tolist() == [[1, 1], [1, 1]]
    dense.set_weights([np.full((4, 2), -3.0), np.zeros(2)])
    assert saliency(model, np.ones((2, 2, 1)), 0).tolist() == [[3, 3], [3, 3]]
    model.add(keras.layers.Dense(3, kernel_initializer="ones"))
    assert saliency(model, np.ones((2, 2, 1)), 2).tolist() == [[6, 6], [6, 6]]
    with pytest.raises(CnnError, match="needs a layer with a map"):
        grad_cam(model, np.ones((2, 2, 1)), 2)


def test_many_threads_at_once() -> None:
    from cnn_core.keras_model.attribution import grad_cam

    model = pooled()
    expected = [their_grad_cam(with_a_linear_end(model), PIXELS, index, "map") for index in range(4)]
    with ThreadPoolExecutor(8) as pool:
        heats = list(pool.map(lambda number: grad_cam(model, PIXELS, number % 4), range(40)))
    for number, heat in enumerate(heats):
        close(heat, expected[number % 4])


def test_a_model_that_nobody_uses_is_freed() -> None:
    from cnn_core.keras_model.attribution import grad_cam, saliency

    model = pooled()
    heat = grad_cam(model, PIXELS, 1) + saliency(model, PIXELS, 1).mean()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert np.isfinite(heat).all()


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "index"), [(name, index) for name, n in CLASSES.items() for index in (-1, n)])
def test_unknown_classes_are_refused(name: str, index: int) -> None:
    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    model = BUILDERS[name]()
    refused = rf"from 0 to {CLASSES[name] - 1} here\. Received: class {index}\."
    with pytest.raises(CnnError, match=refused):
        grad_cam(model, PIXELS, index)
    with pytest.raises(CnnError, match=refused):
        saliency(model, PIXELS, index)
    with pytest.raises(CnnError, match=refused):
        occlusion_drops(model, PIXELS, index, [0, 0, 1, 1])


@pytest.mark.parametrize(
    "box", [(0, 0, 10, 2), (0, 0, 2, 9), (-1, 0, 2, 2), (0, -3, 2, -1), (2, 2, 2, 4), (3, 3, 2, 4)]
)
def test_boxes_outside_are_refused(box: tuple[int, ...]) -> None:
    from cnn_core.keras_model.attribution import occlusion_drops

    with pytest.raises(CnnError, match=r"within the picture and cover a pixel\. Received: .* on 9×8 pixels"):
        occlusion_drops(pooled(), PIXELS, 0, [(0, 0, 1, 1), box])


def test_other_sizes_are_refused() -> None:
    from cnn_core.keras_model.attribution import grad_cam, saliency

    with pytest.raises(CnnError, match="Received: 8×9×3; the model takes 9×8×3"):
        grad_cam(pooled(), np.zeros((8, 9, 3)), 0)
    with pytest.raises(CnnError, match=r"Only a picture .* Received: 72\."):
        saliency(pooled(), np.zeros(72), 0)


def test_models_that_do_not_classify_are_refused() -> None:
    import keras

    from cnn_core.keras_model.attribution import map_layers, saliency

    table = keras.Sequential([keras.Input(SHAPE), keras.layers.Reshape((72, 3))])
    with pytest.raises(CnnError, match=r"one number per class, or in one map per class\. Received: an output of 72×3"):
        saliency(table, PIXELS, 0)
    image = keras.Input((None, 8, 3))
    with pytest.raises(CnnError, match=r"one number per class, .* Received: an output of \?"):
        saliency(keras.Model(image, keras.layers.Flatten()(image)), PIXELS, 0)
    with pytest.raises(NetworkError, match="does not know its input size"):
        map_layers(keras.Sequential([keras.layers.Dense(1)]))


def test_a_score_without_a_gradient_is_refused() -> None:
    """Whole numbers have no slopes; behind them there are some again, and occlusion needs none."""
    import keras

    from cnn_core.keras_model.attribution import grad_cam, occlusion_drops, saliency

    image = keras.Input((4, 4, 1), dtype="uint8", name="image")
    x = keras.layers.Conv2D(2, 3, name="conv")(keras.layers.Rescaling(1 / 255)(image))
    model = keras.Model(image, keras.layers.Dense(3)(keras.layers.Flatten()(x)))
    pixels = np.arange(16).reshape(4, 4, 1)
    with pytest.raises(CnnError, match='no gradient with respect to layer "image"'):
        saliency(model, pixels, 0)
    assert grad_cam(model, pixels, 0).shape == (2, 2)
    assert occlusion_drops(model, pixels, 0, [0, 0, 2, 2]).shape == ()
