"""The two parts of a network that classifies pictures: what finds features, and what decides by them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from cnn_core.network.summary import Row


class Role(StrEnum):
    """What a part of a network does. EXTRACTOR: its outputs are maps. CLASSIFIER: they have no place any more."""

    EXTRACTOR = "extractor"
    CLASSIFIER = "classifier"


class Stretch(NamedTuple):
    """Which layers have a role: the names of the first and the last."""

    role: Role
    first: str
    last: str


def stretches(rows: Sequence[Row]) -> tuple[Stretch, ...]:
    """Return the feature extractor and the classifier of a network; none where it has not both.

    The classifier begins where maps become a vector for good: at a Flatten or a global pooling, not at a vector that
    maps are weighted by, behind which maps go on.
    """
    with_maps = [i for i, row in enumerate(rows) if row.sources and len(row.output_shape) == 3]
    if not with_maps or with_maps[-1] == len(rows) - 1:
        return ()
    begin = with_maps[-1] + 1
    return (
        Stretch(Role.EXTRACTOR, rows[with_maps[0]].name, rows[begin - 1].name),
        Stretch(Role.CLASSIFIER, rows[begin].name, rows[-1].name),
    )
