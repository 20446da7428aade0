"""Layers that make one output of several inputs."""

from dataclasses import dataclass
from math import prod

from cnn_core.errors import LayerError
from cnn_core.layers.cost import multiply_adds
from cnn_core.layers.formulas import Formula, multiply_adds_text, size_formulas, times
from cnn_core.layers.kind import MOST_INPUTS, Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, Rules, of_layer
from cnn_core.layers.settings import MOST_AXES, AxisPair, Flag, Pair, Told
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = ["Add", "Average", "Concatenate", "Dot", "Maximum", "Merge", "Minimum", "Multiply", "Subtract"]


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

    about = N_("The sum of its inputs, value by value, as at the end of a residual block.")


@layer_kind
@dataclass(frozen=True)
class Subtract(Merge):
    """The first input less the second, value by value."""

    about = N_("The first input minus the second, value by value.")
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

    about = N_("Joins the channels of its inputs, one after another.")
    spelling = Spelling(last_axis=True)


@output_shape.register
def _(layer: Concatenate, *inputs: Shape) -> Shape:
    if len({shape[:-1] for shape in inputs}) > 1:
        raise LayerError(
            "Concatenate joins channels, so all other sizes must be equal. Received: {shapes}. Bring the branches "
            "to the same height and width first.",
            shapes=", ".join(map(show, inputs)),
        )
    return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


@size_formulas.register
def _(layer: Concatenate, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    joined = " + ".join(str(shape[-1]) for shape in inputs)
    return (Formula(N_("channels"), f"{joined} = {output[-1]}"),)


@layer_kind
@dataclass(frozen=True)
class Dot(Merge):
    """The dot products of its two inputs along one axis of each: every line of the first with every one of the second.

    The result has the other axes of the first input and then those of the second, as in Keras.
    """

    about = N_("The dot products of its two inputs along one axis of each, as attention compares places.")
    inputs = (2, 2)
    starter = {"axes": (-1, -1)}
    axes: AxisPair = AxisPair(
        label=N_("Axes"),
        help=N_(
            "Along which axis of the first input and which axis of the second the values are multiplied and added "
            "up: for a map, 1 is the height, 2 the width, 3 the channels; -1 is the last axis."
        ),
        told=Told.ALWAYS,
        short=N_("along axes {value}"),
    )
    normalize: Flag = Flag(
        False,
        label=N_("Normalize"),
        help=N_("Divides each line of values by its length (L2 norm) first, so that the results are cosines."),
    )

    def along(self, first: Shape, second: Shape) -> Pair:
        """Return which axes are put together, counted from 0 without the batch axis; raises LayerError."""
        one, other = (axis if axis < 0 else axis - 1 for axis in self.axes)
        if not -len(first) <= one < len(first) or not -len(second) <= other < len(second):
            raise LayerError(
                "axes must be an axis of each input, counted from 1, or from -1 backwards. Received: axes={axes} "
                "for inputs of shapes {shapes}. Choose axes that they have.",
                axes=self.axes,
                shapes=f"{show(first)}, {show(second)}",
            )
        return one % len(first), other % len(second)


@output_shape.register
def _(layer: Dot, *inputs: Shape) -> Shape:
    first, second = inputs
    one, other = layer.along(first, second)
    if first[one] != second[other]:
        raise LayerError(
            "The inputs must have the same size along these axes. Received: {first} and {second} of {shapes}. "
            "Choose other axes, or give both branches the same number of values there.",
            first=first[one],
            second=second[other],
            shapes=f"{show(first)}, {show(second)}",
        )
    left = (*first[:one], *first[one + 1 :], *second[:other], *second[other + 1 :])
    if len(left) > MOST_AXES:
        raise LayerError(
            "The result would have too many axes. Received: {count}; at most {most} are possible. "
            "Put a Reshape before it.",
            count=len(left),
            most=MOST_AXES,
        )
    return left or (1,)


@multiply_adds.register
def _(layer: Dot, output: Shape, *inputs: Shape) -> int:
    return prod(output) * _contracted(layer, inputs)


@multiply_adds_text.register
def _(layer: Dot, output: Shape, *inputs: Shape) -> str:
    return times(*output, _contracted(layer, inputs))


def _contracted(layer: Dot, inputs: tuple[Shape, ...]) -> int:
    """Return how many products each result adds."""
    first, second = inputs
    return first[layer.along(first, second)[0]]


@of_layer.register
def _(layer: Dot, shape: Shape) -> Rules:
    """Its axes are places of one input or of the other, so each result counts as seeing all that both see."""
    return ALL
