"""Values opened of layers that make maps larger or smaller: one of the input's values, or a mean of neighbours."""

from collections.abc import Iterable
from math import prod

import numpy as np

from cnn_core import layers
from cnn_core.explain.moved import copied
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Origin, Place, Stage, StageKind, Unit, places, terms_of
from cnn_core.explain.text import factor, products_text, written
from cnn_core.layers import Interpolation, Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.kinds.resizing import Piece, pieces
from cnn_core.layers.settings import places_of_slice
from cnn_core.layers.shapes import Shape
from cnn_core.sentences import N_, Note

# Which rows and columns are taken -----------------------------------------------------------------------------------


Taken = list[dict[int, float]]
"""For each place along an axis the input's places that it is made of, with their weights; none where it is filled."""


@by_kind
def taken_along(layer: Layer, shape: Shape) -> tuple[Taken, Taken]:
    """Return which rows and which columns of its input (H, W, C) a layer's values are made of.

    >>> taken_along(layers.ZeroPadding2D(1), (2, 2, 1))[0]
    [{}, {0: 1.0}, {1: 1.0}, {}]
    """
    raise NotImplementedError(layer.kind)


@taken_along.register
def _(layer: layers.ZeroPadding2D, shape: Shape) -> tuple[Taken, Taken]:
    nothing: Taken = [{}]
    (top, bottom), (left, right) = layer.padding
    rows, columns = (_copied(range(size)) for size in shape[:2])
    return [*nothing * top, *rows, *nothing * bottom], [*nothing * left, *columns, *nothing * right]


@taken_along.register
def _(layer: layers.Cropping2D, shape: Shape) -> tuple[Taken, Taken]:
    rows, columns = (
        _copied(range(before, size - after)) for (before, after), size in zip(layer.cropping, shape, strict=False)
    )
    return rows, columns


@taken_along.register
def _(layer: layers.UpSampling2D, shape: Shape) -> tuple[Taken, Taken]:
    pairs = list(zip(layer.size, shape, strict=False))
    if layer.interpolation is Interpolation.BILINEAR:
        rows, columns = ([neighbours(place, size, size * by) for place in range(size * by)] for by, size in pairs)
    else:
        rows, columns = (_copied(place // by for place in range(size * by)) for by, size in pairs)
    return rows, columns


@taken_along.register
def _(layer: layers.Slice, shape: Shape) -> tuple[Taken, Taken]:
    rows, columns, _channels = (
        _copied(places_of_slice(cut, size)) for cut, size in zip(layer.cuts, shape, strict=True)
    )
    return rows, columns


@taken_along.register
def _(layer: layers.Resizing, shape: Shape) -> tuple[Taken, Taken]:
    rows, columns = (
        [_taken_of(layer, piece, index, length) for index in range(piece.result)]
        for piece, length in zip(pieces(layer, shape), shape, strict=False)
    )
    return rows, columns


def _taken_of(layer: layers.Resizing, piece: Piece, index: int, length: int) -> dict[int, float]:
    """Return the places of a map `length` long that an output is made of; what is filled is made of none."""
    if layer.interpolation is Interpolation.BILINEAR:
        return _neighbours_in(piece, index, length)
    place = piece.first + nearest(index, piece.length, piece.result)
    return {place: 1.0} if 0 <= place < length else {}


def _copied(places_taken: Iterable[int]) -> list[dict[int, float]]:
    return [{place: 1.0} for place in places_taken]


# Values opened --------------------------------------------------------------------------------------------------------


@opened.register
def _padded(layer: layers.ZeroPadding2D, unit: Unit) -> Opened:
    """Open a value of ZeroPadding2D: one of the map, or a zero from nowhere."""
    (top, _), (left, _) = layer.padding
    row, column, channel = unit.place
    place = (row - top, column - left, channel)
    if all(0 <= index < size for index, size in zip(place, unit.inputs[0].shape, strict=True)):
        about = Note(N_("The same value, shifted by the rows and columns of zeros before it."))
        return copied(unit, Origin(0, place), about, f"{row} − {top} = {place[0]}, {column} − {left} = {place[1]}")
    about = Note(N_("A zero: this place is in the rows and columns that the layer adds around the map."))
    return (Stage(StageKind.COPY, about, 0.0, "0"),), places([], [], [])


@opened.register
def _cropped(layer: layers.Cropping2D, unit: Unit) -> Opened:
    """Open a value of Cropping2D."""
    (top, _), (left, _) = layer.cropping
    row, column, channel = unit.place
    about = Note(N_("The same value, shifted by the rows and columns that were cut off before it."))
    formula = f"{row} + {top} = {row + top}, {column} + {left} = {column + left}"
    return copied(unit, Origin(0, (row + top, column + left, channel)), about, formula)


@opened.register
def _sliced(layer: layers.Slice, unit: Unit) -> Opened:
    """Open a value of Slice: it stands `step` after `step` from the slice's start."""
    shape = unit.inputs[0].shape
    ranges = [places_of_slice(cut, size) for cut, size in zip(layer.cuts, shape, strict=True)]
    place = tuple(taken[index] for taken, index in zip(ranges, unit.place, strict=True))
    formula = ", ".join(_sliced_text(taken, index) for taken, index in zip(ranges, unit.place, strict=True))
    about = Note(N_("The same value: the slice counts from its own start, by its own steps."))
    return copied(unit, Origin(0, place), about, formula)


def _sliced_text(taken: range, index: int) -> str:
    return f"{taken.start} + {index}·{factor(taken.step)} = {taken[index]}"


@opened.register
def _enlarged(layer: layers.UpSampling2D, unit: Unit) -> Opened:
    """Open a value of UpSampling2D."""
    (height, width, _), (down, across) = unit.inputs[0].shape, layer.size
    if layer.interpolation is Interpolation.BILINEAR:
        return _interpolated((Piece(0, height, height * down), Piece(0, width, width * across)), unit)
    row, column, channel = unit.place
    place = (row // down, column // across, channel)
    message = N_("The nearest value of the input: each is repeated {rows}×{columns} times.")
    about = Note(message, {"rows": down, "columns": across})
    return copied(unit, Origin(0, place), about, f"⌊{row} / {down}⌋ = {place[0]}, ⌊{column} / {across}⌋ = {place[1]}")


@opened.register
def _resized(layer: layers.Resizing, unit: Unit) -> Opened:
    """Open a value of Resizing."""
    resized = pieces(layer, unit.inputs[0].shape)
    if layer.interpolation is Interpolation.BILINEAR:
        return _interpolated(resized, unit, layer.fill_value)
    places_taken = list(zip(unit.place, resized, strict=False))
    place = tuple(piece.first + nearest(index, piece.length, piece.result) for index, piece in places_taken)
    if not _is_inside(place, unit):
        return _filled(unit, layer.fill_value)
    about = Note(N_("The value of the input nearest to the middle of this place."))
    formula = ", ".join(_nearest_text(index, piece) for index, piece in places_taken)
    return copied(unit, Origin(0, (*place, unit.place[2])), about, formula)


def _is_inside(place: Place, unit: Unit) -> bool:
    return all(0 <= index < size for index, size in zip(place, unit.inputs[0].shape, strict=False))


def _filled(unit: Unit, value: float) -> Opened:
    """Open a value that stands for no place of the map."""
    about = Note(
        N_("The fill value: this place is in the border that the layer adds to bring the map to the aspect ratio.")
    )
    stage = Stage(StageKind.COPY, about, value, written(value), constants={"fill_value": value})
    return (stage,), places([], [], [])


def nearest(index: int, length: int, result: int) -> int:
    """Return which input an output copies where `length` places become `result`: ⌊(o + ½) · length / result⌋.

    Computed in float32, as TensorFlow does, which once in a while misses a whole number.

    >>> nearest(3, 8, 4), nearest(20, 2, 41)
    (7, 0)
    """
    scale = np.float32(length) / np.float32(result)
    return min(int(np.floor((np.float32(index) + np.float32(0.5)) * scale)), length - 1)


def _nearest_text(index: int, piece: Piece) -> str:
    first, length, result = piece
    source = nearest(index, length, result)
    is_exact = source == (2 * index + 1) * length // (2 * result)
    moved = f" {'−' if first < 0 else '+'} {abs(first)}" if first else ""
    return f"⌊({index} + ½)·{length} / {result}⌋{moved} {'=' if is_exact else '≈'} {first + source}"


def _interpolated(resized: tuple[Piece, Piece], unit: Unit, fill_value: float = 0.0) -> Opened:
    """Open a value between up to four values of the input: the nearer one lies, the more it weighs."""
    rows, columns = (
        _neighbours_in(piece, index, length)
        for piece, index, length in zip(resized, unit.place, unit.inputs[0].shape, strict=False)
    )
    if not rows or not columns:
        return _filled(unit, fill_value)
    taken = places(rows, columns, unit.place[2:])
    weights = [down * across for down in rows.values() for across in columns.values()]
    values = unit.inputs[0][tuple(taken[:, 1:].T)]
    terms = terms_of(values, weights, taken)
    after = float(terms.amounts.sum())
    about = Note(N_("A mean of the values nearest to this place: the nearer a value is, the greater its weight."))
    formula = f"{products_text(terms.values, terms.weights)} = {written(after)}"
    mean = Stage(StageKind.INTERPOLATION, about, after, formula, terms=terms)
    return (mean, *_with_filling(after, 1 - sum(weights), fill_value)), taken


def _with_filling(before: float, share: float, fill_value: float) -> tuple[Stage, ...]:
    """Return the stage that adds what lies around the map, if it weighs anything."""
    if not fill_value or share < 1e-9:
        return ()
    about = Note(
        N_("Some of the nearest places are outside the map and hold the fill value, which is added with its weight.")
    )
    after = before + share * fill_value
    formula = f"{written(before)} + {factor(fill_value)}·{written(share)} = {written(after)}"
    return (Stage(StageKind.SUM, about, after, formula, before, {"fill_value": fill_value}),)


def _neighbours_in(piece: Piece, index: int, length: int) -> dict[int, float]:
    """Return the places of a map `length` long that an output takes, with their weights; those around it left out."""
    found = neighbours(index, piece.length, piece.result)
    return {piece.first + place: weight for place, weight in found.items() if 0 <= piece.first + place < length}


def filled_share(layer: layers.Resizing, shape: Shape) -> float:
    """Return how much of all outputs together the fill value makes, from 0 to 1."""
    own = (_share_of_map(layer, piece, length) for piece, length in zip(pieces(layer, shape), shape, strict=False))
    return 1 - prod(own)


def _share_of_map(layer: layers.Resizing, piece: Piece, length: int) -> float:
    """Return the mean weight along an axis of what lies in the map."""
    outputs = range(piece.result)
    if layer.interpolation is Interpolation.BILINEAR:
        return sum(sum(_neighbours_in(piece, index, length).values()) for index in outputs) / piece.result
    taken = (piece.first + nearest(index, piece.length, piece.result) for index in outputs)
    return sum(0 <= place < length for place in taken) / piece.result


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
