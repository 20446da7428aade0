"""Values opened that were made of one value of each input."""

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table
from cnn_core.explain.moved import stretched_from
from cnn_core.explain.opened import opened
from cnn_core.explain.parts import Opened, Stage, StageKind, Unit, table_of, terms_of
from cnn_core.explain.text import factor, largest_text, listed, smallest_text, sum_text, written
from cnn_core.layers.kind import by_kind
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
    about = Note(N_("From the value of the first input at this place that of the second is taken away."))
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
