"""Values opened that were made of one value of each input."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table, Values
from cnn_core.explain.moved import stretched_from
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Origin, Place, Stage, StageKind, Unit, table_of, terms_of
from cnn_core.explain.text import factor, largest_text, listed, products_text, smallest_text, sum_text, written
from cnn_core.layers.kind import by_kind
from cnn_core.numerics.taps import NOWHERE
from cnn_core.sentences import N_, Note


@opened.register
def _merge(layer: layers.Merge, unit: Unit) -> Opened:
    """Open a value that was made of one value of each input."""
    origins = [stretched_from(unit.place, i, inputs.shape) for i, inputs in enumerate(unit.inputs)]
    taken = table_of(origins)
    values = np.array([unit.inputs[origin.source][origin.place] for origin in origins], np.float64)
    return (_merged(layer, values, taken),), taken


@by_kind
def _merged(layer: layers.Merge, values: Numbers, taken: Table) -> Stage:
    raise NotImplementedError(layer.kind)


@_merged.register
def _(layer: layers.Add, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The values of the {count} inputs at this place are added."), {"count": len(values)})
    after = float(values.sum())
    formula = f"{sum_text(values)} = {written(after)}"
    return Stage(StageKind.SUM, about, after, formula, terms=terms_of(values, taken=taken))


@_merged.register
def _(layer: layers.Subtract, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("Subtract the second input's value at this place from that of the first."))
    first, second = values.tolist()
    formula = f"{written(first)} − {factor(second)} = {written(first - second)}"
    terms = terms_of(values, np.array([1.0, -1.0]), taken)
    return Stage(StageKind.WEIGHTED_SUM, about, first - second, formula, terms=terms)


@_merged.register
def _(layer: layers.Average, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The mean of the values of the {count} inputs at this place."), {"count": len(values)})
    after = float(values.mean())
    formula = f"({sum_text(values)}) / {len(values)} = {written(after)}"
    return Stage(StageKind.AVERAGE, about, after, formula, terms=terms_of(values, 1 / len(values), taken))


@_merged.register
def _(layer: layers.Multiply, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The values of the {count} inputs at this place are multiplied."), {"count": len(values)})
    after = float(values.prod())
    formula = f"{listed(map(factor, values.tolist()), '·')} = {written(after)}"
    return Stage(StageKind.PRODUCT, about, after, formula, terms=terms_of(values, taken=taken))


@_merged.register
def _(layer: layers.Maximum, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The largest of the values of the {count} inputs at this place."), {"count": len(values)})
    after = float(values.max())
    terms = terms_of(values, taken=taken, chosen=int(values.argmax()))
    return Stage(StageKind.MAXIMUM, about, after, largest_text(values, after), terms=terms)


@_merged.register
def _(layer: layers.Minimum, values: Numbers, taken: Table) -> Stage:
    about = Note(N_("The smallest of the values of the {count} inputs at this place."), {"count": len(values)})
    after = float(values.min())
    terms = terms_of(values, taken=taken, chosen=int(values.argmin()))
    return Stage(StageKind.MINIMUM, about, after, smallest_text(values, after), terms=terms)


# Two inputs multiplied along an axis ----------------------------------------------------------------------------------

SHORTEST: Final = 1e-7
"""No line is divided by less: Keras's epsilon."""


@opened.register
def _dot(layer: layers.Dot, unit: Unit) -> Opened:
    """Open a dot product: values of the first input, weighed by those of the second."""
    first, second = unit.inputs
    one, other = layer.along(first.shape, second.shape)
    place = unit.place if first.ndim + second.ndim > 2 else ()
    parted, axes = first.ndim - 1, max(first.ndim, second.ndim)
    values, taken = _line(unit, 0, one, place[:parted], axes)
    weights, weighing = _line(unit, 1, other, place[parted:], axes)
    about = Note(
        N_(
            "Along their axes, the {count} values of the first input are multiplied by those of the second and added "
            "up."
        ),
        {"count": len(values)},
    )
    length = 1.0
    if layer.normalize:
        length = length_of(values) * length_of(weights)
        about = Note(
            N_(
                "Along their axes, the {count} values of the first input are multiplied by those of the second and "
                "added up, and the sum is divided by the lengths (L2 norms) of both: the cosine of the angle "
                "between them."
            ),
            {"count": len(values)},
        )
    terms = replace(terms_of(values, weights / length, taken), weighing=weighing)
    after = float(terms.amounts.sum())
    added = products_text(values, weights)
    formula = f"({added}) / {written(length)} = {written(after)}" if layer.normalize else f"{added} = {written(after)}"
    stage = Stage(StageKind.WEIGHTED_SUM, about, after, formula, terms=terms)
    return (stage,), np.concatenate([taken, weighing])


def length_of(values: Values, axis: int = -1) -> Any:
    """Return the lengths of lines by which Keras divides: L2 norms, never less than SHORTEST."""
    return np.maximum(np.linalg.norm(np.asarray(values, np.float64), axis=axis, keepdims=values.ndim > 1), SHORTEST)


def _line(unit: Unit, source: int, axis: int, place: Place, axes: int) -> tuple[Numbers, Table]:
    """Return an input's values along an axis whose other indices are `place`, and where they lie, in so many axes."""
    values = unit.inputs[source]
    where = [(*place[:axis], index, *place[axis:]) for index in range(values.shape[axis])]
    filling = (NOWHERE,) * (axes - values.ndim)
    return np.array([values[one] for one in where], np.float64), table_of(
        Origin(source, one + filling) for one in where
    )
