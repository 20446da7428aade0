"""Generated pictures in which the place means something: two lungs as on an X-ray, and a spot in one of them, or none.

The two lungs are one drawing, put down twice, so a spot in the left one has the same surroundings as a spot in the
right one: only where it lies tells the two apart. A seed makes the same picture again.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cnn_core.arrays import Bytes, GreyPixels, Numbers
from cnn_core.errors import CnnError
from cnn_core.sentences import N_

SIDE: Final = 48
"""Pixels of a picture's side."""
CLASSES: Final = (N_("no spot"), N_("spot on the left"), N_("spot on the right"))
"""Left and right as one sees them; of a patient who faces us it is the other way round."""
APART: Final = 26
"""Pixels from the middle of the left lung to that of the right one: even, so that no pooling of 2 tells them apart."""
LEFT_LUNG: Final = (24, 12)
"""The middle of the left lung, row and column."""
SPOT_REACH: Final = (9, 1)
"""Pixels that a spot may lie away from the middle of its lung, down and across."""
_LUNG_HALF: Final = (17.0, 7.0)
_TISSUE, _LUNG, _RIB, _SPINE, _SPOT = 0.62, 0.2, 0.1, 0.2, 0.6
_SPOT_RADIUS: Final = 3.5
"""Pixels to where a spot ends: so far from the spine that no window of 8×8 pixels sees both."""
_SLIDE: Final = 2
"""Pixels that the whole chest may lie away from the middle, down and across."""
_NOISE: Final = 0.03


@dataclass(frozen=True, eq=False)
class Chest:
    """A generated picture of a chest.

    Attributes:
        ground: (48, 48, 1), the chest without a spot.
        spot: (row, column) of the spot's middle, None where there is none.
        label: the picture's class, a place in `CLASSES`.
    """

    ground: GreyPixels
    spot: tuple[int, int] | None
    label: int

    @property
    def pixels(self) -> GreyPixels:
        """Return the picture with its spot, (48, 48, 1)."""
        if self.spot is None:
            return self.ground
        return np.asarray((self.ground + spot_at(*self.spot)).clip(0, 1))


def chest(seed: int) -> Chest:
    """Return the picture of a seed; raises CnnError for one below 0."""
    if seed < 0:
        raise CnnError(N_("A picture is made from a seed of 0 or more. Received: seed={seed}."), seed=seed)
    random = np.random.default_rng(seed)
    label = int(random.integers(len(CLASSES)))
    slide = random.integers(-_SLIDE, _SLIDE + 1, 2)
    away = [int(random.integers(-reach, reach + 1)) for reach in SPOT_REACH]
    row, column = (int(place) for place in LEFT_LUNG + slide + away)
    ground = _drawn(*slide) + random.normal(0, _NOISE, (SIDE, SIDE))
    spot = None if label == 0 else (row, column + APART * (label - 1))
    return Chest(_as_stored(ground), spot, label)


def even_chest() -> GreyPixels:
    """Return a chest in the middle without a spot, (48, 48, 1), whose lungs have even their noise in common."""
    noise = np.random.default_rng(0).normal(0, _NOISE, (SIDE, APART))
    return _as_stored(_drawn(0, 0) + np.tile(noise, 2)[:, :SIDE])


def spot_at(row: float, column: float) -> GreyPixels:
    """Return what a spot adds to a picture, (48, 48, 1)."""
    down, across = np.mgrid[:SIDE, :SIDE]
    away = np.hypot(down - row, across - column)
    bright = _SPOT * (1 - (away / _SPOT_RADIUS) ** 2).clip(0)
    return np.asarray(bright[..., np.newaxis], np.float32)


def _drawn(slide_down: int, slide_right: int) -> Numbers:
    """Return tissue, a spine, and one drawing of a lung with its ribs twice, (48, 48)."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    down, across = down - slide_down, across - slide_right
    middle = LEFT_LUNG[1] + APART / 2
    picture: Numbers = _TISSUE + _SPINE * (abs(across - middle) < 1.5)
    for column in (LEFT_LUNG[1], LEFT_LUNG[1] + APART):
        y, x = (down - LEFT_LUNG[0]) / _LUNG_HALF[0], (across - column) / _LUNG_HALF[1]
        inside = ((1 - np.hypot(y, x)) * _LUNG_HALF[1] + 0.5).clip(0, 1)
        ribs = _RIB * (np.cos((down + 2 * x**2) * 2 * np.pi / 6) > 0.5)
        picture = picture + inside * (_LUNG + ribs - picture)
    return picture


def _as_stored(values: Numbers) -> GreyPixels:
    """Return pixels as a file would hold them, so that a picture is the same wherever it is made."""
    stored: Bytes = np.rint(values.clip(0, 1) * 255).astype(np.uint8)
    return (stored.astype(np.float32) / np.float32(255))[..., np.newaxis]
