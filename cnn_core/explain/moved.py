"""Values opened that a layer takes over from elsewhere: Flatten, Concatenate, padding, enlargement, Dropout."""

from collections.abc import Sequence

import numpy as np

from cnn_core import layers
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import (
    Opened,
    Origin,
    Place,
    Stage,
    StageKind,
    Unit,
    places,
    table_of,
    terms_of,
)
from cnn_core.explain.text import products_text, written
from cnn_core.layers import Interpolation, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.sentences import N_, Note


@opened.register
def _entered(layer: layers.Input, unit: Unit) -> Opened:
    """Open a value of the network's input: there is nothing behind it."""
    value = float(unit.inputs[0][unit.place])
    about = Note(N_("This value enters the network: it is a pixel of the prepared picture, or a number given to it."))
    return (Stage(StageKind.INPUT, about, value, written(value)),), places(*([] for _ in unit.place))


def _copied(unit: Unit, origin: Origin, about: Note, formula: str) -> Opened:
    value = float(unit.inputs[origin.source][origin.place])
    return (Stage(StageKind.COPY, about, value, formula, value),), table_of([origin])


@opened.register(layers.Flatten)
@opened.register(layers.Reshape)
def _reshaped(layer: layers.Flatten | layers.Reshape, unit: Unit) -> Opened:
    """Open a value of Flatten or Reshape: the order of all values stays."""
    before, after = unit.inputs[0].shape, output_shape(layer, unit.inputs[0].shape)
    number = int(np.ravel_multi_index(unit.place, after))
    origin = reshaped_from(unit.place, after, before)
    about = N_(
        "The same value in another place: all values keep their order, row by row and the channels of one place "
        "together. This is number {number} of them, counted from 0."
    )
    sides = [_counted(origin.place, before), str(number), _counted(unit.place, after)]
    return _copied(unit, origin, Note(about, {"number": number}), " = ".join(dict.fromkeys(sides)))


def reshaped_from(place: Place, after: Shape, before: Shape) -> Origin:
    """Return where a place of a reshaped array was before.

    >>> reshaped_from((5,), (12,), (2, 3, 2))
    Origin(source=0, place=(0, 2, 1))
    """
    number = np.ravel_multi_index(place, after)
    return Origin(0, tuple(int(index) for index in np.unravel_index(number, before)))


def _counted(place: Place, shape: Shape) -> str:
    """Write how a place's number in the order of all values is counted.

    >>> _counted((4, 5, 3), (13, 13, 64)), _counted((3,), (10,))
    ('(4·13 + 5)·64 + 3', '3')
    """
    text = str(place[0])
    for index, size in zip(place[1:], shape[1:], strict=True):
        text = f"{f'({text})' if ' ' in text else text}·{size} + {index}"
    return text


@opened.register
def _concatenated(layer: layers.Concatenate, unit: Unit) -> Opened:
    """Open a value of Concatenate: one input has it as one of its channels."""
    origin = concatenated_from(unit.place, [values.shape for values in unit.inputs])
    channel, before = origin.place[-1], unit.place[-1] - origin.place[-1]
    about = Note(
        N_("The inputs stand behind one another. Here it is channel {channel} of input {source}, both counted from 0."),
        {"channel": channel, "source": origin.source},
    )
    return _copied(unit, origin, about, f"{unit.place[-1]} − {before} = {channel}")


def concatenated_from(place: Place, inputs: Sequence[Shape]) -> Origin:
    """Return where a place of joined inputs was before.

    >>> concatenated_from((4, 4, 10), [(8, 8, 8), (8, 8, 8)])
    Origin(source=1, place=(4, 4, 2))
    """
    ends = np.cumsum([shape[-1] for shape in inputs])
    source = int(np.searchsorted(ends, place[-1], side="right"))
    before = int(ends[source]) - inputs[source][-1]
    return Origin(source, (*place[:-1], place[-1] - before))


@opened.register
def _padded(layer: layers.ZeroPadding2D, unit: Unit) -> Opened:
    """Open a value of ZeroPadding2D: one of the map, or a zero from nowhere."""
    (top, _), (left, _) = layer.padding
    row, column, channel = unit.place
    place = (row - top, column - left, channel)
    if all(0 <= index < size for index, size in zip(place, unit.inputs[0].shape, strict=True)):
        about = Note(N_("The same value, moved by the rows and columns of zeros before it."))
        return _copied(unit, Origin(0, place), about, f"{row} − {top} = {place[0]}, {column} − {left} = {place[1]}")
    about = Note(N_("A zero: this place lies in the rows and columns that the layer puts around the map."))
    return (Stage(StageKind.COPY, about, 0.0, "0"),), places([], [], [])


@opened.register
def _cropped(layer: layers.Cropping2D, unit: Unit) -> Opened:
    """Open a value of Cropping2D."""
    (top, _), (left, _) = layer.cropping
    row, column, channel = unit.place
    about = Note(N_("The same value, moved by the rows and columns that were cut off before it."))
    formula = f"{row} + {top} = {row + top}, {column} + {left} = {column + left}"
    return _copied(unit, Origin(0, (row + top, column + left, channel)), about, formula)


# Enlargement ---------------------------------------------------------------------------------------------------------


@opened.register
def _enlarged(layer: layers.UpSampling2D, unit: Unit) -> Opened:
    """Open a value of UpSampling2D."""
    if layer.interpolation is Interpolation.BILINEAR:
        return _interpolated(layer, unit)
    (row, column, channel), (down, across) = unit.place, layer.size
    place = (row // down, column // across, channel)
    message = N_("The nearest value of the input: each is repeated {rows}×{columns} times.")
    about = Note(message, {"rows": down, "columns": across})
    return _copied(unit, Origin(0, place), about, f"⌊{row} / {down}⌋ = {place[0]}, ⌊{column} / {across}⌋ = {place[1]}")


def _interpolated(layer: layers.UpSampling2D, unit: Unit) -> Opened:
    """Open a value between up to four values of the input: the nearer one lies, the more it weighs."""
    height, width, _ = unit.inputs[0].shape
    rows = neighbours(unit.place[0], layer.size[0], height)
    columns = neighbours(unit.place[1], layer.size[1], width)
    taken = places(rows, columns, unit.place[2:])
    weights = [down * across for down in rows.values() for across in columns.values()]
    values = unit.inputs[0][tuple(taken[:, 1:].T)]
    terms = terms_of(values, weights, taken)
    after = float(terms.amounts.sum())
    about = Note(N_("A mean of the values nearest to this place: the nearer one lies, the more it weighs."))
    formula = f"{products_text(terms.values, terms.weights)} = {written(after)}"
    return (Stage(StageKind.INTERPOLATION, about, after, formula, terms=terms),), taken


def neighbours(index: int, factor: int, length: int) -> dict[int, float]:
    """Return the inputs on both sides of an output of bilinear enlargement, with their weights; they add up to 1.

    Output o lies at (o + ½) / factor − ½ of the input, as in TensorFlow's resizing; beyond its ends the last value
    counts alone.

    >>> neighbours(3, 2, 4), neighbours(0, 2, 4), neighbours(1, 3, 4)
    ({1: 0.75, 2: 0.25}, {0: 1.0}, {0: 1.0})
    """
    before, part = divmod(2 * index + 1 - factor, 2 * factor)
    weights: dict[int, float] = {}
    for place, weight in ((before, 1 - part / (2 * factor)), (before + 1, part / (2 * factor))):
        inside = min(max(place, 0), length - 1)
        if weight:
            weights[inside] = weights.get(inside, 0.0) + weight
    return weights


# Where values were before ---------------------------------------------------------------------------------------------


@by_kind
def origins_in(layer: Layer, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    """Return where the value at a place was in the inputs of a layer that leaves values by themselves."""
    return [stretched_from(place, source, shape) for source, shape in enumerate(inputs)]


@origins_in.register(layers.Flatten)
@origins_in.register(layers.Reshape)
def _(layer: Layer, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    return [reshaped_from(place, output, inputs[0])]


@origins_in.register
def _(layer: layers.Concatenate, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    return [concatenated_from(place, inputs)]


def stretched_from(place: Place, source: int, shape: Shape) -> Origin:
    """Return where a place of merged inputs was before in one of them, whose axes of 1 stretch.

    >>> stretched_from((3, 4, 5), 1, (8, 1, 8))
    Origin(source=1, place=(3, 0, 5))
    """
    return Origin(source, tuple(0 if size == 1 else index for size, index in zip(shape, place, strict=True)))
