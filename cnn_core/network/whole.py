"""Small networks are drawn whole, every map and every edge: which ones are small, and what goes together in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cnn_core.layers import Concatenate, Conv2D, Conv2DTranspose, Dense, Group, SeparableConv2D
from cnn_core.network.summary import Row

MOST_COLUMNS: Final = 14
MOST_MAPS: Final = 16
"""In a column; the classes at the end are one as well."""

_MIXING: Final = (Conv2D, SeparableConv2D, Conv2DTranspose, Dense)


def is_drawn_whole(rows: Sequence[Row]) -> bool:
    """Say whether every map of a network has room on a screen; a network without maps has nothing to be drawn."""
    shapes = [row.output_shape for row in rows]
    has_maps = any(len(shape) == 3 for shape in shapes)
    fits = all(len(shape) == 1 or (len(shape) == 3 and shape[-1] <= MOST_MAPS) for shape in shapes)
    return has_maps and fits and len(rows) <= MOST_COLUMNS


def has_classes(row: Row) -> bool:
    """Say whether a layer's values are few enough to be bars with a name each."""
    return len(row.output_shape) == 1 and row.output_shape[0] <= MOST_MAPS


def scale_groups(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Return the names of the layers that share a range of colours, in the network's order.

    The input has its own. The layer after it begins another, and so does the first layer with weights after a pooling:
    what a convolution, its activation and the pooling behind them make can be compared.
    """
    groups: list[list[str]] = []
    is_input = is_pooled = False
    for row in rows:
        if not row.sources or is_input or (is_pooled and row.parameters > 0):
            groups.append([])
            is_pooled = False
        groups[-1].append(row.name)
        is_input = not row.sources
        is_pooled = is_pooled or row.layer.group is Group.POOLING
    return tuple(map(tuple, groups))


@dataclass(frozen=True)
class Joint:
    """Which maps of a layer enter which maps of another.

    Attributes:
        first, count: those of the other layer that take from this one at all.
        groups: both are parted into so many groups of neighbours, and a map enters all of its own group: with 1 every
            map enters every map, with as many as there are maps each enters one.
    """

    first: int
    count: int
    groups: int


def joints(row: Row, depths: Sequence[int]) -> tuple[Joint, ...]:
    """Return how each source of a layer enters it, `depths` being how many maps the sources have."""
    after = row.output_shape[-1]
    if isinstance(row.layer, Concatenate) and sum(depths) == after:
        return tuple(Joint(sum(depths[:i]), depth, depth) for i, depth in enumerate(depths))
    return tuple(Joint(0, after, _groups(row, depth)) for depth in depths)


def _groups(row: Row, depth: int) -> int:
    if len(row.output_shape) == 1:
        return 1
    if isinstance(row.layer, _MIXING):
        return int(getattr(row.layer, "groups", 1))
    return depth if row.output_shape[-1] % depth == 0 else 1
