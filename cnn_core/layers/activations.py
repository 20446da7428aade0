"""The activations, which are a setting of layers with weights and a layer of their own."""

from enum import StrEnum
from typing import Final

from cnn_core.layers.settings import Choice, Told
from cnn_core.sentences import N_


class ActivationName(StrEnum):
    """The activations of Keras that have no settings beyond a slope."""

    LINEAR = "linear"
    RELU = "relu"
    RELU6 = "relu6"
    LEAKY_RELU = "leaky_relu"
    ELU = "elu"
    SELU = "selu"
    GELU = "gelu"
    SILU = "silu"
    HARD_SILU = "hard_silu"
    HARD_SIGMOID = "hard_sigmoid"
    MISH = "mish"
    TANH = "tanh"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    SOFTPLUS = "softplus"
    SOFTSIGN = "softsign"
    EXPONENTIAL = "exponential"


SQUASHING: Final = (ActivationName.SOFTMAX, ActivationName.SIGMOID)
"""Those that make shares; their slope vanishes where they are sure."""

SLOPES: Final = {ActivationName.LEAKY_RELU: 0.2, ActivationName.ELU: 1.0}
"""What Keras takes where a layer gives no slope."""


def activation_setting(default: str, told: Told = Told.WHERE_CHANGED) -> Choice[ActivationName]:
    """Return the setting of a layer that sends its output through an activation."""
    return Choice(
        ActivationName,
        default,
        label=N_("Activation"),
        help=N_("The function that every output value goes through."),
        told=told,
    )
