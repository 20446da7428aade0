"""A picture that passes through the network: asked in one question, and kept nowhere."""

from dataclasses import dataclass
from functools import cached_property

from cnn_core.arrays import Output
from cnn_core.drawing.mosaic import ChannelStatistics, channel_statistics
from cnn_core.models.run import Answers, Glance
from pages.ui import state
from pages.ui.entered import Entered


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


def passed(picture: Entered, layer: str, glance: Glance) -> Passing:
    """Return what a picture made of the network; the open map stays the same while pictures pass.

    Args:
        layer: the open layer.
    """
    if state.CHANNEL.get() is None and layer in glance.answers.layers:
        state.CHANNEL.set(glance.answers.layers[layer].strongest[0])
    return Passing(picture, layer, glance.answers, glance.maps)
