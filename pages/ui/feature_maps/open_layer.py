"""The layer that is open: what its panels draw from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnn_core.models.run import Answers, Maps
from cnn_core.network.summary import Row
from cnn_core.pictures.prepare import Prepared
from pages.ui.cached import View


@dataclass(frozen=True, eq=False)
class OpenLayer:
    """A layer with its output for the reader's picture.

    Attributes:
        rows: all layers of the network, by name.
        row, maps: the open one, and its output, (H, W, C) or (units,).
        answers: what all layers make of the picture.
        ready, title: the picture, and what it is called.
        classes: names of the network's outputs.
    """

    view: View
    rows: Mapping[str, Row]
    row: Row
    maps: Maps
    answers: Answers
    ready: Prepared
    title: str
    classes: Sequence[str]

    @property
    def has_maps(self) -> bool:
        return self.maps.ndim == 3
