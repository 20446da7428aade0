"""Ways of making a map smaller, in NumPy.

A way works on each channel by itself. All take the same windows and lie centred on them, so their results are of one
size and can be laid over each other.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from cnn_core.arrays import Planes, Values
from cnn_core.errors import CnnError
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import AXES, BLUR_SIZE, Window, padding_amounts, window_count
from cnn_core.numerics.convolve import depthwise_conv2d
from cnn_core.numerics.hand_made import gaussian, usual_sigma
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.sentences import N_


class Reduction(StrEnum):
    """A way of making a map smaller. Those of PoolingKind pool; the others are strided convolutions, or two steps.

    SUBSAMPLE keeps the value in the middle of each window, of an even one the upper left of the four. BOX and GAUSSIAN
    have fixed kernels as large as the window, whose weights sum to 1. KERNEL has one that is given, of any size.
    BLUR_FIRST blurs at stride 1 and then takes the maximum. BLUR_MAX takes the maximum at stride 1 and then blurs at
    the stride (MaxBlurPool of Zhang, arXiv:1904.11486).
    """

    MAX = "max"
    AVERAGE = "average"
    SUM = "sum"
    L2 = "l2"
    SUBSAMPLE = "subsample"
    BOX = "box"
    GAUSSIAN = "gaussian"
    KERNEL = "kernel"
    BLUR_FIRST = "blur_first"
    BLUR_MAX = "blur_max"

    @property
    def pooling(self) -> PoolingKind | None:
        """Return what pools, None for a convolution and for two steps."""
        return PoolingKind(self.value) if self.value in list(PoolingKind) else None


@dataclass(frozen=True, eq=False)
class Reducer:
    """A way with its windows and its kernel: all that is settled before it sees a map.

    Args:
        windows: (vertical, horizontal).
        given: the kernel (height, width) of KERNEL, of any size; no other way looks at it.

    Raises:
        CnnError: KERNEL without a kernel.
    """

    way: Reduction
    windows: Windows
    given: Values | None = None

    def __post_init__(self) -> None:
        if self.way is Reduction.KERNEL and (self.given is None or self.given.ndim != 2 or not self.given.size):
            raise CnnError(
                N_("This method needs a kernel with rows and columns. Received: {kernel}. Choose one."),
                kernel="–" if self.given is None else "×".join(map(str, self.given.shape)),
            )

    @property
    def size(self) -> tuple[int, int]:
        """Return the window's height and width."""
        return self.windows[0].kernel, self.windows[1].kernel

    @property
    def strides(self) -> tuple[int, int]:
        return self.windows[0].stride, self.windows[1].stride

    @property
    def parameters(self) -> int:
        """Return how many weights a network would learn: those of a given kernel. All others are fixed."""
        return self.given.size if self.way is Reduction.KERNEL and self.given is not None else 0

    @cached_property
    def kernel(self) -> Values | None:
        """Return the kernel (height, width) of a way that convolves once, as it acts; None for the others.

        A given kernel that is smaller than the window lies in its middle, with zeros around it.
        """
        match self.way:
            case Reduction.SUBSAMPLE:
                single = np.zeros(self.size)
                single[_middle(self.size[0]), _middle(self.size[1])] = 1
                return single
            case Reduction.BOX:
                return np.full(self.size, 1 / (self.size[0] * self.size[1]))
            case Reduction.GAUSSIAN:
                lines = [gaussian(side, usual_sigma(side)).sum(axis=0) for side in self.size]
                return np.asarray(np.outer(*lines))
            case Reduction.KERNEL:
                return _as_large(np.asarray(self.given), self.size)
        return None

    @property
    def scale(self) -> float:
        """Return by how much it can enlarge the largest magnitude: a result by that keeps the input's range.

        The window's size for a sum, its root for L2, the sum of the weights' magnitudes for a given kernel, else 1.
        """
        area = self.size[0] * self.size[1]
        match self.way:
            case Reduction.SUM:
                return float(area)
            case Reduction.L2:
                return float(np.sqrt(area))
            case Reduction.KERNEL:
                return float(np.abs(np.asarray(self.given)).sum()) or 1.0
        return 1.0

    def windows_on(self, shape: Shape) -> Windows:
        """Return how its kernel or pool lies on (H, W, …): the windows, but for a kernel that is larger.

        Such a kernel is centred on the window (where one of both is even and the other odd, it reaches one further to
        the right and below) and moves by the same stride, so it gives as many values; what it covers beyond the border
        is 0. Raises LayerError where the windows do not fit.

        >>> Reducer(Reduction.KERNEL, (Window(2, 2), Window(2, 2)), np.ones((3, 3))).windows_on((8, 8))[0].padding
        (0, 1)
        """
        if self.way is not Reduction.KERNEL:
            return self.windows
        sides = np.asarray(self.kernel).shape
        down, across = (_centred(*axis) for axis in zip(shape, self.windows, sides, AXES, strict=False))
        return down, across

    def dense_windows_on(self, shape: Shape) -> Windows:
        """Return the windows at stride 1, with the padding that they have at their own stride on (H, W, …)."""
        down, across = (
            window._replace(stride=1, padding=padding_amounts(length, window))
            for length, window in zip(shape, self.windows, strict=False)
        )
        return down, across

    def reduce(self, x: Planes) -> Planes:
        """Return (H', W', C) of (H, W, C), all ways of one size; raises LayerError where the windows do not fit."""
        if self.way.pooling is not None:
            return pool(x, self.windows, self.way.pooling)
        if self.way is Reduction.BLUR_FIRST:
            return pool(blurred(x), self.windows, PoolingKind.MAX)
        if self.way is Reduction.BLUR_MAX:
            return blurred(pool(x, self.dense_windows_on(x.shape), PoolingKind.MAX), self.strides)
        weights = np.asarray(self.kernel)[:, :, np.newaxis, np.newaxis]
        return depthwise_conv2d(x, np.repeat(weights, x.shape[2], axis=2), self.windows_on(x.shape))


def _middle(side: int) -> int:
    return (side - 1) // 2


def _as_large(kernel: Values, size: tuple[int, int]) -> Values:
    missing = [max(0, wanted - side) for wanted, side in zip(size, kernel.shape, strict=True)]
    return np.pad(kernel, [(more // 2, more - more // 2) for more in missing])


def _centred(length: int, window: Window, side: int, axis: str) -> Window:
    before = padding_amounts(length, window)[0] + (side - window.kernel) // 2
    after = (window_count(length, window, axis) - 1) * window.stride + side - length - before
    return window._replace(kernel=side, padding=(before, max(0, after)))


def blurred(maps: Planes, strides: tuple[int, int] = (1, 1)) -> Planes:
    """Return a weighted mean 1 2 1 down and across; value o is centred on place o · stride, borders are repeated."""
    around = np.pad(maps, ((1, 1), (1, 1), (0, 0)), mode="edge")
    (height, width), (down, across) = maps.shape[:2], strides
    above, middle, below = (around[tap : tap + height : down] for tap in range(BLUR_SIZE))
    rows = above + 2 * middle + below
    left, middle, right = (rows[:, tap : tap + width : across] for tap in range(BLUR_SIZE))
    return np.asarray((left + 2 * middle + right) / 16)
