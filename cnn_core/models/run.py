"""A picture through a model: what every layer makes of it, small enough to be sent from process to process.

Importing this module imports no TensorFlow; calling a function of it does. They are plain functions: a notebook can
call them as well as a worker process.
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from cachetools import LRUCache

from cnn_core.arrays import Output, Pixels, Weights
from cnn_core.drawing.mosaic import RangeScope, mosaic_png
from cnn_core.drawing.statistics import LayerStatistics, layer_statistics
from cnn_core.errors import CnnError
from cnn_core.explain.contributions import Contributions
from cnn_core.explain.contributions import contributions as contributions_in
from cnn_core.explain.parts import Place
from cnn_core.explain.path import PathStep
from cnn_core.explain.path import strongest_path as path_in
from cnn_core.models.bundled import BUNDLED
from cnn_core.models.loading import entered, load
from cnn_core.models.memory import KEPT_BYTES
from cnn_core.sentences import N_

DRAWN_AXES: Final = (1, 3)
THUMBNAILS: Final = 3
THUMBNAIL_SIDE: Final = 40
NO_LAYER: Final = N_('There is no layer "{layer}" in this model. Choose one from the list.')


@dataclass(frozen=True, eq=False)
class LayerAnswer:
    """What a layer makes of a picture.

    Attributes:
        strongest: the channels with the largest mean.
        thumbnail: these as a PNG, all in the layer's range.
        statistics: of all its values.
    """

    strongest: tuple[int, ...]
    thumbnail: bytes
    statistics: LayerStatistics


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model makes of a picture.

    Attributes:
        layers: by name, those whose output `is_drawn`.
        scores: the first of the model's outputs, (classes,) or maps.
    """

    layers: dict[str, LayerAnswer]
    scores: Output


def run(key: str, pixels: Pixels) -> Answers:
    """Send `pixels` (H, W, C) in [0, 1] through a model (see `models`); raises CnnError where they do not fit."""
    maps = _kept_maps(key, pixels)
    scores = maps[load(key).outputs[0]]
    return Answers({name: _layer_answer(values) for name, values in maps.items() if is_drawn(values)}, scores)


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


def _layer_answer(maps: Output) -> LayerAnswer:
    means = maps.reshape(-1, maps.shape[-1]).mean(axis=0)
    strongest = tuple(np.argsort(-means, kind="stable")[:THUMBNAILS].tolist())
    picture = mosaic_png(maps, strongest, RangeScope.PER_LAYER, columns=THUMBNAILS, cell=THUMBNAIL_SIDE)
    return LayerAnswer(strongest, picture.png, layer_statistics(maps))
