"""Layers that make one output of several inputs."""

from dataclasses import dataclass

from cnn_core.errors import LayerError
from cnn_core.layers.formulas import Formula, size_formulas
from cnn_core.layers.kind import MOST_INPUTS, Group, Layer, layer_kind
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = ["Add", "Average", "Concatenate", "Maximum", "Merge", "Minimum", "Multiply", "Subtract"]


@dataclass(frozen=True)
class Merge(Layer):
    """Layers that make one output of several inputs."""

    group = Group.MERGE
    inputs = (2, MOST_INPUTS)


@output_shape.register
def _(layer: Merge, *inputs: Shape) -> Shape:
    """Axes are equal or 1, which stretches. Keras also stretches over missing axes; that is hardly ever meant."""
    if inputs.count(inputs[0]) == len(inputs):
        return inputs[0]
    if len({len(shape) for shape in inputs}) > 1:
        raise _unequal(layer, inputs)
    sizes = [set(axis) - {1} or {1} for axis in zip(*inputs, strict=True)]
    if any(len(axis) > 1 for axis in sizes):
        raise _unequal(layer, inputs)
    return tuple(axis.pop() for axis in sizes)


def _unequal(layer: Layer, inputs: tuple[Shape, ...]) -> LayerError:
    return LayerError(
        "{kind} works value by value, so its inputs must have the same shape. Received: {shapes}. "
        "Give the branches the same strides and filters.",
        kind=layer.kind,
        shapes=", ".join(map(show, inputs)),
    )


@layer_kind
@dataclass(frozen=True)
class Add(Merge):
    """The sum of its inputs, value by value."""

    about = N_("The sum of its inputs, value by value: the joint of a residual block.")


@layer_kind
@dataclass(frozen=True)
class Subtract(Merge):
    """The first input less the second, value by value."""

    about = N_("The first input less the second, value by value.")
    inputs = (2, 2)


@layer_kind
@dataclass(frozen=True)
class Multiply(Merge):
    """The product of its inputs, value by value."""

    about = N_("The product of its inputs, value by value.")


@layer_kind
@dataclass(frozen=True)
class Average(Merge):
    """The mean of its inputs, value by value."""

    about = N_("The mean of its inputs, value by value.")


@layer_kind
@dataclass(frozen=True)
class Maximum(Merge):
    """The largest of its inputs, value by value."""

    about = N_("The largest of its inputs, value by value.")


@layer_kind
@dataclass(frozen=True)
class Minimum(Merge):
    """The smallest of its inputs, value by value."""

    about = N_("The smallest of its inputs, value by value.")


@layer_kind
@dataclass(frozen=True)
class Concatenate(Merge):
    """Its inputs behind one another along the channels (last axis only)."""

    about = N_("Puts the channels of its inputs behind one another.")
    spelling = Spelling(last_axis=True)


@output_shape.register
def _(layer: Concatenate, *inputs: Shape) -> Shape:
    if len({shape[:-1] for shape in inputs}) > 1:
        raise LayerError(
            "Concatenate joins channels, so all other sizes must be equal. Received: {shapes}. "
            "Bring the branches to one height and width first.",
            shapes=", ".join(map(show, inputs)),
        )
    return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


@size_formulas.register
def _(layer: Concatenate, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    joined = " + ".join(str(shape[-1]) for shape in inputs)
    return (Formula(N_("channels"), f"{joined} = {output[-1]}"),)
