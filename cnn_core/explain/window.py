"""Values under a window, opened: convolutions of every kind and poolings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Values
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import (
    Opened,
    Patch,
    Stage,
    StageKind,
    Terms,
    Unit,
    terms_of,
)
from cnn_core.explain.text import largest_text, products_text, sum_text, written
from cnn_core.explain.weighted import Convolution, weighted_sum
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.kinds.convolution import kernel_windows
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import Window, windows_of
from cnn_core.numerics.one_window import one_pool, one_window
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.taps import Taps, axis_taps, transposed_taps
from cnn_core.sentences import N_, Note

WEIGHTED = N_(
    "Every value under the kernel is multiplied by the weight on top of it, and the products are added up: first "
    "within each channel, then over the channels."
)
GROUPED = N_(
    "Every value under the kernel is multiplied by the weight on top of it, and the products are added up. Only the "
    "channels of this filter's group take part: {first} to {last}."
)
OF_ONE_CHANNEL = N_(
    "Every value under the kernel is multiplied by the weight on top of it, and the products are added up. Only "
    "channel {channel} takes part: a depthwise convolution does not mix channels."
)
IN_TWO_PARTS = N_(
    "First each channel has its own windows and kernels, {count} sums in all. Then these sums are multiplied by the "
    "weights of a 1×1 kernel, and the products are added."
)
SPREAD_OUT = N_(
    "A transposed convolution lays its kernel out at every input, one stride apart. {count} places of the input "
    "reach this output: each value times the weight that falls here, all added up."
)
OUT_OF_REACH = N_(
    "No place of the input reaches this output of the transposed convolution: the stride steps over it. The sum is 0."
)
LARGEST = N_("The largest of the {count} values under the window; padding does not take part.")
MEAN = N_("The mean of the {count} values under the window; padding is not counted.")


# Where windows lie ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Windows:
    """The windows in which the values of one map are made.

    Attributes:
        channels: which of the input's channels they take, C numbers; a channel stands there once for each kernel of its
            own.
        weights: (height, width, C), by which a value comes into the sum; None under a pool.
        vertical, horizontal: which places of the input each value takes.
    """

    channels: Sequence[int]
    weights: Values | None
    vertical: Taps
    horizontal: Taps


@by_kind
def windows_over(layer: Layer, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    """Return the windows of one of a layer's maps over its input (H, W, C); the values of other kinds have none."""
    raise NotImplementedError(layer.kind)


@windows_over.register
def _(layer: layers.Conv2D, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    depth = weights[0].shape[2]
    first = channel // (layer.filters // layer.groups) * depth
    return Windows(range(first, first + depth), weights[0][..., channel], *_taps(layer, shape))


@windows_over.register
def _(layer: layers.DepthwiseConv2D, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    own, number = divmod(channel, layer.depth_multiplier)
    return Windows(range(own, own + 1), weights[0][:, :, own : own + 1, number], *_taps(layer, shape))


@windows_over.register
def _(layer: layers.SeparableConv2D, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    depthwise, pointwise = weights[:2]
    height, width, count, kernels = depthwise.shape
    channels = [own for own in range(count) for _ in range(kernels)]
    acting = depthwise.reshape(height, width, -1) * pointwise[0, 0, :, channel]
    return Windows(channels, acting, *_taps(layer, shape))


@windows_over.register
def _(layer: layers.Conv2DTranspose, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    vertical, horizontal = map(transposed_taps, shape[:2], kernel_windows(layer))
    return Windows(range(shape[2]), weights[0][:, :, channel], vertical, horizontal)


@windows_over.register(layers.Pooling)
@windows_over.register(layers.GlobalPooling)
def _(layer: layers.Pooling | layers.GlobalPooling, weights: Sequence[Values], shape: Shape, channel: int) -> Windows:
    # Without windows a pooling looks at the whole map.
    windows = windows_of(layer) or (Window(shape[0]), Window(shape[1]))
    return Windows(range(channel, channel + 1), None, *map(axis_taps, shape[:2], windows))


def _taps(layer: Convolution, shape: Shape) -> tuple[Taps, Taps]:
    vertical, horizontal = map(axis_taps, shape[:2], kernel_windows(layer))
    return vertical, horizontal


# Convolution ---------------------------------------------------------------------------------------------------------


@weighted_sum.register
def _(layer: layers.Conv2D, unit: Unit) -> Opened:
    patch = _patch(layer, unit)
    grouped = Note(GROUPED, {"first": patch.channels[0], "last": patch.channels[-1]})
    return _channel_by_channel(patch, grouped if layer.groups > 1 else Note(WEIGHTED))


@weighted_sum.register
def _(layer: layers.DepthwiseConv2D, unit: Unit) -> Opened:
    patch = _patch(layer, unit)
    return _channel_by_channel(patch, Note(OF_ONE_CHANNEL, {"channel": patch.channels[0]}))


@weighted_sum.register
def _(layer: layers.SeparableConv2D, unit: Unit) -> Opened:
    depthwise, pointwise = unit.weights[:2]
    height, width, channels, kernels = depthwise.shape
    seen = _patch_of(unit, Windows(range(channels), depthwise[..., 0], *_taps(layer, unit.inputs[0].shape)))
    patch = replace(
        seen,
        channels=tuple(channel for channel in range(channels) for _ in range(kernels)),
        values=seen.values.repeat(kernels, axis=2),
        weights=np.asarray(depthwise.reshape(height, width, -1), np.float64),
    )
    terms = terms_of(patch.channel_sums, pointwise[0, 0, :, unit.place[2]])
    about = Note(IN_TWO_PARTS, {"count": len(terms)})
    return _summed(patch, terms, about, products_text(terms.values, terms.weights))


@weighted_sum.register
def _(layer: layers.Conv2DTranspose, unit: Unit) -> Opened:
    patch = _patch(layer, unit)
    count = len(patch.rows) * len(patch.columns)
    return _channel_by_channel(patch, Note(SPREAD_OUT, {"count": count}) if count else Note(OUT_OF_REACH))


def _patch(layer: Convolution, unit: Unit) -> Patch:
    """Return what lies under a filter's kernel in the channels that it takes."""
    return _patch_of(unit, windows_over(layer, unit.weights, unit.inputs[0].shape, unit.place[2]))


def _patch_of(unit: Unit, windows: Windows) -> Patch:
    channels = windows.channels
    maps = unit.inputs[0][:, :, channels[0] : channels[-1] + 1]
    kernel = () if windows.weights is None else windows.weights
    window = one_window(maps, kernel, windows.vertical, windows.horizontal, *unit.place[:2])
    values, weights = (np.asarray(numbers, np.float64) for numbers in (window.values, window.weights))
    return Patch(window.rows, window.columns, tuple(channels), values, weights)


def _channel_by_channel(patch: Patch, about: Note) -> Opened:
    """Open the sum of the channels' sums; a single channel's products are written out."""
    terms = terms_of(patch.channel_sums, numbers=patch.channels)
    if len(terms) > 1 or patch.weights is None:
        return _summed(patch, terms, about, sum_text(terms.amounts))
    return _summed(patch, terms, about, products_text(patch.values.ravel(), patch.weights.ravel()))


def _summed(patch: Patch, terms: Terms, about: Note, text: str) -> Opened:
    after = float(terms.amounts.sum())
    formula = f"{text} = {written(after)}"
    return (Stage(StageKind.WEIGHTED_SUM, about, after, formula, patch=patch, terms=terms),), patch.taken


# Pooling -------------------------------------------------------------------------------------------------------------


@opened.register(layers.MaxPooling2D)
@opened.register(layers.GlobalMaxPooling2D)
def _largest(layer: layers.MaxPooling2D | layers.GlobalMaxPooling2D, unit: Unit) -> Opened:
    """Open a value of max pooling: `terms.chosen` won."""
    patch, values = _pool(layer, unit)
    terms = terms_of(values, taken=patch.taken, chosen=int(values.argmax()))
    after = float(values.max())
    about = Note(LARGEST, {"count": len(terms)})
    stage = Stage(StageKind.MAXIMUM, about, after, largest_text(values, after), patch=patch, terms=terms)
    return (stage,), patch.taken


@opened.register(layers.AveragePooling2D)
@opened.register(layers.GlobalAveragePooling2D)
def _mean(layer: layers.AveragePooling2D | layers.GlobalAveragePooling2D, unit: Unit) -> Opened:
    """Open a value of average pooling: each term weighs 1 / their number."""
    patch, values = _pool(layer, unit)
    terms = terms_of(values, 1 / len(values), patch.taken)
    after = float(values.mean())
    formula = f"({sum_text(values)}) / {len(values)} = {written(after)}"
    about = Note(MEAN, {"count": len(terms)})
    return (Stage(StageKind.AVERAGE, about, after, formula, patch=patch, terms=terms),), patch.taken


def _pool(layer: layers.Pooling | layers.GlobalPooling, unit: Unit) -> tuple[Patch, Values]:
    """Return what lies under the pool, and its values without padding, (n,)."""
    channel, shape = unit.place[-1], unit.inputs[0].shape
    maps = unit.inputs[0][:, :, channel : channel + 1]
    windows = windows_over(layer, (), shape, channel)
    row, column = unit.place[:2] if windows_of(layer) else (0, 0)
    pool = one_pool(maps, windows.vertical, windows.horizontal, row, column, PoolingKind.SUM)
    patch = Patch(pool.rows, pool.columns, (channel,), np.asarray(pool.values, np.float64))
    return patch, patch.values[patch.real][:, 0]
