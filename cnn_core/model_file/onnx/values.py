"""Outputs of our layers as the tensors of ONNX that they are: in which order their axes stand.

ONNX puts the channels first and we put them last. Nothing is moved for that: a value knows which axis is which, so
transposes only change what it knows, and most of them cancel. The axis of the batch is left out everywhere.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.layers.shapes import Shape

Order = tuple[int, ...]
"""For each axis of ONNX's tensor, the axis of our output that it is."""


@dataclass(frozen=True)
class Value:
    """An output of a layer of ours.

    Args:
        layer: its name.
        shape: of our output.
        order: of its axes in ONNX.
        before: of a row that a Flatten of ours made: the shape and the order of what it flattened, where ONNX's row has
            the same values in another sequence.
        is_positive: whether no value can be below 0.
    """

    layer: str
    shape: Shape
    order: Order
    before: tuple[Shape, Order] | None = None
    is_positive: bool = False

    @property
    def sizes(self) -> Shape:
        """The shape of ONNX's tensor."""
        return tuple(self.shape[axis] for axis in self.order)

    @property
    def is_map(self) -> bool:
        """Say whether this is a map whose channels come first in ONNX."""
        return len(self.shape) == 3 and self.order == usual_order(3)

    def places(self) -> npt.NDArray[np.int64] | None:
        """Return for each value of ONNX's row its place in ours; None where it is the same."""
        if self.before is None:
            return None
        shape, order = self.before
        return np.arange(prod(shape)).reshape(shape).transpose(order).ravel()


def usual_order(axes: int) -> Order:
    """Return the order of a tensor of ONNX with the last two axes, height and width, put first by us.

    >>> usual_order(1), usual_order(2), usual_order(3), usual_order(4)
    ((0,), (0, 1), (2, 0, 1), (2, 3, 0, 1))
    """
    return tuple(range(axes)) if axes < 3 else (*range(2, axes), 0, 1)


def sequence(value: Value) -> list[int]:
    """Return the axes of ONNX that are longer than 1, in the sequence in which our values run through them."""
    axes = [value.order.index(axis) for axis in range(len(value.order))]
    return [axis for axis in axes if value.sizes[axis] > 1]


def same_sequence(value: Value) -> bool:
    """Say whether our values, one after another, come in ONNX's sequence."""
    return sequence(value) == sorted(sequence(value))


def to_rows(value: Value, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return numbers along the axis 0, one for each value of ONNX's row, in the sequence of ours."""
    places = value.places()
    if places is None:
        return numbers
    moved = np.empty_like(numbers)
    moved[places] = numbers
    return moved
