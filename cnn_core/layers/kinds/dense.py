"""Layers whose units see every value."""

from dataclasses import dataclass
from math import prod

from cnn_core.layers.activations import ActivationName
from cnn_core.layers.cost import multiply_adds
from cnn_core.layers.formulas import multiply_adds_text, times
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.kinds.convolution import ACTIVATION, USE_BIAS
from cnn_core.layers.receptive_field import ALL, UNMOVED, Rules, of_layer
from cnn_core.layers.settings import Choice, Flag, Whole
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.layers.spelling import Spelling
from cnn_core.layers.weights import WeightShapes, weight_shapes, with_bias
from cnn_core.sentences import N_

__all__ = ["Dense"]


@layer_kind
@dataclass(frozen=True)
class Dense(Layer):
    """Every unit sees every value of the last axis. On a map that was not flattened it acts as a 1×1 convolution."""

    group = Group.DENSE
    about = N_("Every unit sees every value of its input.")
    spelling = Spelling(initializers=("kernel",))
    starter = {"units": 64, "activation": "relu"}
    weight_names = ("kernel", "bias")
    units: Whole = Whole(label=N_("Units"), help=N_("How many numbers come out."), short=N_("{value} units"))
    use_bias: Flag = USE_BIAS
    activation: Choice[ActivationName] = ACTIVATION


@output_shape.register
def _(layer: Dense, *inputs: Shape) -> Shape:
    return (*inputs[0][:-1], layer.units)


@weight_shapes.register
def _(layer: Dense, *inputs: Shape) -> WeightShapes:
    return with_bias({"kernel": (inputs[0][-1], layer.units)}, layer.use_bias, layer.units)


@multiply_adds.register
def _(layer: Dense, output: Shape, *inputs: Shape) -> int:
    return prod(inputs[0]) * layer.units


@multiply_adds_text.register
def _(layer: Dense, output: Shape, *inputs: Shape) -> str:
    return times(*inputs[0], layer.units)


@of_layer.register
def _(layer: Dense, shape: Shape) -> Rules:
    """On a vector a unit sees all that any value sees; on a map this works place by place."""
    return UNMOVED if len(shape) == 3 else ALL
