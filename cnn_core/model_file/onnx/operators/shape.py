"""Axes and sizes: most of what exporters write of them changes nothing here."""

from dataclasses import replace
from itertools import accumulate

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


# Parts ----------------------------------------------------------------------------------------------------------------


def _part(call: Call, value: Value, cuts: dict[int, slice]) -> Value:
    """Return a part of maps: a slice along each of some axes of ONNX's tensor."""
    value = call.building.maps(value)
    ours = {value.order[axis]: cut for axis, cut in cuts.items()}
    parts = [ours.get(axis, slice(None)) for axis in range(3)]
    # A stop before the first place is none at all.
    rows, columns, channels = ((part.start, None if part.stop == -1 else part.stop, part.step) for part in parts)
    return replace(call.building.value(layers.Slice(rows, columns, channels), value), is_positive=value.is_positive)


@operator("Slice")
def _slice(call: Call) -> Value:
    value = call.value()
    starts, ends, axes, steps = (
        call.wholes_at(number) or call.wholes(name)
        for number, name in enumerate(("starts", "ends", "axes", "steps"), 1)
    )
    if starts is None or ends is None:
        raise LayerError("It takes a part from starts to ends, which must be numbers from the file.")
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = (1,) * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise LayerError("Its starts, ends, axes and steps do not fit together.")
    cuts = {}
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        (place,) = axes_of(len(value.sizes), (axis,))
        # Cut to the axis here: "to the end" is the largest number of 64 bits.
        cuts[place] = slice(*slice(start, end, step).indices(value.sizes[place]))
    return _part(call, value, cuts)


@operator("Split")
def _split(call: Call) -> list[Tensor]:
    value, count = call.value(), len(call.node.outputs)
    call.demand("num_outputs", count)
    (axis,) = axes_of(len(value.sizes), (call.whole("axis", 0),))
    length = value.sizes[axis]
    # The last one is shorter where they cannot be equal.
    size = -(-length // count)
    sizes = call.wholes_at(1) or call.wholes("split") or (*(size,) * (count - 1), length - size * (count - 1))
    if len(sizes) != count or sum(sizes) != length or min(sizes) < 1:
        raise LayerError("Its parts do not add up to the whole. Received: {sizes}.", sizes=", ".join(map(str, sizes)))
    ends = list(accumulate(sizes))
    return [_part(call, value, {axis: slice(end - size, end)}) for size, end in zip(sizes, ends, strict=True)]


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
        raise LayerError(
            "It can pad maps only along height and width. Received: {pads}.", pads=", ".join(map(str, pads))
        )
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
