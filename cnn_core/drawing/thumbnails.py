"""Small pictures of what a layer makes, for the picture of its network: columns of maps, bars, tinted channels."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from cnn_core.arrays import Bytes, Drawn, Maps, Plane, SmallerMaps, Units, Values
from cnn_core.drawing.colour_scale import GAP_LEVEL, Range, as_maps, levels_of, palette_png
from cnn_core.drawing.mosaic import Mosaic, reduce_maps, tiled

TINTS: Final = ((255, 64, 64), (64, 224, 64), (96, 128, 255))
"""Red, green and blue, bright enough to be told from black on a dark page."""
GREY: Final = (255, 255, 255)
_SPACED: Final = 4
"""Pixels of a bar from which on one of them can stay free."""


def column_png(maps: Maps, reach: Range, cell: int) -> bytes:
    """Draw all maps of a layer (H, W, C) below one another in one range, as PNG without gaps.

    The longer side of a map is as near below `cell` pixels as whole factors allow.
    """
    small, scale = _fitted(maps, cell)
    levels = levels_of(small, np.array(reach.limit, np.float32), reach.signed)
    return palette_png(tiled(levels, 1, 0, scale), reach.signed, scale > 1)


def tinted_png(channels: Maps, tints: Sequence[tuple[int, int, int]], cell: int, *, below: bool, gap: int = 0) -> bytes:
    """Draw the channels of a picture (H, W, C) in a row or below one another, each from black to its own colour; PNG.

    Args:
        channels: in any range; their least value is black, their largest has the full colour.
        tints: a colour for each channel.
        gap: transparent pixels between them.
    """
    small, scale = _fitted(channels, cell)
    shares = _shares(small).repeat(scale, axis=0).repeat(scale, axis=1)
    tinted = [_tinted(shares[:, :, channel], tint) for channel, tint in enumerate(tints)]
    space = np.zeros((gap, tinted[0].shape[1], 4) if below else (tinted[0].shape[0], gap, 4), np.uint8)
    parts = [part for picture in tinted for part in (space, picture)][1:]
    out = io.BytesIO()
    Image.fromarray(np.concatenate(parts, axis=0 if below else 1)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def channel_png(channels: Maps, channel: int, tint: tuple[int, int, int]) -> bytes:
    """Draw one channel of a picture (H, W, C) as `tinted_png` does, as PNG of a pixel a value."""
    out = io.BytesIO()
    Image.fromarray(_tinted(_shares(channels)[:, :, channel], tint)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def tinted_range(channels: Maps) -> tuple[float, float]:
    """Return which value of a picture's channels is drawn black, and which has the full colour."""
    return float(channels.min()), float(channels.max())


def tinted_mosaic(channels: Maps, tints: Sequence[tuple[int, int, int]], cell: int) -> Mosaic:
    """Draw the channels of a picture beside one another, each in its own colour, without gaps."""
    small, scale = _fitted(channels, cell)
    return Mosaic(
        tinted_png(channels, tints, cell, below=False),
        channels=tuple(range(len(tints))),
        ranges=(Range(float(channels.max()), signed=False),) * len(tints),
        columns=len(tints),
        rows=1,
        cell_width=small.shape[1] * scale,
        cell_height=small.shape[0] * scale,
        gap=0,
        scale=scale,
        reduction=-(-max(channels.shape[:2]) // cell),
    )


def bars_png(values: Units, reach: Range, length: int, thickness: int) -> bytes:
    """Draw a vector (units,) as bars beside one another, each as long and in the colour of its value; PNG.

    Where there are more units than pixels, a bar stands for several and shows the one that is farthest from zero.

    Args:
        reach: what the longest bar and the ends of the colours stand for; signed bars begin in the middle.
        length, thickness: pixels across all bars, and along the longest.
    """
    shown = _farthest(values, length)
    levels = levels_of(as_maps(shown), np.array(reach.limit, np.float32), reach.signed)[0, 0]
    middle = thickness // 2 if reach.signed else 0
    width = max(1, length // len(shown))
    bar = width - 1 if width >= _SPACED else width
    picture = np.full((thickness, width * len(shown)), GAP_LEVEL, dtype=np.uint8)
    shares = np.clip(np.nan_to_num(np.abs(shown) / (reach.limit or 1), nan=1), 0, 1)
    for unit, far in enumerate(np.maximum(1, np.rint(shares * (thickness - middle))).astype(int).tolist()):
        low, high = (max(0, middle - far), middle) if shown[unit] < 0 else (middle, middle + far)
        picture[low:high, unit * width : unit * width + bar] = levels[unit]
    # Pictures begin at the top, bars at the bottom.
    drawn: Drawn = np.ascontiguousarray(picture[::-1])
    return palette_png(drawn, reach.signed, enlarged=True)


def stripes_png(values: Units, reach: Range) -> bytes:
    """Draw a vector (units,) as PNG of one pixel a value, the first on top."""
    return palette_png(
        levels_of(as_maps(values), np.array(reach.limit, np.float32), reach.signed)[0].T, reach.signed, False
    )


def _fitted(maps: Maps, cell: int) -> tuple[SmallerMaps, int]:
    """Return maps that are no larger than a cell, and how many pixels along one of their values fill it."""
    small = reduce_maps(maps, -(-max(maps.shape[:2]) // cell))
    return small, max(1, cell // max(small.shape[:2]))


def _shares(channels: Maps) -> Maps:
    low, high = tinted_range(channels)
    shares: Maps = np.nan_to_num((channels - low) / np.float32((high - low) or 1))
    return shares


def _tinted(shares: Plane, tint: tuple[int, int, int]) -> Bytes:
    colours = np.rint(shares[:, :, np.newaxis] * np.array([*tint], np.float32))
    return np.concatenate([colours, np.full((*shares.shape, 1), 255)], axis=2).astype(np.uint8)


def _farthest(values: Units, most: int) -> Values:
    """Return at most so many numbers: of neighbours that share a place, the one farthest from zero."""
    if len(values) <= most:
        return values
    starts = np.arange(most) * len(values) // most
    high, low = np.maximum.reduceat(values, starts), np.minimum.reduceat(values, starts)
    return np.where(-low > high, low, high)
