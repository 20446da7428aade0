"""Textures cut from the photographs that come along: real surfaces in two classes, at any size, without a download."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from cnn_core.arrays import PictureBytes, RgbPixels
from cnn_core.pictures.plain import as_bytes
from cnn_core.pictures.prepare import Box, Fit, Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import TextureKind, Textures
from cnn_core.training.sets.split import Part

_CUT: Final = {TextureKind.BRICK: ("brick", (0, 0, 512, 512)), TextureKind.GRASS: ("grass", (0, 0, 512, 512))}
"""Of which photograph, and which part of it: top, left, bottom, right."""

_STRIPS: Final = {Part.TRAIN: (0.0, 0.5), Part.VALIDATION: (0.5, 0.75), Part.TEST: (0.75, 1.0)}
"""Which share of a photograph's width each part is cut from, so that no pixel is in two parts."""

_SIDES: Final = (0.5, 1.0)
"""Of a cutting, as shares of the narrowest strip."""

_CONTRAST: Final = (0.6, 1.2)
_BRIGHTNESS: Final = 0.15


@dataclass(frozen=True)
class CutTextures(Opened):
    """Each picture is cut by its own seed out of the strip of its part."""

    source: Textures

    @property
    def contents(self) -> Contents:
        return Contents.alike(tuple(self.source.classes), self.source.per_class)

    def picture(self, label: int, index: int, part: Part, /) -> PictureBytes:
        kind = self.source.classes[label]
        # By its kind and not by its label: adding a class leaves the pictures of the others as they are.
        chance = np.random.default_rng((self.source.seed, list(TextureKind).index(kind), index))
        return cutting(kind, part, self.source.size, chance)

    def name(self, label: int, index: int) -> str:
        return f"{self.source.classes[label]} {index}"


def strip(kind: TextureKind, part: Part) -> Box:
    """Return the part of the photograph that the pictures of one part are cut from: top, left, bottom, right."""
    top, left, bottom, right = _CUT[kind][1]
    first, last = (left + round(share * (right - left)) for share in _STRIPS[part])
    return top, first, bottom, last


def cutting(kind: TextureKind, part: Part, size: int, chance: np.random.Generator) -> PictureBytes:
    """Return a square piece (size, size, 3): place, side, quarter turn, mirroring, light and contrast are random."""
    top, left, bottom, right = strip(kind, part)
    narrowest = min(right - left for _, left, _, right in (strip(kind, one) for one in Part))
    side = int(chance.integers(round(_SIDES[0] * narrowest), round(_SIDES[1] * narrowest) + 1))
    row, column = (int(chance.integers(first, last - side + 1)) for first, last in ((top, bottom), (left, right)))
    piece = _photograph(kind)[row : row + side, column : column + side]
    resized = prepare(piece, Preparation(size, size, fit=Fit.STRETCH)).pixels
    turned = np.rot90(resized, int(chance.integers(4)))
    mirrored = turned[:, ::-1] if chance.random() < 0.5 else turned
    contrast, light = chance.uniform(*_CONTRAST), chance.uniform(-_BRIGHTNESS, _BRIGHTNESS)
    mean = mirrored.mean()
    return as_bytes(np.clip((mirrored - mean) * contrast + mean + light, 0, 1).astype(np.float32))


@cache
def _photograph(kind: TextureKind) -> RgbPixels:
    return read_image(sample_bytes(_CUT[kind][0])).pixels
