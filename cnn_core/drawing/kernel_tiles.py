"""Kernels in one picture, alone or each beside the map it makes; a cell is one thing to point at.

Everything is enlarged by whole factors without smoothing, so a weight is a square.
"""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnn_core.arrays import ColourKernels, Maps, SmallerMaps, TilePixels
from cnn_core.drawing.colour_scale import GAP_LEVEL, levels_of, palette
from cnn_core.drawing.mosaic import reduce_maps

GAP: Final = 6
INNER_GAP: Final = 2
"""Pixels between the cells, and between a kernel and its map."""


@dataclass(frozen=True)
class Tiles:
    """A picture of cells, row by row, laid out as a `mosaic.Mosaic` is; sizes in pixels."""

    png: bytes
    columns: int
    cell_width: int
    cell_height: int
    gap: int = GAP


def kernel_colours(kernels: ColourKernels, limit: float, side: int) -> TilePixels:
    """Return kernels (kh, kw, 3, K) as colours (K, h, w, 4): grey is 0, ±limit the darkest and brightest."""
    height, width, _, count = kernels.shape
    small = _reduced(kernels.reshape(height, width, 3 * count), side)
    shares = 0.5 + small.reshape(*small.shape[:2], 3, count) / np.float32(2 * limit or 1)
    colours = np.rint(np.clip(np.nan_to_num(shares, nan=0.5), 0, 1) * 255).astype(np.uint8).transpose(3, 0, 1, 2)
    return np.pad(colours, [(0, 0)] * 3 + [(0, 1)], constant_values=255)


def value_colours(maps: Maps, limits: npt.ArrayLike, signed: bool, side: int) -> TilePixels:
    """Return maps (h, w, K) as (K, h, w, 4), in the colours of `colours`; `limits` is one number or one a map."""
    levels = levels_of(_reduced(maps, side), np.asarray(limits, np.float32), signed).transpose(2, 0, 1)
    opaque = np.where(np.arange(256) == GAP_LEVEL, 0, 255).astype(np.uint8)
    return np.concatenate([palette(signed), opaque[:, np.newaxis]], axis=1)[levels]


def _reduced(maps: Maps, side: int) -> SmallerMaps:
    """Return (h, w, K) with at most `side` values on a side."""
    return reduce_maps(maps, -(-max(maps.shape[:2]) // side))


def tiles_png(cells: TilePixels, columns: int, side: int, beside: TilePixels | None = None) -> Tiles:
    """Draw cells (K, h, w, 4) of at most `side` pixels, enlarged as far as that goes; `beside` stands right of each.

    A pair has two boxes of `side` pixels, so that kernels and maps of any size line up.
    """
    if beside is None:
        return _laid_out(_enlarged(cells, side), columns)
    between = np.zeros((len(cells), side, INNER_GAP, 4), np.uint8)
    return _laid_out(np.concatenate([_boxed(cells, side), between, _boxed(beside, side)], axis=2), columns)


def _enlarged(cells: TilePixels, side: int) -> TilePixels:
    scale = side // max(cells.shape[1:3])
    return cells.repeat(scale, axis=1).repeat(scale, axis=2)


def _boxed(cells: TilePixels, side: int) -> TilePixels:
    """Enlarge cells and set each in the middle of a transparent square."""
    large = _enlarged(cells, side)
    spare = [side - length for length in large.shape[1:3]]
    margins = [(rest // 2, rest - rest // 2) for rest in spare]
    return np.pad(large, [(0, 0), *margins, (0, 0)])


def _laid_out(cells: TilePixels, columns: int) -> Tiles:
    count, height, width = cells.shape[:3]
    columns = min(columns, count)
    rows = -(-count // columns)
    spaced = np.zeros((rows * columns, height + GAP, width + GAP, 4), np.uint8)
    spaced[:count, GAP:, GAP:] = cells
    picture = spaced.reshape(rows, columns, height + GAP, width + GAP, 4).swapaxes(1, 2)
    picture = picture.reshape(rows * (height + GAP), columns * (width + GAP), 4)
    image = Image.fromarray(np.pad(picture, [(0, GAP), (0, GAP), (0, 0)]))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return Tiles(out.getvalue(), columns, width, height)
