"""A model as a TensorFlow Lite file, for phones and small boards."""

import contextlib
import io
from pathlib import Path

import tensorflow as tf

from cnn_core.keras_model.opening import load_own_model


def tflite(path: Path) -> bytes:
    """Return one of our own `.keras` files as a `.tflite` file in float32, which gives the same answers.

    Layers that act in training only are not in it.

    Raises:
        CnnError: the file cannot be read.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(load_own_model(path))
    with contextlib.redirect_stdout(io.StringIO()):  # it tells where it has put what it is made from
        return bytes(converter.convert())
