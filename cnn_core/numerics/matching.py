"""A part of a picture as a template: how well it fits at every place (J. P. Lewis, Fast Template Matching, 1995).

A template that is slid over a picture is a kernel, and its score a convolution's value, as libraries compute it.
"""

from enum import StrEnum

import numpy as np

from cnn_core.arrays import ExactPlane, Kernel, Scores
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.sentences import N_

_EVEN = 1e-10
"""Of a window's mean square: a smaller variance is what rounding leaves of none."""


class Score(StrEnum):
    """What is computed of a window and the template."""

    SUM = "sum"
    """The sum of the products: the larger, the brighter the window."""

    CENTRED = "centred"
    """The same with the template's mean taken off, so that its weights add up to 0."""

    COEFFICIENT = "coefficient"
    """The correlation coefficient of both, from -1 to 1: neither brightness nor contrast counts."""


def scores(plane: ExactPlane, template: Kernel, score: Score) -> Scores:
    """Return the score at each place where the template (h, w) lies within the plane (H, W): (H − h + 1, W − w + 1).

    An even window has no pattern: its coefficient is 0.

    Raises:
        CnnError: a template larger than the plane, or an even one where the coefficient is asked for.
    """
    if any(small > large for small, large in zip(template.shape, plane.shape, strict=True)):
        raise CnnError(
            N_(
                "A template must fit into the picture. Received: a template of {template} for a picture of "
                "{picture}. Cut out a smaller one."
            ),
            template=show(template.shape),
            picture=show(plane.shape),
        )
    if score is Score.SUM:
        return _slid(plane, template)
    centred = template - template.mean()
    products = _slid(plane, centred)
    if score is Score.CENTRED:
        return products
    if _is_even(template):
        raise CnnError(
            N_(
                "A template with the same value everywhere has no pattern that could correlate. Received: {value} at "
                "all of its {count} places. Cut out a part that shows something."
            ),
            value=f"{template.mean():.4g}",
            count=template.size,
        )
    norms = np.sqrt(_square_deviations(plane, template.shape)) * np.sqrt((centred**2).sum())
    coefficients: Scores = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
    return coefficients.clip(-1, 1)


def best_place(found: Scores) -> tuple[int, int]:
    """Return row and column of the upper left corner where the score is highest."""
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    return int(row), int(column)


def is_best(found: Scores, place: tuple[int, int]) -> bool:
    """Say whether no place scores higher, but for rounding."""
    return bool(np.isclose(found[place], found.max(), rtol=1e-9, atol=1e-12))


def _square_deviations(plane: ExactPlane, size: tuple[int, ...]) -> Scores:
    """Return the sum of the squares of each window's deviations from its mean; exactly 0 where it is even."""
    ones = np.ones(size)
    squares = _slid(plane**2, ones)
    deviations = squares - _slid(plane, ones) ** 2 / ones.size
    return np.where(deviations > _EVEN * squares, deviations, 0)


def _is_even(template: Kernel) -> bool:
    return not _square_deviations(template, template.shape)[0, 0] > 0


def _slid(plane: ExactPlane, kernel: Kernel) -> Scores:
    height, width = kernel.shape
    return conv2d(plane[:, :, None], kernel[:, :, None, None], (Window(height), Window(width)))[:, :, 0]
