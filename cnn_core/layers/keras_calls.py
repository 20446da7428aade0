"""Each layer kind as the call of Keras that makes it: plain data, for written code and for layers that are made."""

from enum import Enum
from typing import Any, NamedTuple

from cnn_core.layers.activations import ActivationName
from cnn_core.layers.kind import Layer, by_kind
from cnn_core.layers.kinds.activation import Activation
from cnn_core.layers.kinds.convolution import Conv2D
from cnn_core.layers.kinds.normalization import Normalization
from cnn_core.layers.kinds.pooling import Pooling
from cnn_core.layers.settings import OptionalRange, PaddingMode, Range, Setting


class KerasCall(NamedTuple):
    """The name of a class of Keras, or of one of ours, and the settings that say all of a layer but its place."""

    name: str
    settings: dict[str, Any]


@by_kind
def keras_call(layer: Layer) -> KerasCall:
    """Return the call that makes a layer; explicit padding is left to a ZeroPadding2D before it.

    >>> keras_call(Activation("leaky_relu", 0.1))
    KerasCall(name='LeakyReLU', settings={'negative_slope': 0.1})
    """
    return _spelled(layer)


def _spelled(layer: Layer, **instead: Any) -> KerasCall:
    """Return what the kind's spelling says, with these settings of Keras instead of those that follow from it."""
    settings = {layer.spelling.of(name): _plain(rule, getattr(layer, name)) for name, rule in layer.settings().items()}
    return KerasCall(layer.keras_name(), settings | instead)


def _plain(rule: Setting[Any, Any], value: Any) -> Any:
    """Return a value as people write it: the range around 0, or from it, as one number."""
    if isinstance(rule, Range | OptionalRange):
        ends = rule.to_json(value)
        return tuple(ends) if isinstance(ends, list) else ends
    return value.value if isinstance(value, Enum) else value


@keras_call.register
def _(layer: Conv2D) -> KerasCall:
    return _spelled(layer, padding=layer.padding.value if isinstance(layer.padding, PaddingMode) else "valid")


@keras_call.register
def _(layer: Pooling) -> KerasCall:
    return _spelled(layer, strides=layer.steps)


@keras_call.register
def _(layer: Normalization) -> KerasCall:
    if layer.mean is None or layer.variance is None:
        return _spelled(layer)
    # Keras wants as many variances as means; here one number stands for all channels.
    count = max(len(layer.mean), len(layer.variance))
    mean, variance = (list(values) * (count if len(values) == 1 else 1) for values in (layer.mean, layer.variance))
    return _spelled(layer, mean=mean, variance=variance)


@keras_call.register
def _(layer: Activation) -> KerasCall:
    if layer.activation is ActivationName.LEAKY_RELU and layer.slope is not None:
        return KerasCall("LeakyReLU", {"negative_slope": layer.slope})
    if layer.activation is ActivationName.ELU and layer.slope is not None:
        return KerasCall("ELU", {"alpha": layer.slope})
    return KerasCall("Activation", {"activation": layer.activation.value})
