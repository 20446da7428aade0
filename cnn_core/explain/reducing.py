"""Values opened that were made of all values along some axes."""

from collections.abc import Sequence

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table
from cnn_core.explain.moved import origins_in
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Origin, Place, Stage, StageKind, Unit, origins_of, places, terms_of
from cnn_core.explain.text import largest_text, sum_text, written
from cnn_core.layers.shapes import Shape
from cnn_core.sentences import N_, Note


@opened.register
def _mean(layer: layers.ReduceMean, unit: Unit) -> Opened:
    """Open a mean along some axes: each value weighs 1 / their number."""
    values, taken = _along(layer, unit)
    after = float(values.mean())
    about = Note(N_("The mean of the {count} values along the axes."), {"count": len(values)})
    formula = f"({sum_text(values)}) / {len(values)} = {written(after)}"
    terms = terms_of(values, 1 / len(values), taken)
    return (Stage(StageKind.AVERAGE, about, after, formula, terms=terms),), taken


@opened.register
def _largest(layer: layers.ReduceMax, unit: Unit) -> Opened:
    """Open a maximum along some axes."""
    values, taken = _along(layer, unit)
    after = float(values.max())
    about = Note(N_("The largest of the {count} values along the axes."), {"count": len(values)})
    terms = terms_of(values, taken=taken, chosen=int(values.argmax()))
    return (Stage(StageKind.MAXIMUM, about, after, largest_text(values, after), terms=terms),), taken


def _along(layer: layers.Reduce, unit: Unit) -> tuple[Numbers, Table]:
    """Return the values that are put together, and where they lie."""
    taken = _taken(layer, unit.place, unit.inputs[0].shape)
    return np.asarray(unit.inputs[0][tuple(taken[:, 1:].T)], np.float64), taken


def _taken(layer: layers.Reduce, place: Place, shape: Shape) -> Table:
    left = iter(place)
    spans = []
    for axis, size in enumerate(shape, start=1):
        index = next(left) if layer.keepdims or axis not in layer.axis else 0
        spans.append(range(size) if axis in layer.axis else range(index, index + 1))
    return places(*spans)


@origins_in.register
def _(layer: layers.Reduce, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    return list(origins_of(_taken(layer, place, inputs[0])))
