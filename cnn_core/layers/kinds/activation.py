"""Activations that are layers of their own."""

from dataclasses import dataclass

from cnn_core.errors import LayerError
from cnn_core.layers.activations import ActivationName, activation_setting
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, UNMOVED, Rules, of_layer
from cnn_core.layers.settings import Choice, OptionalAxes, OptionalNumber, Told
from cnn_core.layers.shapes import Shape, output_shape, show
from cnn_core.layers.weights import WeightShapes, weight_shapes
from cnn_core.sentences import N_

__all__ = ["Activation", "PReLU"]


@layer_kind
@dataclass(frozen=True)
class Activation(Layer):
    """An activation as a layer of its own.

    `slope` is leaky_relu's negative slope (None: 0.2) or elu's alpha (None: 1), and else unused.
    """

    group = Group.ACTIVATION
    about = N_("Applies a function to every value; sizes stay as they are.")
    same_everywhere = True
    activation: Choice[ActivationName] = activation_setting("relu", told=Told.ALWAYS)
    slope: OptionalNumber = OptionalNumber(
        minimum=0,
        label=N_("Slope"),
        help=N_(
            "What leaky_relu and elu do below zero; empty: 0.2 and 1, Keras's defaults. Other "
            "activations do not use it."
        ),
        told=Told.NEVER,
    )


@of_layer.register
def _(layer: Activation, shape: Shape) -> Rules:
    """Softmax divides by a sum: over the channels of a place on a map, over all values of a vector."""
    mixes = layer.activation is ActivationName.SOFTMAX and len(shape) != 3
    return ALL if mixes else UNMOVED


@layer_kind
@dataclass(frozen=True)
class PReLU(Layer):
    """max(0, x) + alpha · min(0, x) with a learned alpha for each value, or one for all along `shared_axes`."""

    group = Group.ACTIVATION
    about = N_("Leaves values above 0 as they are and multiplies those below by a learned factor.")
    weight_names = ("alpha",)
    shared_axes: OptionalAxes = OptionalAxes(
        label=N_("Shared axes"),
        help=N_(
            "Axes along which all values share one factor, separated by commas: 1, 2 for one "
            "factor per channel; empty: one for each value."
        ),
        short=N_("shared along axes {value}"),
    )


@output_shape.register
def _(layer: PReLU, *inputs: Shape) -> Shape:
    if layer.shared_axes is not None and layer.shared_axes[-1] > len(inputs[0]):
        raise LayerError(
            "shared_axes must be axes of the input, counted from 1. Received: shared_axes={axes} for an input of "
            "shape {shape}. Leave out those above {count}.",
            axes=layer.shared_axes,
            shape=show(inputs[0]),
            count=len(inputs[0]),
        )
    return inputs[0]


@weight_shapes.register
def _(layer: PReLU, *inputs: Shape) -> WeightShapes:
    shared: tuple[int, ...] = layer.shared_axes or ()
    return {"alpha": tuple(1 if axis in shared else size for axis, size in enumerate(inputs[0], start=1))}
