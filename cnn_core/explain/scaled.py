"""What normalizations multiply whole maps by and what they add: a function of the layer's kind."""

from collections.abc import Sequence

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Values
from cnn_core.explain.normalization import KERAS_EPSILON
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind

Normalizing = layers.BatchNormalization | layers.LayerNormalization | layers.GroupNormalization

ScaleAndShift = tuple[Numbers, Numbers]
"""What x is multiplied by, and what is added to it then: both stretch to the shape of x."""


@by_kind
def scale_and_shift(layer: Layer, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    """Return by what a layer multiplies its input (…, C), and what it adds, outside of training."""
    raise NotImplementedError(layer.kind)


@scale_and_shift.register
def _(layer: layers.BatchNormalization, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    mean, variance = (np.asarray(one, np.float64) for one in weights[-2:])
    return _learned(layer, weights, mean, variance)


@scale_and_shift.register
def _(layer: layers.LayerNormalization, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    return _learned(layer, weights, values.mean(axis=-1, keepdims=True), values.var(axis=-1, keepdims=True))


@scale_and_shift.register
def _(layer: layers.GroupNormalization, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    size = values.shape[-1] // layer.groups
    grouped = values.reshape(-1, layer.groups, size)
    mean, variance = grouped.mean(axis=(0, 2)).repeat(size), grouped.var(axis=(0, 2)).repeat(size)
    return _learned(layer, weights, mean, variance)


def _learned(layer: Normalizing, weights: Sequence[Values], mean: Numbers, variance: Numbers) -> ScaleAndShift:
    """Return gamma / √(variance + epsilon) and beta − mean · that, as far as the layer has gamma and beta."""
    scale = 1 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        scale = scale * weights[0]
    shift = -mean * scale
    return scale, shift + weights[int(layer.scale)] if layer.center else shift


@scale_and_shift.register
def _(layer: layers.Normalization, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    given = (layer.mean, layer.variance) if layer.mean is not None else weights[:2]
    # Keras keeps what it is given in float32.
    mean, variance = (np.asarray(one, np.float32).astype(np.float64) for one in given)
    scale = 1 / np.maximum(np.sqrt(variance), KERAS_EPSILON)
    return scale, -mean * scale


@scale_and_shift.register
def _(layer: layers.Rescaling, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    return np.array(layer.scale, np.float64), np.array(layer.offset, np.float64)


@scale_and_shift.register
def _(layer: layers.LayerScale, weights: Sequence[Values], values: Numbers) -> ScaleAndShift:
    return np.asarray(weights[0], np.float64), np.zeros(1)
