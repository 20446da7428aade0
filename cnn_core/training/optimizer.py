"""What changes the weights and how far, as plain data named as in `keras.optimizers`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cnn_core.errors import CnnError
from cnn_core.sentences import N_


class OptimizerName(StrEnum):
    """As `keras.optimizers.get` knows them."""

    RMSPROP = "rmsprop"
    ADAM = "adam"
    SGD = "sgd"


class ScheduleName(StrEnum):
    """How the learning rate goes: it stays, or follows one of `keras.optimizers.schedules`."""

    CONSTANT = "constant"
    COSINE = "cosine_decay"
    EXPONENTIAL = "exponential_decay"


@dataclass(frozen=True)
class OptimizerSettings:
    """An optimizer with its settings; the defaults are those of the course.

    Args:
        learning_rate: above 0 and at most 1; the one it begins with where it falls.
        momentum: of RMSprop and SGD, from 0 to below 1; Adam has its own, and takes 0 here.
        weight_decay: the share of its value that each weight loses at a step, times the learning rate; 0 is none.
        schedule: CosineDecay falls to 0 at the last step; ExponentialDecay multiplies by `decay_rate` over an epoch.
        decay_rate: above 0 and at most 1; of ExponentialDecay only.

    Raises:
        CnnError: a number is out of bounds.
    """

    name: OptimizerName = OptimizerName.RMSPROP
    learning_rate: float = 0.001
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: ScheduleName = ScheduleName.CONSTANT
    decay_rate: float = 0.9

    def __post_init__(self) -> None:
        check_rate("learning_rate", self.learning_rate)
        check_rate("decay_rate", self.decay_rate)
        if not 0 <= self.momentum < 1:
            raise CnnError(N_("The momentum must be from 0 to below 1. Received: {value}."), value=self.momentum)
        if self.momentum and self.name is OptimizerName.ADAM:
            raise CnnError(
                N_("Adam keeps its own averages and has no momentum setting. Received: {value}. Choose 0, or SGD."),
                value=self.momentum,
            )
        if not 0 <= self.weight_decay <= 1:
            raise CnnError(N_("The weight decay must be from 0 to 1. Received: {value}."), value=self.weight_decay)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "OptimizerSettings":
        """Return what `dataclasses.asdict` made of one; raises CnnError, ValueError, TypeError or LookupError."""
        names = {"name": OptimizerName(document["name"]), "schedule": ScheduleName(document["schedule"])}
        return cls(**{**document, **names})


def check_rate(name: str, value: float) -> None:
    """Raise CnnError where a number is not above 0 and at most 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise CnnError(N_("{name} must be above 0 and at most 1. Received: {value}."), name=name, value=value)
