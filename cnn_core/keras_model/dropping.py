"""Dropout on what a layer puts out, as Keras draws it in training, and what the network then answers."""

from typing import Final, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from cnn_core.arrays import Output, Pixels
from cnn_core.errors import CnnError
from cnn_core.keras_model.activations import computing, feature_maps, graph_of, output_names, outputs_behind
from cnn_core.sentences import N_

MOST_DRAWS: Final = 64


class Dropped(NamedTuple):
    """What a layer puts out for one picture, and random draws of Dropout on it.

    Attributes:
        values: in inference, (H, W, C) or (units,); Dropout leaves them as they are.
        draws: in training, (draws, *values.shape).
        answer: the network's, in inference, (units,).
        answers: its answers from each draw, all else in inference, (draws, units).
    """

    values: Output
    draws: Output
    answer: Output
    answers: Output


def dropped(model: keras.Model, pixels: Pixels, layer: str, rate: float, count: int = 4, seed: int = 0) -> Dropped:
    """Return draws of `keras.layers.Dropout(rate)` behind a layer, and what comes of each.

    Args:
        model: with one input and one output.
        pixels: (height, width, channels) as they enter the model.
        layer: by its name as `network_from_keras` has it; what it puts out is all that the layers behind it get.
        rate: from 0 to less than 1.
        count: 1 to `MOST_DRAWS`.
        seed: the same one draws the same.

    Raises:
        CnnError: no such layer, rate or count, or layers behind it that take something else besides.
    """
    if not 0 <= rate < 1 or not 1 <= count <= MOST_DRAWS:
        message = N_(
            "Dropout needs a rate from 0 to less than 1, and 1 to {most} draws. Received: rate={rate}, {count} draws."
        )
        raise CnnError(message, most=MOST_DRAWS, rate=rate, count=count)
    (last,) = output_names(model)
    outputs = feature_maps(model, pixels, [layer, last])
    values = outputs[layer]
    behind = keras.layers.Dropout(rate, seed=seed)
    draws = np.asarray(behind(np.repeat(values[np.newaxis], count, axis=0), training=True))
    (end,) = graph_of(model).outputs
    with computing(values.shape):
        made = outputs_behind(graph_of(model), layer, tf.constant(draws))
    if end.call not in made:
        raise CnnError(
            N_(
                "Dropout cannot be tried after this layer, because the answer does not depend on its output alone. "
                "Received: {layer}."
            ),
            layer=layer,
        )
    answers = np.asarray(made[end.call][end.index])
    return Dropped(values, draws, outputs[last], answers)
