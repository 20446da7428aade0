"""Generated pictures of shapes, several in a picture or one alone, of which everything is known.

A seed makes the same picture again, so networks can be trained on as many as are wanted, and their answers measured.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cnn_core.arrays import Bytes, Flags, Indices, Numbers, Pixels
from cnn_core.errors import CnnError
from cnn_core.pictures.outlines import ShapeKind, cover
from cnn_core.pictures.prepare import Box
from cnn_core.sentences import N_

SIDE: Final = 64
"""Pixels of a picture's side, unless another is asked for."""
KINDS: Final = (ShapeKind.CIRCLE, ShapeKind.SQUARE, ShapeKind.TRIANGLE)
"""Those of pictures with several shapes."""
MOST: Final = 5
"""Shapes in a picture."""
LEAST_SIDE: Final = 16
_RADII: Final = (0.11, 0.24)
"""Of a shape among others, as shares of the picture's side."""
_RADII_ALONE: Final = (0.16, 0.34)
_SEEN: Final = 0.7
"""At least so much of a shape is not covered by those in front of it."""
_APART: Final = 0.35
"""At least so far, in red, green and blue from 0 to 1, a shape's colour lies from the background's."""
_APART_IN_GREY: Final = 0.24
"""At least so far the mean of its colour does where it is alone: pictures may enter a network in grey."""
_NOISE: Final = 0.03
_TRIES: Final = 40


@dataclass(frozen=True)
class Shape:
    """A shape in a picture.

    Attributes:
        kind: its place in `KINDS`.
        box: around what is seen of it.
    """

    kind: int
    box: Box


@dataclass(frozen=True, eq=False)
class ShapesPicture:
    """A generated picture with what is in it.

    Attributes:
        pixels: (H, W, 3).
        shapes: from the one farthest back to the one in front.
        instances: (H, W), 0 for the background, else the number of the shape that is seen there, counted from 1.
    """

    pixels: Pixels
    shapes: tuple[Shape, ...]
    instances: Indices

    @property
    def classes(self) -> Indices:
        """Return what each pixel shows, (H, W): 0 for the background, else its kind's place in `KINDS` plus 1."""
        return np.array([0, *(shape.kind + 1 for shape in self.shapes)])[self.instances]

    @property
    def largest(self) -> Shape:
        """Return the shape of which most is seen, the first of equals."""
        return self.shapes[int(np.bincount(self.instances.ravel(), minlength=2)[1:].argmax())]


def shapes_picture(seed: int, side: int = SIDE, least: int = 1, most: int = MOST) -> ShapesPicture:
    """Return the picture of a seed.

    Args:
        seed: at least 0; another one makes another picture.
        side: pixels of its height and width.
        least, most: how many shapes are drawn; fewer than drawn remain where there is no room.

    Raises:
        CnnError: a side on which shapes cannot be told apart, or bounds that leave no number of shapes.
    """
    if side < LEAST_SIDE or not 1 <= least <= most:
        raise CnnError(
            N_(
                "A picture of shapes needs at least {smallest} pixels per side and at least 1 shape. Received: "
                "side={side} and {least} to {most} shapes."
            ),
            smallest=LEAST_SIDE,
            side=side,
            least=least,
            most=most,
        )
    random = np.random.default_rng(seed)
    canvas, ground = _background(random, side)
    instances = np.zeros((side, side), np.int64)
    kinds: list[int] = []
    areas: list[int] = []
    for _ in range(random.integers(least, most + 1)):
        kind = int(random.integers(len(KINDS)))
        covered = _placed(random, kind, instances, areas)
        if covered is not None:
            _lay(canvas, covered, _colour(random, ground))
            kinds.append(kind)
            areas.append(int((covered >= 0.5).sum()))
            instances[covered >= 0.5] = len(kinds)
    shapes = tuple(Shape(kind, box_around(instances == number)) for number, kind in enumerate(kinds, start=1))
    return ShapesPicture(_as_pixels(_finished(random, canvas)), shapes, instances)


def one_shape(kind: ShapeKind, side: int, random: np.random.Generator) -> Bytes:
    """Return a picture (side, side, 3) of one shape: place, size, turn, colours and noise are drawn at random."""
    canvas, ground = _background(random, side)
    radius = random.uniform(*_RADII_ALONE) * side
    centre = random.uniform(radius + 1, side - radius - 1, 2)
    covered = cover(kind, side, centre, radius, random.uniform(0, 2 * np.pi))
    _lay(canvas, covered, _colour(random, ground, _APART_IN_GREY))
    return _finished(random, canvas)


def box_around(mask: Flags) -> Box:
    """Return the smallest box with all that is set in a mask (H, W), (top, left, bottom, right), ends excluded."""
    rows, columns = np.nonzero(mask)
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def _lay(canvas: Numbers, covered: Numbers, colour: Numbers) -> None:
    """Paint a shape over what is there."""
    canvas += covered[..., np.newaxis] * (colour - canvas)


def _finished(random: np.random.Generator, canvas: Numbers) -> Bytes:
    """Return a canvas with noise, as a file would hold it, so that a picture is the same wherever it is made."""
    noisy = canvas + random.normal(0, _NOISE, canvas.shape)
    return np.asarray(np.rint(noisy.clip(0, 1) * 255), np.uint8)


def _as_pixels(stored: Bytes) -> Pixels:
    return stored.astype(np.float32) / np.float32(255)


def _background(random: np.random.Generator, side: int) -> tuple[Numbers, Numbers]:
    """Return a slow change from one colour to another, (H, W, 3), and the colour between the two."""
    middle, change = random.uniform(0, 1, 3), random.uniform(-0.15, 0.15, 3)
    angle = random.uniform(0, 2 * np.pi)
    down, across = np.mgrid[:side, :side] / (side - 1) - 0.5
    slope = np.sin(angle) * down + np.cos(angle) * across
    return middle + slope[..., np.newaxis] * 2 * change, middle


def _colour(random: np.random.Generator, ground: Numbers, apart_in_grey: float = 0.0) -> Numbers:
    """Return a colour that can be told from the background's."""
    while True:
        colour = random.uniform(0, 1, 3)
        is_apart = np.linalg.norm(colour - ground) >= _APART
        if is_apart and abs(colour.mean() - ground.mean()) >= apart_in_grey:
            return colour


def _placed(random: np.random.Generator, kind: int, instances: Indices, areas: list[int]) -> Numbers | None:
    """Return how much of each pixel a new shape covers, (H, W); None where it would hide too much of another."""
    side = len(instances)
    for _ in range(_TRIES):
        radius = random.uniform(*_RADII) * side
        centre = random.uniform(radius + 1, side - radius - 1, 2)
        covered = cover(KINDS[kind], side, centre, radius, random.uniform(0, 2 * np.pi))
        left = np.bincount(instances[covered < 0.5], minlength=len(areas) + 1)[1:]
        if (left >= _SEEN * np.array(areas)).all():
            return covered
    return None
