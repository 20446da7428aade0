"""What a call of a model computes before its activation."""

from dataclasses import replace
from typing import Any

from cnn_core.errors import LayerError
from cnn_core.keras_model.describing import layer_of
from cnn_core.keras_model.walk import Call, Source, without_activation
from cnn_core.layers import ActivationName, Group, Layer
from cnn_core.layers.activations import SQUASHING


def before_activation(call: Call) -> Call | Source | None:
    """Return what the activation of a call is applied to: its input, or the call without it; None where it has none."""
    layer = _described(call)
    if layer is None or layer.activation is ActivationName.LINEAR:
        return None
    if layer.group is Group.ACTIVATION:
        return call.sources[0]
    return replace(call, operation=without_activation(call.operation))


def squashes(call: Call) -> bool:
    """Say whether a call ends in a softmax or sigmoid."""
    layer = _described(call)
    return layer is not None and layer.activation in SQUASHING


def _described(call: Call) -> Any:
    """Return a call as a layer of ours with an activation, None where there is none."""
    try:
        layer: Layer = layer_of(call)
    except LayerError:
        return None
    return layer if hasattr(layer, "activation") else None
