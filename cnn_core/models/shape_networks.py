"""Small networks that find circles, squares and triangles: what each answers to a picture, and what that means.

They were trained on generated pictures (`pictures.shapes`) by `assets/make/models/train_shapes.py`, which also measured
them on others; their files and the record of both lie in `cnn_core/data/tasks`. Importing this module imports no
TensorFlow; calling `answers` does.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cnn_core.arrays import Flags, Indices, Maps, Numbers, Output, Pixels, Rectangles, RectangleShares, SideMaps, Units
from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.network.network import Network
from cnn_core.network.presets import tasks
from cnn_core.numerics.boxes import suppressed
from cnn_core.numerics.regions import Instance, instances_of
from cnn_core.sentences import N_
from cnn_core.steps import Step, taking

if TYPE_CHECKING:
    import keras

FOLDER: Final = DATA / "tasks"
SIDES_UNIT: Final = 8
"""Pixels that a value of 1 means in the detector's ways to the sides."""
LEAST_SCORE: Final = 0.5
MOST_OVERLAP: Final = 0.5
"""What a page begins with: the score from which a box is kept, and the IoU above which two are taken for one thing."""
RECORD: Final = FOLDER / "first_answers.npz"
LEAST_PIXELS: Final = 12
"""Of an instance; what is smaller is a few pixels that were taken for another kind."""


class ShapeNetwork(StrEnum):
    """The networks, by the names of their files."""

    DETECTOR = "detector"
    LOCATOR = "locator"
    UNET = "unet"
    ENCODER_DECODER = "encoder_decoder"

    @property
    def path(self) -> Path:
        return FOLDER / f"{self}.keras"

    @property
    def network(self) -> Network:
        """Return its layers."""
        return _NETWORKS[self]()


_NETWORKS: Final[dict[ShapeNetwork, Callable[[], Network]]] = {
    ShapeNetwork.DETECTOR: tasks.detector,
    ShapeNetwork.LOCATOR: tasks.locator,
    ShapeNetwork.UNET: tasks.segmenter,
    ShapeNetwork.ENCODER_DECODER: lambda: tasks.segmenter(skips=False),
}


@cache
def digest(network: ShapeNetwork) -> str:
    """Return the SHA-256 of a network's file, by which a record knows that it is of this network."""
    return hashlib.sha256(network.path.read_bytes()).hexdigest()


@cache
def training_record() -> dict[str, Any]:
    """Return how the networks were trained and what they were measured at."""
    record: dict[str, Any] = json.loads((FOLDER / "shapes.json").read_text(encoding="utf-8"))
    return record


# What the networks answer ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Located:
    """One class and one box.

    Attributes:
        shares: (3,), of each kind.
        box: (4,), top, left, bottom and right as shares of the height and width.
    """

    shares: Units
    box: RectangleShares

    @property
    def kind(self) -> int:
        return int(self.shares.argmax())

    def rectangle(self, side: int) -> Rectangles:
        """Return the box in pixels of a picture of this side, (1, 4)."""
        return self.box[np.newaxis].astype(np.float64) * side


@dataclass(frozen=True, eq=False)
class Detected:
    """Boxes with their kinds and scores, from the highest score to the lowest.

    Attributes:
        boxes: (N, 4) in pixels.
        kinds: (N,), places in `pictures.shapes.KINDS`.
        scores: (N,), 0 to 1.
    """

    boxes: Rectangles
    kinds: Indices
    scores: Numbers

    def __len__(self) -> int:
        return len(self.scores)

    def taken(self, numbers: Indices | Flags) -> "Detected":
        """Return only these."""
        return Detected(self.boxes[numbers], self.kinds[numbers], self.scores[numbers])

    def from_score(self, least: float) -> "Detected":
        return self.taken(self.scores >= least)

    def suppressed(self, most: float = MOST_OVERLAP) -> "Detected":
        """Return those that non-maximum suppression keeps, each kind by itself."""
        kept = [
            numbers[suppressed(self.boxes[numbers], self.scores[numbers], most)]
            for kind in np.unique(self.kinds)
            for numbers in [np.flatnonzero(self.kinds == kind)]
        ]
        return self.taken(np.sort(np.concatenate([*kept, np.zeros(0, np.int64)])))


def detected(kinds: Maps, sides: SideMaps) -> Detected:
    """Return a box for each place of a detector's maps, for its likeliest kind, from the highest score to the lowest.

    Args:
        kinds: (h, w, 3), scores from 0 to 1.
        sides: (h, w, 4), the ways from a place's middle up, left, down and right, in units of `SIDES_UNIT` pixels.
    """
    rows, columns = kinds.shape[:2]
    middles = np.indices((rows, columns)).reshape(2, -1).T * tasks.STRIDE + tasks.STRIDE / 2
    ways = sides.reshape(-1, 4).astype(np.float64) * SIDES_UNIT
    boxes = np.concatenate([middles - ways[:, :2], middles + ways[:, 2:]], axis=1)
    scores = kinds.reshape(rows * columns, -1)
    order = np.argsort(-scores.max(axis=1), kind="stable")
    return Detected(boxes, scores.argmax(axis=1), scores.max(axis=1).astype(np.float64)).taken(order)


def classes_of(shares: Maps) -> Indices:
    """Return the likeliest class of each pixel, (H, W): 0 for the background, else a kind plus 1."""
    return np.asarray(shares.argmax(axis=2))


def connected_instances(shares: Maps) -> tuple[Instance, ...]:
    """Return what hangs together in the likeliest classes of a segmentation (H, W, 4)."""
    return instances_of(classes_of(shares), shares.max(axis=2).astype(np.float64), LEAST_PIXELS)


def boxed_instances(shares: Maps, found: Detected) -> tuple[Instance, ...]:
    """Return the pixels in each box that are no background, with the box's kind: two things that touch stay two.

    A pixel in several boxes belongs to one of its own class, if there is any, and there to the one whose middle is
    nearest, measured in sides of the box.
    """
    if not len(found):
        return ()
    classes = classes_of(shares)[:, :, np.newaxis]
    places = np.moveaxis(np.indices(shares.shape[:2]), 0, -1)[:, :, np.newaxis] + 0.5
    middles, sizes = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2, found.boxes[:, 2:] - found.boxes[:, :2]
    away = np.abs(places - middles) / np.maximum(sizes, 1)
    is_within = (away <= 0.5).all(axis=3) & (classes > 0)
    # Within a box the squares add up to no more than 0.5, so a box of another class comes last.
    order = np.square(away).sum(axis=3) + (classes != found.kinds + 1)
    nearest = np.where(is_within, order, np.inf).argmin(axis=2)
    masks = (is_within.any(axis=2) & (nearest == number) for number in range(len(found)))
    return tuple(
        Instance(int(found.kinds[number]) + 1, mask, float(found.scores[number]))
        for number, mask in enumerate(masks)
        if mask.sum() >= LEAST_PIXELS
    )


@dataclass(frozen=True, eq=False)
class ShapeAnswers:
    """What all the networks answer to one picture.

    Attributes:
        located: the kind and the box of the largest shape.
        detected: a box for each place of the detector, good and bad ones.
        unet, encoder_decoder: (H, W, 4), the share of each class at each pixel, background first; with skip connections
            and without.
    """

    located: Located
    detected: Detected
    unet: Maps
    encoder_decoder: Maps


# In a worker ----------------------------------------------------------------------------------------------------------


def answers(pixels: Pixels) -> ShapeAnswers:
    """Return what the networks answer to a picture (64, 64, 3); raises CnnError for one of another size."""
    return answers_of(outputs(pixels))


def outputs(pixels: Pixels) -> dict[str, Output]:
    """Return what the networks put out for a picture (64, 64, 3), by the names of networks and outputs."""
    if pixels.shape != tasks.INPUT:
        raise CnnError(
            N_(
                "The networks for shapes take pictures of {wanted}. Received: {shape}. Resize the picture to that size."
            ),
            wanted=show(tasks.INPUT),
            shape=show(pixels.shape),
        )
    found = {}
    for network in ShapeNetwork:
        values = _model(network)(pixels[np.newaxis], training=False)
        for name, output in zip(
            network.network.output_names(), values if isinstance(values, list) else [values], strict=True
        ):
            found[f"{network}.{name}"] = np.asarray(output)[0]
    return found


def answers_of(found: Mapping[str, Output]) -> ShapeAnswers:
    """Return what the outputs of all networks mean, by the names that `outputs` gives them."""
    return ShapeAnswers(
        Located(found["locator.kind"], found["locator.box"]),
        detected(found["detector.kinds"], found["detector.sides"]),
        found["unet.classes"],
        found["encoder_decoder.classes"],
    )


@cache
def _model(network: ShapeNetwork) -> "keras.Model":
    """Return a network, ready to run; the four together have fewer weights than any bundled model but one."""
    with taking(Step.OPENING):
        from cnn_core.keras_model.opening import load_own_model

        return load_own_model(network.path)


# Recorded -------------------------------------------------------------------------------------------------------------


def recorded(pixels: Pixels) -> ShapeAnswers | None:
    """Return what the networks answer to a picture where that is recorded, so that no worker is needed."""
    of, found = _record()
    return answers_of(found) if of == _digest(pixels) else None


def write_record(pixels: Pixels) -> None:
    """Record what the networks answer to a picture, the only one of which that is recorded."""
    record: dict[str, Any] = {
        f"{network}.sha256": np.frombuffer(bytes.fromhex(digest(network)), np.uint8) for network in ShapeNetwork
    }
    record |= {"pixels.sha256": np.frombuffer(_digest(pixels), np.uint8), **outputs(pixels)}
    np.savez_compressed(RECORD, **record)


@cache
def _record() -> tuple[bytes, dict[str, Output]]:
    """Return the digest of the picture that is recorded, none where a network was trained anew since; and outputs."""
    with np.load(RECORD, allow_pickle=False) as stored:
        record = {name: stored[name] for name in stored.files}
    digests = {name: record.pop(f"{name}.sha256").tobytes() for name in ("pixels", *ShapeNetwork)}
    is_current = all(digests[network].hex() == digest(network) for network in ShapeNetwork)
    return digests["pixels"] if is_current else b"", record


def _digest(pixels: Pixels) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).digest()
