"""Why this value? Any single value of any layer's output, opened down to the sum that made it, in NumPy alone.

>>> from cnn_core.layers import Dense
>>> weights = [np.array([[2.0], [-1.0]]), np.array([0.5])]
>>> why = explain_unit(Dense(1, activation="relu"), weights, [np.array([1.0, 3.0])], (0,))
>>> [(stage.kind.value, stage.formula) for stage in why.stages][:2]
[('weighted sum', '1·2 + 3·(−1) = −1'), ('bias', '−1 + 0.5 = −0.5')]
>>> why.value, why.origins
(0.0, (Origin(source=0, place=(0,)), Origin(source=0, place=(1,))))

An Explanation has stages (`explain_parts`): the first takes input values, each other one takes what the stage before it
made, and the last makes the value. Its origins are the input values that took part, so a reader can walk on from one
layer to the one before it, back to a pixel.

Sums are added in float64. The model adds in float32, so its own value differs by a few 10⁻⁷ of the largest numbers that
took part.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.arrays import Values
from cnn_core.errors import LayerError
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import (
    Explanation,
    Origin,
    Patch,
    Place,
    Stage,
    StageKind,
    Strongest,
    Term,
    Terms,
    Unit,
    inside,
)
from cnn_core.layers import Layer
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.weights import weight_shapes

__all__ = [
    "Explanation",
    "Origin",
    "Patch",
    "Place",
    "Stage",
    "StageKind",
    "Strongest",
    "Term",
    "Terms",
    "explain_unit",
    "weight_shapes",
]


def explain_unit(
    layer: Layer, weights: Sequence[npt.ArrayLike], inputs: Sequence[npt.ArrayLike], place: Place
) -> Explanation:
    """Return how one value of a layer's output came about, as the trained model computes it: not in training.

    Args:
        layer: with its settings.
        weights: the layer's arrays in the order of Keras's `layer.get_weights()`, which `weight_shapes` tells.
        inputs: the outputs of the layers that it takes its input from, in order, (H, W, C) or (units,); for an Input
            the values that enter the network.
        place: where the value lies in the output, (row, column, channel) or (unit,), counted from 0.

    Raises:
        LayerError: inputs or weights that do not fit the layer, a place outside its output, a kind that is not known.
    """
    values = tuple(_numbers(one) for one in inputs)
    arrays = tuple(_numbers(one) for one in weights)
    shapes = tuple(one.shape for one in values)
    _refuse_other_inputs(layer, shapes)
    _refuse_other_weights(layer, arrays, *shapes)
    where = inside(place, output_shape(layer, *shapes))
    stages, taken = opened(layer, Unit(arrays, values, where))
    return Explanation(layer.kind, where, stages, taken)


def _numbers(array: npt.ArrayLike) -> Values:
    values: npt.NDArray[Any] = np.asarray(array)
    if values.dtype.kind not in "fiub":
        raise LayerError("The values must be an array of numbers. Received: {dtype}.", dtype=values.dtype)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def _refuse_other_inputs(layer: Layer, shapes: tuple[Shape, ...]) -> None:
    fewest, most = (1, 1) if isinstance(layer, layers.Input) else layer.inputs
    if not fewest <= len(shapes) <= most:
        raise LayerError(
            "{kind} is opened with the values of {fewest} to {most} inputs. Received: {count}. "
            "Give the output of each layer that it takes its input from.",
            kind=layer.kind,
            fewest=fewest,
            most=most,
            count=len(shapes),
        )
    expected = layer.shape if isinstance(layer, layers.Input) else None
    if not all(map(np.prod, shapes)) or () in shapes or expected not in (None, *shapes):
        raise LayerError(
            "The values do not have the shape of an input of this {kind}. Received: {shapes}. "
            "Give them without the batch axis.",
            kind=layer.kind,
            shapes=", ".join(map(show, shapes)) or "–",
        )


def _refuse_other_weights(layer: Layer, weights: Sequence[Values], *inputs: Shape) -> None:
    """Raise LayerError where the weights are not those of the layer behind these inputs."""
    expected = weight_shapes(layer, *inputs)
    received = [weight.shape for weight in weights]
    if received != list(expected.values()):
        raise LayerError(
            "These are not the weights of this {kind}. Received: {received}; it has {expected}. "
            "Give them in the order of Keras's get_weights().",
            kind=layer.kind,
            received=", ".join(map(show, received)) or "–",
            expected=", ".join(f"{name} {show(shape)}".strip() for name, shape in expected.items()) or "–",
        )
