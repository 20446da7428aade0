"""The layer that is open: all that the parts of the page below the film strip draw from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnn_core.arrays import Maps
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Answers, is_drawn
from cnn_core.network.summary import Row
from cnn_core.sentences import N_
from pages.ui.entered import Entered


@dataclass(frozen=True, eq=False)
class OpenLayer:
    """A layer with its output for the reader's picture.

    Attributes:
        rows: all layers of the network, by name.
        row, maps: the open one, and its output, (H, W, C) or (units,).
        answers: what all layers make of the picture.
        classes: names of the network's outputs.
    """

    info: ModelInfo
    picture: Entered
    rows: Mapping[str, Row]
    row: Row
    maps: Maps
    answers: Answers
    classes: Sequence[str]

    def __post_init__(self) -> None:
        if not is_drawn(self.maps):
            raise CnnError(
                N_(
                    'Layer "{layer}" gives neither maps nor a vector. Received: {shape}; drawn are '
                    "(height, width, channels) and (units,). Open another layer."
                ),
                layer=self.name,
                shape=show(self.maps.shape),
            )

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other, for caches."""
        return self.picture.key, self.name

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def has_maps(self) -> bool:
        return self.maps.ndim == 3
