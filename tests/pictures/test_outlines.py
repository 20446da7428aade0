"""Outlines of shapes: areas as geometry says, whatever the turn, and edges as soft as a pixel is wide."""

import numpy as np
import pytest

from cnn_core.pictures.outlines import ShapeKind, cover, inside

NOTCH = 0.45
AREAS = {
    ShapeKind.CIRCLE: np.pi,
    ShapeKind.SQUARE: 2.0,
    ShapeKind.TRIANGLE: 3 * 3**0.5 / 4,
    ShapeKind.CROSS: 4 * (2 / 3) - (2 / 3) ** 2,
    ShapeKind.RING: np.pi * (1 - 0.5**2),
    ShapeKind.STAR: 5 * NOTCH * np.sin(np.pi / 5),
}
"""Of radius 1."""


@pytest.mark.parametrize("angle", [0.0, 0.7])
@pytest.mark.parametrize("kind", ShapeKind)
def test_a_shape_is_as_large_as_geometry_says(kind: ShapeKind, angle: float) -> None:
    """The pixels on each side of its outline are counted."""
    side = 801
    down, across = np.mgrid[-1.1 : 1.1 : side * 1j, -1.1 : 1.1 : side * 1j]
    found = (inside(kind, down, across, 1.0, angle) > 0).sum() * (2.2 / (side - 1)) ** 2
    assert found == pytest.approx(AREAS[kind], rel=0.01)


@pytest.mark.parametrize("kind", ShapeKind)
def test_what_is_covered_adds_up_to_the_area(kind: ShapeKind) -> None:
    covered = cover(kind, 64, np.array([30.3, 33.8]), 20.0, 0.4)
    assert covered.shape == (64, 64)
    assert (covered.min(), covered.max()) == (0, 1)
    assert covered.sum() == pytest.approx(AREAS[kind] * 20**2, rel=0.02)
