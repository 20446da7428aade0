"""Which inputs every output along an axis is made of.

A convolution, a pooling and a transposed convolution differ there only in their `Taps`: which places of the padded line
each output takes, and by which index of the kernel. All that is shown of one window follows from the two axes' taps.
The arithmetic is that of Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(arXiv:1603.07285), with TensorFlow's `same`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from cnn_core.errors import LayerError
from cnn_core.layers.settings import Pair
from cnn_core.layers.windows import Window, cropped, effective_kernel, padding_amounts, transposed_length, window_count
from cnn_core.numerics.padding import Filling, padded
from cnn_core.sentences import N_

NOWHERE: Final = -1
"""The source of a place that shows no input: a zero, or nothing at all under a pool."""


@dataclass(frozen=True)
class Taps:
    """What each output along an axis is made of, in plain whole numbers: `dataclasses.asdict` of it is JSON.

    Attributes:
        sources: for each place of the padded line, the index of the input that it shows, or NOWHERE.
        taps: for each output, its (place, kernel index) pairs.
    """

    sources: tuple[int, ...]
    taps: tuple[tuple[Pair, ...], ...]

    @property
    def unseen(self) -> tuple[int, ...]:
        """Return the places that no window covers: strides leave a rest, or they or dilation pass over something."""
        seen = {place for pairs in self.taps for place, _ in pairs}
        return tuple(place for place in range(len(self.sources)) if place not in seen)

    def reached(self, index: int) -> tuple[int, ...]:
        """Return the outputs that an input has a part in."""
        return tuple(
            output for output, pairs in enumerate(self.taps) if any(self.sources[place] == index for place, _ in pairs)
        )


@lru_cache(maxsize=32)
def axis_taps(length: int, window: Window, filling: Filling = Filling.ZERO) -> Taps:
    """Return the taps of a convolution or pooling: output o takes the places o · stride + t · dilation.

    >>> axis_taps(5, Window(2, 2, padding=(1, 0)))
    Taps(sources=(-1, 0, 1, 2, 3, 4), taps=(((0, 0), (1, 1)), ((2, 0), (3, 1)), ((4, 0), (5, 1))))

    Raises:
        LayerError: a window larger than the padded line, a line too short to be reflected so far.
    """
    kernel, stride, dilation, *_ = window
    sources = padded(np.arange(length), (padding_amounts(length, window),), filling, outside=NOWHERE)
    starts = range(0, window_count(length, window, N_("axis")) * stride, stride)
    taps = tuple(tuple((start + tap * dilation, tap) for tap in range(kernel)) for start in starts)
    return Taps(tuple(sources.tolist()), taps)


def transposed_taps(length: int, window: Window) -> Taps:
    """Return the taps of a transposed convolution: output o takes input i by kernel index t if o = i·s + t·d − crop.

    `valid` crops nothing; `same` crops what exceeds `transposed_length`, the odd one after (as TensorFlow does).

    >>> transposed_taps(2, Window(3, 2)).taps
    (((0, 0),), ((0, 1),), ((0, 2), (1, 0)), ((1, 1),), ((1, 2),))

    Raises:
        LayerError: padding in amounts.
    """
    kernel, stride, dilation, *_ = window
    crop = cropped_before(window)
    taps: list[list[Pair]] = [[] for _ in range(transposed_length(length, window))]
    for index in range(length):
        for tap in range(kernel):
            output = index * stride + tap * dilation - crop
            if 0 <= output < len(taps):
                taps[output].append((index, tap))
    return Taps(tuple(range(length)), tuple(map(tuple, taps)))


def cropped_before(window: Window) -> int:
    """Return how many outputs a transposed convolution drops at the beginning of an axis."""
    if isinstance(window.padding, tuple):
        raise LayerError(
            "A transposed convolution takes padding 'valid' or 'same'. Received: padding={padding}. Use one of these.",
            padding=window.padding,
        )
    return cropped(window)[0]


def tap_slices(length: int, window: Window) -> list[slice]:
    """Return, for each index of the kernel, the places of the padded line where the windows have it."""
    kernel, stride, dilation, *_ = window
    last = (length - effective_kernel(kernel, dilation)) // stride * stride
    return [slice(tap * dilation, tap * dilation + last + 1, stride) for tap in range(kernel)]
