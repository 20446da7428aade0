"""The only cache decorators. Each has a bound; every key is an enum, a number or a digest, so none can collide.

Work in the workers is cached as its future: whoever asks again, in whichever session, gets the same one.
"""

import hashlib
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.drawing import figures
from cnn_core.drawing import network_figure as network_figures
from cnn_core.drawing.kernel_tiles import Tiles
from cnn_core.drawing.mosaic import (
    ChannelStatistics,
    Mosaic,
    Range,
    RangeScope,
    channel_statistics,
    map_png,
    mosaic_png,
    reduce_maps,
    value_range,
)
from cnn_core.drawing.png import Pixels, dimmed_outside, overlay_png, picture_png
from cnn_core.explain import seen as explain_seen
from cnn_core.models import attention, run, survey
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.keys import is_bundled
from cnn_core.network.folding import Block, fold
from cnn_core.network.summary import Summary, summarize
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Fit, Preparation, Prepared, brightness, prepare
from cnn_core.pictures.read import InputImage, read_image
from cnn_core.pictures.samples import SAMPLES, sample_bytes
from cnn_core.sentences import Note
from pages.ui.compute import WORK


@dataclass(frozen=True)
class View:
    """Which picture enters which model, and how. `digest` is the SHA-256 of the picture's bytes."""

    model: str
    digest: str
    fit: str
    invert: bool

    @property
    def key(self) -> tuple[str, str, str, bool]:
        return self.model, self.digest, self.fit, self.invert


@dataclass(frozen=True, eq=False)
class Entered:
    """A picture as it enters a model; `title` is English, to be translated."""

    title: str
    view: View
    ready: Prepared


@st.cache_resource(max_entries=4, show_spinner=False)
def picture(digest: str, _data: bytes) -> InputImage:
    """Return the decoded picture; raises ImageError."""
    return read_image(_data)


@st.cache_resource(max_entries=32, show_spinner=False)
def prepared(model: str, digest: str, fit: str, invert: bool, _data: bytes) -> Prepared:
    """Return the picture as the model takes it; raises ImageError."""
    info = model_info(model).result()
    preparation = Preparation(*info.input_size, info.colour, Fit(fit), invert and info.colour is Colour.GREY)
    return prepare(picture(digest, _data).pixels, preparation)


@st.cache_resource(max_entries=4, show_spinner=False)
def entered_samples(model: str, fit: str) -> tuple[Entered, ...]:
    """Return all sample pictures as the model takes them."""
    found = []
    for sample in SAMPLES:
        data = sample_bytes(sample.key)
        view = View(model, hashlib.sha256(data).hexdigest(), fit, False)
        found.append(Entered(sample.title, view, prepared(*view.key, data)))
    return tuple(found)


@dataclass(frozen=True)
class ShownPictures:
    """The original, darkened where the network does not look, and the network's input, as PNG, with what was done."""

    original: bytes
    seen: bytes
    cropped: bool
    notes: tuple[Note, ...]


@st.cache_resource(max_entries=64, show_spinner=False)
def shown_pictures(model: str, digest: str, fit: str, invert: bool, _data: bytes) -> ShownPictures:
    """Return both pictures for the screen; raises ImageError."""
    image = picture(digest, _data)
    ready = prepared(model, digest, fit, invert, _data)
    original = picture_png(dimmed_outside(image.pixels, ready.box))
    cropped = ready.box != (0, 0, *image.pixels.shape[:2])
    return ShownPictures(original, picture_png(ready.pixels), cropped, image.notes + ready.notes)


@st.cache_resource(max_entries=16, show_spinner=False)
def model_info(model: str) -> "Future[ModelInfo]":
    """Ask what is known of a model; of a bundled one that is there at once."""
    if not is_bundled(model):
        return WORK.submit(describe, model)
    known: Future[ModelInfo] = Future()
    known.set_result(describe(model))
    return known


@st.cache_resource(max_entries=8, show_spinner=False)
def network(model: str) -> Summary:
    """Return the figures of the layers of a model that was described."""
    return summarize(model_info(model).result().network)


@st.cache_resource(max_entries=8, show_spinner=False)
def blocks(model: str) -> tuple[Block, ...]:
    """Return a model's layers, folded."""
    return fold(network(model).rows)


@st.cache_resource(max_entries=16, show_spinner=False)
def answers(model: str, digest: str, fit: str, invert: bool, _prepared: Prepared) -> "Future[run.Answers]":
    """Send the picture through the model in a worker."""
    return WORK.submit(run.run, model, _prepared.pixels)


@st.cache_resource(max_entries=8, show_spinner=False)
def strip(
    view: tuple[str, str, str, bool],
    ran: bool,
    unfolded: tuple[str, ...],
    language: str,
    _draw: Callable[[], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Keep what the film strip shows, in a language: hundreds of sentences and pictures."""
    return _draw()


@st.cache_resource(max_entries=16, show_spinner=False)
def layer_maps(model: str, digest: str, fit: str, invert: bool, layer: str, _prepared: Prepared) -> "Future[run.Maps]":
    """Fetch one layer's output from a worker."""
    return WORK.submit(run.layer_maps, model, _prepared.pixels, layer)


@st.cache_resource(max_entries=8, show_spinner=False)
def layer_weights(model: str, layer: str) -> "Future[tuple[run.Maps, ...]]":
    """Fetch a layer's weights from a worker, in Keras's order."""
    return WORK.submit(run.layer_weights, model, layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def surveyed(model: str, digest: str, fit: str, invert: bool, _prepared: Prepared) -> "Future[survey.Survey]":
    """Measure all channels on a picture in a worker."""
    return WORK.submit(survey.survey_of, model, _prepared.pixels)


@st.cache_resource(max_entries=16, show_spinner=False)
def statistics(model: str, digest: str, fit: str, invert: bool, layer: str, _maps: run.Maps) -> ChannelStatistics:
    """Return the figures of a layer's channels."""
    return channel_statistics(_maps)


@st.cache_resource(max_entries=32, show_spinner=False)
def overlay(
    view: tuple[str, str, str, bool],
    layer: str,
    channel: int,
    scope: str,
    limit: float,
    _pixels: Pixels,
    _maps: run.Maps,
) -> bytes:
    """Lay one map over the network's input; PNG."""
    return overlay_png(_pixels, _maps[:, :, channel], value_range(_maps, RangeScope(scope), channel, limit))


@st.cache_resource(max_entries=32, show_spinner=False)
def one_map(
    view: tuple[str, str, str, bool], layer: str, channel: int, scope: str, limit: float, _maps: run.Maps
) -> tuple[bytes, Range]:
    """Draw one map, a pixel a value; return the PNG and its range."""
    reach = value_range(_maps, RangeScope(scope), channel, limit)
    return map_png(_maps[:, :, channel], reach), reach


@st.cache_resource(max_entries=32, show_spinner=False)
def histogram(
    view: tuple[str, str, str, bool],
    layer: str,
    channel: int | None,
    language: str,
    _translate: Callable[[str], str],
    _maps: run.Maps,
) -> Any:
    """Draw how a map's values are spread, or all of the layer's without one, in a language."""
    values = _maps if channel is None else _maps[:, :, channel]
    return figures.histogram_figure(values, translate=_translate)


@st.cache_resource(max_entries=16, show_spinner=False)
def network_figure(
    view: tuple[str, str, str, bool], layer: str, language: str, _translate: Callable[[str], str], _answers: run.Answers
) -> Any:
    """Draw what the values of all layers are like, in a language."""
    layers = {name: one.statistics for name, one in _answers.layers.items()}
    return network_figures.network_figure(layers, layer, translate=_translate)


@st.cache_resource(max_entries=32, show_spinner=False)
def kernel_tiles(
    view: tuple[str, str, str, bool], layer: str, kernels: tuple[int, ...], beside: str, _draw: Callable[[], Tiles]
) -> Tiles:
    """Keep a picture of kernels; `beside` says what it depends on besides them."""
    return _draw()


@st.cache_resource(max_entries=64, show_spinner=False)
def mosaic(
    view: tuple[str, str, str, bool],
    layer: str,
    channels: tuple[int, ...],
    scope: str,
    limit: float,
    columns: int,
    cell: int,
    _maps: run.Maps,
) -> Mosaic:
    """Draw some of a layer's maps in one picture."""
    return mosaic_png(_maps, channels, RangeScope(scope), fixed=limit, columns=columns, cell=cell)


@st.cache_resource(max_entries=8, show_spinner=False)
def small_picture(digest: str, longest: int, _data: bytes) -> Pixels:
    """Return the picture (H, W, 3) reduced by a whole factor to at most `longest` on its longer side."""
    pixels = picture(digest, _data).pixels
    return reduce_maps(pixels, -(-max(pixels.shape[:2]) // longest))


@st.cache_resource(max_entries=16, show_spinner=False)
def seen_pixels(
    view: tuple[str, str, str, bool], layer: str, place: tuple[int, ...], _pixels: Pixels
) -> tuple[bytes, explain_seen.Box | None]:
    """Return the network's input as PNG, dark but for what a value sees, and the box of that, if any."""
    seen = explain_seen.seen_pixels(model_info(view[0]).result().network, layer, place)
    (top, left), (bottom, right) = seen or ((0, 0), (-1, -1))
    height, width = _pixels.shape[:2]
    box = max(0, top), max(0, left), min(height, bottom + 1), min(width, right + 1)
    return picture_png(dimmed_outside(_pixels, box), 300), seen


@st.cache_resource(max_entries=16, show_spinner=False)
def whole_picture(digest: str, colours: bool, _pixels: Pixels) -> bytes:
    """Return a picture in colours or grey as PNG."""
    return picture_png(_pixels)


@st.cache_resource(max_entries=8, show_spinner=False)
def grey_numbers(digest: str, longest: int, _small: Pixels) -> Pixels:
    """Return a reduced picture's brightness (H, W, 1) in whole numbers from 0 to 255."""
    return np.round(brightness(_small) * 255)


@st.cache_resource(max_entries=8, show_spinner=False)
def filtered(digest: str, convolution: Hashable, colours: bool, _work: Callable[[], Any]) -> Any:
    """Keep a picture's convolution; `convolution` is a frozen dataclass that says all that it depends on."""
    return _work()


@st.cache_resource(max_entries=16, show_spinner=False)
def grad_cam(
    model: str, digest: str, fit: str, invert: bool, index: int, layer: str, _prepared: Prepared
) -> "Future[attention.Heat]":
    """Ask where a layer's maps speak for a class."""
    return WORK.submit(attention.grad_cam, model, _prepared.pixels, index, layer)


@st.cache_resource(max_entries=16, show_spinner=False)
def saliency(
    model: str, digest: str, fit: str, invert: bool, index: int, _prepared: Prepared
) -> "Future[attention.Heat]":
    """Ask how a class's score answers to each pixel."""
    return WORK.submit(attention.saliency, model, _prepared.pixels, index)


@st.cache_resource(max_entries=8, show_spinner=False)
def occlusion(
    model: str,
    digest: str,
    fit: str,
    invert: bool,
    index: int,
    patch: int,
    stride: int,
    _prepared: Prepared,
    _plan: attention.Boxes,
) -> "list[Future[attention.Heat]]":
    """Ask for every row of a plan; each can be given up on its own."""
    return [WORK.submit(attention.occlusion_chunk, model, _prepared.pixels, index, row) for row in _plan]


@st.cache_resource(max_entries=8, show_spinner=False)
def place_of_cut(digest: str, box: tuple[int, int, int, int], _pixels: Pixels) -> bytes:
    """Return a picture as PNG, dark but for a box."""
    return picture_png(dimmed_outside(_pixels, box), 300)


@st.cache_resource(max_entries=8, show_spinner=False)
def reductions(key: str, _work: Callable[[], Any]) -> Any:
    """Keep what all ways of pooling make of an input; `key` is a digest of all they take."""
    return _work()


@st.cache_resource(max_entries=64, show_spinner=False)
def measured(measure: Hashable, key: str, language: str, _work: Callable[[], Any]) -> Any:
    """Keep what a measure, a frozen dataclass, found in a language; `key` is a digest of what it was measured on."""
    return _work()
