"""What a colour means: ranges, colour tables, and a palette PNG of values.

Data with negative values are drawn on a diverging table whose middle, near white, is exactly zero; data without on a
sequential table that starts at zero.
"""

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from cnn_core.arrays import Colours, Levels, Limit, Limits, Maps
from cnn_core.errors import CnnError
from cnn_core.sentences import N_

# Ten colours of viridis: Smith and van der Walt, 2015 (CC0).
_VIRIDIS: Final = "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725"
# RdBu with eleven colours, from blue to red. This product includes color specifications and designs developed by
# Cynthia Brewer (http://colorbrewer.org/), Apache License 2.0.
_RED_BLUE: Final = "053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f"

LEVELS: Final = 253
"""Colours of a table: an odd number, so that one of them is zero; the palette's other three are below."""
MIDDLE: Final = LEVELS // 2
GAP_LEVEL: Final = 254
"""Between maps: transparent."""
NAN_LEVEL: Final = 255
"""Not a finite number: magenta, which is in neither table."""
NAN_COLOUR: Final = (255, 0, 255)

SMALLEST_LIMIT: Final = 1e-30
LARGEST_LIMIT: Final = 1e30
"""Of a range that is given: well inside float32."""

_DEFAULT: Final = 0
_RUN_LENGTHS: Final = 3
"""Strategies of zlib."""


def _anchors(colours: str) -> Colours:
    return np.array([list(bytes.fromhex(colour)) for colour in colours.split()], dtype=np.uint8)


def _table(colours: str) -> Colours:
    """Return (LEVELS, 3) uint8, read-only: the given colours at equal distances, interpolated between them."""
    anchors = _anchors(colours)
    places, known = np.linspace(0, 1, LEVELS), np.linspace(0, 1, len(anchors))
    table = np.stack([np.interp(places, known, channel) for channel in anchors.T], axis=1).round().astype(np.uint8)
    table.setflags(write=False)
    return table


SEQUENTIAL: Final = _table(_VIRIDIS)
DIVERGING: Final = _table(_RED_BLUE)


class RangeScope(StrEnum):
    """What shares a range: each map has its own, all maps of a layer one, or it is given."""

    PER_MAP = "per_map"
    PER_LAYER = "per_layer"
    FIXED = "fixed"


@dataclass(frozen=True)
class Range:
    """The values that the ends of a colour table stand for. Values beyond are drawn in the end's colour.

    Attributes:
        limit: the largest magnitude, 0 where all values are zero.
        signed: from -limit to limit on the diverging table; else from 0 on the sequential one.
    """

    limit: float
    signed: bool

    @property
    def low(self) -> float:
        return 0.0 - self.limit if self.signed else 0.0  # never -0.0

    @property
    def high(self) -> float:
        return self.limit

    @property
    def table(self) -> Colours:
        return DIVERGING if self.signed else SEQUENTIAL


def as_maps(values: npt.ArrayLike) -> Maps:
    """View a layer's output as (H, W, C) float32: (units,) becomes (1, 1, units).

    Raises:
        CnnError: the array is empty or has another number of axes.
    """
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is drawn as that
        maps = np.asarray(values, dtype=np.float32)
    if maps.ndim not in (1, 3) or maps.size == 0:
        message = N_("Feature maps have the shape (height, width, channels) or (units,). Received: shape={shape}.")
        raise CnnError(message, shape=maps.shape)
    return maps if maps.ndim == 3 else maps[np.newaxis, np.newaxis]


def limits_of(maps: Maps, scope: RangeScope, fixed: float) -> tuple[Limits, bool]:
    """Return the largest magnitude of each map, (C,), and whether any value of the layer is negative."""
    places = maps.reshape(-1, maps.shape[2])
    is_finite = np.isfinite(places)
    if not is_finite.all():
        places = np.where(is_finite, places, np.float32(0))
    low, high = places.min(axis=0), places.max(axis=0)
    # One table for the whole layer: a colour must not change its meaning from map to map.
    signed = bool(low.min() < 0)
    limits = np.maximum(high, -low) if signed else high
    if scope is RangeScope.FIXED:
        limits = np.full_like(limits, _checked_limit(fixed))
    elif scope is RangeScope.PER_LAYER:
        limits = np.full_like(limits, limits.max())
    return limits, signed


def _checked_limit(fixed: float) -> float:
    if not SMALLEST_LIMIT <= fixed <= LARGEST_LIMIT:
        message = N_("A fixed range must end at a number from {smallest:g} to {largest:g}. Received: {fixed}.")
        raise CnnError(message, smallest=SMALLEST_LIMIT, largest=LARGEST_LIMIT, fixed=fixed)
    return fixed


def value_ranges(maps: npt.ArrayLike, scope: RangeScope, fixed: float = 1.0) -> tuple[Range, ...]:
    """Return the range in which each map of a layer is drawn.

    Args:
        maps: all of the layer's, (H, W, C) or (units,), since what is signed or large is a matter of all.
        scope: what shares a range.
        fixed: the largest magnitude where the scope is FIXED.
    """
    limits, signed = limits_of(as_maps(maps), scope, fixed)
    return tuple(Range(limit, signed) for limit in limits.tolist())


def value_range(maps: npt.ArrayLike, scope: RangeScope, channel: int = 0, fixed: float = 1.0) -> Range:
    """Return the range in which one map of a layer is drawn; see `value_ranges`."""
    return value_ranges(maps, scope, fixed)[channel]


def levels_of(maps: Maps, limits: Limits | Limit, signed: bool) -> Levels:
    """Return the place of each value in the palette; `limits` match the last axis or are one number."""
    with np.errstate(over="ignore", invalid="ignore"):  # beyond a fixed range a place may be infinite: the end's colour
        places = maps / np.where(limits > 0, limits, np.float32(1))
        places *= MIDDLE if signed else LEVELS - 1
        places += MIDDLE if signed else 0
    np.rint(places, out=places)
    np.clip(places, 0, LEVELS - 1, out=places)
    places[~np.isfinite(maps)] = NAN_LEVEL
    return places.astype(np.uint8)


def palette(signed: bool) -> Colours:
    """Return the colours of all levels, (256, 3); the gap's is left to its transparency."""
    colours = np.zeros((256, 3), dtype=np.uint8)
    colours[:LEVELS] = DIVERGING if signed else SEQUENTIAL
    colours[NAN_LEVEL] = NAN_COLOUR
    return colours


def palette_png(levels: Levels, signed: bool, enlarged: bool) -> bytes:
    """Return a palette PNG of (H, W) levels, encoded for speed: level 9 takes 30 times as long and saves 5 %.

    Run-length coding takes half the time where every pixel is a value of its own; repeated pixels pack better without.
    """
    image = Image.fromarray(levels)
    image.putpalette(palette(signed).tobytes())
    stream = io.BytesIO()
    strategy = _DEFAULT if enlarged else _RUN_LENGTHS
    image.save(stream, "PNG", compress_level=1, compress_type=strategy, transparency=GAP_LEVEL)
    return stream.getvalue()


def colour_stops(range_: Range) -> list[tuple[float, str]]:
    """Return the table's colours as (place from 0 to 1, "#rrggbb"); between them it is linear in RGB."""
    colours = (_RED_BLUE if range_.signed else _VIRIDIS).split()
    return [(place / (len(colours) - 1), f"#{colour}") for place, colour in enumerate(colours)]


def colour_bar_css(range_: Range) -> str:
    """Return a CSS gradient from the range's low end on the left to its high end on the right."""
    return f"linear-gradient(to right, {', '.join(colour for _, colour in colour_stops(range_))})"
