"""Operations between the layers of a Keras model (`x + 3.0`, `keras.ops.relu(x)`) as layers of ours."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.keras_model.graph import Call, Source
from cnn_core.layers import ActivationName, Layer

Reader = Callable[[Call], Layer]
ScaleAndOffset = tuple[Any, Any]

SLOPES: Final = {ActivationName.LEAKY_RELU: 0.2, ActivationName.ELU: 1.0}
"""What Keras's functions of these names use."""
"""What Keras's functions of these names use where nothing is said."""


def demand(setting: str, value: object, *allowed: object) -> None:
    """Raise LayerError where `setting` has another value than those that can be expressed here."""
    if value not in allowed:
        raise LayerError(
            "{setting} must be {allowed}; other values are not supported here. Received: {setting}={value}.",
            setting=setting,
            allowed=" or ".join(map(str, allowed)),
            value=str(value)[:80],
        )


def scaled(scale: Any, offset: Any) -> Layer:
    """Return x · scale + offset as a layer; with one number a channel it is a Normalization.

    >>> scaled(2, -1)
    Rescaling(scale=2.0, offset=-1.0)
    """
    scale, offset = (np.asarray(value, dtype=np.float64) for value in (scale, offset))
    if scale.size == offset.size == 1:
        return layers.Rescaling(float(scale.item()), float(offset.item()))
    if not (_is_a_row(scale) and _is_a_row(offset) and (scale > 0).all()):
        raise LayerError(
            "Of constants only single numbers and positive factors, one a channel, are supported here. "
            "Received: constants of shape {shape}.",
            shape=np.broadcast_shapes(scale.shape, offset.shape),
        )
    scales, offsets = np.broadcast_arrays(scale.ravel(), offset.ravel())
    return layers.Normalization(tuple((-offsets / scales).tolist()), tuple((scales**-2).tolist()))


def _is_a_row(values: Any) -> bool:
    """Say whether all values lie along the last axis."""
    return bool(values.size == (values.shape[-1] if values.ndim else 1))


def _arithmetic(
    kind: type[Layer] | None,
    after: Callable[[Any], ScaleAndOffset] | None,
    before: Callable[[Any], ScaleAndOffset] | None = None,
) -> Reader:
    """Return a reader for an operation on two tensors (`kind`), or on a tensor and a constant after or before it."""

    def read(call: Call) -> Layer:
        operands = {**dict(zip(("x1", "x2"), call.args, strict=False)), **call.kwargs}
        left, right = operands["x1"], operands["x2"]
        if isinstance(left, Source) and isinstance(right, Source):
            if kind is None:
                raise LayerError("Of two layers' outputs only sums, products and maxima are supported here.")
            return kind()
        turn = after if isinstance(left, Source) else before
        if turn is None:
            raise LayerError("This operation with a constant in this place is not supported here.")
        return scaled(*turn(np.asarray(right if isinstance(left, Source) else left, dtype=np.float64)))

    return read


def _activation(name: ActivationName) -> Reader:
    """Return a reader for an operation such as `keras.ops.relu(x)`; only one with its default settings."""

    def read(call: Call) -> Layer:
        for setting, value in (("negative_slope", 0.2), ("alpha", 1.0), ("approximate", False), ("axis", -1)):
            demand(setting, getattr(call.operation, setting, value), value)
        return layers.Activation(name)

    return read


OPERATIONS: Final[dict[str, Reader]] = {
    "Add": _arithmetic(layers.Add, lambda constant: (1, constant), lambda constant: (1, constant)),
    "Multiply": _arithmetic(layers.Multiply, lambda constant: (constant, 0), lambda constant: (constant, 0)),
    "Subtract": _arithmetic(None, lambda constant: (1, -constant), lambda constant: (-1, constant)),
    "TrueDivide": _arithmetic(None, lambda constant: (1 / constant, 0)),
    "Divide": _arithmetic(None, lambda constant: (1 / constant, 0)),
    "Negative": lambda call: layers.Rescaling(-1, 0),
    "Maximum": _arithmetic(layers.Maximum, None),
    **{
        name: _activation(ActivationName(value))
        for name, value in {
            "Relu": "relu",
            "Relu6": "relu6",
            "LeakyRelu": "leaky_relu",
            "Elu": "elu",
            "Selu": "selu",
            "Gelu": "gelu",
            "Silu": "silu",
            "HardSilu": "hard_silu",
            "HardSigmoid": "hard_sigmoid",
            "Mish": "mish",
            "Tanh": "tanh",
            "Sigmoid": "sigmoid",
            "Softmax": "softmax",
            "Softplus": "softplus",
            "Softsign": "softsign",
            "Exp": "exponential",
        }.items()
    },
}
