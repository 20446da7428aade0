"""Axes and sizes: most of what exporters write of them changes nothing here."""

from dataclasses import replace

import numpy as np

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers.settings import Amounts
from cnn_core.model_file.onnx.call import Call, Tensor, axes_of, operator, without_batch
from cnn_core.model_file.onnx.operators.affine import affine
from cnn_core.model_file.onnx.operators.convolution import NONE
from cnn_core.model_file.onnx.values import Value


@operator("Shape")
def _shape(call: Call) -> Tensor:
    sizes = (call.batch, *call.value().sizes)
    start, end = call.whole("start", 0), call.any("end")
    return np.array(sizes[start : end if isinstance(end, int) else None], np.int64)


@operator("Flatten")
def _flatten(call: Call) -> Value:
    value = call.value()
    axis = call.whole("axis", 1)
    if axis not in (1, -len(value.sizes)):
        raise call.refuse_setting("axis", 1)
    return call.building.reshaped(value, (int(np.prod(value.sizes)),))


@operator("Reshape")
def _reshape(call: Call) -> Value:
    value, target = call.value(), call.wholes_at(1) or call.wholes("shape") or ()
    # What 0 stands for only matters where one is there.
    call.demand("allowzero", 0, *([] if 0 in target else [1]))
    sizes = (call.batch, *value.sizes)
    if any(size == 0 and axis >= len(sizes) for axis, size in enumerate(target)):
        raise LayerError("A size of 0 stands for that of the input, which has fewer axes.")
    closed = [sizes[axis] if size == 0 else size for axis, size in enumerate(target)]
    known = int(np.prod([size for size in closed if size != -1], dtype=object))
    count = int(np.prod(sizes, dtype=object))
    if min(closed, default=0) < -1 or closed.count(-1) > 1 or not known or count % known:
        raise LayerError("Reshape keeps every value. Received: {target}.", target=", ".join(map(str, target)))
    closed = [count // known if size == -1 else size for size in closed]
    if int(np.prod(closed, dtype=object)) != count:
        raise LayerError("Reshape keeps every value. Received: {target}.", target=", ".join(map(str, target)))
    return call.building.reshaped(value, without_batch(call, tuple(closed)))


@operator("Squeeze")
def _squeeze(call: Call) -> Value:
    value, given = call.value(), call.wholes_at(1) or call.wholes("axes")
    sizes = value.sizes
    axes = axes_of(len(sizes), given) if given else tuple(i for i, size in enumerate(sizes) if size == 1)
    if any(sizes[axis] != 1 for axis in axes):
        raise call.refuse_setting("axes")
    return call.building.reshaped(value, tuple(size for axis, size in enumerate(sizes) if axis not in axes))


@operator("Unsqueeze")
def _unsqueeze(call: Call) -> Value:
    value, given = call.value(), call.wholes_at(1) or call.wholes("axes") or ()
    sizes = list(value.sizes)
    for axis in axes_of(len(sizes) + len(given), given):
        sizes.insert(axis, 1)
    return call.building.reshaped(value, tuple(sizes))


@operator("Transpose")
def _transpose(call: Call) -> Value:
    """Nothing moves: what follows knows where the axes stand."""
    value = call.building.plain(call.value())
    axes = len(value.order)
    perm = call.wholes("perm") or tuple(reversed(range(axes + 1)))
    if sorted(perm) != list(range(axes + 1)) or perm[0] != 0:
        raise LayerError("It moves the axis of the batch. Received: perm={perm}.", perm=", ".join(map(str, perm)))
    return replace(value, order=tuple(value.order[axis - 1] for axis in perm[1:]))


@operator("Pad")
def _pad(call: Call) -> Value:
    """Constant values around the maps, or rows and columns taken away where the amounts are negative."""
    value, pads = call.maps(), call.wholes_at(1) or call.wholes("pads") or ()
    call.demand("mode", "constant")
    constant = call.number_at(2, call.number("value", 0.0))
    half = len(pads) // 2
    given = call.wholes_at(3)
    axes = axes_of(3, given) if given else None
    if (axes is None and (len(pads) != 8 or pads[0] or pads[4])) or (axes is not None and half != len(axes)):
        raise LayerError("It pads maps along height and width. Received: {pads}.", pads=", ".join(map(str, pads)))
    amounts = (
        dict(zip(axes, zip(pads[:half], pads[half:], strict=True), strict=True))
        if axes
        else {axis: (pads[axis + 1], pads[axis + 5]) for axis in range(3)}
    )
    around: Amounts = (amounts.get(1, (0, 0)), amounts.get(2, (0, 0)))
    if amounts.get(0, (0, 0)) != (0, 0):
        raise LayerError("It adds channels, which is not supported here.")
    (top, bottom), (left, right) = around
    less: Amounts = (max(-top, 0), max(-bottom, 0)), (max(-left, 0), max(-right, 0))
    more: Amounts = (max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0))
    if less != NONE:
        value = replace(call.building.value(layers.Cropping2D(less), value), is_positive=value.is_positive)
    if more == NONE:
        return value
    lowered = affine(call.building, value, offset=-constant, suffix="lowered")
    padded = call.building.value(layers.ZeroPadding2D(more), lowered)
    raised = affine(call.building, padded, offset=constant, suffix="raised")
    return replace(raised, is_positive=value.is_positive and constant >= 0)
