"""Matrices: Gemm and MatMul as Dense, with the rows in the sequence of our values."""

from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import show
from cnn_core.model_file.onnx.call import Call, operator
from cnn_core.model_file.onnx.values import Value, to_rows


@operator("Gemm")
def _gemm(call: Call) -> Value:
    """alpha · x · B + beta · C, B transposed where it says so."""
    call.demand("transA", 0)
    matrix = call.constant(1)
    matrix = matrix.T if call.whole("transB", 0) else matrix
    alpha, beta = call.number("alpha", 1.0), call.number("beta", 1.0)
    value = call.value()
    if len(value.shape) != 1 or matrix.ndim != 2:
        raise LayerError("It works on a row of values here. Received: {sizes}.", sizes=show(value.sizes))
    bias = beta * np.broadcast_to(_row(call.constant(2)), matrix.shape[1:]) if call.has(2) else None
    return _dense(call, value, alpha * matrix, bias)


def _row(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if numbers.size != max(numbers.shape[-1:], default=1):
        raise LayerError("Its third input must be one row of numbers. Received: {shape}.", shape=show(numbers.shape))
    return numbers.ravel()


@operator("MatMul")
def _matmul(call: Call) -> Value:
    """A matrix along the last axis of ONNX's tensor."""
    value, matrix = call.value(), call.constant(1)
    if matrix.ndim != 2:
        raise LayerError(
            "It needs a matrix from the file here. Received: numbers of {shape}.", shape=show(matrix.shape)
        )
    return _dense(call, call.building.with_last(value, len(value.sizes) - 1), matrix, None)


def _dense(call: Call, value: Value, matrix: npt.NDArray[Any], bias: npt.NDArray[Any] | None) -> Value:
    if matrix.shape[0] != value.shape[-1]:
        raise LayerError(
            "The number of rows of its matrix is not the number of its input values. Received: {rows} for {values}.",
            rows=matrix.shape[0],
            values=value.shape[-1],
        )
    layer = layers.Dense(matrix.shape[1], use_bias=bias is not None)
    weights = (to_rows(value, matrix), *(() if bias is None else (bias,)))
    return call.building.value(layer, value, weights=weights)


def with_bias(call: Call, value: Value, numbers: Any) -> Value | None:
    """Return the output of the layer with the numbers as its bias; None where it has one, or can have none."""
    layer = call.building.kind(value.layer)
    if not isinstance(layer, layers.Dense | layers.Conv2D) or layer.use_bias or np.shape(numbers) != value.shape[-1:]:
        return None
    settings = {name: getattr(layer, name) for name in layer.settings()} | {"use_bias": True}
    weights = call.building.weights[value.layer]
    call.building.replace(value.layer, type(layer)(**settings), (*weights, np.asarray(numbers, np.float32)))
    return value
