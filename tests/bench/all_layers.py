"""All layers of the bundled MobileNetV2 for one picture, against its last output alone; both traced and warm."""

from collections.abc import Callable
from typing import Any

from bench.measure import Goal, Result, in_turns, seconds
from cnn_core.models.bundled import bundled_model, model_path
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes

GOAL = Goal("all layers of MobileNetV2 for one picture", "its last output alone, traced", within=1.6)
ROUNDS = 30
WARM = 5
KEY = "mobilenet_v2"


def measure() -> Result:
    """Take both in turns; both end with arrays in NumPy."""
    from cnn_core import feature_maps

    model, pixels = bundled_mobilenet(), picture()
    last = last_output(model)
    count = len(feature_maps(model, pixels))
    pairs = in_turns(
        lambda: seconds(lambda: feature_maps(model, pixels)), lambda: seconds(lambda: last(pixels)), ROUNDS, WARM
    )
    return pairs.result(GOAL, f"{count} layers; both end in NumPy arrays", (pairs.spread(GOAL),))


def bundled_mobilenet() -> Any:
    """Return the model, loaded."""
    import keras

    return keras.models.load_model(model_path(KEY), compile=False)


def picture() -> Any:
    """Return a sample picture as the model takes it, (224, 224, 3) in [0, 1]."""
    bundled = bundled_model(KEY)
    image = read_image(sample_bytes("chelsea"))
    return prepare(image.pixels, Preparation(*bundled.input_size, Colour(bundled.colour))).pixels


def last_output(model: Any) -> Callable[[Any], Any]:
    """Return the plain model as one traced function, from array to array."""
    import numpy as np
    import tensorflow as tf

    traced = tf.function(lambda values: model(values, training=False))
    return lambda pixels: traced(tf.constant(pixels[np.newaxis])).numpy()
