"""What follows from numbers of the file alone: exporters leave the arithmetic of sizes in the graph."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, Final

import numpy as np

from cnn_core.errors import LayerError
from cnn_core.model_file.onnx.call import Call
from cnn_core.model_file.onnx.description import MOST_NUMBERS, Constant

MOST_MADE: Final = 100_000
"""Numbers that an operator may make of fewer; sizes and axes are a handful."""

_TYPES: Final = {1: np.float32, 6: np.int64, 7: np.int64, 9: np.int64, 10: np.float32, 11: np.float32, 16: np.float32}
"""What ONNX's types of tensors are here, by their numbers."""

Fold = Callable[[Call, list[Constant]], Constant]
FOLDS: Final[dict[str, Fold]] = {}


def is_foldable(call: Call) -> bool:
    """Say whether a node gives numbers: its inputs all are, or it has none."""
    return call.node.operator in FOLDS and not any(
        found is not None and not isinstance(found, np.ndarray) for found in call.inputs
    )


def folded(call: Call) -> Constant:
    """Return what a node makes of numbers; raises LayerError where they do not fit."""
    inputs = [found for found in call.inputs if isinstance(found, np.ndarray)]
    try:
        with np.errstate(all="ignore"):
            made = FOLDS[call.node.operator](call, inputs)
            return np.asarray(made, np.float32 if made.dtype.kind == "f" else np.int64)
    except (ValueError, IndexError, TypeError, OverflowError, ZeroDivisionError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError("The numbers it is given do not fit together.") from error


def _allow(count: int, inputs: Sequence[Constant]) -> None:
    """Refuse to make many numbers of few."""
    if count > max([MOST_MADE, *(one.size for one in inputs)]) or count > MOST_NUMBERS:
        raise LayerError(
            "It makes too many numbers from a few. Received: {count}; at most {most} are allowed.",
            count=f"{count:,}",
            most=f"{MOST_MADE:,}",
        )


def _fold(*names: str) -> Callable[[Fold], Fold]:
    def enter(function: Fold) -> Fold:
        FOLDS.update(dict.fromkeys(names, function))
        return function

    return enter


def _by_value(function: Callable[..., Any]) -> Fold:
    def fold(_: Call, inputs: list[Constant]) -> Constant:
        _allow(prod(np.broadcast_shapes(*(one.shape for one in inputs))), inputs)
        return np.asarray(function(*inputs))

    return fold


def _divide(left: Constant, right: Constant) -> Constant:
    # Sizes are never negative, so rounding down is rounding to 0.
    return left // right if left.dtype.kind == right.dtype.kind == "i" else np.asarray(left / right)


_BY_VALUE: Final[dict[str, Callable[..., Any]]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": _divide,
    "Pow": np.power,
    "Neg": np.negative,
    "Sqrt": np.sqrt,
    "Reciprocal": np.reciprocal,
    "Floor": np.floor,
    "Ceil": np.ceil,
    "Identity": np.asarray,
    "Equal": np.equal,
    "Where": np.where,
}
for _name, _function in _BY_VALUE.items():
    _fold(_name)(_by_value(_function))


@_fold("Cast")
def _cast(call: Call, inputs: list[Constant]) -> Constant:
    call.demand("saturate", 1)
    number = call.whole("to", 1)
    if number not in _TYPES:
        raise call.refuse_setting("to")
    return inputs[0].astype(_TYPES[number])


@_fold("Constant")
def _constant(call: Call, _: list[Constant]) -> Constant:
    if len(call.node.settings) != 1:
        raise LayerError("A Constant must have exactly one value.")
    name = next(iter(call.node.settings))
    value = call.any(name)
    if isinstance(value, np.ndarray):
        return value
    if name not in ("value_float", "value_floats", "value_int", "value_ints") or isinstance(value, str):
        raise LayerError("Its value is not a tensor of numbers that can be read here.")
    return np.asarray(value, np.float32 if "float" in name else np.int64)


@_fold("ConstantOfShape")
def _constant_of_shape(call: Call, inputs: list[Constant]) -> Constant:
    shape = [int(size) for size in inputs[0]]
    _allow(prod(shape), [])
    value = call.any("value")
    return np.full(shape, np.ravel(value)[0] if isinstance(value, np.ndarray) else np.float32(0))


@_fold("Gather")
def _gather(call: Call, inputs: list[Constant]) -> Constant:
    data, places = inputs
    axis = call.whole("axis", 0)
    _allow(places.size * data.size // max(data.shape[axis], 1), inputs)
    return np.take(data, places, axis)


@_fold("Concat")
def _concat(call: Call, inputs: list[Constant]) -> Constant:
    _allow(sum(one.size for one in inputs), [])
    return np.concatenate(inputs, call.whole("axis", 0))


@_fold("Transpose")
def _transpose(call: Call, inputs: list[Constant]) -> Constant:
    return np.transpose(inputs[0], call.wholes("perm"))


@_fold("Reshape")
def _reshape(call: Call, inputs: list[Constant]) -> Constant:
    data, target = inputs
    call.demand("allowzero", 0, *([] if 0 in target else [1]))
    return data.reshape([data.shape[i] if size == 0 else int(size) for i, size in enumerate(target)])


def _axes(call: Call, inputs: list[Constant]) -> tuple[int, ...] | None:
    """Return the axes, which are an input since version 13."""
    return tuple(int(axis) for axis in inputs[1]) if len(inputs) > 1 else call.wholes("axes")


@_fold("Unsqueeze")
def _unsqueeze(call: Call, inputs: list[Constant]) -> Constant:
    return np.expand_dims(inputs[0], _axes(call, inputs) or ())


@_fold("Squeeze")
def _squeeze(call: Call, inputs: list[Constant]) -> Constant:
    return np.squeeze(inputs[0], _axes(call, inputs))


@_fold("ReduceProd")
def _product(call: Call, inputs: list[Constant]) -> Constant:
    axes, keepdims = _axes(call, inputs), bool(call.whole("keepdims", 1))
    call.demand("noop_with_empty_axes", 0)
    return np.asarray(np.prod(inputs[0], axes, keepdims=keepdims))


@_fold("Slice")
def _slice(call: Call, inputs: list[Constant]) -> Constant:
    data, rows = inputs[0], [[int(one) for one in row] for row in inputs[1:]]
    if not rows:
        rows = [list(call.wholes(name) or ()) for name in ("starts", "ends")] + [list(call.wholes("axes") or ())]
    starts, ends = rows[:2]
    axes = rows[2] if len(rows) > 2 and rows[2] else list(range(len(starts)))
    steps = rows[3] if len(rows) > 3 else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        moved = np.moveaxis(data, axis, 0)
        # Backwards ONNX's end may lie before the first value, which Python writes as None.
        stop = None if step < 0 and end < -len(moved) else end
        data = np.moveaxis(moved[start:stop:step], 0, axis)
    return data


@_fold("Range")
def _range(_: Call, inputs: list[Constant]) -> Constant:
    start, stop, step = (one.ravel()[0] for one in inputs)
    _allow(int(max((stop - start) / step, 0)) + 1, [])
    return np.arange(start, stop, step)


@_fold("Expand")
def _expand(_: Call, inputs: list[Constant]) -> Constant:
    shape = np.broadcast_shapes(inputs[0].shape, tuple(int(size) for size in inputs[1]))
    _allow(prod(shape), inputs)
    return np.broadcast_to(inputs[0], shape)


@_fold("Shape")
def _shape_of(call: Call, inputs: list[Constant]) -> Constant:
    start, end = call.whole("start", 0), call.any("end")
    return np.array(inputs[0].shape[start:end], np.int64)
