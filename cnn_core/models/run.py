"""A picture through a model: what every layer makes of it, small enough to be sent from process to process.

Importing this module imports no TensorFlow; calling a function of it does. They are plain functions: a notebook can
call them as well as a worker process.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from cachetools import LRUCache

from cnn_core.arrays import Output, Pixels, Weights
from cnn_core.drawing.colour_scale import LARGEST_LIMIT, SMALLEST_LIMIT
from cnn_core.drawing.mosaic import Mosaic, Range, RangeScope, mosaic_png, value_range
from cnn_core.drawing.statistics import LayerStatistics, layer_statistics
from cnn_core.drawing.thumbnails import bars_png, column_png, stripes_png, tinted_mosaic, tinted_png
from cnn_core.errors import CnnError
from cnn_core.explain.contributions import Contributions
from cnn_core.explain.contributions import contributions as contributions_in
from cnn_core.explain.parts import Place
from cnn_core.explain.path import PathStep
from cnn_core.explain.path import strongest_path as path_in
from cnn_core.models.bundled import BUNDLED
from cnn_core.models.channels import channels_of
from cnn_core.models.loading import Loaded, entered, load
from cnn_core.models.memory import KEPT_BYTES
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.network.whole import MOST_COLUMNS, is_drawn_whole, scale_groups
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import N_

DRAWN_AXES: Final = (1, 3)
FULL_FROM: Final = 98
"""The percentile of a group's magnitudes from which on colours are full."""
THUMBNAILS: Final = 3
THUMBNAIL_SIDE: Final = 40
THUMBNAIL_GAP: Final = 2
SHEET_SIDE: Final = 20
SHEET_COLUMNS: Final = 32
COLUMN_SIDE: Final = 64
"""Pixels of a map in a network that is drawn whole."""
Tints = tuple[tuple[int, int, int], ...]
"""The colours of a picture's channels."""
NO_LAYER: Final = N_('There is no layer "{layer}" in this model. Choose one from the list.')


@dataclass(frozen=True, eq=False)
class Column:
    """All maps of a layer, for a network that is drawn whole.

    Attributes:
        picture: a PNG of the maps below one another, or of a vector's values as stripes.
        reach: the range of the layer's group; None where the picture shows the channels of a picture.
    """

    picture: bytes
    reach: Range | None


@dataclass(frozen=True, eq=False)
class LayerAnswer:
    """What a layer makes of a picture.

    Attributes:
        strongest: the maps that differ most from place to place, by their standard deviation: what a filter answers
            to everywhere alike says little of a picture. Of single values the largest.
        thumbnail: these as a PNG, all in one range, full from their `FULL_FROM`th percentile on; an input's channels in
            their own colours, a vector as bars.
        statistics: of all its values; None of a picture that passes.
        column: all its maps, where the network is small enough to be drawn whole.
    """

    strongest: tuple[int, ...]
    thumbnail: bytes
    statistics: LayerStatistics | None
    column: Column | None = None


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model makes of a picture.

    Attributes:
        layers: by name, those whose output `is_drawn`.
        outputs: by the names of their layers, the model's outputs in its own order, (units,) or maps.
    """

    layers: dict[str, LayerAnswer]
    outputs: dict[str, Output]

    @property
    def scores(self) -> Output:
        """Return the first of the outputs."""
        return next(iter(self.outputs.values()))

    @property
    def statistics(self) -> dict[str, LayerStatistics]:
        """Return the figures of all layers, by name; none of a picture that passes."""
        return {name: layer.statistics for name, layer in self.layers.items() if layer.statistics is not None}


def run(key: str, pixels: Pixels) -> Answers:
    """Send `pixels` (H, W, C) in [0, 1] through a model (see `models`); raises CnnError where they do not fit."""
    maps = _kept_maps(key, pixels)
    return _answers(load(key), maps, maps)


@dataclass(frozen=True, eq=False)
class Glance:
    """What is shown of a picture that passes.

    Attributes:
        answers: of the layers that were asked for.
        maps: one layer's output, mostly (H, W, C) or (units,).
    """

    answers: Answers
    maps: Output


def glance(key: str, pixels: Pixels, layers: Collection[str], layer: str) -> Glance:
    """Send a picture through a model as `run` does, look at these layers only, and keep nothing.

    Args:
        layers: of which there will be answers, as far as they can be drawn.
        layer: whose whole output is wanted; it is among the answers too.

    Raises:
        CnnError: a layer that is not there, or pixels that do not fit.
    """
    maps = all_maps(key, pixels)
    if layer not in maps:
        raise CnnError(NO_LAYER, layer=layer)
    return Glance(_answers(load(key), maps, {*layers, layer}, passes=True), maps[layer])


def _answers(loaded: Loaded, maps: Mapping[str, Output], names: Collection[str], passes: bool = False) -> Answers:
    """Return what these layers make of a picture; without figures of one that passes, which take long."""
    tints = _tints(loaded.network, loaded.scaling)
    columns = _columns(loaded, maps, tints)
    layers = {
        name: _layer_answer(values, tints.get(name), columns.get(name), passes)
        for name, values in maps.items()
        if name in names and is_drawn(values)
    }
    return Answers(layers, {name: maps[name] for name in loaded.outputs})


def is_drawn(output: Output) -> bool:
    """Say whether a layer's output is maps (H, W, C) or a vector (units,): a Reshape may give it any axes."""
    return output.ndim in DRAWN_AXES


def layer_maps(key: str, pixels: Pixels, layer: str) -> Output:
    """Return one layer's output, mostly (H, W, C) or (units,); raises CnnError for a layer that is not there."""
    maps = _kept_maps(key, pixels)
    if layer not in maps:
        raise CnnError(NO_LAYER, layer=layer)
    return maps[layer]


def layer_weights(key: str, layer: str) -> tuple[Weights, ...]:
    """Return a layer's arrays in Keras's order; raises CnnError for a layer that is not there."""
    from cnn_core import keras_model

    loaded = load(key)
    if layer not in (named.name for named in loaded.network.layers):
        raise CnnError(NO_LAYER, layer=layer)
    return keras_model.layer_weights(loaded.model, layer)


def contributions(key: str, pixels: Pixels, layer: str) -> Contributions:
    """Return what the maps before a layer add to each of its maps; raises CnnError for a layer that is not there."""
    weights = layer_weights(key, layer)
    return contributions_in(load(key).network, layer, weights, _kept_maps(key, pixels))


def strongest_path(key: str, pixels: Pixels, layer: str, place: Place) -> tuple[PathStep, ...]:
    """Return the strongest path from a value back to a pixel; raises CnnError for a value that is not there."""
    maps = _kept_maps(key, pixels)
    if layer not in maps:
        raise CnnError(NO_LAYER, layer=layer)
    return path_in(load(key).network, layer, place, partial(layer_weights, key), maps)


@dataclass(frozen=True, eq=False)
class Influences:
    """What a layer's maps are made of, and a look at those.

    Attributes:
        contributions: which maps add most to each.
        sheets: by the names of sources with maps, those of their maps that are among them, small.
    """

    contributions: Contributions
    sheets: dict[str, Mosaic]


def influences(key: str, pixels: Pixels, layer: str) -> Influences:
    """Return what the maps of a layer are made of; raises CnnError for a layer that is not there."""
    loaded = load(key)
    return influences_in(contributions(key, pixels, layer), _kept_maps(key, pixels), loaded.network, loaded.scaling)


def influences_in(found: Contributions, maps: Mapping[str, Output], network: Network, scaling: Scaling) -> Influences:
    """Return contributions with a look at the maps that make them, which are among `maps`."""
    tints = _tints(network, scaling)
    drawn = {number: source for number, source in enumerate(found.sources) if maps[source].ndim == 3}
    sheets = {source: _sheet(maps[source], found, number, tints.get(source)) for number, source in drawn.items()}
    return Influences(found, sheets)


def _sheet(maps: Output, found: Contributions, number: int, tints: Tints | None) -> Mosaic:
    if tints:
        return tinted_mosaic(maps, tints, SHEET_SIDE)
    channels = np.unique(found.channels[found.numbers == number]).tolist() or [0]
    return mosaic_png(maps, channels, RangeScope.PER_LAYER, columns=SHEET_COLUMNS, cell=SHEET_SIDE, gap=0)


def warm_up() -> None:
    """Import TensorFlow, load the bundled models and trace them with an empty picture."""
    for bundled in BUNDLED:
        channels = 1 if bundled.colour == "grey" else 3
        run(bundled.key, np.zeros((*bundled.input_size, channels), np.float32))


def _bytes(maps: dict[str, Output]) -> int:
    return sum(values.nbytes for values in maps.values())


_KEPT: LRUCache[tuple[object, ...], dict[str, Output]] = LRUCache(KEPT_BYTES, getsizeof=_bytes)


def all_maps(key: str, pixels: Pixels) -> dict[str, Output]:
    """Return every layer's output by its name, computed anew and kept nowhere."""
    from cnn_core.keras_model import feature_maps

    return feature_maps(*entered(key, pixels))


def _kept_maps(key: str, pixels: Pixels) -> dict[str, Output]:
    place = (key, pixels.shape, pixels.dtype.str, hashlib.sha256(pixels.tobytes()).hexdigest())
    maps = _KEPT.get(place)
    if maps is None:
        maps = all_maps(key, pixels)
        if _bytes(maps) <= KEPT_BYTES:
            _KEPT[place] = maps
    return maps


def _layer_answer(maps: Output, tints: Tints | None, column: Column | None, passes: bool) -> LayerAnswer:
    strengths = maps.std(axis=(0, 1)) if maps.ndim == 3 else maps
    if maps.shape[:-1] == (1, 1):  # one value has no spread
        strengths = maps[0, 0]
    strongest = tuple(np.argsort(-strengths, kind="stable")[:THUMBNAILS].tolist())
    statistics = None if passes else layer_statistics(maps)
    return LayerAnswer(strongest, _thumbnail(maps, strongest, tints), statistics, column)


def _thumbnail(maps: Output, strongest: tuple[int, ...], tints: Tints | None) -> bytes:
    if tints:
        return tinted_png(maps, tints, THUMBNAIL_SIDE, below=False, gap=THUMBNAIL_GAP)
    if maps.ndim == 1:
        length = THUMBNAILS * (THUMBNAIL_SIDE + THUMBNAIL_GAP)
        return bars_png(maps, value_range(maps, RangeScope.PER_LAYER), length, THUMBNAIL_SIDE)
    limit = _full_colour([maps[:, :, list(strongest)]])
    scope = RangeScope.FIXED if SMALLEST_LIMIT <= limit <= LARGEST_LIMIT else RangeScope.PER_LAYER
    return mosaic_png(
        maps, strongest, scope, fixed=limit, columns=THUMBNAILS, cell=THUMBNAIL_SIDE, gap=THUMBNAIL_GAP
    ).png


def _tints(network: Network, scaling: Scaling) -> dict[str, Tints]:
    """Return the colours of the channels of each input that is a picture, by the layer's name."""
    channels = {named.name: channels_of(named.layer, scaling) for named in network.layers}
    return {name: tuple(channel.tint for channel in known) for name, known in channels.items() if known}


def _columns(loaded: Loaded, maps: Mapping[str, Output], tints: Mapping[str, Tints]) -> dict[str, Column]:
    """Return all maps of each layer where the network is drawn whole, in the ranges of their groups; else nothing."""
    if len(loaded.network.layers) > MOST_COLUMNS:
        return {}
    rows = summarize(loaded.network).rows
    if not is_drawn_whole(rows):
        return {}
    columns: dict[str, Column] = {}
    for group in scale_groups(rows):
        drawn = {name: maps[name] for name in group if name in maps}
        reaches = [value_range(values, RangeScope.PER_LAYER) for values in drawn.values()]
        reach = Range(_full_colour(drawn.values()), any(one.signed for one in reaches))
        columns |= {name: _column(values, reach, tints.get(name)) for name, values in drawn.items()}
    return columns


def _full_colour(outputs: Iterable[Output]) -> float:
    """Return the magnitude from which on colours are full: a few large values would leave all others pale."""
    magnitudes = np.concatenate([np.abs(values).ravel() for values in outputs] or [np.zeros(0, np.float32)])
    known = magnitudes[np.isfinite(magnitudes)]
    return float(np.percentile(known, FULL_FROM) or known.max()) if known.size else 0.0


def _column(maps: Output, reach: Range, tints: Tints | None) -> Column:
    if tints:
        return Column(tinted_png(maps, tints, COLUMN_SIDE, below=True), None)
    if maps.ndim == 1:
        return Column(stripes_png(maps, reach), reach)
    return Column(column_png(maps, reach, COLUMN_SIDE), reach)
