"""Shapes drawn at random, so that a network has something to learn at any size and without a download."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

import numpy as np

from cnn_core.arrays import PictureBytes, Values
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import ShapeKind, Shapes
from cnn_core.training.sets.split import Part

RADII: Final = (0.16, 0.34)
"""The least and the largest radius of a shape, as shares of the picture's side."""

LEAST_CONTRAST: Final = 60
"""Between the mean colours of a shape and of its ground, of 255."""

NOISE: Final = 12
"""Standard deviation of what is added to every value, of 255."""


@dataclass(frozen=True)
class DrawnShapes(Opened):
    """Each picture is drawn anew from its own seed, whatever part it is in."""

    source: Shapes

    @property
    def contents(self) -> Contents:
        return Contents.alike(tuple(self.source.classes), self.source.per_class)

    def picture(self, label: int, index: int, _part: Part, /) -> PictureBytes:
        kind = self.source.classes[label]
        # By its kind and not by its label: adding a class leaves the pictures of the others as they are.
        chance = np.random.default_rng((self.source.seed, list(ShapeKind).index(kind), index))
        return drawn(kind, self.source.size, chance)

    def name(self, label: int, index: int) -> str:
        return f"{self.source.classes[label]} {index}"


def drawn(kind: ShapeKind, size: int, chance: np.random.Generator) -> PictureBytes:
    """Return a picture (size, size, 3) of a shape: place, radius, turn, colours and noise are drawn at random."""
    radius = chance.uniform(*RADII) * size
    centre = chance.uniform(radius, size - radius, 2)
    angle = chance.uniform(0, 2 * pi)
    places = np.arange(size, dtype=np.float32) + np.float32(0.5)
    down, right = (places - centre[0].astype(np.float32))[:, np.newaxis], places - centre[1].astype(np.float32)
    across, up = right * cos(angle) + down * sin(angle), down * cos(angle) - right * sin(angle)
    # The share of a pixel that a straight edge leaves to the shape, as far as it lies from it.
    share = np.clip(0.5 - distance(kind, across, up, radius), 0, 1)[..., np.newaxis]
    shape, ground = _colours(chance).astype(np.float32)
    slope = chance.uniform(-0.25, 0.25, 2).astype(np.float32)
    light = 1 + (slope[0] * down + slope[1] * right)[..., np.newaxis] / size
    noise = chance.standard_normal((size, size, 3), np.float32) * np.float32(NOISE)
    values = (ground + (shape - ground) * share) * light + noise
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _colours(chance: np.random.Generator) -> Values:
    """Return two colours, (2, 3), of which either may be the brighter one."""
    while True:
        colours = chance.uniform(20, 235, (2, 3))
        if abs(colours[0].mean() - colours[1].mean()) >= LEAST_CONTRAST:
            return colours


def distance(kind: ShapeKind, x: Values, y: Values, radius: float) -> Values:
    """Return how far places lie outside of a shape around (0, 0), about; inside of it that is below 0."""
    return _DISTANCES[kind](x, y, radius)


# Outlines -------------------------------------------------------------------------------------------------------------


def _circle(x: Values, y: Values, radius: float) -> Values:
    return np.asarray(np.hypot(x, y) - radius)


def _ring(x: Values, y: Values, radius: float) -> Values:
    return np.abs(np.hypot(x, y) - 0.75 * radius) - 0.25 * radius


def _square(x: Values, y: Values, radius: float) -> Values:
    return np.maximum(np.abs(x), np.abs(y)) - radius / 2**0.5


def _triangle(x: Values, y: Values, radius: float) -> Values:
    sides = [x * cos(turn) + y * sin(turn) for turn in (0, 2 * pi / 3, 4 * pi / 3)]
    return np.asarray(np.maximum.reduce(sides) - radius / 2)


def _cross(x: Values, y: Values, radius: float) -> Values:
    longer, shorter = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
    return np.maximum(shorter - radius / 3, longer - radius)


def _star(x: Values, y: Values, radius: float) -> Values:
    """Five points; folded onto a tenth of it, which is bounded by one straight edge from a point to a notch."""
    turn = np.abs((np.arctan2(y, x) + pi / 5) % (2 * pi / 5) - pi / 5)
    distance = np.hypot(x, y)
    notch = radius * 0.45
    along = np.array([notch * cos(pi / 5) - radius, notch * sin(pi / 5)])
    normal = np.array([along[1], -along[0]]) / np.hypot(*along)
    return np.asarray((distance * np.cos(turn) - radius) * normal[0] + distance * np.sin(turn) * normal[1])


_DISTANCES: Final[dict[ShapeKind, Callable[[Values, Values, float], Values]]] = {
    ShapeKind.CIRCLE: _circle,
    ShapeKind.SQUARE: _square,
    ShapeKind.TRIANGLE: _triangle,
    ShapeKind.CROSS: _cross,
    ShapeKind.RING: _ring,
    ShapeKind.STAR: _star,
}
