"""Layers that put the same values in other places."""

from dataclasses import dataclass
from math import prod

from cnn_core.errors import LayerError
from cnn_core.layers.formulas import VALUES, Formula, size_formulas, times
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, UNMOVED, Rules, of_layer
from cnn_core.layers.settings import AxisOrder, ShapeSetting
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.spelling import Spelling
from cnn_core.sentences import N_

__all__ = ["Flatten", "Permute", "Reshape"]


@layer_kind
@dataclass(frozen=True)
class Flatten(Layer):
    """All values in one row."""

    group = Group.SHAPE
    about = N_("Puts all values in one row, as Dense expects them.")
    spelling = Spelling(on_images=True)


@output_shape.register
def _(layer: Flatten, *inputs: Shape) -> Shape:
    return (prod(inputs[0]),)


@layer_kind
@dataclass(frozen=True)
class Reshape(Layer):
    """The same values in other axes; one of them may be -1, "what is left"."""

    group = Group.SHAPE
    about = N_("Arranges the same values in a new shape.")
    starter = {"target_shape": (-1,)}
    target_shape: ShapeSetting = ShapeSetting(
        open_axis=True,
        label=N_("Target shape"),
        help=N_("One to four sizes, separated by commas; -1 for one of them stands for what is left."),
    )


@output_shape.register
def _(layer: Reshape, *inputs: Shape) -> Shape:
    count = prod(inputs[0])
    known = prod(size for size in layer.target_shape if size != -1)
    open_size = count // known
    result = tuple(open_size if size == -1 else size for size in layer.target_shape)
    if prod(result) != count:
        raise LayerError(
            "Reshape keeps every value. Received: {count} values ({shape}) for target_shape={target}. "
            "Choose sizes whose product is {count}, or -1 for one of them.",
            count=count,
            shape=show(inputs[0]),
            target=layer.target_shape,
        )
    return result


@of_layer.register
def _(layer: Reshape, shape: Shape) -> Rules:
    """Values move to other places, so a place stands for any of them: the field of all is the safe answer."""
    return UNMOVED if shape == layer.target_shape else ALL


@size_formulas.register(Flatten)
@size_formulas.register(Reshape)
def _(layer: Layer, output: Shape, *inputs: Shape) -> tuple[Formula, ...]:
    return (Formula(VALUES, f"{times(*inputs[0])} = {prod(output):,}"),)


@layer_kind
@dataclass(frozen=True)
class Permute(Layer):
    """The same values with their axes in another order, counted from 1: (2, 1, 3) swaps height and width."""

    group = Group.SHAPE
    about = N_("Reorders the axes: 2, 1, 3 swaps height and width.")
    starter = {"dims": (2, 1, 3)}
    dims: AxisOrder = AxisOrder(
        label=N_("Order of the axes"),
        help=N_("Which axis of the input each axis of the output is, counted from 1 and separated by commas."),
        short=N_("axes {value}"),
    )


@output_shape.register
def _(layer: Permute, *inputs: Shape) -> Shape:
    if len(layer.dims) != len(inputs[0]):
        raise LayerError(
            "dims must name every axis of the input. Received: dims={dims} for an input of shape {shape}. "
            "Give the numbers from 1 to {count}.",
            dims=layer.dims,
            shape=show(inputs[0]),
            count=len(inputs[0]),
        )
    return tuple(inputs[0][axis - 1] for axis in layer.dims)


@of_layer.register
def _(layer: Permute, shape: Shape) -> Rules:
    """As Reshape: a place may stand for any of them, unless all stay where they are."""
    return UNMOVED if list(layer.dims) == sorted(layer.dims) else ALL
