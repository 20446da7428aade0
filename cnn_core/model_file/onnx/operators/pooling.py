"""Poolings, with PyTorch's padding and rounding, and means over whole maps."""

from dataclasses import replace
from math import prod

import numpy as np

from cnn_core import layers
from cnn_core.layers.settings import Amounts, PaddingMode, Pair
from cnn_core.layers.windows import Window, padding_amounts
from cnn_core.model_file.onnx.call import Call, axes_of, operator
from cnn_core.model_file.onnx.operators.affine import affine
from cnn_core.model_file.onnx.operators.convolution import NONE, is_same, padding, pair
from cnn_core.model_file.onnx.operators.matrices import multiplied, refuse_long, taken
from cnn_core.model_file.onnx.values import Value

Kind = type[layers.Pooling]


@operator("MaxPool")
def _max_pool(call: Call) -> Value:
    call.demand("storage_order", 0)
    value = call.maps()
    # A zero is never larger than the largest of values none of which is below 0.
    return _pooled(call, layers.MaxPooling2D, value, zeros_fit=value.is_positive)


@operator("AveragePool")
def _average_pool(call: Call) -> Value:
    value = call.maps()
    return _pooled(call, layers.AveragePooling2D, value, zeros_fit=bool(call.whole("count_include_pad", 0)))


def _pooled(call: Call, kind: Kind, value: Value, *, zeros_fit: bool) -> Value:
    """Return the pooled maps.

    Args:
        zeros_fit: whether zeros around the maps do the same as the padding.
    """
    pool, strides = pair(call, "kernel_shape"), pair(call, "strides")
    call.demand("dilations", [1, 1])
    rounds_up, amounts = call.whole("ceil_mode", 0), padding(call)
    if isinstance(amounts, PaddingMode):
        above, beside = (
            padding_amounts(length, Window(size, stride, padding=amounts))
            for length, size, stride in zip(value.shape, pool, strides, strict=False)
        )
        amounts = (above, beside)
    counts_zeros = kind is layers.AveragePooling2D and zeros_fit and amounts != NONE
    amounts, exceeds = _needed(value, pool, strides, amounts, rounds_up=bool(rounds_up))
    if amounts == NONE:
        return _layer(call, kind(pool, strides), value)
    if not counts_zeros and is_same(value, pool, strides, (1, 1), amounts):
        return _layer(call, kind(pool, strides, "same"), value)
    # What lies beyond the padding is never counted in a mean.
    if counts_zeros and exceeds:
        raise call.refuse_setting("ceil_mode")
    if counts_zeros or (zeros_fit and kind is layers.MaxPooling2D):
        padded = call.building.value(layers.ZeroPadding2D(amounts), value, suffix="padding")
        return replace(_layer(call, kind(pool, strides), padded), is_positive=value.is_positive)
    return _chosen(call, kind, value, pool, strides, amounts)


def _layer(call: Call, layer: layers.Pooling, value: Value, suffix: str = "") -> Value:
    return replace(call.building.value(layer, value, suffix=suffix), is_positive=value.is_positive)


def _needed(value: Value, pool: Pair, strides: Pair, amounts: Amounts, *, rounds_up: bool) -> tuple[Amounts, bool]:
    """Return what the windows need around the maps, and whether some reach beyond the padding that is given.

    A window that rounding up would let begin behind the maps and the padding before them is left out, as in PyTorch.
    """
    needed, exceeds = [], False
    for length, size, stride, (before, after) in zip(value.shape, pool, strides, amounts, strict=False):
        free = length + before + after - size
        count = (-(-free // stride) if rounds_up else free // stride) + 1
        if rounds_up and (count - 1) * stride >= length + before:
            count -= 1
        end = (count - 1) * stride + size - length - before
        exceeds = exceeds or end > after
        needed.append((before, max(end, 0)))
    return (needed[0], needed[1]), exceeds


def _chosen(call: Call, kind: Kind, value: Value, pool: Pair, strides: Pair, amounts: Amounts) -> Value:
    """Return the pooled maps where zeros would change them: pooled at every place, of which the right ones are kept.

    With padding `same` and stride 1 TensorFlow's windows begin ⌊(k − 1) / 2⌋ before their place, and what lies outside
    of the map counts for nothing.
    """
    cut: list[Pair] = []
    for length, size, stride, (before, after) in zip(value.shape, pool, strides, amounts, strict=False):
        first = (size - 1) // 2 - before
        count = (before + length + after - size) // stride + 1
        last = first + (count - 1) * stride
        if first < 0 or last >= length:
            return _repeated(call, kind, value, pool, strides, amounts)
        cut.append((first, length - 1 - last))
    everywhere = _layer(call, kind(pool, 1, "same"), value, "everywhere")
    crop: Amounts = (cut[0], cut[1])
    if crop != NONE:
        everywhere = call.building.value(layers.Cropping2D(crop), everywhere, suffix="crop")
    if max(strides) == 1:
        return everywhere
    return replace(_layer(call, layers.MaxPooling2D(1, strides), everywhere), is_positive=value.is_positive)


def _repeated(call: Call, kind: Kind, value: Value, pool: Pair, strides: Pair, amounts: Amounts) -> Value:
    """Return the maps pooled with the values at their ends repeated around them, which is as good for a maximum.

    A window that reaches beyond an end holds the value at that end too.
    """
    if kind is not layers.MaxPooling2D:
        raise call.refuse_setting("pads")
    refuse_long(*(length + sum(both) for length, both in zip(value.shape, amounts, strict=False)))
    matrices = [
        taken(np.arange(-before, length + after), length)
        for length, (before, after) in zip(value.shape, amounts, strict=False)
    ]
    return _layer(call, kind(pool, strides), multiplied(call.building, value, matrices))


# Whole maps -----------------------------------------------------------------------------------------------------------


@operator("GlobalAveragePool")
def _global_average(call: Call) -> Value:
    return _over_maps(call, layers.GlobalAveragePooling2D, keepdims=True)


@operator("GlobalMaxPool")
def _global_max(call: Call) -> Value:
    return _over_maps(call, layers.GlobalMaxPooling2D, keepdims=True)


@operator("ReduceMean", "ReduceMax", "ReduceSum")
def _reduced(call: Call) -> Value:
    """Means, maxima and sums along some axes; those of whole maps are the poolings that everybody knows."""
    value, is_largest = call.building.plain(call.value()), call.node.operator == "ReduceMax"
    call.demand("noop_with_empty_axes", 0)
    axes = axes_of(len(value.sizes), call.wholes_at(1) or call.wholes("axes"))
    keepdims = bool(call.whole("keepdims", 1))
    ours = tuple(sorted(value.order[axis] for axis in axes))
    if len(value.sizes) == 3 and ours == (0, 1):
        kind = layers.GlobalMaxPooling2D if is_largest else layers.GlobalAveragePooling2D
        reduced = _pooled_over(call, kind, value, keepdims=keepdims)
    else:
        along = tuple(axis + 1 for axis in ours)
        layer = (layers.ReduceMax if is_largest else layers.ReduceMean)(along, keepdims)
        left = [axis for axis in value.order if axis not in ours]
        order = value.order if keepdims else tuple(sorted(left).index(axis) for axis in left)
        reduced = replace(call.building.value(layer, value, order=order), is_positive=value.is_positive)
    count = prod(value.shape[axis] for axis in ours)
    return affine(call.building, reduced, float(count)) if call.node.operator == "ReduceSum" else reduced


def _over_maps(call: Call, kind: type[layers.GlobalPooling], *, keepdims: bool) -> Value:
    return _pooled_over(call, kind, call.maps(), keepdims=keepdims)


def _pooled_over(call: Call, kind: type[layers.GlobalPooling], value: Value, *, keepdims: bool) -> Value:
    order = value.order if keepdims else (0,)
    pooled = call.building.value(kind(keepdims), value, order=order)
    return replace(pooled, is_positive=value.is_positive)
