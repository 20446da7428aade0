"""Activations that are layers of their own."""

from dataclasses import dataclass

from cnn_core.layers.activations import ActivationName, activation_setting
from cnn_core.layers.kind import Group, Layer, layer_kind
from cnn_core.layers.receptive_field import ALL, UNMOVED, Rules, of_layer
from cnn_core.layers.settings import Choice, OptionalNumber, Told
from cnn_core.layers.shapes import Shape
from cnn_core.sentences import N_

__all__ = ["Activation"]


@layer_kind
@dataclass(frozen=True)
class Activation(Layer):
    """An activation as a layer of its own.

    `slope` is leaky_relu's negative slope (None: 0.2) or elu's alpha (None: 1), and else unused.
    """

    group = Group.ACTIVATION
    about = N_("Applies a function to every value; sizes stay as they are.")
    is_uniform = True
    activation: Choice[ActivationName] = activation_setting("relu", told=Told.ALWAYS)
    slope: OptionalNumber = OptionalNumber(
        minimum=0,
        label=N_("Slope"),
        help=N_("What leaky_relu and elu do below zero; empty: 0.2 and 1, as Keras has it. Others have no use for it."),
        told=Told.NEVER,
    )


@of_layer.register
def _(layer: Activation, shape: Shape) -> Rules:
    """Softmax divides by a sum: over the channels of a place on a map, over all values of a vector."""
    mixes = layer.activation is ActivationName.SOFTMAX and len(shape) != 3
    return ALL if mixes else UNMOVED
