"""Shapes drawn at random, so that a network has something to learn at any size and without a download."""

from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import PictureBytes
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.pictures.shapes import one_shape
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import Shapes
from cnn_core.training.sets.split import Part


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
        return one_shape(kind, self.source.size, chance)

    def name(self, label: int, index: int) -> str:
        return f"{self.source.classes[label]} {index}"
