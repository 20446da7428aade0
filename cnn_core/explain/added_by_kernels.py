"""What maps add to maps through kernels: Dense and the convolutions of every kind.

A convolution is never computed for a single pair of maps: what one index of the kernel lies on, added up over all
windows, is the same for every filter, so each pair needs one product for each value of its kernel.
"""

from collections.abc import Callable

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Indices, Numbers, Values
from cnn_core.explain.added import Added, Computed, added, column, means
from cnn_core.explain.weighted import Convolution, Weighted
from cnn_core.layers.kind import by_kind
from cnn_core.layers.kinds.convolution import kernel_windows
from cnn_core.layers.windows import Window
from cnn_core.numerics.taps import NOWHERE, Taps, axis_taps, transposed_taps


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
    return column(count), _contracted(seen, kernel.reshape(*seen.shape, -1))


@_weighted.register
def _(layer: layers.Conv2D, computed: Computed) -> tuple[Indices, Values]:
    """A filter sees the channels of its own group."""
    kernel, groups, seen = computed.weights[0], layer.groups, _under_kernel(layer, computed)
    depth, filters = kernel.shape[2:]
    in_order = kernel.reshape(-1, depth, groups, filters // groups).swapaxes(1, 2)
    amounts = _contracted(seen, in_order.reshape(*seen.shape, -1)).reshape(groups, depth, -1)
    first = np.arange(filters) // (filters // groups) * depth
    return column(depth) + first, amounts.swapaxes(0, 1).reshape(depth, filters)


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
    return column(len(between)), _contracted(between.T, mixed)


@_weighted.register
def _(layer: layers.Conv2DTranspose, computed: Computed) -> tuple[Indices, Values]:
    seen = _under_kernel(layer, computed, transposed_taps)
    kernel = computed.weights[0].swapaxes(2, 3)
    return column(seen.shape[1]), _contracted(seen, np.ascontiguousarray(kernel).reshape(*seen.shape, -1))


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
