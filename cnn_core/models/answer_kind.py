"""What the numbers of a model's output are: what its last activation makes of them, whatever values they have."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core import layers
from cnn_core.layers import ActivationName, Group, Layer
from cnn_core.network.network import Network, Step


class AnswerKind(StrEnum):
    """What an output's numbers are.

    SOFTMAX: shares of classes that exclude each other; together 1. SIGMOID: a share for each unit by itself. PLAIN:
    any numbers, which may be logits (what a softmax or sigmoid is still to be taken of) or quantities. MAPS: an output
    with height and width.
    """

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    PLAIN = "plain"
    MAPS = "maps"

    @property
    def is_share(self) -> bool:
        """Say whether each number lies between 0 and 1."""
        return self in (AnswerKind.SOFTMAX, AnswerKind.SIGMOID)

    @property
    def border(self) -> float:
        """Return above which number a single unit says class 1, and below which class 0: a logit of 0 is a half."""
        return 0.5 if self.is_share else 0.0


_KINDS: Final = {ActivationName.SOFTMAX: AnswerKind.SOFTMAX, ActivationName.SIGMOID: AnswerKind.SIGMOID}


def answer_kind(network: Network, output: str) -> AnswerKind:
    """Return what the output of a layer is, by its last activation; layers that leave the numbers alone do not count.

    >>> network = Network.of(layers.Input((8,)), layers.Dense(1, activation="sigmoid"), layers.Dropout(0.5))
    >>> answer_kind(network, "dropout")
    <AnswerKind.SIGMOID: 'sigmoid'>

    Raises:
        NetworkError: the layers do not fit together.
    """
    steps = {step.named.name: step for step in network.steps()}
    step = steps[output]
    if len(step.output_shape) != 1:
        return AnswerKind.MAPS
    (units,) = step.output_shape
    step = _last_active(steps, step)
    kind = _KINDS.get(getattr(step.named.layer, "activation", ActivationName.LINEAR), AnswerKind.PLAIN)
    # A softmax is taken over the last axis: a map that was flattened afterwards has one for each place.
    several = kind is AnswerKind.SOFTMAX and step.output_shape[-1] != units
    return AnswerKind.PLAIN if several else kind


def last_active(network: Network, output: str) -> Layer:
    """Return the last layer before an output that makes other numbers of what it gets; making maps larger is none."""
    steps = {step.named.name: step for step in network.steps()}
    return _last_active(steps, steps[output], Group.RESIZING).named.layer


def _last_active(steps: Mapping[str, Step], step: Step, *idle: Group) -> Step:
    while step.sources and (_leaves_alone(step.named.layer) or step.named.layer.group in idle):
        step = steps[step.sources[0]]
    return step


def _leaves_alone(layer: Layer) -> bool:
    """Say whether a layer hands on the numbers that it gets, in any shape; the mean of shares is a share."""
    is_linear = isinstance(layer, layers.Activation) and layer.activation is ActivationName.LINEAR
    idle = layer.group in (Group.REGULARIZATION, Group.AUGMENTATION, Group.SHAPE)
    return is_linear or idle or isinstance(layer, layers.GlobalAveragePooling2D)


def by_score(scores: npt.NDArray[np.floating]) -> list[int]:
    """Return the classes (units,) from the highest score to the lowest, equals in their order, NaN last.

    >>> by_score(np.array([0.1, np.nan, 0.7, 0.7]))
    [2, 3, 0, 1]
    """
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    return order


def likeliest(scores: npt.NDArray[np.floating], kind: AnswerKind) -> int:
    """Return the class with the highest score; a single unit stands for the classes 0 and 1.

    >>> likeliest(np.array([0.3]), AnswerKind.PLAIN), likeliest(np.array([0.3]), AnswerKind.SIGMOID)
    (1, 0)
    """
    return int(scores[0] > kind.border) if scores.size == 1 else by_score(scores)[0]
