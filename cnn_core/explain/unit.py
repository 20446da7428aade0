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
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.errors import LayerError
from cnn_core.explain.moved import IN_TRAINING_ONLY, concatenated, cropped, enlarged, entered, padded, passed, reshaped
from cnn_core.explain.parts import (
    Explanation,
    Numbers,
    Opened,
    Origin,
    Patch,
    Place,
    Stage,
    StageKind,
    Strongest,
    Table,
    Term,
    Terms,
    Unit,
    inside,
)
from cnn_core.explain.text import factor, written
from cnn_core.explain.value import (
    activated,
    activation,
    along_channels,
    batch_normalization,
    layer_normalization,
    layer_scale,
    merge,
    normalization,
    rescaling,
    shared,
    weighted_inputs,
)
from cnn_core.explain.window import Convolution, largest, mean, weighted_window
from cnn_core.layers import ActivationName, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.weights import weight_shapes
from cnn_core.numerics.maps import Values
from cnn_core.sentences import N_, Note

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

BIAS_OF_UNIT: Final = N_("The bias of this unit is added, a learned number.")
BIAS_OF_CHANNEL: Final = N_("The bias of this channel is added, a learned number that is the same at every place.")


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
    stages, taken = _open(layer, Unit(arrays, values, where))
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


# By kind -------------------------------------------------------------------------------------------------------------


@by_kind
def _open(layer: Layer, unit: Unit) -> Opened:
    raise LayerError("A value of {kind} cannot be opened. Open one of the layer before it.", kind=layer.kind)


_open.register(layers.Input)(entered)
_open.register(layers.MaxPooling2D)(largest)
_open.register(layers.GlobalMaxPooling2D)(largest)
_open.register(layers.AveragePooling2D)(mean)
_open.register(layers.GlobalAveragePooling2D)(mean)
_open.register(layers.UpSampling2D)(enlarged)
_open.register(layers.ZeroPadding2D)(padded)
_open.register(layers.Cropping2D)(cropped)
_open.register(layers.BatchNormalization)(batch_normalization)
_open.register(layers.LayerNormalization)(layer_normalization)
_open.register(layers.Normalization)(normalization)
_open.register(layers.Rescaling)(rescaling)
_open.register(layers.LayerScale)(layer_scale)
_open.register(layers.Activation)(activation)
_open.register(layers.Flatten)(reshaped)
_open.register(layers.Reshape)(reshaped)
_open.register(layers.Merge)(merge)
_open.register(layers.Concatenate)(concatenated)
for _kind in layers.KINDS.values():
    if _kind.group in IN_TRAINING_ONLY:
        _open.register(_kind)(passed)


@_open.register(layers.Conv2D)
@_open.register(layers.DepthwiseConv2D)
@_open.register(layers.SeparableConv2D)
@_open.register(layers.Conv2DTranspose)
@_open.register(layers.Dense)
def _(layer: Convolution | layers.Dense, unit: Unit) -> Opened:
    """Weights, bias and activation, which these layers have in common."""
    stages, taken = _before_activation(layer, unit)
    if layer.activation is not ActivationName.SOFTMAX:
        return (*stages, activated(layer.activation, stages[-1].after)), taken
    logits = _logits(layer, unit)
    logits[unit.place[-1]] = stages[-1].after
    return (*stages, shared(logits, unit.place[-1])), _in_all_channels(taken, unit.inputs[0].shape[-1])


def _logits(layer: Convolution | layers.Dense, unit: Unit) -> Numbers:
    """Return what stands before the activation in every channel of the unit's place."""
    if isinstance(layer, layers.Dense):
        # A thousand classes at once: one by one they would take 0.2 s.
        values, _ = along_channels(unit)
        return np.asarray(values @ unit.weights[0] + (unit.weights[1] if layer.use_bias else 0), np.float64)
    channels = range(output_shape(layer, unit.inputs[0].shape)[-1])
    every = (_before_activation(layer, unit._replace(place=(*unit.place[:-1], own))) for own in channels)
    return np.array([stages[-1].after for stages, _ in every])


def _before_activation(layer: Convolution | layers.Dense, unit: Unit) -> Opened:
    stages, taken = weighted_inputs(layer, unit) if isinstance(layer, layers.Dense) else weighted_window(layer, unit)
    if not layer.use_bias:
        return stages, taken
    before, bias = stages[-1].after, float(unit.weights[-1][unit.place[-1]])
    about = Note(BIAS_OF_UNIT if len(unit.place) == 1 else BIAS_OF_CHANNEL)
    formula = f"{written(before)} + {factor(bias)} = {written(before + bias)}"
    return (*stages, Stage(StageKind.BIAS, about, before + bias, formula, before, {"bias": bias})), taken


def _in_all_channels(taken: Table, count: int) -> Table:
    """Return the places in every channel: all outputs together see them, also of a depthwise or grouped convolution."""
    found = np.unique(taken[:, :-1], axis=0)
    channels = np.tile(np.arange(count), len(found))
    return np.column_stack([found.repeat(count, axis=0), channels])
