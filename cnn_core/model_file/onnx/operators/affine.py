"""Numbers added and multiplied: x · scale + offset, one pair for all values or one a channel."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import show
from cnn_core.model_file.arithmetic import scaled
from cnn_core.model_file.onnx.building import Building
from cnn_core.model_file.onnx.description import Constant
from cnn_core.model_file.onnx.values import Value, to_rows

MOST_SPELLED: Final = 4
"""Channels whose numbers are settings of a layer: those of a picture. More are weights."""


def affine(
    building: Building,
    value: Value,
    scale: float | npt.NDArray[Any] = 1.0,
    offset: float | npt.NDArray[Any] = 0.0,
    *,
    suffix: str = "",
    is_positive: bool = False,
) -> Value:
    """Return value · scale + offset; numbers, or rows of them along the last axis of our output."""
    if np.ndim(scale) == np.ndim(offset) == 0:
        if float(scale) == 1 and float(offset) == 0:
            return value
        layer: Any = layers.Rescaling(float(scale), float(offset))
        return building.each(layer, value, suffix=suffix, is_positive=is_positive)
    channels = value.shape[-1:]
    scales, offsets = (np.broadcast_to(np.asarray(row, np.float32), channels) for row in (scale, offset))
    if channels[0] <= MOST_SPELLED and scales.min() > 0:
        layer = scaled(tuple(map(float, scales)), tuple(map(float, offsets)))
        return building.each(layer, value, suffix=suffix, is_positive=is_positive)
    # What a batch normalization computes whose mean is 0 and whose variance is 1.
    weights = (scales, offsets, np.zeros(channels), np.ones(channels))
    layer = layers.BatchNormalization(epsilon=0)
    return building.each(layer, value, weights=weights, suffix=suffix, is_positive=is_positive)


def along_channels(building: Building, value: Value, numbers: Constant) -> tuple[Value, float | npt.NDArray[Any]]:
    """Return the value and numbers as `affine` takes them: one, or a row along the last axis of our output.

    Raises:
        LayerError: the numbers differ along another axis than the channels, or along several.
    """
    axes = len(value.sizes)
    if numbers.size == 1 and numbers.ndim <= axes + 1:
        return value, float(numbers.ravel()[0])
    sizes = (1,) * (axes + 1 - numbers.ndim) + numbers.shape
    long = [axis for axis, size in enumerate(sizes[1:]) if size > 1]
    if len(sizes) != axes + 1 or sizes[0] != 1 or len(long) != 1 or sizes[1 + long[0]] != value.sizes[long[0]]:
        raise LayerError(
            "Only one number from the file, or one per channel, is supported here. Received: {given} for {sizes}.",
            given=show(numbers.shape),
            sizes=show(value.sizes),
        )
    value = building.with_last(value, long[0])
    return value, to_rows(value, numbers.ravel())
