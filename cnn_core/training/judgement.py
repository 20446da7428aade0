"""What the curves of a fit support, in sentences: where it overfits, by how much training and validation differ.

No sentence says more than its figures: a rise of the validation loss is called one where it is larger than `RISE` over
several epochs, and accuracies differ where their pictures are many enough.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from cnn_core.sentences import N_, Note
from cnn_core.training.records import EpochEnd
from cnn_core.training.statistics import standard_error

LAST: Final = 3
"""Epochs at the end whose mean is looked at, so that one epoch alone says nothing."""
RISE: Final = 0.05
"""The share by which the mean val_loss of these is above the lowest where it is said to have risen."""

_OVERFITTED: Final = N_(
    "The validation loss was lowest after epoch {epoch} ({lowest}). Since then it has risen, to {now} in the mean "
    "of the last {last} epochs, while the training loss fell from {before} to {after}: the network is learning "
    "peculiarities of the training pictures. This is overfitting."
)
_DIVERGED: Final = N_(
    "The validation loss was lowest after epoch {epoch} ({lowest}). Since then it has risen, to {now} in the mean "
    "of the last {last} epochs, and the training loss has not fallen either, from {before} to {after}: this is not "
    "overfitting. The steps may be too large; try a lower learning rate."
)
_UNFITTED: Final = N_(
    "The validation loss was lowest after epoch {epoch} ({lowest}). Since then it has risen, to {now} in the mean "
    "of the last {last} epochs, but the training loss of {after} is no lower than that lowest value: the network "
    "does not fit the training pictures either, so this is not overfitting. The steps may be too large; try a lower "
    "learning rate."
)
_FALLING: Final = N_(
    "The validation loss was lowest after epoch {epoch} ({lowest}), one of the last {last}: it has not started to "
    "rise yet. More epochs may lower it further."
)
_FLAT: Final = N_(
    "The validation loss was lowest after epoch {epoch} ({lowest}) and has hardly risen since, to {now} in the mean of "
    "the last {last} epochs, less than {rise} above: more epochs bring little, and overfitting is not shown."
)


@dataclass(frozen=True)
class Turn:
    """Where the validation loss was lowest, and what came after it.

    Attributes:
        epoch: with the lowest val_loss, counted from 1.
        now: the mean val_loss of the last epochs.
        before, after: the training loss in that epoch, and its mean over the last ones.
        is_over: whether enough epochs came after it to say anything.
    """

    epoch: int
    lowest: float
    now: float
    before: float
    after: float
    is_over: bool

    @property
    def has_risen(self) -> bool:
        return self.is_over and self.now > self.lowest * (1 + RISE)

    @property
    def is_overfitting(self) -> bool:
        """Whether it learns what is special to the training pictures: it fits them better than it ever did others."""
        return self.has_risen and self.after < min(self.before, self.lowest)


def turn_of(epochs: Sequence[EpochEnd]) -> Turn:
    """Return where the validation loss of one epoch or more turned."""
    best = min(epochs, key=lambda epoch: _or_endless(epoch.val_loss))
    last = epochs[-LAST:]
    return Turn(
        best.epoch,
        best.val_loss,
        fmean(_or_endless(epoch.val_loss) for epoch in last),
        best.loss,
        fmean(epoch.loss for epoch in last),
        best.epoch <= epochs[-1].epoch - LAST,
    )


def _or_endless(loss: float) -> float:
    """Return a loss; one that is no number any more has left every bound, and is never the lowest."""
    return math.inf if math.isnan(loss) else loss


def said_of_turn(epochs: Sequence[EpochEnd]) -> Note:
    """Say where the validation loss turned, if it did."""
    turn = turn_of(epochs)
    if turn.is_overfitting:
        message = _OVERFITTED
    elif turn.has_risen:
        message = _DIVERGED if turn.after >= turn.before else _UNFITTED
    else:
        message = _FLAT if turn.is_over else _FALLING
    losses = {name: f"{getattr(turn, name):.3f}" for name in ("lowest", "now", "before", "after")}
    return Note(message, {"epoch": turn.epoch, **losses, "last": LAST, "rise": f"{RISE:.0%}"})


_APART: Final = N_(
    "In epoch {epoch} it was right for {train} of the training pictures and for {validation} of the validation "
    "pictures: {points} percentage points apart. {count} validation pictures leave an uncertainty of ± {margin} "
    "points (two standard errors)."
)
_TOGETHER: Final = N_(
    "In epoch {epoch} it was right for {train} of the training pictures and for {validation} of the validation "
    "pictures. They differ by no more than the ± {margin} percentage points (two standard errors) of uncertainty "
    "from {count} validation pictures."
)
_ABOVE: Final = N_(
    "In epoch {epoch} it was right for {validation} of the validation pictures but only for {train} of the training "
    "pictures: {points} percentage points more. Dropout and augmentation act in training only, and the training "
    "values are means over an epoch during which the network was still learning."
)


def said_of_gap(epoch: EpochEnd, validation_pictures: int) -> Note:
    """Say by how much the accuracies for training and validation pictures differ after an epoch."""
    gap = epoch.accuracy - epoch.val_accuracy
    margin = 2 * standard_error(epoch.val_accuracy, validation_pictures)
    message = _TOGETHER if abs(gap) <= margin else (_APART if gap > 0 else _ABOVE)
    return Note(
        message,
        {
            "epoch": epoch.epoch,
            "train": f"{epoch.accuracy:.1%}",
            "validation": f"{epoch.val_accuracy:.1%}",
            "points": f"{100 * abs(gap):.1f}",
            "count": f"{validation_pictures:,}",
            "margin": f"{100 * margin:.1f}",
        },
    )


def judge(epochs: Sequence[EpochEnd], validation_pictures: int) -> tuple[Note, ...]:
    """Say what the curves of a fit support so far: nothing where there are none yet."""
    return (said_of_turn(epochs), said_of_gap(epochs[-1], validation_pictures)) if epochs else ()
