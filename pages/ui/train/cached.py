"""What the page Train asks of the workers, and what it keeps of the answers."""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from cnn_core.arrays import Bytes, Flags, Labels, Output
from cnn_core.drawing.strips import strip_png
from cnn_core.errors import CnnError
from cnn_core.layers import Layer
from cnn_core.models.kept_files import is_kept, keep_file
from cnn_core.models.keys import FILE, ModelKey
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from cnn_core.steps import Step, counting
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.gathering import Checked, gather
from cnn_core.training.sets.parts import STORE, Parts, read_parts
from cnn_core.training.sets.pipeline import Pipeline, pipeline
from cnn_core.training.sets.sources import Shapes, Shipped
from cnn_core.training.sets.split import Counts, Part
from pages.ui.cached import at_once
from pages.ui.compute import HERE, WORK
from pages.ui.entered import Chosen
from pages.ui.questions import question, stoppable

STRIP_SIDE = 96
"""Pixels of a picture in a row of them."""
_IN_A_STRIP = 16
DRAWS = 16
"""Of the augmentation, of one picture."""
_EXAMPLES = 32
"""A batch, as in the course."""
_QUICK_BYTES = 8_000_000
"""Of pictures that are drawn or ship: they are there at once, while workers still start."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What the page shows of the pictures of a training.

    Attributes:
        classes: what they are called.
        counts: how many of each there are, part by part.
        strips: the first pictures to train on, a row a class, as PNG.
        examples: the first batch of the pictures to train on, (N, H, W, C) in bytes.
        labels: of these.
        names: of these.
    """

    classes: tuple[str, ...]
    counts: tuple[Counts, ...]
    strips: tuple[bytes, ...]
    examples: Bytes
    labels: Labels
    names: tuple[str, ...]

    @property
    def total(self) -> Counts:
        """Return how many pictures each part has."""
        return Counts(*map(sum, zip(*self.counts, strict=True)))


@dataclass(frozen=True)
class GivenPictures:
    """What a reader gave; two are equal where their digests are.

    Attributes:
        pictures: by class, names and bytes; or a zip.
    """

    digest: str
    pictures: dict[str, list[tuple[str, bytes]]] | bytes = field(compare=False, repr=False)

    @classmethod
    def of_zip(cls, data: bytes) -> "GivenPictures":
        return cls(sha256(data).hexdigest(), data)

    @classmethod
    def of_classes(cls, classes: Iterable[tuple[str, Iterable[Chosen]]]) -> "GivenPictures":
        """Return pictures by class; classes of one name are one."""
        by_name: dict[str, list[tuple[str, bytes]]] = {}
        told = sha256()
        for name, pictures in classes:
            for picture in pictures:
                by_name.setdefault(name, []).append((picture.name, picture.data))
                told.update(f"{name}\0{picture.name}\0{picture.digest}\0".encode())
        return cls(told.hexdigest(), by_name)


@question
@stoppable
def gathered(given: GivenPictures) -> "Future[Checked]":
    """What a reader gave, checked and kept on disk."""
    return HERE.submit(_gathered, given.pictures)


def _gathered(pictures: dict[str, list[tuple[str, bytes]]] | bytes) -> Checked:
    with counting(Step.CHECKING) as count:
        return gather(pictures, count)


@dataclass(frozen=True, eq=False)
class Draws:
    """Random versions of a picture.

    Attributes:
        pictures: (N, H, W, C) in bytes.
        filled: (N, H, W), where nothing of the picture lies and Keras had to fill.
    """

    pictures: Bytes
    filled: Flags


@question
def draws(picture: bytes, shape: tuple[int, int, int], layers: tuple[Layer, ...]) -> "Future[Draws]":
    """A picture, (H, W, C) in bytes, as Keras's layers change it at random, several times."""
    return WORK.submit(_draws, picture, shape, layers)


def _draws(picture: bytes, shape: tuple[int, int, int], layers: tuple[Layer, ...]) -> Draws:
    from cnn_core.keras_model.augmenting import draws as drawn  # only a worker may import Keras

    pixels = np.frombuffer(picture, np.uint8).reshape(shape).astype(np.float32) / np.float32(255)
    made = drawn(pixels, layers, DRAWS)
    return Draws(np.rint(made.pictures * 255).astype(np.uint8), made.filled)


@question
@stoppable
def shown(data: Data) -> "Future[Shown]":
    """The pictures of a training; few of ours, and what was read before, at once."""
    return at_once(_shown(data)) if _is_quick(data) or _is_read(data) else HERE.submit(_shown, data)


@question
def way(data: Data, batch_size: int) -> "Future[Pipeline]":
    """The way of a batch of the pictures into a network."""
    return at_once(pipeline(data, batch_size)) if _is_quick(data) else HERE.submit(pipeline, data, batch_size)


def _is_read(data: Data) -> bool:
    return STORE.find(data.digest) is not None


def _is_quick(data: Data) -> bool:
    match data.source:
        case Shapes(classes, per_class):
            return len(classes) * per_class * data.size[0] * data.size[1] * data.channels <= _QUICK_BYTES
        case Shipped():
            return True
    return False


def _shown(data: Data) -> Shown:
    parts = _counted_parts(data)
    labels, pictures = parts.train.labels, parts.train.pictures
    classes = range(len(parts.classes))
    strips = [strip_png(pictures[np.flatnonzero(labels == label)[:_IN_A_STRIP]], STRIP_SIDE) for label in classes]
    each = [[int((parts.part(part).labels == label).sum()) for part in Part] for label in classes]
    return Shown(
        parts.classes,
        tuple(Counts(*numbers) for numbers in each),
        tuple(strips),
        np.array(pictures[:_EXAMPLES]),
        np.array(labels[:_EXAMPLES]),
        parts.names[Part.TRAIN][:_EXAMPLES],
    )


def _counted_parts(data: Data) -> Parts:
    """Return the pictures of a training; whoever waits hears how many are read."""
    with counting(Step.READING) as count:
        return read_parts(data, count)


@question
@stoppable
def some_pictures(data: Data, part: Part, places: tuple[int, ...]) -> "Future[tuple[bytes, ...]]":
    """Some pictures of a part, by their places, as PNG; at once where they were read before."""
    if _is_read(data):
        return at_once(_some_pictures(data, part, places))
    return HERE.submit(_some_pictures, data, part, places)


def _some_pictures(data: Data, part: Part, places: tuple[int, ...]) -> tuple[bytes, ...]:
    pictures = _counted_parts(data).part(part).pictures
    return tuple(strip_png(pictures[place : place + 1], STRIP_SIDE) for place in places)


@dataclass(frozen=True, eq=False)
class DroppedValues:
    """What dropout does behind a layer, for one picture.

    Attributes:
        picture: as PNG.
        label: its class.
        values, draws, answer, answers: as `keras_model.dropping.Dropped` has them.
    """

    picture: bytes
    label: int
    values: Output
    draws: Output
    answer: Output
    answers: Output


@question
def dropped(data: Data, place: int, key: str, layer: str, rate: float) -> "Future[DroppedValues]":
    """What Dropout does behind a layer of a trained network, for the test picture of this place."""
    return HERE.submit(_dropped, data, place, key, layer, rate)


def _dropped(data: Data, place: int, key: str, layer: str, rate: float) -> DroppedValues:
    from cnn_core.keras_model.dropping import dropped as drawn  # only a worker may import Keras
    from cnn_core.models.loading import entered

    test = _counted_parts(data).test
    picture = np.asarray(test.pictures[place])
    made = drawn(*entered(key, picture.astype(np.float32) / np.float32(255)), layer, rate)
    return DroppedValues(strip_png(picture[np.newaxis], STRIP_SIDE), int(test.labels[place]), *made)


# Models ---------------------------------------------------------------------------------------------------------------


def trained_model(file: Path) -> ModelKey:
    """Return a run's model as a file that the workers open; it is read only where it is new or no longer kept.

    Raises:
        CnnError: it is gone, or there is no room for it.
    """
    try:
        status = file.stat()
        digest = _kept_file(file, status.st_mtime_ns, status.st_size)
        return ModelKey(FILE, digest if is_kept(digest) else keep_file(file.read_bytes()))
    except FileNotFoundError as error:
        raise CnnError(N_("The model of this run is no longer here. Train again.")) from error


def lite_model(file: Path) -> bytes:
    """Return a run's model as a TensorFlow Lite file; a worker makes it, in a second or, of a large one, in many."""
    return HERE.submit(_lite, file).result()


def _lite(file: Path) -> bytes:
    from cnn_core.keras_model.lite import tflite  # only a worker may import Keras

    return tflite(file)


def onnx_model(network: Network, file: Path) -> bytes:
    """Return a run's model as a file of ONNX, which a worker makes; raises CnnError."""
    return WORK.submit(_onnx, network, file).result()


def _onnx(network: Network, file: Path) -> bytes:
    from cnn_core.keras_model.saving import trained_onnx  # only a worker may import Keras

    return trained_onnx(network, file)


@lru_cache(256)
def _kept_file(file: Path, _written: int, _size: int) -> str:
    """Keep a file as it is at one moment, and return its SHA-256."""
    return keep_file(file.read_bytes())
