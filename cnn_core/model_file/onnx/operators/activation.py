"""Functions that work value by value."""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import ActivationName
from cnn_core.layers.shapes import show
from cnn_core.model_file.onnx.call import Call, Tensor, axes_of, operator
from cnn_core.model_file.onnx.operators.affine import affine, along_channels
from cnn_core.model_file.onnx.values import Value

_POSITIVE: Final = frozenset(
    {
        ActivationName.RELU,
        ActivationName.RELU6,
        ActivationName.SIGMOID,
        ActivationName.HARD_SIGMOID,
        ActivationName.SOFTPLUS,
        ActivationName.SOFTMAX,
        ActivationName.EXPONENTIAL,
    }
)


def _function(name: ActivationName, call: Call) -> Value:
    return _activated(call, call.value(), name)


def _activated(call: Call, value: Value, name: ActivationName, slope: float | None = None) -> Value:
    return call.building.each(layers.Activation(name, slope), value, is_positive=name in _POSITIVE)


_NAMES: Final = {
    "Relu": ActivationName.RELU,
    "Sigmoid": ActivationName.SIGMOID,
    "Tanh": ActivationName.TANH,
    "HardSwish": ActivationName.HARD_SILU,
    "Softplus": ActivationName.SOFTPLUS,
    "Softsign": ActivationName.SOFTSIGN,
    "Mish": ActivationName.MISH,
    "Exp": ActivationName.EXPONENTIAL,
}
for _name, _activation in _NAMES.items():
    operator(_name)(partial(_function, _activation))


@operator("LeakyRelu")
def _leaky_relu(call: Call) -> Value:
    return _activated(call, call.value(), ActivationName.LEAKY_RELU, call.number("alpha", 0.01))


@operator("Elu")
def _elu(call: Call) -> Value:
    return _activated(call, call.value(), ActivationName.ELU, call.number("alpha", 1.0))


@operator("Selu")
def _selu(call: Call) -> Value:
    # The numbers of arXiv:1706.02515, to the digits that float32 has.
    for name, number in (("alpha", 1.6732632), ("gamma", 1.0507010)):
        if abs(call.number(name, number) - number) > 1e-6:
            raise call.refuse_setting(name)
    return _activated(call, call.value(), ActivationName.SELU)


@operator("Gelu")
def _gelu(call: Call) -> Value:
    call.demand("approximate", "none")
    return _activated(call, call.value(), ActivationName.GELU)


@operator("Swish")
def _swish(call: Call) -> Value:
    call.demand("alpha", 1.0)
    return _activated(call, call.value(), ActivationName.SILU)


@operator("HardSigmoid")
def _hard_sigmoid(call: Call) -> Value:
    """max(0, min(1, alpha · x + beta)); Keras has x/6 + 1/2, as PyTorch."""
    alpha, beta = call.number("alpha", 0.2), call.number("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return _activated(call, call.value(), ActivationName.HARD_SIGMOID)
    return _between(call, affine(call.building, call.value(), alpha, beta, suffix="scaled"), 0.0, 1.0)


@operator("Clip")
def _clip(call: Call) -> Value:
    value, low, high = call.value(), call.number("min", -np.inf), call.number("max", np.inf)
    return _between(call, value, call.number_at(1, low), call.number_at(2, high))


# What float32 has for "no bound".
_FARTHEST: Final = 3e38


def _between(call: Call, value: Value, low: float, high: float) -> Value:
    """Return the value kept from low to high, by what Keras has: max(0, x), and that up to 6."""
    has_low, has_high = low > -_FARTHEST, high < _FARTHEST
    if not has_low and not has_high:
        return value
    if has_low and has_high:
        if not low < high:
            raise LayerError("It clips values to the range from {low} to {high}, which is empty.", low=low, high=high)
        factor, shift, function = 6 / (high - low), low, ActivationName.RELU6
    else:
        # −max(0, high − x) + high is x up to high.
        factor, shift, function = (1.0, low, ActivationName.RELU) if has_low else (-1.0, high, ActivationName.RELU)
    inner = affine(call.building, value, factor, -shift * factor, suffix="scaled")
    kept = _activated(call, inner, function)
    return affine(call.building, kept, 1 / factor, shift, suffix="scaled_back", is_positive=has_low and low >= 0)


@operator("PRelu")
def _prelu(call: Call) -> Value:
    """max(0, x) + slope · min(0, x), with one slope for all values or one a channel."""
    value, slopes = along_channels(call.building, call.value(), call.constant(1))
    if len(value.shape) not in (1, 3):
        raise LayerError("It works on maps or on a row of values here. Received: {shape}.", shape=show(value.shape))
    alpha = np.broadcast_to(np.asarray(slopes, np.float32), value.shape[-1:])
    if len(value.shape) == 3:
        return call.building.each(layers.PReLU((1, 2)), value, weights=(alpha.reshape(1, 1, -1),))
    return call.building.each(layers.PReLU(), value, weights=(alpha,))


@operator("Softmax")
def _softmax(call: Call) -> Value:
    return _shares(call)


def _shares(call: Call) -> Value:
    """Shares along one axis; before version 13 along all axes from that one on."""
    value = call.value()
    rank = len(value.sizes)
    (axis,) = axes_of(rank, (call.whole("axis", -1 if call.version >= 13 else 1),))
    if call.version < 13 and prod(value.sizes[axis:]) != value.sizes[axis]:
        raise LayerError("Before operator version 13, Softmax mixes all axes from that one on. Export the model again.")
    return _activated(call, call.building.with_last(value, axis), ActivationName.SOFTMAX)


@operator("LogSoftmax")
def _log_softmax(call: Call) -> Value:
    """The logarithms of shares, which only outputs are: the shares say the same and are what the page shows."""
    if not call.is_output:
        raise LayerError("Logarithms of shares are supported at the end of a network only.")
    call.building.note(call.node.operator)
    return _shares(call)


# What does nothing once training is over ------------------------------------------------------------------------------


def _passed(*settings: str) -> Callable[[Call], Tensor]:
    def passed(call: Call) -> Tensor:
        for name in settings:
            call.any(name)
        return call.value()

    return passed


operator("Identity", "Cast", "CastLike")(_passed("to", "saturate"))


@operator("Dropout")
def _dropout(call: Call) -> Value:
    call.any("seed")
    call.any("is_test")
    rate = call.number_at(1, call.number("ratio", 0.5))
    return call.building.each(layers.Dropout(rate), call.value(), is_positive=call.value().is_positive)
