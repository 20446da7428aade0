"""A template that the reader cuts from the picture, and the picture in which it is looked for."""

from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import ExactPlane, Kernel, Pixels, Scores
from cnn_core.numerics.matching import Score, scores
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import brightness
from pages.ui import cached, state
from pages.ui.ask.box import Edges, fits
from pages.ui.ask.picture import current_sample
from pages.ui.entered import Chosen

_LONGEST = 160
"""Pixels on the longer side of the picture in which is searched."""
_EYES = {"chelsea": (27, 44, 51, 71), "astronaut": (25, 51, 37, 67)}
"""What is cut out at first, by the sample."""
_DARK = 0.4


@dataclass(frozen=True)
class SearchKey:
    """All that a search depends on besides the picture: what is cut out, and where is searched."""

    box: Edges
    way: str


@dataclass(frozen=True, eq=False)
class Search:
    """What is looked for and where.

    Attributes:
        chosen: the picture.
        plane: its brightness, reduced, (H, W).
        box: what is cut out of that.
        way: what is made of it before it is searched, one of those of `state.SEARCHED`.
    """

    chosen: Chosen
    plane: ExactPlane
    box: Edges
    way: str

    @property
    def template(self) -> Kernel:
        top, left, bottom, right = self.box
        return self.plane[top:bottom, left:right]

    @property
    def searched(self) -> ExactPlane:
        if self.way == "dark":
            return self.plane * _DARK
        return np.ascontiguousarray(self.plane[:, ::-1]) if self.way == "mirrored" else self.plane

    @property
    def origin(self) -> tuple[int, int]:
        """Return the upper left corner of where the template comes from in what is searched."""
        top, left, _bottom, right = self.box
        return top, self.plane.shape[1] - right if self.way == "mirrored" else left


def small_picture(chosen: Chosen) -> Pixels:
    """Return the picture (H, W, 3) as large as it is searched; raises ImageError."""
    return cached.small_picture(chosen, _LONGEST)


def current_search(chosen: Chosen) -> Search:
    """Return what the reader looks for; raises ImageError."""
    plane = brightness(small_picture(chosen))[:, :, 0].astype(np.float64)
    return Search(chosen, plane, _box(*plane.shape), state.SEARCHED.get())


def found_by(search: Search) -> dict[Score, Scores]:
    """Return each score at every place; raises CnnError where the template shows nothing."""
    found: dict[Score, Scores] = cached.filtered(
        search.chosen,
        SearchKey(search.box, search.way),
        False,
        lambda: {score: scores(search.searched, search.template, score) for score in Score},
    )
    return found


def _box(rows: int, columns: int) -> Edges:
    """Return what is cut out: what the reader chose, else an eye where we know one, else the middle."""
    kept = (*state.TEMPLATE.get(), *_eye())
    middle = (3 * rows // 8, 3 * columns // 8, -(-5 * rows // 8), -(-5 * columns // 8))
    return next((box for box in kept if fits(box, rows, columns)), middle)


def _eye() -> tuple[Edges, ...]:
    sample = current_sample(Colour.RGB)
    return (_EYES[sample.key],) if sample is not None and sample.key in _EYES else ()
