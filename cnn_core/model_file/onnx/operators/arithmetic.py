"""Sums, products and maxima: of outputs, and of an output and numbers of the file."""

from dataclasses import replace

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.model_file.onnx.building import Building
from cnn_core.model_file.onnx.call import Call, axes_of, operator
from cnn_core.model_file.onnx.description import Constant
from cnn_core.model_file.onnx.operators.affine import affine, along_channels
from cnn_core.model_file.onnx.operators.dense import with_bias
from cnn_core.model_file.onnx.values import Value, usual_order


def _numbers(call: Call) -> tuple[Value, Constant, bool] | None:
    """Return the output and the numbers of a node that has both, and whether the numbers come first."""
    for number in (0, 1):
        found = call.inputs[number] if call.has(number) else None
        if len(call.inputs) == 2 and isinstance(found, np.ndarray):
            return call.value(1 - number), found, number == 0
    return None


@operator("Add")
def _add(call: Call) -> Value:
    found = _numbers(call)
    if found is None:
        return _merged(call, layers.Add())
    value, numbers, comes_first = found
    value, offset = along_channels(call.building, value, numbers)
    alone = call.is_used_once(1 if comes_first else 0)
    return (with_bias(call, value, offset) if alone else None) or affine(call.building, value, offset=offset)


@operator("Sub")
def _sub(call: Call) -> Value:
    found = _numbers(call)
    if found is None:
        return replace(_merged(call, layers.Subtract()), is_positive=False)
    value, offset = along_channels(call.building, *found[:2])
    return affine(call.building, value, -1.0, offset) if found[2] else affine(call.building, value, offset=-offset)


@operator("Mul")
def _mul(call: Call) -> Value:
    found = _numbers(call)
    if found is None:
        return _merged(call, layers.Multiply())
    value, scale = along_channels(call.building, *found[:2])
    return affine(call.building, value, scale)


@operator("Div")
def _div(call: Call) -> Value:
    found = _numbers(call)
    if found is None or found[2]:
        raise LayerError("Outputs can be divided only by numbers from the file.")
    value, divisor = along_channels(call.building, *found[:2])
    if not np.all(divisor):
        raise LayerError("It divides by 0.")
    return affine(call.building, value, 1 / np.asarray(divisor, np.float64))


@operator("Neg")
def _neg(call: Call) -> Value:
    return affine(call.building, call.value(), -1.0)


@operator("Sum")
def _sum(call: Call) -> Value:
    return call.value() if len(call.inputs) == 1 else _merged(call, layers.Add())


@operator("Max")
def _max(call: Call) -> Value:
    return _merged(call, layers.Maximum())


@operator("Min")
def _min(call: Call) -> Value:
    return _merged(call, layers.Minimum())


@operator("Mean")
def _mean(call: Call) -> Value:
    return _merged(call, layers.Average())


def _merged(call: Call, layer: Layer) -> Value:
    """Return what a layer makes of several outputs, whose axes must stand alike."""
    values = _alike(call.building, call.values())
    merged = call.building.value(layer, *values)
    return replace(merged, before=values[0].before, is_positive=all(value.is_positive for value in values))


def _alike(building: Building, values: list[Value]) -> list[Value]:
    """Return the values with their axes in one order, if need be that with height and width first."""
    axes = max(len(value.sizes) for value in values)
    # What has fewer axes gets such of length 1 before its first, as in NumPy.
    values = [building.reshaped(value, (1,) * (axes - len(value.sizes)) + value.sizes) for value in values]
    if len({(value.order, value.before) for value in values}) == 1:
        return values
    return [building.ordered(value, usual_order(axes)) for value in values]


@operator("Concat")
def _concat(call: Call) -> Value:
    values = call.values()
    (axis,) = axes_of(len(values[0].sizes), (call.whole("axis", 1),))
    if len({len(value.sizes) for value in values}) > 1:
        raise LayerError("Its inputs have different numbers of axes.")
    if len(values) == 1:
        return values[0]
    # A row that was flattened in another sequence cannot have others behind it.
    values = _alike(call.building, [call.building.plain(value) for value in values])
    values = [call.building.with_last(value, axis) for value in values]
    joined = call.building.value(layers.Concatenate(), *values)
    return replace(joined, is_positive=all(value.is_positive for value in values))
