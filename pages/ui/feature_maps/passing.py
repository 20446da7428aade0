"""A picture that passes through the network: asked in one question, and kept nowhere."""

from dataclasses import dataclass
from functools import cached_property

from cnn_core.arrays import Output
from cnn_core.drawing.mosaic import ChannelStatistics, channel_statistics
from cnn_core.models.run import Answers
from pages.ui import cached, state
from pages.ui.entered import Entered
from pages.ui.text import _
from pages.ui.waiting import asked, awaited

_PATIENCE = 2.0
"""Seconds for which what was seen before stays, and nothing is said: TensorFlow may have to start."""


@dataclass(frozen=True, eq=False)
class Passing:
    """What the network makes of a picture that passes.

    Attributes:
        layer: whose output came along.
        answers: of the layers that the picture of the network shows.
    """

    picture: Entered
    layer: str
    answers: Answers
    maps: Output

    @cached_property
    def statistics(self) -> ChannelStatistics:
        """Return the figures of the layer's channels: two parts of the page show some, and nothing else keeps them."""
        return channel_statistics(self.maps)

    def maps_of(self, layer: str) -> Output:
        """Return a layer's output; asked for by itself where it was opened since. Raises as `asked`."""
        return self.maps if layer == self.layer else sent_through(self.picture, layer, ()).maps


def sent_through(picture: Entered, layer: str, shown: tuple[str, ...]) -> Passing:
    """Send a picture through; raises as `asked`.

    Args:
        layer: the open layer, whose map stays the same while pictures pass.
        shown: of which other layers there will be answers.
    """
    question = cached.glance(picture, shown, layer)
    found = awaited(question, _PATIENCE)
    if found is None:
        saying = _("The network is running; the first time TensorFlow starts, which takes some seconds.")
        found = asked(question, saying)
    if state.CHANNEL.get() is None and layer in found.answers.layers:
        state.CHANNEL.set(found.answers.layers[layer].strongest[0])
    return Passing(picture, layer, found.answers, found.maps)
