"""How a network ends that names classes: in one probability for two of them, or in one for each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.layers import Activation, ActivationName, Dense
from cnn_core.layers.shapes import show
from cnn_core.network.network import Network
from cnn_core.sentences import N_, Note, Sentence


class Loss(StrEnum):
    """As Keras calls them."""

    BINARY = "binary_crossentropy"
    CATEGORICAL = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Head:
    """The last layer of a network, and the loss that it is trained with."""

    units: int
    loss: Loss

    @property
    def classes(self) -> int:
        return 2 if self.loss is Loss.BINARY else self.units

    @property
    def reason(self) -> Sentence:
        """Why it is this loss."""
        return Note(_REASONS[self.loss], {"loss": self.loss.value, "units": self.units})


_REASONS: Final = {
    Loss.BINARY: N_(
        "The network ends in one unit with sigmoid, the probability of the second class; {loss} is the mean negative "
        "logarithm of the probability that it gives to the right one of the two."
    ),
    Loss.CATEGORICAL: N_(
        "The network ends in {units} units with softmax, a probability for each class; {loss} is the mean negative "
        "logarithm of the one of the right class, whose number is the label."
    ),
}


def head_of(network: Network) -> Head:
    """Return how a network ends; raises CnnError where its output is not one probability, or one for each class."""
    shapes = {step.named.name: step.output_shape for step in network.steps()}
    outputs = network.output_names()
    last = network[outputs[-1]].layer
    activation = last.activation if isinstance(last, Dense | Activation) else None
    shape = shapes[outputs[-1]]
    if len(outputs) == 1 and len(shape) == 1:
        if activation is ActivationName.SIGMOID and shape == (1,):
            return Head(1, Loss.BINARY)
        if activation is ActivationName.SOFTMAX and shape > (1,):
            return Head(shape[0], Loss.CATEGORICAL)
    raise CnnError(
        N_(
            "A network that is trained here must end in a Dense layer with 1 unit and sigmoid, or with one unit per "
            "class and softmax. Received: {kind}, {shape}. Change its last layer."
        ),
        kind=last.kind if activation is None else f"{last.kind} ({activation})",
        shape=" and ".join(show(shapes[name]) for name in outputs),
    )


def head_layer(classes: int) -> Dense:
    """Return the layer that answers for so many classes: one unit with sigmoid for two, as in the course."""
    return Dense(1, activation="sigmoid") if classes == 2 else Dense(classes, activation="softmax")
