"""Values of which some are dropped: maps beside one another, or units in rows; what is dropped is left out."""

from typing import Final

import numpy as np

from cnn_core.arrays import Flags, Levels, Output
from cnn_core.drawing.colour_scale import GAP_LEVEL, as_maps, levels_of, palette_png

MOST_MAPS: Final = 8
COLUMNS: Final = 32
"""Units in a row."""
_MAP_SIDE: Final = 56
_GAP: Final = 2


def dropped_png(values: Output, kept: Flags, limit: float, signed: bool, maps: tuple[int, ...] = ()) -> bytes:
    """Return values as a picture in which those that are not kept are transparent.

    Args:
        values: (H, W, C) or (units,).
        kept: of the same shape.
        limit: the largest magnitude, which has the last colour of the table.
        signed: whether the table has a middle.
        maps: which channels are shown.
    """
    levels = levels_of(as_maps(values), np.asarray(limit, np.float32), signed).reshape(values.shape)
    levels[~kept] = GAP_LEVEL
    shown = _beside(levels[..., list(maps)]) if levels.ndim == 3 else _in_rows(levels)
    return palette_png(shown, signed, enlarged=True)


def strongest_maps(values: Output) -> tuple[int, ...]:
    """Return the channels of (H, W, C) that differ most from place to place, in their order."""
    strengths = values.std(axis=(0, 1))
    return tuple(sorted(np.argsort(-strengths, kind="stable")[:MOST_MAPS].tolist()))


def _beside(levels: Levels) -> Levels:
    scale = max(1, _MAP_SIDE // max(levels.shape[:2]))
    large = levels.repeat(scale, axis=0).repeat(scale, axis=1)
    spaced = np.pad(large, [(0, 0), (0, _GAP * scale), (0, 0)], constant_values=GAP_LEVEL)
    return np.concatenate(list(spaced.transpose(2, 0, 1)), axis=1)


def _in_rows(levels: Levels) -> Levels:
    columns = min(COLUMNS, len(levels))
    spare = -len(levels) % columns
    rows = np.pad(levels, (0, spare), constant_values=GAP_LEVEL).reshape(-1, columns)
    side = 14 if len(rows) <= 8 else 8
    large = rows.repeat(side, axis=0).repeat(side, axis=1)
    # A thin line between two units, so that equal ones can be counted.
    large[side - 1 :: side] = GAP_LEVEL
    large[:, side - 1 :: side] = GAP_LEVEL
    return large
