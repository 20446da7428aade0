"""What a way of making a map smaller costs, and which of the map's values count in the result."""

from dataclasses import dataclass

import numpy as np

from cnn_core.arrays import Flags, Indices, Planes, Values
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import BLUR_SIZE, Window, output_length, padding_amounts
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.reductions.ways import Reducer, Reduction, blurred


@dataclass(frozen=True)
class Costs:
    """What a way takes for one map: parameters, multiplications, additions and comparisons; and what it uses.

    Attributes:
        parameters: weights that a network would learn: those of a given kernel. All others are fixed.
        reaching: the share of the inputs that have a part in some output: of a maximum those that won.
        kept: outputs for each input.
    """

    parameters: int
    multiply_adds: int
    additions: int
    comparisons: int
    reaching: float
    kept: float


def costs_of(reducer: Reducer, x: Planes) -> Costs:
    """Return what a way costs on one channel of (H, W, C), padding counted as it is computed."""
    places, outputs = x.shape[0] * x.shape[1], _count(x.shape, reducer.windows)
    dense = _count(x.shape, reducer.dense_windows_on(x.shape))
    area, blur = reducer.size[0] * reducer.size[1], BLUR_SIZE**2
    way = reducer.way
    multiply_adds = {
        Reduction.BOX: outputs * area,
        Reduction.GAUSSIAN: outputs * area,
        Reduction.KERNEL: outputs * reducer.parameters,
        Reduction.L2: outputs * area,
        Reduction.BLUR_FIRST: places * blur,
        Reduction.BLUR_MAX: outputs * blur,
    }
    comparisons = {Reduction.MAX: outputs, Reduction.BLUR_FIRST: outputs, Reduction.BLUR_MAX: dense}
    return Costs(
        parameters=reducer.parameters,
        multiply_adds=multiply_adds.get(way, 0),
        additions=outputs * (area - 1) if way in (Reduction.AVERAGE, Reduction.SUM) else 0,
        comparisons=comparisons.get(way, 0) * (area - 1),
        reaching=reaching(reducer, x),
        kept=outputs / places,
    )


def _count(shape: Shape, windows: Windows) -> int:
    return output_length(shape[0], windows[0]) * output_length(shape[1], windows[1])


def reaching(reducer: Reducer, x: Planes) -> float:
    """Return the share of the first channel's values that have a part in some output.

    Of a maximum those that won, the first of equals; of a convolution those under a weight that is not 0.
    """
    if reducer.way in (Reduction.MAX, Reduction.BLUR_FIRST, Reduction.BLUR_MAX):
        return float(_won(reducer, x[:, :, :1]).mean())
    weights = np.ones(reducer.size) if reducer.kernel is None else reducer.kernel
    windows = reducer.windows_on(x.shape)
    (down, rows), (across, columns) = (_reached(*axis) for axis in zip(x.shape, windows, strict=False))
    used = down @ (weights != 0) @ across.T > 0
    return float((rows[:, np.newaxis] * used * columns).sum() / (x.shape[0] * x.shape[1]))


def _reached(length: int, window: Window) -> tuple[Indices, Indices]:
    """Return under which indices of the kernel inputs come, (kinds, kernel) of 0 and 1, and how many of each kind."""
    reached = np.zeros((length, window.kernel), np.intp)
    places = _places(length, window)
    inside = (places >= 0) & (places < length)
    reached[places[inside], np.nonzero(inside)[1]] = 1
    kinds, counts = np.unique(reached, axis=0, return_counts=True)
    return kinds, counts


def _places(length: int, window: Window) -> Indices:
    """Return which input lies under each index of each window, (windows, kernel); outside of the line in padding."""
    starts = np.arange(output_length(length, window)) * window.stride - padding_amounts(length, window)[0]
    return np.asarray(starts[:, np.newaxis] + np.arange(window.kernel))


def _won(reducer: Reducer, plane: Values) -> Flags:
    """Return which values (H, W) of a map (H, W, 1) are what some output of a maximum is made of."""
    won = np.zeros((plane.shape[0], plane.shape[1]), bool)
    if reducer.way is Reduction.BLUR_MAX:
        rows, columns = _winners(plane[:, :, 0], reducer.dense_windows_on(plane.shape))
        seen = np.ix_(*(_seen_by_blur(*axis) for axis in zip(rows.shape, reducer.strides, strict=True)))
        won[rows[seen], columns[seen]] = True
        return won
    is_blurred = reducer.way is Reduction.BLUR_FIRST
    won[_winners((blurred(plane) if is_blurred else plane)[:, :, 0], reducer.windows)] = True
    if not is_blurred:
        return won
    around = np.pad(won, 1)
    height, width = won.shape
    near = [around[a : a + height, b : b + width] for a in range(BLUR_SIZE) for b in range(BLUR_SIZE)]
    return np.asarray(np.logical_or.reduce(near))


def _seen_by_blur(count: int, stride: int) -> Indices:
    """Return which of `count` dense maxima a blur at the stride looks at."""
    middles = np.arange(0, count, stride)
    return np.unique(np.clip(middles[:, np.newaxis] + np.array([-1, 0, 1]), 0, count - 1))


def _winners(plane: Values, windows: Windows) -> tuple[Indices, Indices]:
    """Return row and column (H', W') of each window's largest value, the first of equals in reading order."""
    # Across first, then down: of equals the leftmost of the topmost row is left, as in reading order.
    values, columns = _first_largest(plane, windows[1])
    rows = _first_largest(values.T, windows[0])[1].T
    return rows, columns[rows, np.arange(columns.shape[1])]


def _first_largest(lines: Values, window: Window) -> tuple[Values, Indices]:
    """Return the largest value of each window along lines (lines, length), and its place; padding never wins."""
    length, stride = lines.shape[1], window.stride
    around = np.pad(lines, ((0, 0), padding_amounts(length, window)), constant_values=-np.inf)
    reach = (output_length(length, window) - 1) * stride + 1
    best = around[:, :reach:stride].copy()
    index = np.zeros(best.shape, np.uint8)
    for tap in range(1, window.kernel):
        other = around[:, tap : tap + reach : stride]
        np.putmask(index, other > best, np.uint8(tap))
        np.maximum(best, other, out=best)
    return best, index + _places(length, window)[:, 0]
