"""What several pages keep: pictures, networks, and the questions to the workers.

Caches stand only in files of this name. Each has a bound in bytes; every key is an enum, a number, a digest, or a value
that has a key of such, so none can collide. Streamlit's own caches take a third of a millisecond to find what they
keep, and a page asks for twenty things.
"""

from collections.abc import Callable, Collection, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, wraps
from inspect import signature
from itertools import chain
from threading import Condition
from typing import Any, TypeVar, cast

import numpy as np
from cachetools import LRUCache

from cnn_core.arrays import Drops, Heat, Output, Pixels, Weights
from cnn_core.drawing.mosaic import reduce_maps
from cnn_core.drawing.png import dimmed_outside, picture_png, picture_webp
from cnn_core.explain.contributions import Contributions
from cnn_core.explain.parts import Place
from cnn_core.explain.path import PathStep
from cnn_core.models import at_hand, attention, looks_for, photograph_answers, run, shape_networks, survey, ways_in
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.keys import is_bundled
from cnn_core.models.recorded import Subject
from cnn_core.network.folding import Block, fold
from cnn_core.network.summary import Summary, summarize
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Fit, Preparation, Prepared, brightness, prepare
from cnn_core.pictures.read import InputImage, read_image
from cnn_core.pictures.samples import SAMPLES, sample_bytes, sample_of, suits
from cnn_core.pictures.scaling import Scaling
from cnn_core.sentences import Note
from pages.ui import memory
from pages.ui.components import data_url
from pages.ui.compute import WORK
from pages.ui.entered import Chosen, Entered
from pages.ui.memory import size_of
from pages.ui.questions import WORKS, long, passes, question

Function = TypeVar("Function", bound=Callable[..., Any])
Answer = TypeVar("Answer")


class Keeping:
    """Results of functions, the last ones as far as they fit into so many bytes together, for all sessions.

    Of two that ask for the same, one makes it and the other waits.
    """

    def __init__(self, most_bytes: int) -> None:
        self._kept: LRUCache[Hashable, tuple[Any, int]] = LRUCache(most_bytes, getsizeof=lambda kept: kept[1])
        self._in_the_making: set[Hashable] = set()
        self._changed = Condition()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, made now where nothing is."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._in_the_making)
            if key in self._kept:
                return self._kept[key][0]
            self._in_the_making.add(key)
        try:
            result = make()
            kept_now = result, size_of(result)
            with self._changed, suppress(ValueError):  # larger than all that is kept
                self._kept[key] = kept_now
            return result
        finally:
            with self._changed:
                self._in_the_making.remove(key)
                self._changed.notify_all()

    @property
    def bytes(self) -> int:
        """Return about how much is kept."""
        return int(self._kept.currsize)

    def forget(self, digest: str) -> None:
        """Keep nothing that was made of a picture."""
        with self._changed:
            for key in [one for one in self._kept if _is_of(one, digest)]:
                del self._kept[key]

    def clear(self) -> None:
        """Keep nothing."""
        with self._changed:
            self._kept.clear()


def _is_of(key: Hashable, digest: str) -> bool:
    """Say whether a key names a picture, itself or in a key within it."""
    left = [key]
    for part in left:  # which grows
        if type(part) in _HOLDING:
            left.extend(cast("Collection[Hashable]", part))
        elif part == digest:
            return True
    return False


_HOLDING = {tuple, frozenset}


DRAWN = Keeping(memory.DRAWN)
"""What is drawn and written, and what is counted of networks."""
DECODED = Keeping(memory.DECODED)
"""Pictures, of which one may be as large as a thousand of the others."""


def forget(digest: str) -> None:
    """Keep nothing that this process has made of a picture."""
    WORKS.forget(digest)
    for keeping in (DRAWN, DECODED):
        keeping.forget(digest)


def forget_all() -> None:
    """Keep nothing that this process has made."""
    for keeping in (DRAWN, DECODED):
        keeping.clear()


def kept(*values: type, within: Keeping = DRAWN) -> Callable[[Function], Function]:
    """Keep the last results of a function, read-only and the same for all sessions, as far as they fit.

    It may take a Chosen, an Entered, a ModelInfo and `values` of other types that have a key; what its parameters call
    `_so` tells no result from another. What passes, a frame of a live camera for example, is not kept: it would push
    out what others look at.
    """
    keyed: tuple[type[Any], ...] = (Chosen, Entered, ModelInfo, *values)

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        names = tuple(signature(function).parameters)

        def key(*arguments: Any, **named: Any) -> Hashable:
            told = chain(zip(names, arguments, strict=False), named.items())
            said = (
                (name, value.key if isinstance(value, keyed) else value)
                for name, value in told
                if not name.startswith("_")
            )
            return function, frozenset(said)

        @wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            if passes(arguments):
                return function(*arguments, **named)
            return within.get(key(*arguments, **named), lambda: function(*arguments, **named))

        return called

    # What it makes is called as the function is.
    return cast("Callable[[Function], Function]", decorated)


_THUMBNAIL = 80
"""Pixels of a sample in a line of them: two a pixel of the screen on most telephones."""


# Pictures -------------------------------------------------------------------------------------------------------------


@cache
def sample(key: str) -> Chosen:
    """Return a sample as if a person had chosen it; there are few. Raises CnnError."""
    told = sample_of(key)
    return Chosen.of(sample_bytes(key), told.title, told.look_for)


@kept(within=DECODED)
def picture(chosen: Chosen) -> InputImage:
    """Return the decoded picture; raises ImageError."""
    return read_image(chosen.data)


@kept(within=DECODED)
def small_picture(chosen: Chosen, longest: int) -> Pixels:
    """Return the picture (H, W, 3) reduced by a whole factor to at most `longest` on its longer side."""
    pixels = picture(chosen).pixels
    return reduce_maps(pixels, -(-max(pixels.shape[:2]) // longest))


@kept()
def _prepared(chosen: Chosen, info: ModelInfo, fit: str, invert: bool) -> Prepared:
    preparation = Preparation(*info.input_size, info.colour, Fit(fit), invert and info.colour is Colour.GREY)
    return prepare(picture(chosen).pixels, preparation)


def entered(chosen: Chosen, info: ModelInfo, fit: str, invert: bool) -> Entered:
    """Return the picture as the model takes it; raises ImageError."""
    # Not kept itself: another person may call the same picture something else.
    prepared = _prepared(chosen, info, fit, invert)
    return Entered(info.key, chosen.digest, fit, invert, chosen.name, prepared, chosen.passes)


@kept()
def entered_samples(info: ModelInfo, fit: str) -> tuple[Entered, ...]:
    """Return all sample pictures as the model takes them."""
    return tuple(entered(sample(known.key), info, fit, False) for known in SAMPLES)


@dataclass(frozen=True)
class ShownPictures:
    """The original, darkened where the network does not look, and the network's input, as PNG, with what was done."""

    original: bytes
    seen: bytes
    cropped: bool
    notes: tuple[Note, ...]


@kept()
def shown_pictures(chosen: Chosen, seen: Entered) -> ShownPictures:
    """Return both pictures for the screen; raises ImageError."""
    image, box = picture(chosen), seen.prepared.box
    original = picture_png(dimmed_outside(image.pixels, box))
    cropped = box != (0, 0, *image.pixels.shape[:2])
    return ShownPictures(original, picture_png(seen.pixels), cropped, image.notes + seen.prepared.notes)


@kept()
def sample_thumbnails(colour: Colour) -> dict[str, str]:
    """Return the samples that a model of these colours may know, by key, as addresses of small pictures."""
    offered = [known.key for known in SAMPLES if suits(known, colour)]
    pictures = [small_picture(sample(key), _THUMBNAIL) for key in offered]
    return {
        key: data_url(picture_webp(pixels, _THUMBNAIL), "webp") for key, pixels in zip(offered, pictures, strict=True)
    }


@kept()
def grey_numbers(chosen: Chosen, longest: int) -> Pixels:
    """Return a reduced picture's brightness (H, W, 1) in whole numbers from 0 to 255."""
    return np.round(brightness(small_picture(chosen, longest)) * 255)


@kept()
def whole_picture(chosen: Chosen, colours: bool) -> bytes:
    """Return the picture in colours or grey as PNG."""
    pixels = picture(chosen).pixels
    return picture_png(pixels if colours else brightness(pixels))


# Models ---------------------------------------------------------------------------------------------------------------


@kept()
def network(info: ModelInfo) -> Summary:
    """Return the figures of a model's layers."""
    return summarize(info.network)


@kept()
def blocks(info: ModelInfo) -> tuple[Block, ...]:
    """Return a model's layers, folded."""
    return fold(network(info).rows)


# Questions to the workers ---------------------------------------------------------------------------------------------


@question
def model_info(model: str) -> "Future[ModelInfo]":
    """What is known of a model; of a bundled one that is there at once."""
    return at_once(describe(model)) if is_bundled(model) else WORK.submit(describe, model)


@question
def answers(picture: Entered) -> "Future[run.Answers]":
    """What all layers make of a picture, and the model's answer; at once where they are recorded."""
    known = at_hand.answers(subject(picture))
    return WORK.submit(run.run, picture.model, picture.pixels) if known is None else at_once(known)


@question
def glance(picture: Entered, layers: tuple[str, ...], layer: str) -> "Future[run.Glance]":
    """What some layers make of a picture that passes, with one layer's output."""
    return WORK.submit(run.glance, picture.model, picture.pixels, layers, layer)


@question
def answers_by_scaling(picture: Entered, scalings: tuple[Scaling, ...], output: str) -> "Future[tuple[Output, ...]]":
    """One of a model's outputs in each of the ways in which a picture may enter."""
    return WORK.submit(ways_in.answers_by_scaling, picture.model, picture.pixels, scalings, output)


@question
def layer_maps(picture: Entered, layer: str) -> "Future[Output]":
    """One layer's output; at once where it is recorded, and where it is what enters a bundled model."""
    known = at_hand.layer_maps(subject(picture), picture.pixels, layer)
    return WORK.submit(run.layer_maps, picture.model, picture.pixels, layer) if known is None else at_once(known)


def is_recorded(picture: Entered) -> bool:
    """Say whether what a bundled model makes of this is recorded, so that no worker is needed for its first view."""
    return at_hand.is_recorded(subject(picture))


def recorded_maps(picture: Entered, layer: str) -> Output | None:
    """Return one layer's output where it is recorded, or enters a bundled model."""
    return at_hand.layer_maps(subject(picture), picture.pixels, layer)


@question
def layer_weights(model: str, layer: str) -> "Future[tuple[Weights, ...]]":
    """A layer's weights, in Keras's order; those of a bundled model at once."""
    known = at_hand.layer_weights(model, layer)
    return WORK.submit(run.layer_weights, model, layer) if known is None else at_once(known)


@question
def contributions(picture: Entered, layer: str) -> "Future[Contributions]":
    """What the maps before a layer add to each of its maps; at once where these are recorded."""
    known = at_hand.contributions(subject(picture), picture.pixels, layer)
    return WORK.submit(run.contributions, picture.model, picture.pixels, layer) if known is None else at_once(known)


@question
def strongest_path(picture: Entered, layer: str, place: Place) -> "Future[tuple[PathStep, ...]]":
    """The strongest path from a value back to a pixel; at once where all that lies on it is recorded."""
    known = at_hand.strongest_path(subject(picture), picture.pixels, layer, place)
    if known is not None:
        return at_once(known)
    return WORK.submit(run.strongest_path, picture.model, picture.pixels, layer, place)


@question
def influences(picture: Entered, layer: str) -> "Future[run.Influences]":
    """What a layer's maps are made of, and a look at those; at once where these are recorded."""
    known = at_hand.influences(subject(picture), picture.pixels, layer)
    return WORK.submit(run.influences, picture.model, picture.pixels, layer) if known is None else at_once(known)


@question
@long
def surveyed(picture: Entered) -> "Future[survey.Survey]":
    """All channels measured on a picture."""
    return WORK.submit(survey.survey_of, picture.model, picture.pixels)


@question
def grad_cam(picture: Entered, output: str, index: int, layer: str) -> "Future[Heat]":
    """Where a layer's maps speak for a class of an output."""
    return WORK.submit(attention.grad_cam, picture.model, picture.pixels, index, layer, output)


@question
def saliency(picture: Entered, output: str, index: int) -> "Future[Heat]":
    """How the score of a class of an output answers to each pixel."""
    return WORK.submit(attention.saliency, picture.model, picture.pixels, index, output)


@question
@long
def occlusion(picture: Entered, output: str, index: int, patch: int, stride: int, row: int) -> "Future[Drops]":
    """How far the score of a class of an output falls under each patch of a row."""
    boxes = attention.occlusion_plan(picture.pixels.shape, patch, stride)[row]
    return WORK.submit(attention.occlusion_chunk, picture.model, picture.pixels, index, boxes, None, output)


@question
@long
def ascended(sought: looks_for.Sought, before: looks_for.Ascent | None) -> "Future[looks_for.Ascent]":
    """A piece of the way to what a channel looks for, from the start or from where another piece ended."""
    return WORK.submit(looks_for.ascend, sought, before)


@question
def shape_answers(picture: Entered) -> "Future[shape_networks.ShapeAnswers]":
    """What the networks for shapes answer to a picture of their size; at once where that is recorded."""
    known = shape_networks.recorded(picture.pixels)
    return WORK.submit(shape_networks.answers, picture.pixels) if known is None else at_once(known)


@question
def photograph_answer(picture: Entered) -> "Future[photograph_answers.PhotographAnswer]":
    """What MobileNetV2 answers to a picture, and where the evidence lies; at once where that is recorded."""
    known = photograph_answers.recorded(picture.digest, picture.fit)
    return WORK.submit(photograph_answers.look, picture.pixels) if known is None else at_once(known)


def subject(picture: Entered) -> Subject:
    """Return what a record of this would be of."""
    return Subject(picture.model, picture.digest, picture.fit, picture.invert)


def at_once(known: Answer) -> "Future[Answer]":
    """Return an answer that needs no worker, as one of theirs."""
    future: Future[Answer] = Future()
    future.set_result(known)
    return future


# What the pages on operations keep under keys of their own ------------------------------------------------------------


@kept()
def filtered(chosen: Chosen, convolution: Hashable, colours: bool, _work: Callable[[], Any]) -> Any:
    """Keep a picture's convolution; `convolution` is a frozen dataclass that says all that it depends on."""
    return _work()


@kept()
def reductions(key: str, _work: Callable[[], Any]) -> Any:
    """Keep what all ways of pooling make of an input; `key` is a digest of all they take."""
    return _work()


@kept()
def measured(measure: Hashable, key: str, language: str, _work: Callable[[], Any]) -> Any:
    """Keep what a measure, a frozen dataclass, found in a language; `key` is a digest of what it was measured on."""
    return _work()
