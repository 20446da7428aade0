"""Values opened that enter the network, or that a layer takes over from another place."""

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
)
from cnn_core.explain.text import written
from cnn_core.layers import Layer
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.sentences import N_, Note


@opened.register
def _entered(layer: layers.Input, unit: Unit) -> Opened:
    """Open a value of the network's input: there is nothing behind it."""
    value = float(unit.inputs[0][unit.place])
    about = Note(N_("This value enters the network: it is a pixel of the prepared picture, or an input number."))
    return (Stage(StageKind.INPUT, about, value, written(value)),), places(*([] for _ in unit.place))


def copied(unit: Unit, origin: Origin, about: Note, formula: str) -> Opened:
    """Open a value that stands in the input at its origin."""
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
        "The same value at a different place: all values keep their order, row by row, with the channels of one "
        "place together. This is value number {number}, counted from 0."
    )
    sides = [_counted(origin.place, before), str(number), _counted(unit.place, after)]
    return copied(unit, origin, Note(about, {"number": number}), " = ".join(dict.fromkeys(sides)))


def reshaped_from(place: Place, after: Shape, before: Shape) -> Origin:
    """Return where a place of a reshaped array was before.

    >>> reshaped_from((5,), (12,), (2, 3, 2))
    Origin(source=0, place=(0, 2, 1))
    """
    number = np.ravel_multi_index(place, after)
    return Origin(0, tuple(int(index) for index in np.unravel_index(number, before)))


@opened.register
def _permuted(layer: layers.Permute, unit: Unit) -> Opened:
    """Open a value of Permute: the axes of its place are in another order."""
    about = N_(
        "The same value at a different place: the order of the axes changes, and the index along each axis is kept."
    )
    (origin,) = origins_in(layer, unit.place, (), ())
    return copied(unit, origin, Note(about), f"({_row(origin.place)}) → ({_row(unit.place)})")


def _row(place: Place) -> str:
    return ", ".join(map(str, place))


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
        N_(
            "The inputs are joined one after another. This is channel {channel} of input {source}, both counted from 0."
        ),
        {"channel": channel, "source": origin.source},
    )
    return copied(unit, origin, about, f"{unit.place[-1]} − {before} = {channel}")


def concatenated_from(place: Place, inputs: Sequence[Shape]) -> Origin:
    """Return where a place of joined inputs was before.

    >>> concatenated_from((4, 4, 10), [(8, 8, 8), (8, 8, 8)])
    Origin(source=1, place=(4, 4, 2))
    """
    ends = np.cumsum([shape[-1] for shape in inputs])
    source = int(np.searchsorted(ends, place[-1], side="right"))
    before = int(ends[source]) - inputs[source][-1]
    return Origin(source, (*place[:-1], place[-1] - before))


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
def _(layer: layers.Permute, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    return [Origin(0, tuple(place[layer.dims.index(axis)] for axis in sorted(layer.dims)))]


@origins_in.register
def _(layer: layers.Concatenate, place: Place, output: Shape, inputs: Sequence[Shape]) -> list[Origin]:
    return [concatenated_from(place, inputs)]


def stretched_from(place: Place, source: int, shape: Shape) -> Origin:
    """Return where a place of merged inputs was before in one of them, whose axes of 1 stretch.

    >>> stretched_from((3, 4, 5), 1, (8, 1, 8))
    Origin(source=1, place=(3, 0, 5))
    """
    return Origin(source, tuple(0 if size == 1 else index for size, index in zip(shape, place, strict=True)))
