"""The channels of a picture as it enters a model: what they are called, and in which colours they are drawn."""

from typing import Final, NamedTuple

from cnn_core.drawing.thumbnails import GREY, TINTS
from cnn_core.layers import Input, Layer
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import N_


class Channel(NamedTuple):
    """A channel: its name, in English, and the colour (red, green, blue) of its largest value."""

    name: str
    tint: tuple[int, int, int]


_COLOURS: Final = tuple(map(Channel, (N_("red"), N_("green"), N_("blue")), TINTS))
_BRIGHTNESS: Final = (Channel(N_("brightness"), GREY),)


def channels_of(layer: Layer, scaling: Scaling) -> tuple[Channel, ...]:
    """Return the channels of an input that is a picture, in its order; none of any other layer."""
    if not isinstance(layer, Input) or len(layer.shape) != 3:
        return ()
    # What Caffe's networks take has blue first.
    colours = _COLOURS[::-1] if scaling is Scaling.CAFFE else _COLOURS
    return {1: _BRIGHTNESS, 3: colours}.get(layer.shape[-1], ())
