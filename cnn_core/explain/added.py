"""What the maps of a layer's inputs add to each map of its output: a function of the layer's kind.

An amount is the mean over all places of the output map of what one input map adds there, before bias, normalization
and activation, so the amounts and the bias together are the map's mean before its activation. A convolution is never
computed for a single pair of maps: what one index of the kernel lies on, added up over all windows, is the same for
every filter, so each pair needs one product for each value of its kernel.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Indices, Numbers, Values
from cnn_core.errors import LayerError
from cnn_core.explain.opened import IN_TRAINING_ONLY
from cnn_core.explain.scaled import scale_and_shift
from cnn_core.explain.weighted import Convolution, Weighted
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.kinds.convolution import kernel_windows
from cnn_core.layers.windows import Window
from cnn_core.numerics.taps import NOWHERE, Taps, axis_taps, transposed_taps


class Computed(NamedTuple):
    """A layer's weights, what went in and what came out, and how many maps each input's last axis holds: as many as it
    has channels, or fewer units than that where a Flatten put maps in one row."""

    weights: Sequence[Values]
    inputs: Sequence[Values]
    output: Values
    counts: Sequence[int]


class Added(NamedTuple):
    """What is added to each of n maps, k amounts to each.

    Attributes:
        sources: the layer's input that an amount comes from, shaped so that it stretches to (k, n).
        channels: the map of that input, likewise.
        amounts: (k, n).
        bias: (n,), what is added to each beside: the bias of a filter, the shift of a normalization.
    """

    sources: Indices
    channels: Indices
    amounts: Values
    bias: Values


@by_kind
def added(layer: Layer, computed: Computed) -> Added:
    """Return what a layer's inputs add to each of its maps; raises LayerError for a kind without a rule, unless it acts
    in training only and passes every map on as it is."""
    if layer.group not in IN_TRAINING_ONLY:
        raise LayerError(
            "What is added to a map of {kind} is not known. Ask for one of the layer before it.", kind=layer.kind
        )
    return _from_one(means(computed.output))


@added.register
def _(layer: layers.Input, computed: Computed) -> Added:
    """Nothing stands before it."""
    maps = computed.output.shape[-1]
    none = np.zeros((0, 1), np.intp)
    return Added(none, none, np.zeros((0, maps)), np.zeros(maps))


@added.register(layers.Pooling)
@added.register(layers.GlobalPooling)
@added.register(layers.UpSampling2D)
@added.register(layers.Resizing)
@added.register(layers.ZeroPadding2D)
@added.register(layers.Cropping2D)
def _(layer: Layer, computed: Computed) -> Added:
    """Each map is made of the map in its place, which gives all of it."""
    return _from_one(means(computed.output))


@added.register(layers.Activation)
@added.register(layers.PReLU)
def _(layer: layers.Activation | layers.PReLU, computed: Computed) -> Added:
    """What is added before an activation is all that enters it."""
    return _from_one(means(computed.inputs[0]))


@added.register(layers.BatchNormalization)
@added.register(layers.LayerNormalization)
@added.register(layers.GroupNormalization)
@added.register(layers.Normalization)
@added.register(layers.Rescaling)
@added.register(layers.LayerScale)
def _(layer: Layer, computed: Computed) -> Added:
    """Each map is that in its place times a scale; what is added to it is no map's."""
    values = np.asarray(computed.inputs[0], np.float64)
    scale, shift = scale_and_shift(layer, computed.weights, values)
    return _from_one(means(values * scale), means(np.broadcast_to(shift, values.shape)))


def means(values: Values) -> Numbers:
    """Return the mean of each map of (…, n) over all places, (n,)."""
    return np.asarray(values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64))


def _from_one(amounts: Numbers, bias: Numbers | None = None) -> Added:
    """Return (n,) amounts, each of the map of the only input in the same place."""
    shift = np.zeros(len(amounts)) if bias is None else bias
    return Added(np.zeros((1, 1), np.intp), np.arange(len(amounts))[np.newaxis], amounts[np.newaxis], shift)


# Weighted sums --------------------------------------------------------------------------------------------------------


@added.register(layers.Conv2D)
@added.register(layers.DepthwiseConv2D)
@added.register(layers.SeparableConv2D)
@added.register(layers.Conv2DTranspose)
@added.register(layers.Dense)
def _(layer: Weighted, computed: Computed) -> Added:
    channels, amounts = _weighted(layer, computed)
    maps = amounts.shape[1]
    bias = np.asarray(computed.weights[-1], np.float64) if layer.use_bias else np.zeros(maps)
    return Added(np.zeros((1, 1), np.intp), channels, amounts, bias)


@by_kind
def _weighted(layer: Weighted, computed: Computed) -> tuple[Indices, Values]:
    """Return which maps (k, n), or (k, 1) where they are the same for all, add which amounts (k, n)."""
    raise NotImplementedError(layer.kind)


@_weighted.register
def _(layer: layers.Dense, computed: Computed) -> tuple[Indices, Values]:
    """Units of one map lie a whole number of maps apart, since Flatten puts the channels of a place together."""
    count, (kernel, *_) = computed.counts[0], computed.weights
    seen = means(computed.inputs[0]).reshape(-1, count)
    return _column(count), _contracted(seen, kernel.reshape(*seen.shape, -1))


@_weighted.register
def _(layer: layers.Conv2D, computed: Computed) -> tuple[Indices, Values]:
    """A filter sees the channels of its own group."""
    kernel, groups, seen = computed.weights[0], layer.groups, _under_kernel(layer, computed)
    depth, filters = kernel.shape[2:]
    in_order = kernel.reshape(-1, depth, groups, filters // groups).swapaxes(1, 2)
    amounts = _contracted(seen, in_order.reshape(*seen.shape, -1)).reshape(groups, depth, -1)
    first = np.arange(filters) // (filters // groups) * depth
    return _column(depth) + first, amounts.swapaxes(0, 1).reshape(depth, filters)


@_weighted.register
def _(layer: layers.DepthwiseConv2D, computed: Computed) -> tuple[Indices, Values]:
    """Every filter sees one channel."""
    seen = _under_kernel(layer, computed)
    amounts = _contracted(seen, computed.weights[0].reshape(*seen.shape, -1))
    channels = np.arange(amounts.size) // layer.depth_multiplier
    return channels[np.newaxis], amounts.reshape(1, -1)


@_weighted.register
def _(layer: layers.SeparableConv2D, computed: Computed) -> tuple[Indices, Values]:
    """A channel adds by way of its own depthwise kernels, which the 1×1 kernel then weighs."""
    seen, (depthwise, pointwise, *_) = _under_kernel(layer, computed), computed.weights
    between = _contracted(seen, depthwise.reshape(*seen.shape, -1))
    mixed = pointwise.reshape(*between.shape, -1).swapaxes(0, 1)
    return _column(len(between)), _contracted(between.T, mixed)


@_weighted.register
def _(layer: layers.Conv2DTranspose, computed: Computed) -> tuple[Indices, Values]:
    seen = _under_kernel(layer, computed, transposed_taps)
    kernel = computed.weights[0].swapaxes(2, 3)
    return _column(seen.shape[1]), _contracted(seen, np.ascontiguousarray(kernel).reshape(*seen.shape, -1))


def _column(count: int) -> Indices:
    return np.arange(count)[:, np.newaxis]


def _contracted(seen: Values, kernel: Values) -> Values:
    """Return Σ seen[t, c] · kernel[t, c, f] over t, (c, f), in the kernel's type: one row times a matrix for each c."""
    rows = np.asarray(seen, kernel.dtype).T[:, np.newaxis]
    return np.asarray(np.matmul(rows, kernel.swapaxes(0, 1))[:, 0])


def _under_kernel(layer: Convolution, computed: Computed, taps: Callable[[int, Window], Taps] = axis_taps) -> Numbers:
    """Return what each index of the kernel lies on, in the mean over all windows, (height · width of the kernel, C)."""
    maps, windows = computed.inputs[0], kernel_windows(layer)
    down, across = (_taken(taps(length, one), one) for length, one in zip(maps.shape, windows, strict=False))
    rows = [maps[taken].sum(axis=0, dtype=np.float64) for taken in down]
    sums = np.array([row[taken].sum(axis=0) for row in rows for taken in across])
    return np.asarray(sums / np.prod(computed.output.shape[:-1]))


def _taken(taps: Taps, window: Window) -> list[slice]:
    """Return the inputs along an axis that each index of the kernel lies on in one window or another: equal steps."""
    taken: list[list[int]] = [[] for _ in range(window.kernel)]
    for place, index in (pair for pairs in taps.taps for pair in pairs):
        if taps.sources[place] != NOWHERE:
            taken[index].append(taps.sources[place])
    return [slice(one[0], one[-1] + 1, one[1] - one[0] if len(one) > 1 else 1) if one else slice(0) for one in taken]


# Values in other places -----------------------------------------------------------------------------------------------


@added.register(layers.Flatten)
@added.register(layers.Reshape)
def _(layer: layers.Flatten | layers.Reshape, computed: Computed) -> Added:
    """All values keep their order, so a value's number tells its map."""
    places = computed.output.reshape(-1, computed.output.shape[-1])
    numbers = np.arange(places.size).reshape(places.shape) % computed.counts[0]
    return _moved(numbers, places, computed.counts[0])


@added.register
def _(layer: layers.Permute, computed: Computed) -> Added:
    count = computed.inputs[0].shape[-1]
    numbers = np.broadcast_to(np.arange(count), computed.inputs[0].shape)
    axes = [axis - 1 for axis in layer.dims]
    places = computed.output.reshape(-1, computed.output.shape[-1])
    return _moved(numbers.transpose(axes).reshape(places.shape), places, count)


def _moved(numbers: Indices, values: Values, count: int) -> Added:
    """Return what is added to n maps whose values (places, n) come from the maps with these numbers, of `count`."""
    one, bias = np.zeros((1, 1), np.intp), np.zeros(values.shape[1])
    if (numbers == numbers[0]).all():
        return Added(one, numbers[:1], means(values)[np.newaxis], bias)
    shares = np.asarray(values, np.float64) / len(values)
    if numbers.size == count:
        return Added(one, numbers, shares, bias)
    amounts = np.zeros((count, values.shape[1]))
    np.add.at(amounts, (numbers, np.arange(values.shape[1])), shares)
    return Added(one, _column(count), amounts, bias)


# Merges ---------------------------------------------------------------------------------------------------------------


@added.register
def _(layer: layers.Merge, computed: Computed) -> Added:
    """Each input adds one map; a single one of it stretches to all."""
    amounts = np.array([np.broadcast_to(one, computed.output.shape[-1:]) for one in _merged(layer, computed)])
    own = np.arange(amounts.shape[1])
    channels = np.array([own if one.shape[-1] > 1 else own * 0 for one in computed.inputs])
    return Added(_column(len(amounts)), channels, amounts, np.zeros(amounts.shape[1]))


@by_kind
def _merged(layer: layers.Merge, computed: Computed) -> list[Numbers]:
    """Return what each input adds, to each map or one number for all."""
    raise NotImplementedError(layer.kind)


@_merged.register
def _(layer: layers.Add, computed: Computed) -> list[Numbers]:
    return [means(one) for one in computed.inputs]


@_merged.register
def _(layer: layers.Average, computed: Computed) -> list[Numbers]:
    return [means(one) / len(computed.inputs) for one in computed.inputs]


@_merged.register
def _(layer: layers.Multiply, computed: Computed) -> list[Numbers]:
    """No factor adds anything by itself: each has an equal share in the product, its Shapley value with 0 for what is
    left out (Shapley, "A value for n-person games", 1953)."""
    return [means(computed.output) / len(computed.inputs)] * len(computed.inputs)


@_merged.register
def _(layer: layers.Maximum, computed: Computed) -> list[Numbers]:
    """An input adds its value where it is the largest, the first of equals."""
    stretched = np.array(np.broadcast_arrays(*computed.inputs))
    winners = stretched.argmax(axis=0)
    return [means(np.where(winners == number, one, 0)) for number, one in enumerate(stretched)]


@added.register
def _(layer: layers.Concatenate, computed: Computed) -> Added:
    """Each map is one of one input."""
    sizes = [one.shape[-1] for one in computed.inputs]
    sources = np.repeat(np.arange(len(sizes)), sizes)
    channels = np.concatenate([np.arange(size) for size in sizes])
    amounts = means(computed.output)[np.newaxis]
    return Added(sources[np.newaxis], channels[np.newaxis], amounts, np.zeros(amounts.shape[1]))
