"""A convolution or pooling output by output: one window taken apart.

All of it follows from the two axes' `Taps`, so a transposed convolution needs nothing of its own here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Flags, Indices, PerChannel, Planes, Table, Values, WindowValues
from cnn_core.numerics.maps import maps_of, refuse_depth
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.taps import NOWHERE, Taps


@dataclass(frozen=True, eq=False)
class WeighedWindow:
    """One output of a convolution, taken apart; all arrays (a, b, C) for the a × b places that the window takes.

    Attributes:
        rows, columns: where the values come from in the input, or NOWHERE.
        values: padding included.
        weights: the kernel's value at each place, in the order of the values.
        bias: added once.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: WindowValues
    weights: WindowValues
    bias: float

    @property
    def products(self) -> WindowValues:
        return self.values * self.weights

    @property
    def channel_sums(self) -> PerChannel:
        """Return the sum of each input channel's products, (C,)."""
        return np.asarray(self.products.sum(axis=(0, 1)))

    @property
    def result(self) -> float:
        return float(self.channel_sums.sum()) + self.bias


@dataclass(frozen=True, eq=False)
class PooledWindow:
    """One output of a pooling, taken apart, for the a × b places that the window takes.

    Attributes:
        rows, columns: where the values come from in the input, or NOWHERE.
        values: (a, b, C), zero where padding is.
        real: (a, b), False where padding is.
        winners: (C, 2): the row and column within the window of each channel's maximum, the first from the upper left.
        results: (C,).
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: WindowValues
    real: Flags
    winners: Table
    results: PerChannel

    @property
    def count(self) -> int:
        """Return how many places are no padding: what an average is divided by."""
        return int(self.real.sum())


def one_window(
    x: npt.ArrayLike,
    kernel: npt.ArrayLike,
    vertical: Taps,
    horizontal: Taps,
    row: int,
    column: int,
    bias: float = 0.0,
) -> WeighedWindow:
    """Return what makes up one output of a convolution.

    Args:
        x: (H, W, C): the channels that the filter sees, so one group's, or one for a depthwise convolution.
        kernel: (kernel height, kernel width, C): one filter's; of a transposed convolution `kernel[:, :, filter]`.
        vertical, horizontal: of `axis_taps` or `transposed_taps`.
        row, column: of the output.
        bias: the filter's.

    Raises:
        LayerError: a kernel of another depth.
    """
    values, rows, columns = _under(maps_of(x), vertical, horizontal, row, column)
    refuse_depth(np.shape(kernel)[2], values.shape[2])
    places = np.ix_(_indices(tap for _, tap in vertical.taps[row]), _indices(tap for _, tap in horizontal.taps[column]))
    return WeighedWindow(rows, columns, values, np.asarray(kernel, values.dtype)[places], bias)


def one_pool(
    x: npt.ArrayLike, vertical: Taps, horizontal: Taps, row: int, column: int, kind: PoolingKind
) -> PooledWindow:
    """Return what makes up one output of a pooling of (H, W, C), for all channels; taps are those of `axis_taps`."""
    values, rows, columns = _under(maps_of(x), vertical, horizontal, row, column)
    real = np.outer(np.not_equal(rows, NOWHERE), np.not_equal(columns, NOWHERE))
    seen = values[real]
    winners = np.argwhere(real)[seen.argmax(axis=0)]
    return PooledWindow(rows, columns, values, real, winners, _pooled(seen, kind))


def _pooled(seen: Values, kind: PoolingKind) -> PerChannel:
    """Return (C,) for the values under a pool, (count, C)."""
    match kind:
        case PoolingKind.MAX:
            return np.asarray(seen.max(axis=0))
        case PoolingKind.AVERAGE:
            return np.asarray(seen.mean(axis=0))
        case PoolingKind.SUM:
            return np.asarray(seen.sum(axis=0))
        case PoolingKind.L2:
            return np.asarray(np.sqrt(np.square(seen).sum(axis=0)))


def _under(
    maps: Planes, vertical: Taps, horizontal: Taps, row: int, column: int
) -> tuple[Planes, tuple[int, ...], tuple[int, ...]]:
    """Return the values under a window, zeros where padding is, and their rows and columns in the input."""
    rows = tuple(vertical.sources[place] for place, _ in vertical.taps[row])
    columns = tuple(horizontal.sources[place] for place, _ in horizontal.taps[column])
    values = maps[np.ix_(_indices(rows), _indices(columns))]
    values[np.equal(rows, NOWHERE)] = 0
    values[:, np.equal(columns, NOWHERE)] = 0
    return values, rows, columns


def _indices(numbers: Iterable[int]) -> Indices:
    # A type is named for the outputs of a transposed convolution that take nothing.
    return np.fromiter(numbers, np.intp)
