"""Activations in NumPy, by Keras's names and definitions."""

from collections.abc import Callable
from math import erf
from typing import Final

import numpy as np

from cnn_core.arrays import Values
from cnn_core.layers import SLOPES, ActivationName

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""Of Klambauer et al., arXiv:1706.02515, to the digits of a float64."""

_erf = np.vectorize(erf, otypes=[np.float64])


def _sigmoid(x: Values) -> Values:
    # exp of a positive number may overflow; of a negative one it keeps all digits, even close to 0.
    power = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, power, 1) / (1 + power))


def _softplus(x: Values) -> Values:
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def _elu(x: Values, alpha: float = 1.0) -> Values:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _hard_sigmoid(x: Values) -> Values:
    return np.asarray(np.clip(x + 3, 0, 6) / 6)


ELEMENTWISE: Final[dict[ActivationName, Callable[[Values], Values]]] = {
    ActivationName.LINEAR: lambda x: x,
    ActivationName.RELU: lambda x: np.maximum(x, 0),
    ActivationName.RELU6: lambda x: np.clip(x, 0, 6),
    ActivationName.SELU: lambda x: _SELU_SCALE * _elu(x, _SELU_ALPHA),
    ActivationName.GELU: lambda x: 0.5 * x * (1 + _erf(x / np.sqrt(2))),
    ActivationName.SILU: lambda x: x * _sigmoid(x),
    ActivationName.HARD_SILU: lambda x: x * _hard_sigmoid(x),
    ActivationName.HARD_SIGMOID: _hard_sigmoid,
    ActivationName.MISH: lambda x: x * np.tanh(_softplus(x)),
    ActivationName.TANH: np.tanh,
    ActivationName.SIGMOID: _sigmoid,
    ActivationName.SOFTPLUS: _softplus,
    ActivationName.SOFTSIGN: lambda x: x / (1 + np.abs(x)),
    ActivationName.EXPONENTIAL: np.exp,
}
"""Those that take one value at a time and have no slope."""


def activate(name: ActivationName, values: Values, slope: float | None = None) -> Values:
    """Return the activation of `values`, in their shape and type; softmax goes over the last axis.

    Args:
        slope: leaky_relu's negative slope (None: 0.2) or elu's alpha (None: 1); unused by the others.
    """
    if name is ActivationName.SOFTMAX:
        return softmax(values)
    with np.errstate(over="ignore"):  # Infinity is Keras's answer too.
        return np.asarray(_function(name, slope)(values), values.dtype)


def _function(name: ActivationName, slope: float | None) -> Callable[[Values], Values]:
    steep = slope_of(name, slope)
    if name is ActivationName.LEAKY_RELU:
        return lambda x: np.where(x > 0, x, steep * x)
    if name is ActivationName.ELU:
        return lambda x: _elu(x, steep)
    return ELEMENTWISE[name]


def slope_of(name: ActivationName, slope: float | None) -> float:
    """Return the slope in force: Keras's where none is given.

    >>> slope_of(ActivationName.LEAKY_RELU, None), slope_of(ActivationName.ELU, 0.5)
    (0.2, 0.5)
    """
    return SLOPES.get(name, 1.0) if slope is None else slope


def softmax(values: Values, axis: int = -1) -> Values:
    """Return exp(x) / Σ exp(x) along an axis, in the shape and type of `values`."""
    # Subtracting the largest changes nothing in the shares, and keeps exp in reach.
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True), values.dtype)
