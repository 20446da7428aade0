"""What the page keeps of the open layer: figures and pictures, each by the layer and what was chosen."""

from collections.abc import Callable, Sequence
from typing import Any

from cnn_core.arrays import Output, Values
from cnn_core.drawing import figures
from cnn_core.drawing import network_figure as network_figures
from cnn_core.drawing.class_regions import Region, regions_of, regions_png
from cnn_core.drawing.kernel_tiles import Tiles
from cnn_core.drawing.mosaic import (
    ChannelStatistics,
    Mosaic,
    Range,
    RangeScope,
    channel_statistics,
    map_png,
    mosaic_png,
    value_range,
)
from cnn_core.drawing.png import dimmed_outside, overlay_png, picture_png
from cnn_core.drawing.thumbnails import channel_png
from cnn_core.explain import seen
from cnn_core.models import map_answer as map_answers
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Influences
from pages.ui.cached import kept, network
from pages.ui.draw.channels import picture_channels
from pages.ui.entered import Entered
from pages.ui.feature_maps import influences
from pages.ui.feature_maps import values_of_map as of_map
from pages.ui.feature_maps.layer_kernels import LayerKernels
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.value_stage import Unfolded
from pages.ui.text import _


@kept()
def influences_data(info: ModelInfo, picture: Entered, layer: str, _found: Influences, language: str) -> dict[str, Any]:
    """Return what a layer's maps are made of as the browser takes it, in a language."""
    rows = {row.name: row for row in network(info).rows}
    return influences.data_of(info, rows, layer, _found)


@kept(OpenLayer)
def values_of_map(
    layer: OpenLayer, channel: int, language: str, _opened: Callable[[], Unfolded], _weights: Sequence[Values]
) -> dict[str, Any] | None:
    """Return what every value of a map is made of as the browser takes it, in a language; `_opened` opens any of it."""
    return of_map.values_of_map(_opened(), _weights)


@kept()
def map_answer(
    info: ModelInfo, picture: Entered, output: str, _values: Output
) -> map_answers.PictureAnswer | map_answers.ClassesAnswer | None:
    """Return what a model's output with height and width says of a picture; `output` is what `info` speaks of."""
    return map_answers.map_answer(info, picture.pixels, _values)


@kept()
def regions(picture: Entered, output: str, _answer: map_answers.ClassesAnswer) -> tuple[bytes, tuple[Region, ...]]:
    """Return a picture with its places' classes over it as PNG, and what is where."""
    found = regions_of(_answer.classes, _answer.count)
    return regions_png(picture.pixels, _answer.classes, found), found


@kept(OpenLayer)
def statistics(layer: OpenLayer) -> ChannelStatistics:
    """Return the figures of a layer's channels."""
    passing = layer.run.passing
    if passing is not None and passing.maps is layer.maps:
        return passing.statistics
    return channel_statistics(layer.maps)


@kept(OpenLayer)
def mosaic(layer: OpenLayer, channels: tuple[int, ...], scope: str, limit: float, columns: int, cell: int) -> Mosaic:
    """Draw some of a layer's maps in one picture."""
    return mosaic_png(layer.maps, channels, RangeScope(scope), fixed=limit, columns=columns, cell=cell)


@kept(OpenLayer)
def board(
    layer: OpenLayer, first: int, end: int, how: tuple[str | float, ...], _made: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return what a page of a layer's maps shows, made by `_made`; `how` is what else was chosen."""
    return _made()


@kept(OpenLayer)
def one_map(layer: OpenLayer, channel: int, scope: str, limit: float) -> tuple[bytes, Range]:
    """Draw one map, a pixel a value; return the PNG and its range."""
    colours = value_range(layer.maps, RangeScope(scope), channel, limit)
    return map_png(layer.maps[:, :, channel], colours), colours


@kept(OpenLayer)
def map_or_channel(layer: OpenLayer, channel: int) -> tuple[bytes, Range]:
    """Draw one map in its layer's range, or a channel of the picture in its colour; return the PNG and the range."""
    known = picture_channels(layer.info, layer.row)
    colours = value_range(layer.maps, RangeScope.PER_LAYER)
    if known:
        return channel_png(layer.maps, channel, known[channel].tint), colours
    return map_png(layer.maps[:, :, channel], colours), colours


@kept(OpenLayer)
def overlay(layer: OpenLayer, channel: int, scope: str, limit: float) -> bytes:
    """Lay one map over the network's input; PNG, a pixel of the input one of the picture as far as 480 go: the browser
    enlarges it."""
    colours = value_range(layer.maps, RangeScope(scope), channel, limit)
    pixels = layer.picture.pixels
    return overlay_png(pixels, layer.maps[:, :, channel], colours, min(480, max(pixels.shape[:2])))


@kept(OpenLayer)
def histogram(layer: OpenLayer, channel: int | None, language: str) -> Any:
    """Draw how a map's values are spread, or all of the layer's without one, in a language."""
    values = layer.maps if channel is None else layer.maps[:, :, channel]
    return figures.histogram_figure(values, translate=_)


@kept(OpenLayer)
def vector(layer: OpenLayer, language: str) -> Any:
    """Draw the values of a layer without height and width, in a language."""
    return figures.vector_figure(layer.maps, translate=_)


@kept(OpenLayer)
def network_figure(layer: OpenLayer, language: str) -> Any:
    """Draw what the values of all layers are like, the open one marked, in a language."""
    return network_figures.network_figure(layer.answers.statistics, layer.name, translate=_)


@kept(OpenLayer)
def seen_pixels(layer: OpenLayer, place: tuple[int, ...]) -> tuple[bytes, seen.Extent | None]:
    """Return the network's input as PNG, dark but for what a value sees, and the box of that, if any; the browser
    enlarges it."""
    box = seen.seen_pixels(layer.rows, layer.name, place)
    (top, left), (bottom, right) = box or ((0, 0), (-1, -1))
    height, width = layer.picture.pixels.shape[:2]
    shown = max(0, top), max(0, left), min(height, bottom + 1), min(width, right + 1)
    return picture_png(dimmed_outside(layer.picture.pixels, shown), min(300, max(height, width))), box


@kept(LayerKernels)
def kernel_pairs(own: LayerKernels, shown: tuple[int, ...], scope: str, limit: float) -> Tiles:
    """Draw the kernels of some filters beside the maps they make."""
    return own.pairs(shown, scope, limit)


@kept(LayerKernels)
def filter_kernels(own: LayerKernels, number: int, first: int, end: int) -> Tiles:
    """Draw some of the kernels of one filter."""
    return own.tiles(number, first, end)
