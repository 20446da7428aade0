"""Average precision: what a list of scored answers is worth, of which each is right or wrong.

As PASCAL VOC defines it since 2010: Everingham et al., The PASCAL visual object classes challenge: a retrospective,
International Journal of Computer Vision 111 (2015).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Flags, Numbers, Overlaps

RIGHT_FROM = 0.5
"""The IoU from which an answer counts as right, in PASCAL VOC."""


def hits(overlaps: Overlaps, least: float = RIGHT_FROM) -> Flags:
    """Say of each answer, given from the highest score to the lowest, whether it is right, (N,).

    It takes the thing that it overlaps most, and is right where the IoU is `least` or more and no answer before took
    that thing: of two answers to one thing the second is wrong.

    Args:
        overlaps: (N, M), the IoU of each answer with each thing that is there; 0 where the classes differ.
    """
    taken: set[int] = set()
    right = np.zeros(len(overlaps), np.bool_)
    for number, row in enumerate(overlaps):
        best = int(row.argmax()) if row.size else -1
        if best >= 0 and row[best] >= least and best not in taken:
            taken.add(best)
            right[number] = True
    return right


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """What the first so many answers of a list are worth, one entry for each length of it, (N,).

    Attributes:
        precision: the share of these answers that are right.
        recall: the share of the things that are there which they found.
    """

    precision: Numbers
    recall: Numbers

    @property
    def envelope(self) -> Numbers:
        """Return the best precision at each recall or a higher one, (N,)."""
        return np.maximum.accumulate(self.precision[::-1])[::-1]

    @property
    def average_precision(self) -> float:
        """Return the area under the envelope from a recall of 0 to 1, 0 to 1; what was not found adds nothing."""
        widths = np.diff(self.recall, prepend=0.0)
        return float((widths * self.envelope).sum())


def precision_recall(right: npt.NDArray[np.bool_], things: int) -> PrecisionRecall:
    """Return precision and recall of a list of answers, (N,), from the highest score to the lowest.

    Args:
        right: which of them are right.
        things: how many there are to be found, at least 1.
    """
    found = right.cumsum()
    return PrecisionRecall(found / np.arange(1, len(right) + 1), found / things)
