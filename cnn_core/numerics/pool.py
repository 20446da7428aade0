"""Pooling in NumPy, all windows at once, and upsampling, its opposite; maps are (height, width, channels)."""

from enum import StrEnum
from functools import reduce

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Planes
from cnn_core.errors import LayerError
from cnn_core.layers.settings import Pair
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import padding_amounts
from cnn_core.numerics.maps import Windows, maps_of
from cnn_core.numerics.padding import pad
from cnn_core.numerics.taps import tap_slices


class PoolingKind(StrEnum):
    """What becomes of the values under a pool, padding left out. L2: the root of the sum of their squares."""

    MAX = "max"
    AVERAGE = "average"
    SUM = "sum"
    L2 = "l2"


def pool(x: npt.ArrayLike, windows: Windows, kind: PoolingKind) -> Planes:
    """Return a pooling of (H, W, C), (H', W', C); padding takes no part in it, as in Keras.

    Raises:
        LayerError: no maps, a window larger than the padded input, one that sees nothing but padding.
    """
    maps = maps_of(x)
    counts = _combined(np.ones((*maps.shape[:2], 1), maps.dtype), windows, np.add, outside=0)
    if not counts.all():
        raise LayerError(
            "A pool must not see only padding. Received: padding {padding} for pools of {sizes}. Pad less.",
            padding=tuple(padding_amounts(*pair) for pair in zip(maps.shape, windows, strict=False)),
            sizes=show(tuple(window.kernel for window in windows)),
        )
    if kind is PoolingKind.MAX:
        return _combined(maps, windows, np.maximum, outside=-np.inf)
    sums = _combined(np.square(maps) if kind is PoolingKind.L2 else maps, windows, np.add, outside=0)
    if kind is PoolingKind.L2:
        return np.asarray(np.sqrt(sums))
    return sums / counts if kind is PoolingKind.AVERAGE else sums


def _combined(maps: Planes, windows: Windows, combine: np.ufunc, outside: float) -> Planes:
    """Return what `combine` makes of each window's values: first down, then across."""
    result = pad(maps, windows, outside=outside)
    result = reduce(combine, (result[step] for step in tap_slices(len(result), windows[0])))
    return reduce(combine, (result[:, step] for step in tap_slices(result.shape[1], windows[1])))


def upsample(x: npt.ArrayLike, factors: Pair) -> Planes:
    """Return (H, W, C) with each value repeated (down, across) times: Keras's UpSampling2D, nearest neighbour."""
    return maps_of(x).repeat(factors[0], axis=0).repeat(factors[1], axis=1)
