"""What lies around maps: how much, and what it shows."""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Planes
from cnn_core.errors import LayerError
from cnn_core.layers.settings import Pair
from cnn_core.layers.windows import AXES, padding_amounts, window_count
from cnn_core.numerics.maps import Windows, maps_of


class Filling(StrEnum):
    """What padding shows. ZERO: 0. REFLECT: the picture mirrored at its outermost pixels. REPLICATE: those pixels."""

    ZERO = "zero"
    REFLECT = "reflect"
    REPLICATE = "replicate"


def pad(x: npt.ArrayLike, windows: Windows, filling: Filling = Filling.ZERO, outside: float = 0) -> Planes:
    """Return maps (H, W, C) with what the windows' padding adds around them; `outside` is what ZERO puts there.

    Raises:
        LayerError: no maps, a window larger than they are then, reflection that reaches beyond the other side.
    """
    maps = maps_of(x)
    for length, window, axis in zip(maps.shape, windows, AXES, strict=False):
        window_count(length, window, axis)
    amounts = (padding_amounts(length, window) for length, window in zip(maps.shape, windows, strict=False))
    return padded(maps, (*amounts, (0, 0)), filling, outside)


def padded(values: npt.NDArray[Any], amounts: tuple[Pair, ...], filling: Filling, outside: float) -> npt.NDArray[Any]:
    """Return values with (before, after) more of them along each axis; `outside` is what ZERO puts there.

    Raises:
        LayerError: reflection that reaches beyond the other end.
    """
    if filling is Filling.ZERO:
        return np.pad(values, amounts, constant_values=outside)
    if filling is Filling.REPLICATE:
        return np.pad(values, amounts, mode="edge")
    for length, sides in zip(values.shape, amounts, strict=True):
        if max(sides) >= length:
            raise LayerError(
                "Reflection needs the padding to be smaller than the number of values. Received: padding of "
                "{amount} for {length}. Pad less, use a smaller kernel, or fill with zeros.",
                amount=max(sides),
                length=length,
            )
    return np.pad(values, amounts, mode="reflect")
