"""Outlines of shapes: what lies inside of them, and how much of each pixel they cover."""

from collections.abc import Callable
from enum import StrEnum
from math import cos, pi, sin
from typing import Final

import numpy as np

from cnn_core.arrays import Numbers
from cnn_core.sentences import N_


class ShapeKind(StrEnum):
    """What may be drawn."""

    CIRCLE = N_("circle")
    SQUARE = N_("square")
    TRIANGLE = N_("triangle")
    CROSS = N_("cross")
    RING = N_("ring")
    STAR = N_("star")


def cover(kind: ShapeKind, side: int, centre: Numbers, radius: float, angle: float) -> Numbers:
    """Return how much of each pixel a shape covers, (side, side), 0 to 1: its edge is as soft as a pixel is wide.

    Args:
        centre: (down, across) in pixels from the corner.
        radius: of the circle around it, in pixels.
        angle: by which it is turned, in radians.
    """
    places = np.arange(side) + 0.5
    depth = inside(kind, places[:, np.newaxis] - centre[0], places - centre[1], radius, angle)
    return np.asarray((depth + 0.5).clip(0, 1))


def inside(kind: ShapeKind, down: Numbers, across: Numbers, radius: float, angle: float = 0.0) -> Numbers:
    """Return how far places lie inside of a shape around (0, 0), about; outside of it that is below 0."""
    return _INSIDE[kind](down, across, radius, angle)


def _circle(down: Numbers, across: Numbers, radius: float, _angle: float) -> Numbers:
    return np.asarray(radius - np.hypot(down, across))


def _ring(down: Numbers, across: Numbers, radius: float, _angle: float) -> Numbers:
    """A band as wide as half of the radius."""
    return np.asarray(radius / 4 - np.abs(np.hypot(down, across) - 0.75 * radius))


def _regular(corners: int) -> "Outline":
    """Return the outline of a regular polygon."""

    def depth(down: Numbers, across: Numbers, radius: float, angle: float) -> Numbers:
        turns = angle + 2 * np.pi * np.arange(corners) / corners
        inner = radius * np.cos(np.pi / corners)
        edges = [inner - (np.sin(turn) * down + np.cos(turn) * across) for turn in turns]
        return np.asarray(np.min(edges, axis=0))

    return depth


def _cross(down: Numbers, across: Numbers, radius: float, angle: float) -> Numbers:
    """Two bars, each a third as wide as it is long."""
    one, other = (np.abs(part) for part in _turned(down, across, angle))
    return np.minimum(radius / 3 - np.minimum(one, other), radius - np.maximum(one, other))


def _star(down: Numbers, across: Numbers, radius: float, angle: float) -> Numbers:
    """Five points; folded onto a tenth of it, which is bounded by one straight edge from a point to a notch."""
    one, other = _turned(down, across, angle)
    turn = np.abs((np.arctan2(other, one) + pi / 5) % (2 * pi / 5) - pi / 5)
    distance = np.hypot(one, other)
    notch = radius * 0.45
    along = np.array([notch * cos(pi / 5) - radius, notch * sin(pi / 5)])
    normal = np.array([along[1], -along[0]]) / np.hypot(*along)
    return np.asarray((radius - distance * np.cos(turn)) * normal[0] - distance * np.sin(turn) * normal[1])


def _turned(down: Numbers, across: Numbers, angle: float) -> tuple[Numbers, Numbers]:
    """Return places in the directions of a shape that is turned."""
    return across * cos(angle) + down * sin(angle), down * cos(angle) - across * sin(angle)


Outline = Callable[[Numbers, Numbers, float, float], Numbers]
_INSIDE: Final[dict[ShapeKind, Outline]] = {
    ShapeKind.CIRCLE: _circle,
    ShapeKind.SQUARE: _regular(4),
    ShapeKind.TRIANGLE: _regular(3),
    ShapeKind.CROSS: _cross,
    ShapeKind.RING: _ring,
    ShapeKind.STAR: _star,
}
