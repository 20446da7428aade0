"""What a layer's output is like in five numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Flags, Output
from cnn_core.drawing.colour_scale import as_maps


@dataclass(frozen=True)
class LayerStatistics:
    """Figures over all values of a layer for one picture; NaN where a value is no number.

    Attributes:
        mean, spread: of all values; the spread is their standard deviation.
        zero_share: the share of values that are exactly zero, 0 to 1.
        dead: channels that are zero everywhere.
        channels: of the layer; of a layer without maps, its units.
    """

    mean: float
    spread: float
    zero_share: float
    dead: int
    channels: int

    @property
    def dead_share(self) -> float:
        return self.dead / self.channels


def layer_statistics(maps: npt.ArrayLike) -> LayerStatistics:
    """Return the figures of (H, W, C) or (units,).

    >>> layer_statistics([0.0, 3.0, 0.0, 1.0])
    LayerStatistics(mean=1.0, spread=1.224744..., zero_share=0.5, dead=2, channels=4)
    """
    values = as_maps(maps)
    places = values.reshape(-1, values.shape[2])
    others = np.count_nonzero(places, axis=0)
    with np.errstate(invalid="ignore", over="ignore"):
        mean, spread = float(places.mean()), float(places.std())
    return LayerStatistics(
        mean, spread, 1 - int(others.sum()) / places.size, int(np.count_nonzero(others == 0)), places.shape[1]
    )


def dead_channels(maps: Output) -> Flags:
    """Say of each channel of (H, W, C) or (units,) whether it is zero everywhere."""
    values = as_maps(maps)
    return np.logical_not(values.reshape(-1, values.shape[2]).any(axis=0))
