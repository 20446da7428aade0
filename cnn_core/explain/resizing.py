"""Values opened of layers that make maps larger or smaller: one of the input's values, or a mean of neighbours."""

import numpy as np

from cnn_core import layers
from cnn_core.explain.moved import copied
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Origin, Stage, StageKind, Unit, places, terms_of
from cnn_core.explain.text import products_text, written
from cnn_core.layers import Interpolation
from cnn_core.layers.settings import Pair
from cnn_core.sentences import N_, Note


@opened.register
def _padded(layer: layers.ZeroPadding2D, unit: Unit) -> Opened:
    """Open a value of ZeroPadding2D: one of the map, or a zero from nowhere."""
    (top, _), (left, _) = layer.padding
    row, column, channel = unit.place
    place = (row - top, column - left, channel)
    if all(0 <= index < size for index, size in zip(place, unit.inputs[0].shape, strict=True)):
        about = Note(N_("The same value, moved by the rows and columns of zeros before it."))
        return copied(unit, Origin(0, place), about, f"{row} − {top} = {place[0]}, {column} − {left} = {place[1]}")
    about = Note(N_("A zero: this place lies in the rows and columns that the layer puts around the map."))
    return (Stage(StageKind.COPY, about, 0.0, "0"),), places([], [], [])


@opened.register
def _cropped(layer: layers.Cropping2D, unit: Unit) -> Opened:
    """Open a value of Cropping2D."""
    (top, _), (left, _) = layer.cropping
    row, column, channel = unit.place
    about = Note(N_("The same value, moved by the rows and columns that were cut off before it."))
    formula = f"{row} + {top} = {row + top}, {column} + {left} = {column + left}"
    return copied(unit, Origin(0, (row + top, column + left, channel)), about, formula)


@opened.register
def _enlarged(layer: layers.UpSampling2D, unit: Unit) -> Opened:
    """Open a value of UpSampling2D."""
    (height, width, _), (down, across) = unit.inputs[0].shape, layer.size
    if layer.interpolation is Interpolation.BILINEAR:
        return _interpolated((height * down, width * across), unit)
    row, column, channel = unit.place
    place = (row // down, column // across, channel)
    message = N_("The nearest value of the input: each is repeated {rows}×{columns} times.")
    about = Note(message, {"rows": down, "columns": across})
    return copied(unit, Origin(0, place), about, f"⌊{row} / {down}⌋ = {place[0]}, ⌊{column} / {across}⌋ = {place[1]}")


@opened.register
def _resized(layer: layers.Resizing, unit: Unit) -> Opened:
    """Open a value of Resizing."""
    if layer.interpolation is Interpolation.BILINEAR:
        return _interpolated((layer.height, layer.width), unit)
    (height, width, _), (row, column, channel) = unit.inputs[0].shape, unit.place
    place = nearest(row, height, layer.height), nearest(column, width, layer.width)
    formula = f"{_nearest_text(row, height, layer.height)}, {_nearest_text(column, width, layer.width)}"
    about = Note(N_("The value of the input that lies nearest to the middle of this place."))
    return copied(unit, Origin(0, (*place, channel)), about, formula)


def nearest(index: int, length: int, result: int) -> int:
    """Return which input an output copies where `length` places become `result`: ⌊(o + ½) · length / result⌋.

    Computed in float32, as TensorFlow does, which once in a while misses a whole number.

    >>> nearest(3, 8, 4), nearest(20, 2, 41)
    (7, 0)
    """
    scale = np.float32(length) / np.float32(result)
    return min(int(np.floor((np.float32(index) + np.float32(0.5)) * scale)), length - 1)


def _nearest_text(index: int, length: int, result: int) -> str:
    source = nearest(index, length, result)
    is_exact = source == (2 * index + 1) * length // (2 * result)
    return f"⌊({index} + ½)·{length} / {result}⌋ {'=' if is_exact else '≈'} {source}"


def _interpolated(size: Pair, unit: Unit) -> Opened:
    """Open a value between up to four values of the input, in an output of a size: the nearer one lies, the more it
    weighs."""
    height, width, _ = unit.inputs[0].shape
    rows = neighbours(unit.place[0], height, size[0])
    columns = neighbours(unit.place[1], width, size[1])
    taken = places(rows, columns, unit.place[2:])
    weights = [down * across for down in rows.values() for across in columns.values()]
    values = unit.inputs[0][tuple(taken[:, 1:].T)]
    terms = terms_of(values, weights, taken)
    after = float(terms.amounts.sum())
    about = Note(N_("A mean of the values nearest to this place: the nearer one lies, the more it weighs."))
    formula = f"{products_text(terms.values, terms.weights)} = {written(after)}"
    return (Stage(StageKind.INTERPOLATION, about, after, formula, terms=terms),), taken


def neighbours(index: int, length: int, result: int) -> dict[int, float]:
    """Return the inputs on both sides of an output where `length` places become `result`, with their weights.

    Output o lies at (o + ½) · length / result − ½ of the input, as in TensorFlow's resizing; beyond its ends the last
    value counts alone. The weights add up to 1.

    >>> neighbours(3, 4, 8), neighbours(0, 4, 8), neighbours(1, 4, 12)
    ({1: 0.75, 2: 0.25}, {0: 1.0}, {0: 1.0})
    """
    before, part = divmod((2 * index + 1) * length - result, 2 * result)
    weights: dict[int, float] = {}
    for place, weight in ((before, 1 - part / (2 * result)), (before + 1, part / (2 * result))):
        inside = min(max(place, 0), length - 1)
        if weight:
            weights[inside] = weights.get(inside, 0.0) + weight
    return weights
