"""Which pictures excite a channel: every layer's channels measured on several pictures, one pass a picture.

Importing this module imports no TensorFlow; `survey_of` does when it is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Flags, Limits, Pixels
from cnn_core.drawing.colour_scale import as_maps
from cnn_core.drawing.statistics import dead_channels
from cnn_core.explain.parts import Place
from cnn_core.explain.seen import seen_pixels
from cnn_core.models.run import all_maps, is_drawn
from cnn_core.network.summary import Row
from cnn_core.pictures.prepare import Box


class RankedBy(StrEnum):
    MAXIMUM = "maximum"
    MEAN = "mean"


@dataclass(frozen=True, eq=False)
class ChannelPeaks:
    """What a layer's channels do on one picture.

    Attributes:
        mean, maximum: (C,) float32.
        places: (C, 2) uint16, row and column of the maximum, the first of equals; (0, 0) in a layer without maps.
        dead: (C,), whether the channel is zero everywhere.
    """

    mean: Limits
    maximum: Limits
    places: npt.NDArray[np.uint16]
    dead: Flags


Survey = dict[str, ChannelPeaks]
"""Every layer's channels on one picture, by the layer's name: 13 bytes a channel."""


class Ranked(NamedTuple):
    """How strongly a channel answers to one of several pictures; `picture` is its number among them."""

    picture: int
    mean: float
    maximum: float
    place: tuple[int, int]


def survey_of(key: str, pixels: Pixels) -> Survey:
    """Measure all channels of a model's layers, as far as they are drawn, on `pixels` (H, W, C) in [0, 1].

    Raises:
        CnnError: as `run` does.
    """
    return {name: channel_peaks(maps) for name, maps in all_maps(key, pixels).items() if is_drawn(maps)}


def channel_peaks(maps: npt.ArrayLike) -> ChannelPeaks:
    """Measure the channels of a layer's output, (H, W, C) or (units,)."""
    values = as_maps(maps)
    places = values.reshape(-1, values.shape[2])
    best = places.argmax(axis=0)
    return ChannelPeaks(
        mean=places.mean(axis=0),
        maximum=np.take_along_axis(places, best[np.newaxis], axis=0)[0],
        places=np.stack(np.divmod(best, values.shape[1]), axis=1).astype(np.uint16),
        dead=dead_channels(values),
    )


def ranked(surveys: Sequence[Survey], layer: str, channel: int, by: RankedBy) -> list[Ranked]:
    """Return what a channel does on each picture, the strongest first; equals in the order of the pictures."""
    found = []
    for number, one in enumerate(surveys):
        peaks = one[layer]
        row, column = peaks.places[channel].tolist()
        found.append(Ranked(number, float(peaks.mean[channel]), float(peaks.maximum[channel]), (row, column)))
    return sorted(found, key=lambda one: -(one.mean if by is RankedBy.MEAN else one.maximum))


def dead_everywhere(surveys: Sequence[Survey], layer: str) -> Flags:
    """Say of each channel of a layer whether it is zero everywhere on every picture."""
    dead: Flags = np.all([one[layer].dead for one in surveys], axis=0)
    return dead


def window_of(rows: Mapping[str, Row], layer: str, place: Place, size: tuple[int, int]) -> Box | None:
    """Return the part of a picture of `size` that a value sees, at least one pixel at the border; None where nothing.

    Args:
        rows: the network's layers by their names.
        layer, place: which value, (row, column, channel) or (unit,).
        size: (height, width).
    """
    seen = seen_pixels(rows, layer, place)
    if seen is None:
        return None
    (top, bottom), (left, right) = (_cut(first, last, length) for first, last, length in zip(*seen, size, strict=True))
    return top, left, bottom, right


def _cut(first: int, last: int, length: int) -> tuple[int, int]:
    """Return where a span, its end included, begins and ends in a line of pixels, its end excluded.

    >>> _cut(-1, 1, 8), _cut(9, 12, 8)
    ((0, 2), (7, 8))
    """
    first = min(max(first, 0), length - 1)
    return first, max(first, min(last, length - 1)) + 1
