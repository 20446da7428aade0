"""Gradient ascent to a picture that drives one number of a network up: the steps, whatever computes the gradient.

Erhan et al., Visualizing Higher-Layer Features of a Deep Network, 2009, climb from noise along the gradient of a unit;
Simonyan, Vedaldi and Zisserman, arXiv:1312.6034, section 2, climb the score of a class before its softmax. The gradient
alone ends in high frequencies, so a prior has to keep the picture smooth: Mahendran and Vedaldi, arXiv:1512.02017, move
it by random shifts and punish differences between neighbours; Olah, Mordvintsev and Schubert, Feature Visualization,
Distill 2017, doi:10.23915/distill.00007, take the steepest way among pictures whose frequencies and colours weigh what
they weigh in photographs, which is what happens here.

A picture is the sigmoid of `heights`, so that every step leaves it between 0 and 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError

STEPS: Final = 96
"""Of a whole way; more change little."""

RATE: Final = 0.15
"""How far the first step moves the heights, as a root of a mean square; later ones move them less and less."""

NOISES: Final = (0.3, 1.0, 3.0)
"""The root of the heights' mean square at the start, grey with faint clouds; and where nothing answers to that."""

_HIGHEST: Final = 8.0
"""Of a height: beyond, a pixel of float32 would be black or white for good."""

FALL: Final = 1.25
"""A frequency f weighs 1 / f to this power; in photographs that is about 1 (Field 1987), and 2 would leave clouds."""

JITTER: Final = 14
"""A shift is at most the picture's side divided by this."""

_COLOURS: Final = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
"""A root of the covariance of red, green and blue in ImageNet's pictures, as in Lucid, the code of Olah et al."""


class Slope(NamedTuple):
    """What the climbed number is on a picture, and its gradient with respect to the pixels.

    Attributes:
        score: the number.
        gradient: (H, W, C), the score per unit of a pixel.
        is_usual: False where the number has no slope here, and another was taken instead.
    """

    score: float
    gradient: Pixels
    is_usual: bool = True


Slopes = Callable[[Pixels], Slope]
"""What is climbed: a picture (H, W, C) in [0, 1] → its slope."""


@dataclass(frozen=True, eq=False)
class Climb:
    """A picture on its way up.

    Attributes:
        heights: (H, W, C), what the sigmoid makes pixels of.
        seed: of the noise at the start and of the shifts.
        stride: shifts are multiples of it, see `shift`.
        scores: what each step saw, of the picture shifted as it was.
        unusual: how many steps went up another number than the others, see `Slope`.
    """

    heights: Pixels
    seed: int
    stride: int = 1
    scores: tuple[float, ...] = ()
    unusual: int = 0

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.scores)

    @property
    def pixels(self) -> Pixels:
        """The picture, (H, W, C) in [0, 1]."""
        return sigmoid(self.heights)


def begun(shape: tuple[int, int, int], seed: int, slopes: Slopes, stride: int = 1) -> Climb:
    """Return the start: seeded noise around middle grey, as smooth as the steps are; louder where it is flat there.

    Raises:
        CnnError: no start has a slope, or the network computes no numbers.
    """
    for attempt, strength in enumerate(NOISES):
        noise = np.random.default_rng((seed, attempt)).standard_normal(shape).astype(np.float32)
        climb = Climb(_within(np.float32(strength) * _to_one(smoothed(noise))), seed, stride)
        if _slope(slopes, climb.pixels).gradient.any():
            return climb
    raise CnnError(
        "No small change of a picture changes this value: its gradient is zero everywhere on {count} pictures of "
        "noise. Make another, which starts from different noise, or choose another map.",
        count=len(NOISES),
    )


def stepped(climb: Climb, slopes: Slopes) -> Climb:
    """Return the climb one step further: shifted, up the smoothed gradient, shifted back.

    Where it is flat the picture stays as it is: a number that cannot rise further, or another shift may find a way.

    Raises:
        CnnError: the network computes no numbers.
    """
    pixels, (down, across) = climb.pixels, shift(climb)
    slope = _slope(slopes, np.roll(pixels, (down, across), axis=(0, 1)))
    climb = replace(climb, scores=(*climb.scores, slope.score), unusual=climb.unusual + (not slope.is_usual))
    if not slope.gradient.any():
        return climb
    gradient = np.roll(_to_one(slope.gradient), (-down, -across), axis=(0, 1))
    up = _to_one(smoothed(gradient * pixels * (1 - pixels)))
    rate = np.float32(RATE * max(0.0, 1 - (climb.steps - 1) / STEPS))
    return replace(climb, heights=_within(climb.heights + rate * up))


def _slope(slopes: Slopes, pixels: Pixels) -> Slope:
    slope = slopes(pixels)
    if not (np.isfinite(slope.score) and np.isfinite(slope.gradient).all()):
        raise CnnError(
            "The network's values for this picture are not finite: a weight, a value or a gradient is infinite or "
            "NaN. Received: {score}. Use a model whose weights are finite.",
            score=f"{slope.score:g}",
        )
    return slope


def shift(climb: Climb) -> tuple[int, int]:
    """Return by how many rows and columns the next step moves the picture around: each step its own, by the seed.

    A layer with strides sees a picture that is moved by less than a stride as another one: fine stripes may excite a
    channel at one place and calm it a pixel further. So where there is room, shifts are multiples of the stride.
    """
    random = np.random.default_rng((climb.seed, climb.steps))
    down, across = (_shift(random, side // JITTER, climb.stride) for side in climb.heights.shape[:2])
    return down, across


def _shift(random: np.random.Generator, most: int, stride: int) -> int:
    unit = stride if stride <= most else 1
    return unit * int(random.integers(-(most // unit), most // unit, endpoint=True))


def smoothed(values: Pixels) -> Pixels:
    """Weigh the frequencies and colours of an array (H, W, C) as photographs do; of other channels each by itself."""
    height, width, channels = values.shape
    down, across = np.fft.fftfreq(height)[:, np.newaxis], np.fft.rfftfreq(width)[np.newaxis]
    # The mean of a picture has no frequency: it counts as the slowest that there is.
    frequency = np.maximum(np.hypot(down, across), 1 / max(height, width))[..., np.newaxis]
    spectrum = np.fft.rfft2(values, axes=(0, 1)) / frequency**FALL
    result = np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1))
    if channels == len(_COLOURS):
        result = result @ (_COLOURS @ _COLOURS.T)
    return result.astype(np.float32)


def sigmoid(heights: Pixels) -> Pixels:
    """Return 1 / (1 + e^−x), which no height overflows."""
    return np.asarray((1 + np.tanh(heights / 2)) / 2, np.float32)


def _within(heights: Pixels) -> Pixels:
    return np.clip(heights, -_HIGHEST, _HIGHEST)


def _to_one(values: Pixels) -> Pixels:
    """Return the values divided by the root of their mean square, which is not 0."""
    values = values / np.abs(values).max()  # before squaring, which would leave nothing of the smallest
    return np.asarray(values / np.sqrt(np.mean(values**2)), np.float32)
