"""Convolutions in groups against Keras's own, and what they take of memory."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from folders import ROOT

pytestmark = pytest.mark.keras

SHAPE = (9, 8, 6)
SETTINGS: tuple[dict[str, Any], ...] = (
    {"filters": 6, "kernel_size": 3, "groups": 6},
    {"filters": 12, "kernel_size": (3, 2), "groups": 6, "padding": "same", "activation": "silu"},
    {"filters": 6, "kernel_size": 3, "groups": 6, "strides": 2, "padding": "same", "use_bias": False},
    {"filters": 6, "kernel_size": 3, "groups": 6, "strides": (2, 1)},
    {"filters": 18, "kernel_size": 2, "groups": 6, "dilation_rate": (1, 3)},
    {"filters": 4, "kernel_size": 3, "groups": 2, "strides": (1, 2), "padding": "same"},
    {"filters": 9, "kernel_size": 2, "groups": 3, "dilation_rate": 2, "activation": "tanh"},
)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_numbers_and_their_gradients_are_keras_s(settings: dict[str, Any]) -> None:
    import keras
    import tensorflow as tf

    from cnn_core.keras_model.grouped import computed_by

    keras.utils.set_random_seed(2)
    layer = keras.layers.Conv2D(**settings, bias_initializer="random_normal")
    inputs = tf.constant(np.random.default_rng(1).normal(size=(2, *SHAPE)).astype(np.float32))
    layer.build(inputs.shape)
    results = []
    for compute in (layer, computed_by(layer)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = compute(inputs)
            total = tf.reduce_sum(outputs**2)
        results.append((outputs.numpy(), tape.gradient(total, inputs).numpy()))
    assert computed_by(layer) is not layer
    for received, expected in zip(*results, strict=True):
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5)


def test_what_has_no_groups_is_computed_by_itself() -> None:
    import keras

    from cnn_core.keras_model.grouped import computed_by

    half = keras.layers.Conv2D(4, 3, groups=2, dtype="float16")
    turned = keras.layers.Conv2D(4, 3, groups=2, data_format="channels_first")
    for operation in (keras.layers.Conv2D(4, 3), keras.layers.DepthwiseConv2D(3), keras.ops.relu, half, turned):
        assert computed_by(operation) is operation


PROGRAM = """
from pathlib import Path
import keras
import numpy as np
from cnn_core.keras_model import feature_maps
from cnn_core.keras_model.attribution import saliency

def megabytes():
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData")]
    return int(line.split()[1]) / 1024

def asked(channels):
    ends = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)]
    start = [keras.Input((7, 7, 3)), keras.layers.Conv2D(channels, 1)]
    model = keras.Sequential([*start, keras.layers.Conv2D(channels, 7, padding="same", groups=channels), *ends])
    pixels = np.random.default_rng(0).random((7, 7, 3), np.float32)
    feature_maps(model, pixels)
    saliency(model, pixels, 1)

asked(8)
before = megabytes()
asked(1536)
print(megabytes() - before)
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_kernel_over_all_channels_is_made() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(result.stdout) < 7 * 7 * 1536 * 1536 * 4 / 2**20
