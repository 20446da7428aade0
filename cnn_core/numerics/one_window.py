"""A convolution or pooling output by output: one window taken apart, and the Dense layer whose every unit is a window.

All of it follows from the two axes' `Taps`, so a transposed convolution needs nothing of its own here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import prod

import numpy as np
import numpy.typing as npt

from cnn_core.errors import LayerError
from cnn_core.layers.shapes import Shape, show
from cnn_core.numerics.taps import NOWHERE, Taps, Values, maps_of


class PoolingKind(StrEnum):
    """What becomes of the values under a pool, padding left out. L2: the root of the sum of their squares."""

    MAX = "max"
    AVERAGE = "average"
    SUM = "sum"
    L2 = "l2"


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
    values: Values
    weights: Values
    bias: float

    @property
    def products(self) -> Values:
        return self.values * self.weights

    @property
    def channel_sums(self) -> Values:
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
    values: Values
    real: npt.NDArray[np.bool_]
    winners: npt.NDArray[np.intp]
    results: Values

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


def refuse_depth(depth: int, channels: int) -> None:
    """Refuse a kernel that has not one value for each channel it sees."""
    if depth != channels:
        raise LayerError(
            "The kernel must be as deep as what it sees. Received: depth {depth} for {channels} channels. "
            "Use a kernel with one value a channel.",
            depth=depth,
            channels=channels,
        )


def one_pool(
    x: npt.ArrayLike, vertical: Taps, horizontal: Taps, row: int, column: int, kind: PoolingKind
) -> PooledWindow:
    """Return what makes up one output of a pooling of (H, W, C), for all channels; taps are those of `axis_taps`."""
    values, rows, columns = _under(maps_of(x), vertical, horizontal, row, column)
    real = np.outer(np.not_equal(rows, NOWHERE), np.not_equal(columns, NOWHERE))
    seen = values[real]
    winners = np.argwhere(real)[seen.argmax(axis=0)]
    return PooledWindow(rows, columns, values, real, winners, _pooled(seen, kind))


def _pooled(seen: Values, kind: PoolingKind) -> Values:
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
    maps: Values, vertical: Taps, horizontal: Taps, row: int, column: int
) -> tuple[Values, tuple[int, ...], tuple[int, ...]]:
    """Return the values under a window, zeros where padding is, and their rows and columns in the input."""
    rows = tuple(vertical.sources[place] for place, _ in vertical.taps[row])
    columns = tuple(horizontal.sources[place] for place, _ in horizontal.taps[column])
    values = maps[np.ix_(_indices(rows), _indices(columns))]
    values[np.equal(rows, NOWHERE)] = 0
    values[:, np.equal(columns, NOWHERE)] = 0
    return values, rows, columns


def _indices(numbers: Iterable[int]) -> npt.NDArray[np.intp]:
    # A type is named for the outputs of a transposed convolution that take nothing.
    return np.fromiter(numbers, np.intp)


# As a Dense layer ----------------------------------------------------------------------------------------------------


def convolution_matrix(kernel: npt.ArrayLike, vertical: Taps, horizontal: Taps, input_shape: Shape) -> Values:
    """Return the matrix M for which M @ x.ravel() is the convolution of x without bias, flattened too.

    Its row for an output is that output's window, laid on the whole flattened input: mostly zeros, and the same numbers
    in every row (arXiv:1603.07285, section 4.1). A transposed convolution has the matrix transposed.

    Args:
        kernel: (kernel height, kernel width, C, filters); of a transposed convolution `kernel.swapaxes(2, 3)`.
        vertical, horizontal: of `axis_taps` or `transposed_taps`.
        input_shape: (H, W, C).

    Returns:
        (H' · W' · filters, H · W · C).

    Raises:
        LayerError: a kernel of another depth.
    """
    weights = np.asarray(kernel)
    height, width, channels = input_shape
    refuse_depth(weights.shape[2], channels)
    down, across = _parts(vertical, height, weights.shape[0]), _parts(horizontal, width, weights.shape[1])
    cells = np.einsum("ayt,bxu,tucf->abfyxc", down, across, weights, optimize=True)
    return np.asarray(cells).reshape(-1, prod(input_shape))


def dense_as_convolution(weights: npt.ArrayLike, input_shape: Shape) -> Values:
    """Return the kernel (H, W, C, units) that computes a Dense layer behind Flatten as one window over everything.

    Args:
        weights: (H · W · C, units), as Keras has them.
        input_shape: (H, W, C), before Flatten.

    Raises:
        LayerError: weights for another number of values.
    """
    values = np.asarray(weights)
    if values.ndim != 2 or len(values) != prod(input_shape):
        raise LayerError(
            "A Dense layer has one row of weights a value. Received: weights of shape {weights} for an input of "
            "{shape}, which has {count} values. Use the weights of the layer that follows this input.",
            weights=show(values.shape),
            shape=show(input_shape),
            count=prod(input_shape),
        )
    return values.reshape(*input_shape, -1)


def _parts(taps: Taps, length: int, kernel: int) -> Values:
    """Return (outputs, length, kernel): 1 where an output takes an input by an index of the kernel."""
    parts = np.zeros((len(taps.taps), length, kernel), np.float32)
    for output, pairs in enumerate(taps.taps):
        for place, tap in pairs:
            if taps.sources[place] != NOWHERE:
                parts[output, taps.sources[place], tap] = 1
    return parts
