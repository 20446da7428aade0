"""Values under a window, opened: convolutions of every kind and poolings."""

from collections.abc import Callable
from dataclasses import replace

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
from cnn_core.layers.kinds.convolution import kernel_windows
from cnn_core.layers.windows import Window, windows_of
from cnn_core.numerics.one_window import one_pool, one_window
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.taps import Taps, axis_taps, transposed_taps
from cnn_core.sentences import N_, Note

WEIGHTED = N_(
    "Every value under the kernel is multiplied by the weight that lies on it, and the products are added: "
    "first within each channel, then over the channels."
)
GROUPED = N_(
    "Every value under the kernel is multiplied by the weight that lies on it, and the products are added. "
    "Only the channels of this filter's group take part: {first} to {last}."
)
OF_ONE_CHANNEL = N_(
    "Every value under the kernel is multiplied by the weight that lies on it, and the products are added. "
    "Only channel {channel} takes part: a depthwise convolution does not mix channels."
)
IN_TWO_PARTS = N_(
    "First each channel has windows and kernels of its own, {count} sums in all. "
    "Then these sums are multiplied by the weights of a 1×1 kernel, and the products are added."
)
SPREAD_OUT = N_(
    "A transposed convolution lays its kernel out at every input, one stride apart. "
    "{count} places of the input reach this output: each value times the weight that falls here, all added."
)
OUT_OF_REACH = N_(
    "No place of the input reaches this output of the transposed convolution: the stride steps over it. The sum is 0."
)
LARGEST = N_("The largest of the {count} values under the window; padding takes no part.")
MEAN = N_("The mean of the {count} values under the window; padding is not counted.")


# Convolution ---------------------------------------------------------------------------------------------------------


@weighted_sum.register
def _(layer: layers.Conv2D, unit: Unit) -> Opened:
    kernel, number = unit.weights[0], unit.place[2]
    depth = kernel.shape[2]
    first = number // (layer.filters // layer.groups) * depth
    patch = _patch(layer, unit, range(first, first + depth), kernel[..., number])
    grouped = Note(GROUPED, {"first": first, "last": first + depth - 1})
    return _channel_by_channel(patch, grouped if layer.groups > 1 else Note(WEIGHTED))


@weighted_sum.register
def _(layer: layers.DepthwiseConv2D, unit: Unit) -> Opened:
    channel, number = divmod(unit.place[2], layer.depth_multiplier)
    patch = _patch(layer, unit, range(channel, channel + 1), unit.weights[0][:, :, channel : channel + 1, number])
    return _channel_by_channel(patch, Note(OF_ONE_CHANNEL, {"channel": channel}))


@weighted_sum.register
def _(layer: layers.SeparableConv2D, unit: Unit) -> Opened:
    depthwise, pointwise = unit.weights[:2]
    height, width, channels, kernels = depthwise.shape
    seen = _patch(layer, unit, range(channels), depthwise[..., 0])
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
    channels = range(unit.inputs[0].shape[2])
    patch = _patch(layer, unit, channels, unit.weights[0][:, :, unit.place[2]], transposed_taps)
    count = len(patch.rows) * len(patch.columns)
    return _channel_by_channel(patch, Note(SPREAD_OUT, {"count": count}) if count else Note(OUT_OF_REACH))


def _patch(
    layer: Convolution, unit: Unit, channels: range, kernel: Values, taps: Callable[[int, Window], Taps] = axis_taps
) -> Patch:
    """Return what lies under one filter's kernel (height, width, C) in these channels."""
    maps = unit.inputs[0][:, :, channels.start : channels.stop]
    vertical, horizontal = map(taps, maps.shape[:2], kernel_windows(layer))
    window = one_window(maps, kernel, vertical, horizontal, *unit.place[:2])
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
    channel = unit.place[-1]
    maps = unit.inputs[0][:, :, channel : channel + 1]
    height, width = maps.shape[:2]
    windows = windows_of(layer)
    # Without windows a pooling looks at the whole map.
    vertical, horizontal = windows or (Window(height), Window(width))
    row, column = unit.place[:2] if windows else (0, 0)
    pool = one_pool(maps, axis_taps(height, vertical), axis_taps(width, horizontal), row, column, PoolingKind.SUM)
    patch = Patch(pool.rows, pool.columns, (channel,), np.asarray(pool.values, np.float64))
    return patch, patch.values[patch.real][:, 0]
