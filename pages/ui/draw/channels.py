"""What a layer's channels are called: maps by their numbers, the channels of the picture by their colours."""

from cnn_core.explain.unit import Place
from cnn_core.models.channels import Channel, channels_of
from cnn_core.models.info import ModelInfo
from cnn_core.network.summary import Row
from pages.ui.text import _

Channels = tuple[Channel, ...]
"""The channels of a picture; none where a layer gives maps."""


def picture_channels(info: ModelInfo, row: Row) -> Channels:
    """Return the channels of a model's input; none of any other layer."""
    return channels_of(row.layer, info.scaling)


def channel_text(known: Channels, channel: int) -> str:
    """Return what a channel is called: "map 3", or "red"."""
    return _(known[channel].name) if known else _("map {number}").format(number=channel)


def map_text(known: Channels, layer: str, channel: int) -> str:
    """Return what a channel is called with its layer: "Map 3 of conv", or "red of input"."""
    if known:
        return _("{channel} of {layer}").format(channel=_(known[channel].name), layer=layer)
    return _("Map {channel} of {layer}").format(channel=channel, layer=layer)


def place_text(known: Channels, place: Place) -> str:
    """Return a place in a layer's output as people write it."""
    if len(place) == 1:
        return _("unit {unit}").format(unit=place[0])
    if len(place) != 3:  # a Reshape gives any axes
        return str(list(place))
    row, column, channel = place
    return place_pattern(known, channel).format(row=row, column=column)


def place_pattern(known: Channels, channel: int) -> str:
    """Return a place of a map as people write it, with the fields {row} and {column}."""
    fields = {"row": "{row}", "column": "{column}"}
    if known:
        return _("[{row}, {column}] {channel}").format(**fields, channel=_(known[channel].name))
    return _("[{row}, {column}] map {channel}").format(**fields, channel=channel)
