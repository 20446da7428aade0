"""Layers that make one value of all along some axes; nothing is learned. Gates of attention (SE, CBAM) need them."""

from dataclasses import dataclass

from cnn_core.errors import LayerError
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, IN_PLACE, Rules, of_layer
from cnn_core.layers.settings import Axes, Flag, Told
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.sentences import N_

__all__ = ["Reduce", "ReduceMax", "ReduceMean"]


@dataclass(frozen=True)
class Reduce(Layer):
    """Layers that make one value of all along some axes: `keras.ops.mean(x, axis, keepdims)`, counted as there."""

    group = Group.POOLING
    starter = {"axis": (3,), "keepdims": True}
    axis: Axes = Axes(
        label=N_("Axes"),
        help=N_("The axes along which values are combined: 1 is the height, 2 the width, 3 the channels."),
        told=Told.ALWAYS,
        short=N_("along axes {value}"),
    )
    keepdims: Flag = Flag(False, label=N_("Keep axes"), help=N_("Keeps these axes with size 1."))


@output_shape.register
def _(layer: Reduce, *inputs: Shape) -> Shape:
    count, axes = len(inputs[0]), layer.axis
    if axes[-1] > count or (len(axes) == count and not layer.keepdims):
        raise LayerError(
            "axis must list axes of the input, counted from 1, and leave at least one of them unless keepdims is "
            "true. Received: axis={axes} for an input of shape {shape}. Choose fewer axes.",
            axes=layer.axis,
            shape=show(inputs[0]),
        )
    sizes = enumerate(inputs[0], start=1)
    return tuple(1 if axis in axes else size for axis, size in sizes if layer.keepdims or axis not in axes)


@of_layer.register
def _(layer: Reduce, shape: Shape) -> Rules:
    """Of a map it takes whole columns, rows or places; of anything else values that any place may stand for."""
    if len(shape) != 3:
        return ALL
    vertical, horizontal = (None if axis in layer.axis else IN_PLACE for axis in (1, 2))
    return vertical, horizontal


@layer_kind
@dataclass(frozen=True)
class ReduceMean(Reduce):
    """The mean along some axes."""

    about = N_("The mean along some axes, for instance of all channels at each place.")


@layer_kind
@dataclass(frozen=True)
class ReduceMax(Reduce):
    """The largest value along some axes."""

    about = N_("The largest value along some axes, for instance of all channels at each place.")
