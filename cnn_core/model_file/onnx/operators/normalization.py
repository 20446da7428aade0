"""Normalizations with what training has learned for them."""

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import show
from cnn_core.model_file.onnx.call import Call, axes_of, operator
from cnn_core.model_file.onnx.values import Value, to_rows


@operator("BatchNormalization")
def _batch_normalization(call: Call) -> Value:
    value = call.value()
    call.demand("training_mode", 0)
    call.demand("spatial", 1)
    call.any("momentum")
    value = call.building.with_last(value, 0)
    weights = [to_rows(value, call.constant(number)) for number in (1, 2, 3, 4)]
    layer = layers.BatchNormalization(epsilon=call.number("epsilon", 1e-5))
    return call.building.each(layer, value, weights=weights)


@operator("InstanceNormalization")
def _instance_normalization(call: Call) -> Value:
    """Each channel by itself, over its map: groups of one channel."""
    value = call.building.with_last(call.building.plain(call.value()), 0)
    layer = layers.GroupNormalization(value.shape[-1], call.number("epsilon", 1e-5))
    return call.building.value(layer, value, weights=(call.constant(1), call.constant(2)))


@operator("GroupNormalization")
def _group_normalization(call: Call) -> Value:
    value, groups = call.maps(), call.whole("num_groups", 1)
    call.demand("stash_type", 1)
    # Until version 21 there was one number a group.
    weights = [
        np.repeat(row, value.shape[-1] // groups) if call.version < 21 else row
        for row in (call.constant(1), call.constant(2))
    ]
    layer = layers.GroupNormalization(groups, call.number("epsilon", 1e-5))
    return call.building.value(layer, value, weights=weights)


@operator("LayerNormalization")
def _layer_normalization(call: Call) -> Value:
    """Over the last axis of ONNX's tensor."""
    value = call.building.plain(call.value())
    axes = len(value.sizes)
    (axis,) = axes_of(axes, (call.whole("axis", -1),))
    call.demand("stash_type", 1)
    scale = call.constant(1)
    if axis != axes - 1 or scale.ndim != 1:
        raise LayerError(
            "It normalizes over the last axis here. Received: numbers of {shape}.", shape=show(scale.shape)
        )
    value = call.building.with_last(value, axis)
    shift = call.constant(2) if call.has(2) else np.zeros_like(scale)
    layer = layers.LayerNormalization(call.number("epsilon", 1e-5))
    return call.building.value(layer, value, weights=(scale, shift))
