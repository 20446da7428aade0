"""Many maps in one picture, and which maps those are. What a colour means is said in `colours.py`.

Maps are enlarged by whole factors without smoothing, or reduced by the mean of whole boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Drawn, Levels, Maps, SmallerMaps, Vector
from cnn_core.drawing.colour_scale import (
    GAP_LEVEL,
    Range,
    RangeScope,
    as_maps,
    colour_bar_css,
    levels_of,
    limits_of,
    palette_png,
    value_range,
    value_ranges,
)
from cnn_core.errors import CnnError
from cnn_core.sentences import N_

__all__ = [
    "ChannelOrder",
    "ChannelStatistics",
    "Mosaic",
    "Range",
    "RangeScope",
    "channel_statistics",
    "colour_bar_css",
    "map_png",
    "mosaic_png",
    "order_channels",
    "page_of",
    "reduce_maps",
    "tiled",
    "value_range",
    "value_ranges",
]


class ChannelOrder(StrEnum):
    INDEX = "index"
    MEAN = "mean"
    SPREAD = "spread"


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Many maps in one picture, row by row, with a gap around and between them.

    The map at `channels[i]` has its top left corner at x = gap + (i % columns)·(cell_width + gap) and
    y = gap + (i // columns)·(cell_height + gap).

    Attributes:
        png: the picture.
        channels: the maps shown, in order.
        ranges: the range of each.
        columns, rows: how many maps fit; the last row may be shorter.
        cell_width, cell_height, gap: in pixels of the picture.
        scale: pixels of the picture along one value, 1 or more.
        reduction: values along one pixel; above 1, a pixel shows the mean of reduction × reduction values.
    """

    png: bytes
    channels: tuple[int, ...]
    ranges: tuple[Range, ...]
    columns: int
    rows: int
    cell_width: int
    cell_height: int
    gap: int
    scale: int
    reduction: int


@dataclass(frozen=True, eq=False)
class ChannelStatistics:
    """Figures of each channel, (C,) float64, read-only; NaN where a channel holds a value that is no number.

    Attributes:
        mean, minimum, maximum: over all places.
        spread: the standard deviation over all places.
        zero_share: the share of places that are exactly zero, 0 to 1.
    """

    mean: Vector
    spread: Vector
    minimum: Vector
    maximum: Vector
    zero_share: Vector


def reduce_maps(maps: Maps, factor: int) -> SmallerMaps:
    """Return the means of factor × factor values of (H, W, C); at the right and lower edge of what is left there."""
    if factor == 1:
        return maps
    height, width = maps.shape[:2]
    tops, lefts = np.arange(0, height, factor), np.arange(0, width, factor)
    with np.errstate(invalid="ignore", over="ignore"):
        sums = np.add.reduceat(np.add.reduceat(maps, tops, axis=0, dtype=np.float64), lefts, axis=1)
    counts = np.outer(np.diff(tops, append=height), np.diff(lefts, append=width))
    return np.asarray(sums / counts[..., np.newaxis], dtype=np.float32)


def mosaic_png(
    maps: npt.ArrayLike,
    channels: Sequence[int],
    scope: RangeScope,
    *,
    fixed: float = 1.0,
    columns: int = 8,
    cell: int = 64,
    gap: int = 2,
) -> Mosaic:
    """Draw maps of a layer in one PNG.

    Args:
        maps: all of the layer's, (H, W, C) or (units,).
        channels: which ones to show, in this order.
        scope, fixed: see `value_ranges`.
        columns: at most so many maps a row.
        cell: the longer side of a map in the picture is as near below this as whole factors allow, in pixels.
        gap: transparent pixels around and between the maps.

    Raises:
        CnnError: no channel, or one that the layer does not have.
    """
    values = as_maps(maps)
    chosen = _checked_channels(channels, values.shape[2])
    limits, signed = limits_of(values, scope, fixed)
    side = max(values.shape[:2])
    reduction = -(-side // cell)
    is_all = chosen == list(range(values.shape[2]))
    small = reduce_maps(values if is_all else values[:, :, chosen], reduction)
    scale = max(1, cell // max(small.shape[:2]))
    levels = levels_of(small, limits[chosen], signed)
    columns = min(columns, len(chosen))
    picture = tiled(levels, columns, gap, scale)
    return Mosaic(
        png=palette_png(picture, signed, scale > 1),
        channels=tuple(chosen),
        ranges=tuple(Range(limit, signed) for limit in limits[chosen].tolist()),
        columns=columns,
        rows=-(-len(chosen) // columns),
        cell_width=levels.shape[1] * scale,
        cell_height=levels.shape[0] * scale,
        gap=gap,
        scale=scale,
        reduction=reduction,
    )


def _checked_channels(channels: Sequence[int], count: int) -> list[int]:
    chosen = [int(channel) for channel in channels]
    wrong = [channel for channel in chosen if not 0 <= channel < count]
    if wrong or not chosen:
        message = N_("Choose one or more channels from 0 to {last}. Received: {channels}.")
        raise CnnError(message, last=count - 1, channels=wrong)
    return chosen


def tiled(levels: Levels, columns: int, gap: int, scale: int) -> Drawn:
    """Lay (h, w, K) out as one picture: cells with their gap to the left and above, then a gap on the far sides."""
    height, width, count = levels.shape
    rows = -(-count // columns)
    step = height * scale + gap, width * scale + gap
    # Each row of values is widened once and then written `scale` times: several times faster than repeating twice.
    lines = np.full((height, rows * columns, step[1]), GAP_LEVEL, dtype=np.uint8)
    lines[:, :count, gap:] = levels.transpose(0, 2, 1).repeat(scale, axis=2)
    lines = lines.reshape(height, rows, columns * step[1]).swapaxes(0, 1)
    picture = np.full((rows * step[0] + gap, columns * step[1] + gap), GAP_LEVEL, dtype=np.uint8)
    cells = picture[: rows * step[0]].reshape(rows, step[0], -1)
    for line in range(scale):
        cells[:, gap + line :: scale, : columns * step[1]] = lines
    return picture


def map_png(values: npt.ArrayLike, range_: Range, scale: int = 1) -> bytes:
    """Draw one map, (H, W), every value as scale × scale pixels, without a gap."""
    maps = as_maps(np.asarray(values)[..., np.newaxis])
    levels = levels_of(maps, np.array([range_.limit], dtype=np.float32), range_.signed)
    return palette_png(tiled(levels, 1, 0, scale), range_.signed, scale > 1)


def channel_statistics(maps: npt.ArrayLike) -> ChannelStatistics:
    """Return each channel's figures, of (H, W, C) or (units,)."""
    places = as_maps(maps).reshape(-1, as_maps(maps).shape[2])
    with np.errstate(invalid="ignore"):
        figures = (
            places.mean(axis=0, dtype=np.float64),
            places.std(axis=0, dtype=np.float64),
            places.min(axis=0).astype(np.float64),
            places.max(axis=0).astype(np.float64),
            (places == 0).mean(axis=0),
        )
    for figure in figures:
        figure.setflags(write=False)
    return ChannelStatistics(*figures)


def order_channels(statistics: ChannelStatistics, key: ChannelOrder) -> tuple[int, ...]:
    """Return all channels by index, or by falling mean or spread; equals by index, NaN last."""
    if key is ChannelOrder.INDEX:
        return tuple(range(len(statistics.mean)))
    figure = statistics.mean if key is ChannelOrder.MEAN else statistics.spread
    return tuple(np.argsort(-figure, kind="stable").tolist())


def page_of(count: int, page: int, per_page: int) -> slice:
    """Return which of `count` things are on a page; pages count from 1, and one beyond the last is the last."""
    pages = max(1, -(-count // per_page))
    first = (min(max(page, 1), pages) - 1) * per_page
    return slice(first, min(first + per_page, count))
