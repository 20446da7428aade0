"""A prepared picture changed a little: moved, turned, mirrored, brighter, noisy. What enters at the edges repeats them.

A convolution moves along with a shift; it does not with a turn or a mirror. A copy beside the picture shows both.
"""

import math
from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError
from cnn_core.sentences import N_


@dataclass(frozen=True)
class Change:
    """What to do with a picture, in this order: mirror, turn, shift, brighten, add noise, cut to 0 and 1.

    Attributes:
        mirrored: left and right change places.
        angle: degrees counter-clockwise around the middle; between pixels it is interpolated linearly.
        down, right: pixels; negative ones move it up and to the left.
        brightness: what every pixel is multiplied by, 0 or more.
        noise: standard deviation of what is added to every value, 0 or more; pixels count from 0 to 1.
        seed: which noise.
    """

    mirrored: bool = False
    angle: float = 0.0
    down: int = 0
    right: int = 0
    brightness: float = 1.0
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("brightness", self.brightness), ("noise", self.noise)):
            if not 0 <= value < math.inf:
                message = N_("A picture's {name} can be changed by a number of 0 or more. Received: {name}={value}.")
                raise CnnError(message, name=name, value=value)


def changed(pixels: Pixels, change: Change) -> Pixels:
    """Return a changed copy of `pixels` (H, W, C) float32 in [0, 1], read-only."""
    result = pixels[:, ::-1] if change.mirrored else pixels
    if change.angle:
        result = _turned(result, change.angle)
    result = _shifted(result, change.down, change.right) * np.float32(change.brightness)
    if change.noise:
        noise = np.random.default_rng(change.seed).normal(0, change.noise, result.shape)
        result = result + noise.astype(np.float32)
    result = np.clip(result, 0, 1)
    result.setflags(write=False)
    return result


def _shifted(pixels: Pixels, down: int, right: int) -> Pixels:
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pixels[np.ix_(rows, columns)]


def _turned(pixels: Pixels, angle: float) -> Pixels:
    """Return for each pixel what lay where it comes from, a mean of the four pixels around that place."""
    height, width = pixels.shape[:2]
    # Rounded, so that right angles take pixels as they are.
    cosine, sine = (round(part(math.radians(angle)), 12) for part in (math.cos, math.sin))
    down = np.arange(height)[:, np.newaxis] - (height - 1) / 2
    right = np.arange(width) - (width - 1) / 2
    rows = np.clip(right * sine + down * cosine + (height - 1) / 2, 0, height - 1)
    columns = np.clip(right * cosine - down * sine + (width - 1) / 2, 0, width - 1)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    below, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    lower, further = (rows - top)[..., np.newaxis], (columns - left)[..., np.newaxis]
    upper_line = pixels[top, left] * (1 - further) + pixels[top, beside] * further
    lower_line = pixels[below, left] * (1 - further) + pixels[below, beside] * further
    return np.asarray(upper_line * (1 - lower) + lower_line * lower, np.float32)
