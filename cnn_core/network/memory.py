"""How much memory a network takes: its weights, one picture on its way, a step of training.

A step keeps what the way back needs (the outputs of every layer: Rumelhart, Hinton and Williams, 1986, equations 4 to
6), a gradient for each trained weight, and what the optimizer remembers of each. Counted are the numbers themselves;
what a program needs beside them (its own code, the working memory of its convolutions) is not.
"""

from enum import StrEnum
from math import prod
from typing import Final, NamedTuple

from cnn_core.layers import ActivationName, Dropout, Flatten, Group, Layer, Reshape, SpatialDropout2D
from cnn_core.layers.cost import BYTES_PER_VALUE
from cnn_core.layers.kind import by_kind
from cnn_core.layers.shapes import Shape
from cnn_core.network.summary import Row, Summary


class Optimizer(StrEnum):
    """How a training changes weights, as Keras calls it; MOMENTUM is SGD with momentum."""

    SGD = "sgd"
    MOMENTUM = "momentum"
    RMSPROP = "rmsprop"
    ADAM = "adam"


SLOTS: Final = {Optimizer.SGD: 0, Optimizer.MOMENTUM: 1, Optimizer.RMSPROP: 1, Optimizer.ADAM: 2}
"""Numbers that an optimizer of Keras remembers of each trained weight."""

MEASURED: Final = (1.1, 1.7)
"""TensorFlow 2.21 on a processor took 1.13 to 1.69 times what `training_memory` counts: five trainings of the courses'
networks and ResNet-20, batches of 16 to 128, peak of the process less what it had before (`measure_training.py`)."""

BYTES: Final = {"float32": 4, "float16": 2, "int8": 1}
"""Bytes of a number in each of the usual forms of weights."""


def weight_bytes(summary: Summary, form: str = "float32") -> int:
    """Return the memory of all parameters in a form of `BYTES`; scales and offsets of int8 are not counted."""
    return summary.parameters * BYTES[form]


def inference_bytes(summary: Summary, batch: int = 1) -> int:
    """Return the memory of the parameters and of a batch on its way, each output dropped after its last use."""
    return summary.parameter_bytes + batch * summary.peak_bytes


class TrainingMemory(NamedTuple):
    """Bytes of a step of training.

    Attributes:
        parameters, gradients, optimizer: of the weights, whatever the batch.
        kept: outputs of the batch that the way back needs.
        passing: the most that is alive beside them: the gradients of one layer's input and output.
    """

    parameters: int
    gradients: int
    optimizer: int
    kept: int
    passing: int

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def measured(self) -> tuple[int, int]:
        """From what to what a process really takes for it, as far as was measured."""
        low, high = MEASURED
        return round(low * self.total), round(high * self.total)


def training_memory(summary: Summary, batch: int, optimizer: Optimizer) -> TrainingMemory:
    """Return the memory of a step of training in float32.

    >>> from cnn_core.network.presets import preset
    >>> from cnn_core.network.summary import summarize
    >>> memory = training_memory(summarize(preset("mnist").make()), 1, Optimizer.ADAM)
    >>> memory.parameters, memory.optimizer // memory.gradients
    (4406104, 2)
    """
    gradients = summary.trainable * BYTES_PER_VALUE
    trained = _behind_the_first_trained(summary)
    kept = sum(_kept_values(row) for row in summary.rows if row.name in trained or not row.sources)
    passing = [prod(row.output_shape) + sum(map(prod, row.input_shapes)) for row in summary.rows if row.name in trained]
    return TrainingMemory(
        summary.parameter_bytes,
        gradients,
        SLOTS[optimizer] * gradients,
        batch * kept * BYTES_PER_VALUE,
        batch * max(passing, default=0) * BYTES_PER_VALUE,
    )


def _behind_the_first_trained(summary: Summary) -> set[str]:
    """Return the layers through which a gradient passes: those that are trained, and all behind them."""
    passed: set[str] = set()
    for row in summary.rows:
        if row.trainable or not passed.isdisjoint(row.sources):
            passed.add(row.name)
    return passed


def _kept_values(row: Row) -> int:
    return kept_values(row.layer, row.output_shape)


_BY_OUTPUT: Final = frozenset(
    (
        ActivationName.LINEAR,
        ActivationName.RELU,
        ActivationName.RELU6,
        ActivationName.SIGMOID,
        ActivationName.TANH,
        ActivationName.SOFTMAX,
        ActivationName.ELU,
        ActivationName.SELU,
        ActivationName.EXPONENTIAL,
    )
)
"""Activations whose slope follows from their output alone; the others need their input as well."""


@by_kind
def kept_values(layer: Layer, output: Shape) -> int:
    """Return how many numbers of one picture's output a step keeps for the way back."""
    # Augmentation has no way back; its output is the input of what follows.
    if layer.group is Group.AUGMENTATION:
        return 0
    activation = getattr(layer, "activation", ActivationName.LINEAR)
    return prod(output) * (1 if activation in _BY_OUTPUT else 2)


@kept_values.register(Flatten)
@kept_values.register(Reshape)
def _(layer: Layer, output: Shape) -> int:
    """The same numbers in another shape."""
    return 0


@kept_values.register(Dropout)
@kept_values.register(SpatialDropout2D)
def _(layer: Layer, output: Shape) -> int:
    """What is left of the numbers, and which were dropped."""
    return 2 * prod(output)
