"""What a model's answer is that has height and width: a picture, classes place by place, or neither."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cnn_core.arrays import Indices, Output, Pixels
from cnn_core.drawing.class_regions import classes_by_place
from cnn_core.layers import ActivationName, Group
from cnn_core.models.answer_kind import last_active
from cnn_core.models.info import ModelInfo
from cnn_core.pictures.scaling import unscaled

MOSTLY: Final = 0.95
OVERSHOOT: Final = 0.25
"""So many of a picture's values are pixels, or lie beyond black or white by no more than this share of their range: a
layer without an activation overshoots, and scores of classes lie farther apart."""
COARSEST: Final = 8
"""A place of class scores stands for at most so many pixels along a side: what is coarser are features."""


@dataclass(frozen=True, eq=False)
class PictureAnswer:
    """A picture as large as the input, as an autoencoder makes it.

    Attributes:
        pixels: (H, W, C), cut off at 0 and 1.
        beyond: the share of values that were cut off.
    """

    pixels: Pixels
    beyond: float


@dataclass(frozen=True, eq=False)
class ClassesAnswer:
    """A class for every place.

    Attributes:
        classes: (h, w), their numbers.
        count: how many there are.
        by_border: they are two, told apart by this value of the one channel; None where the largest channel wins.
    """

    classes: Indices
    count: int
    by_border: float | None


def map_answer(info: ModelInfo, pixels: Pixels, output: Output) -> PictureAnswer | ClassesAnswer | None:
    """Return what the output spoken of says of `pixels` (H, W, C) in [0, 1]; None where it is neither of the two.

    It is a picture where it has the input's shape and its values are pixels or nearly so, unless a softmax made them
    shares of classes. It gives classes where a softmax or sigmoid ends it, or a convolution without an activation whose
    places lie close enough to one another.
    """
    if output.ndim != 3:
        return None
    layer = last_active(info.network, info.output)
    activation = getattr(layer, "activation", ActivationName.LINEAR)
    picture = None if activation is ActivationName.SOFTMAX else _picture(info, pixels, output)
    if picture is not None:
        return picture
    is_logits = activation is ActivationName.LINEAR and layer.group is Group.CONVOLUTION
    is_fine = COARSEST * output.shape[0] >= pixels.shape[0] and COARSEST * output.shape[1] >= pixels.shape[1]
    if activation in (ActivationName.SOFTMAX, ActivationName.SIGMOID) or (is_logits and is_fine):
        border = 0.0 if is_logits else 0.5
        count = output.shape[2]
        return ClassesAnswer(classes_by_place(output, border), max(2, count), border if count == 1 else None)
    return None


def _picture(info: ModelInfo, pixels: Pixels, output: Output) -> PictureAnswer | None:
    if output.shape != pixels.shape:
        return None
    # A model that rescales bytes itself often answers from 0 to 1.
    are_units = bool(((output >= 0) & (output <= 1)).all())
    answered = output if are_units else unscaled(output, info.scaling)
    if _share_within(answered, OVERSHOOT) < MOSTLY:
        return None
    return PictureAnswer(np.clip(np.nan_to_num(answered, posinf=1, neginf=0), 0, 1), 1 - _share_within(answered, 0))


def _share_within(values: Pixels, beyond: float) -> float:
    """Return how many values lie from 0 to 1 or beyond by at most so much."""
    return float(((values >= -beyond) & (values <= 1 + beyond)).mean())
