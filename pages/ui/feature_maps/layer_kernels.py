"""The kernels of the open layer as pictures: beside the maps they make, and those of one filter by themselves."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Kernels
from cnn_core.drawing.kernel_tiles import Tiles, kernel_colours, tiles_png, value_colours
from cnn_core.drawing.mosaic import RangeScope, value_ranges
from cnn_core.network.summary import Row
from pages.ui.feature_maps.open_layer import OpenLayer

COLOURS: Final = 3
_PAIRS_A_ROW = 6
_SIDE = 56
_LARGE = 150
_SMALL = 18


@dataclass(frozen=True, eq=False)
class LayerKernels:
    """A layer that has kernels, (kernel height, kernel width, channels that a filter sees, filters)."""

    layer: OpenLayer
    kernels: Kernels

    @property
    def key(self) -> tuple[object, ...]:
        """What tells them from every other, for caches."""
        return self.layer.key

    @property
    def largest(self) -> float:
        return largest(self.kernels)

    def of_filter(self, number: int) -> tuple[Row, Kernels]:
        """Return the layer whose channels a filter sees, and its kernels; those of a unit behind Flatten as maps."""
        row, own = self.layer.row, self.kernels[..., number]
        source = self.layer.rows[row.sources[0]]
        if isinstance(row.layer, layers.Dense) and isinstance(source.layer, layers.Flatten):
            return self.layer.rows[source.sources[0]], own.reshape(source.input_shapes[0])
        return source, own

    def pairs(self, shown: tuple[int, ...], scope: str, limit: float) -> Tiles:
        """Draw the kernels of some filters, each to the left of the map it makes, which has the range of `scope`."""
        channels = list(shown)
        ranges = value_ranges(self.layer.maps, RangeScope(scope), limit)
        limits = [ranges[channel].limit for channel in channels]
        maps = value_colours(self.layer.maps[:, :, channels], limits, ranges[0].signed, _SIDE)
        chosen = self.kernels[..., channels]
        if self.kernels.shape[2] == COLOURS:
            return tiles_png(kernel_colours(chosen, self.largest, _SIDE), _PAIRS_A_ROW, _SIDE, maps)
        return tiles_png(value_colours(chosen[:, :, 0], self.largest, True, _SIDE), _PAIRS_A_ROW, _SIDE, maps)

    def tiles(self, number: int, first: int, end: int) -> Tiles:
        """Draw the kernels of one filter from `first` on, before `end`, all in one range."""
        own = self.of_filter(number)[1]
        limit, shown = largest(own), own[:, :, first:end]
        if shown.shape[2] <= COLOURS:
            return tiles_png(value_colours(shown, limit, True, _LARGE), COLOURS, _LARGE)
        side, columns = (_SMALL, 32) if shown.shape[:2] == (1, 1) else (_SIDE, 8)
        return tiles_png(value_colours(shown, limit, True, side), columns, side)


def largest(kernels: Kernels) -> float:
    """Return the largest magnitude of what is a number."""
    return float(np.abs(kernels).max(initial=0, where=np.isfinite(kernels)))
