"""Maps as they are computed with: how windows lie on them, and what is refused."""

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Planes
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window

Windows = tuple[Window, Window]
"""(vertical, horizontal)"""


def maps_of(x: npt.ArrayLike) -> Planes:
    """Return (H, W, C) as float64 if it is that already, as float32 otherwise.

    Raises:
        LayerError: not three axes.
    """
    values = np.asarray(x)
    if values.ndim != 3:
        raise LayerError(
            "A picture or feature maps are (height, width, channels). Received: an array of shape {shape}. "
            "Give it these three axes; a picture without colours has 1 channel.",
            shape=show(values.shape),
        )
    return values if values.dtype == np.float64 else np.asarray(values, np.float32)


def refuse_depth(depth: int, channels: int) -> None:
    """Refuse a kernel that has not one value for each channel it sees."""
    if depth != channels:
        raise LayerError(
            "The kernel must be as deep as its input. Received: depth {depth} for {channels} "
            "channels. Use a kernel with one value per channel.",
            depth=depth,
            channels=channels,
        )
