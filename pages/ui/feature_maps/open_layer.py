"""What a network makes of the reader's picture, and the layer of it that is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from cnn_core.arrays import Maps, Output
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import DRAWN_AXES, Answers, is_drawn
from cnn_core.network.summary import Row
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.classes import unit_names
from pages.ui.ask.layer import current_layer
from pages.ui.entered import Entered
from pages.ui.feature_maps.passing import Passing
from pages.ui.messages import UndrawnError
from pages.ui.questions import Question
from pages.ui.state import Key
from pages.ui.text import _
from pages.ui.waiting import asked, later

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Run:
    """A picture that went through a network.

    Attributes:
        rows: all layers of the network, by name.
        answers: what they make of the picture.
        classes: names of the classes that the answer can be; none of maps.
        passing: of a picture that passes, what came with its answers.
    """

    info: ModelInfo
    picture: Entered
    rows: Mapping[str, Row]
    answers: Answers
    classes: Sequence[str]
    passing: Passing | None = None

    @property
    def scores(self) -> Output:
        """Return the output that is spoken of."""
        return self.answers.outputs[self.info.output]

    def open_layer(self, is_first: bool = True) -> "OpenLayer":
        """Return the layer that the session has open; raises as `asked` does, and where it cannot be drawn.

        Of the parts that draw it only the first says what went wrong; the others then stay empty.
        """
        row = self.rows[current_layer(self.rows)]
        if not is_first and len(row.output_shape) not in DRAWN_AXES:
            raise UndrawnError
        return OpenLayer(self, row, self._maps_of(row.name, is_first))

    def _maps_of(self, layer: str, is_first: bool) -> Maps:
        """Return a layer's output; the first part that needs it says what goes on, the others wait for it quietly."""
        if self.passing is None:
            return _answer(cached.layer_maps(self.picture, layer), is_first)
        if self.passing.layer == layer:
            return self.passing.maps
        return _answer(cached.glance(self.picture, (), layer), is_first).maps


def _answer(question: Question[Answer], is_first: bool) -> Answer:
    answer = asked(question, _("Fetching the layer's maps.")) if is_first else later(question)
    if answer is None:
        raise UndrawnError
    return answer


@dataclass(frozen=True, eq=False)
class OpenLayer:
    """A layer with its output for the reader's picture, (H, W, C) or (units,)."""

    run: Run
    row: Row
    maps: Maps

    def __post_init__(self) -> None:
        if not is_drawn(self.maps):
            raise CnnError(
                N_(
                    'Layer "{layer}" gives neither maps nor a vector. Received: {shape}; only (height, width, '
                    "channels) and (units,) can be drawn. Open another layer."
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
    def passes(self) -> bool:
        """Say whether this is of a picture that passes, and so kept in no cache."""
        return self.picture.passes

    @property
    def info(self) -> ModelInfo:
        return self.run.info

    @property
    def picture(self) -> Entered:
        return self.run.picture

    @property
    def rows(self) -> Mapping[str, Row]:
        return self.run.rows

    @property
    def answers(self) -> Answers:
        return self.run.answers

    @property
    def classes(self) -> Sequence[str]:
        return self.run.classes

    @property
    def scores(self) -> Output:
        return self.run.scores

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Return what its units are called where they are an answer's; none of any other layer."""
        is_answer = self.name in self.info.outputs and not self.has_maps
        return unit_names(self.info.speaking_of(self.name), self.maps.size) if is_answer else ()

    @property
    def has_maps(self) -> bool:
        return self.maps.ndim == 3

    @property
    def channel(self) -> int:
        """Return the open map or unit."""
        return self.key_of_channel.get()

    @property
    def key_of_channel(self) -> Key[int]:
        """Return what says which map or unit is open; before anyone chose one, the strongest."""
        strongest = self.answers.layers[self.name].strongest[0]
        return state.CHANNEL.within(0, self.maps.shape[-1] - 1, automatic=strongest)

    @property
    def place(self) -> tuple[int, ...]:
        """Return the open value, (row, column, channel) or (unit,)."""
        if not self.has_maps:
            return (self.channel,)
        row, column = self.keys_of_place
        return row.get(), column.get(), self.channel

    @property
    def keys_of_place(self) -> tuple[Key[int], Key[int]]:
        """Return what says which row and column are open; before anyone chose, the largest value's."""
        values = self.maps[:, :, self.channel]
        height, width = values.shape
        row, column = divmod(int(np.argmax(np.nan_to_num(values, nan=-np.inf))), width)
        return state.ROW.within(0, height - 1, automatic=row), state.COLUMN.within(0, width - 1, automatic=column)
