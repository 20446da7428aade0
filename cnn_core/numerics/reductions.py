"""Ways of making a map smaller, in NumPy, and what each does to shifts, noise, edges and contrast.

A way works on each channel by itself. All take the same windows and lie centred on them, so their results are of one
size and can be laid over each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cnn_core.errors import CnnError
from cnn_core.layers.shapes import AXES, BLUR_SIZE, Shape, Window, output_length, padding_amounts, window_count
from cnn_core.numerics.convolve import depthwise_conv2d
from cnn_core.numerics.hand_made import gaussian, usual_sigma
from cnn_core.numerics.maps import Values, Windows, maps_of
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.sentences import N_

Places = npt.NDArray[np.intp]


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


def kernel_of(way: Reduction, windows: Windows, given: Values | None = None) -> Values | None:
    """Return the kernel (height, width) of a way that convolves once, as it acts; None for the others.

    A given kernel that is smaller than the window lies in its middle, with zeros around it.

    Raises:
        CnnError: KERNEL without a kernel.
    """
    size = windows[0].kernel, windows[1].kernel
    match way:
        case Reduction.SUBSAMPLE:
            single = np.zeros(size)
            single[_middle(size[0]), _middle(size[1])] = 1
            return single
        case Reduction.BOX:
            return np.full(size, 1 / (size[0] * size[1]))
        case Reduction.GAUSSIAN:
            lines = [gaussian(side, usual_sigma(side)).sum(axis=0) for side in size]
            return np.asarray(np.outer(*lines))
        case Reduction.KERNEL:
            return _as_large(given, size)
    return None


def _middle(side: int) -> int:
    return (side - 1) // 2


def _as_large(given: Values | None, size: Shape) -> Values:
    if given is None or given.ndim != 2 or not given.size:
        raise CnnError(
            N_("This way takes a kernel with rows and columns. Received: {kernel}. Choose one."),
            kernel="–" if given is None else "×".join(map(str, given.shape)),
        )
    missing = [max(0, wanted - side) for wanted, side in zip(size, given.shape, strict=True)]
    return np.pad(given, [(more // 2, more - more // 2) for more in missing])


def windows_of(way: Reduction, shape: Shape, windows: Windows, given: Values | None = None) -> Windows:
    """Return how the kernel or pool of a way lies on (H, W, …): the windows, but for a kernel that is larger.

    Such a kernel is centred on the window (where one of both is even and the other odd, it reaches one further to the
    right and below) and moves by the same stride, so it gives as many values; what it covers beyond the border is 0.
    Raises LayerError where the windows do not fit.

    >>> windows_of(Reduction.KERNEL, (8, 8), (Window(2, 2), Window(2, 2)), np.ones((3, 3)))[0].padding
    (0, 1)
    """
    if way is not Reduction.KERNEL:
        return windows
    kernel = _as_large(given, (windows[0].kernel, windows[1].kernel))
    down, across = (_centred(*one) for one in zip(shape, windows, kernel.shape, AXES, strict=False))
    return down, across


def _centred(length: int, window: Window, side: int, axis: str) -> Window:
    before = padding_amounts(length, window)[0] + (side - window.kernel) // 2
    after = (window_count(length, window, axis) - 1) * window.stride + side - length - before
    return window._replace(kernel=side, padding=(before, max(0, after)))


def reduced(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> Values:
    """Return (H', W', C) of (H, W, C), all ways of one size; raises LayerError where the windows do not fit."""
    if way.pooling is not None:
        return pool(x, windows, way.pooling)
    if way is Reduction.BLUR_FIRST:
        return pool(blurred(x), windows, PoolingKind.MAX)
    if way is Reduction.BLUR_MAX:
        dense = pool(x, dense_windows(x.shape, windows), PoolingKind.MAX)
        return blurred(dense, (windows[0].stride, windows[1].stride))
    if way is not Reduction.KERNEL:
        given = None
    weights = np.asarray(kernel_of(way, windows, given))
    lying = windows_of(way, x.shape, windows, given)
    return depthwise_conv2d(x, np.repeat(weights[:, :, np.newaxis, np.newaxis], x.shape[2], axis=2), lying)


def dense_windows(shape: Shape, windows: Windows) -> Windows:
    """Return the windows at stride 1, with the padding that they have at their own stride."""
    down, across = (
        window._replace(stride=1, padding=padding_amounts(length, window))
        for length, window in zip(shape, windows, strict=False)
    )
    return down, across


def blurred(maps: Values, strides: tuple[int, int] = (1, 1)) -> Values:
    """Return a weighted mean 1 2 1 down and across; value o is centred on place o · stride, borders are repeated."""
    around = np.pad(maps, ((1, 1), (1, 1), (0, 0)), mode="edge")
    (height, width), (down, across) = maps.shape[:2], strides
    above, middle, below = (around[tap : tap + height : down] for tap in range(BLUR_SIZE))
    rows = above + 2 * middle + below
    left, middle, right = (rows[:, tap : tap + width : across] for tap in range(BLUR_SIZE))
    return np.asarray((left + 2 * middle + right) / 16)


# What a way costs and keeps -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
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


def cost(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> Cost:
    """Return what a way costs on one channel of (H, W, C), padding counted as it is computed."""
    places, outputs = x.shape[0] * x.shape[1], _count(x.shape, windows)
    dense = _count(x.shape, dense_windows(x.shape, windows))
    area, blur = windows[0].kernel * windows[1].kernel, BLUR_SIZE**2
    weights = given.size if way is Reduction.KERNEL and given is not None else 0
    multiply_adds = {
        Reduction.BOX: outputs * area,
        Reduction.GAUSSIAN: outputs * area,
        Reduction.KERNEL: outputs * weights,
        Reduction.L2: outputs * area,
        Reduction.BLUR_FIRST: places * blur,
        Reduction.BLUR_MAX: outputs * blur,
    }
    comparisons = {Reduction.MAX: outputs, Reduction.BLUR_FIRST: outputs, Reduction.BLUR_MAX: dense}
    return Cost(
        parameters=weights,
        multiply_adds=multiply_adds.get(way, 0),
        additions=outputs * (area - 1) if way in (Reduction.AVERAGE, Reduction.SUM) else 0,
        comparisons=comparisons.get(way, 0) * (area - 1),
        reaching=reaching(x, way, windows, given),
        kept=outputs / places,
    )


def _count(shape: Shape, windows: Windows) -> int:
    return output_length(shape[0], windows[0]) * output_length(shape[1], windows[1])


def reaching(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> float:
    """Return the share of the first channel's values that have a part in some output.

    Of a maximum those that won, the first of equals; of a convolution those under a weight that is not 0.
    """
    if way in (Reduction.MAX, Reduction.BLUR_FIRST, Reduction.BLUR_MAX):
        return float(_won(x[:, :, :1], way, windows).mean())
    kernel = kernel_of(way, windows, given)
    lying = windows_of(way, x.shape, windows, given)
    weights = np.ones((lying[0].kernel, lying[1].kernel)) if kernel is None else kernel
    (down, rows), (across, columns) = (_reached(*one) for one in zip(x.shape, lying, strict=False))
    used = down @ (weights != 0) @ across.T > 0
    return float((rows[:, np.newaxis] * used * columns).sum() / (x.shape[0] * x.shape[1]))


def _reached(length: int, window: Window) -> tuple[Places, Places]:
    """Return under which indices of the kernel inputs come, (kinds, kernel) of 0 and 1, and how many of each kind."""
    reached = np.zeros((length, window.kernel), np.intp)
    places = _places(length, window)
    inside = (places >= 0) & (places < length)
    reached[places[inside], np.nonzero(inside)[1]] = 1
    kinds, counts = np.unique(reached, axis=0, return_counts=True)
    return kinds, counts


def _places(length: int, window: Window) -> Places:
    """Return which input lies under each index of each window, (windows, kernel); outside of the line in padding."""
    starts = np.arange(output_length(length, window)) * window.stride - padding_amounts(length, window)[0]
    return np.asarray(starts[:, np.newaxis] + np.arange(window.kernel))


def _won(plane: Values, way: Reduction, windows: Windows) -> npt.NDArray[np.bool_]:
    """Return which values (H, W) of a map (H, W, 1) are what some output of a maximum is made of."""
    won = np.zeros((plane.shape[0], plane.shape[1]), bool)
    if way is Reduction.BLUR_MAX:
        rows, columns = _winners(plane[:, :, 0], dense_windows(plane.shape, windows))
        seen = np.ix_(_seen_by_blur(rows.shape[0], windows[0]), _seen_by_blur(rows.shape[1], windows[1]))
        won[rows[seen], columns[seen]] = True
        return won
    is_blurred = way is Reduction.BLUR_FIRST
    won[_winners((blurred(plane) if is_blurred else plane)[:, :, 0], windows)] = True
    if not is_blurred:
        return won
    around = np.pad(won, 1)
    height, width = won.shape
    near = [around[a : a + height, b : b + width] for a in range(BLUR_SIZE) for b in range(BLUR_SIZE)]
    return np.asarray(np.logical_or.reduce(near))


def _seen_by_blur(count: int, window: Window) -> Places:
    """Return which of `count` dense maxima a blur at the stride looks at."""
    middles = np.arange(0, count, window.stride)
    return np.unique(np.clip(middles[:, np.newaxis] + np.array([-1, 0, 1]), 0, count - 1))


def _winners(plane: Values, windows: Windows) -> tuple[Places, Places]:
    """Return row and column (H', W') of each window's largest value, the first of equals in reading order."""
    # Across first, then down: of equals the leftmost of the topmost row is left, as in reading order.
    values, columns = _first_largest(plane, windows[1])
    rows = _first_largest(values.T, windows[0])[1].T
    return rows, columns[rows, np.arange(columns.shape[1])]


def _first_largest(lines: Values, window: Window) -> tuple[Values, Places]:
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


# What a way does to a picture -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effects:
    """What is left of the first input, as ratios to it. Of a way that scales (a sum), the scale is taken out first.

    Attributes:
        sharpness: the mean squared step from a value to its neighbour, of the output by the input's.
        contrast: the standard deviation, of the output by the input's.
        energy: the mean square, of the output by the input's.
    """

    sharpness: float
    contrast: float
    energy: float


def scale_of(way: Reduction, windows: Windows, given: Values | None = None) -> float:
    """Return by how much a way can enlarge the largest magnitude, so that its result by that keeps the input's range.

    The window's size for a sum, its root for L2, the sum of the weights' magnitudes for a given kernel, 1 for the rest.
    """
    area = windows[0].kernel * windows[1].kernel
    if way is Reduction.SUM:
        return float(area)
    if way is Reduction.L2:
        return float(np.sqrt(area))
    if way is Reduction.KERNEL and given is not None:
        return float(np.abs(given).sum()) or 1.0
    return 1.0


def effects(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> Effects:
    """Return what a way leaves of (H, W, C)."""
    result = reduced(x, way, windows, given) / scale_of(way, windows, given)
    return Effects(
        _ratio(_steps(result), _steps(x)),
        _ratio(float(result.std()), float(x.std())),
        _ratio(float(np.square(result).mean()), float(np.square(x).mean())),
    )


def _steps(maps: Values) -> float:
    """Return the mean squared difference of neighbours, down and across."""
    found = [np.square(np.diff(maps, axis=axis)) for axis in (0, 1) if maps.shape[axis] > 1]
    return float(np.mean([one.mean() for one in found])) if found else 0.0


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def noise_left(
    x: Values, way: Reduction, windows: Windows, strengths: Sequence[float], given: Values | None = None
) -> tuple[float, ...]:
    """Return what is left of Gaussian noise added to (H, W, C), for each standard deviation, above 0.

    The standard deviation of what the noise changes in the output, by the noise's own. Always the same chance numbers.
    """
    maps = maps_of(x)
    scale = scale_of(way, windows, given)
    still, chance = reduced(maps, way, windows, given), _chance(maps.shape).astype(maps.dtype)
    noisy = _each([maps + chance * maps.dtype.type(strength) for strength in strengths], way, windows, given)
    return tuple(
        float((one - still).std()) / (scale * strength) for one, strength in zip(noisy, strengths, strict=True)
    )


def _each(several: Sequence[Values], way: Reduction, windows: Windows, given: Values | None) -> list[Values]:
    """Reduce several inputs of one shape as channels of one, which takes a fraction of the time."""
    maps = reduced(np.concatenate(several, axis=2), way, windows, given)
    return [np.ascontiguousarray(one) for one in np.split(maps, len(several), axis=2)]


@lru_cache(maxsize=4)
def _chance(shape: Shape) -> npt.NDArray[np.float32]:
    numbers = np.random.default_rng(0).standard_normal(shape, np.float32)
    numbers.setflags(write=False)
    return numbers


def shift_response(
    x: Values, way: Reduction, windows: Windows, most: int = 8, given: Values | None = None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return how much the output changes when the input moves right by 0 to `most` pixels: as it stands, and aligned.

    The change is the mean magnitude of the difference, by the mean magnitude of the output's deviation from its mean: 0
    for no change, about 1.4 for another picture. Aligned, the output is first moved by the nearest whole number of its
    own places. Where there are enough, only places are compared that see no edge of either picture.

    Raises:
        CnnError: an input that is too narrow.
    """
    stride = windows[1].stride
    width = x.shape[1] - most
    if width < windows[1].kernel:
        raise CnnError(
            N_("The input is too narrow to be moved by {most}. Received: {width} columns. Take a wider one."),
            most=most,
            width=x.shape[1],
        )
    moved = [x[:, most - shift : most - shift + width] for shift in range(most + 1)]
    results = _each(moved, way, windows, given)
    lying = windows_of(way, (x.shape[0], width), windows, given)[1]
    margin = -(-(max(padding_amounts(width, lying)) + 1) // stride)  # one more for a blur
    changes = [
        [_change(results[0], one, places, margin) for one, places in zip(results, along, strict=True)]
        for along in ([0] * len(results), [round(shift / stride) for shift in range(most + 1)])
    ]
    spread = float(np.abs(results[0] - results[0].mean()).mean())
    stands, aligned = (tuple(_ratio(change, spread) for change in line) for line in changes)
    return stands, aligned


def _change(first: Values, other: Values, places: int, margin: int) -> float:
    """Return the mean magnitude of the difference, the other moved back by so many places."""
    width = first.shape[1]
    if width - places <= 2 * margin:
        margin = 0
    one = first[:, margin : width - places - margin]
    two = other[:, margin + places : width - margin]
    return float(np.abs(one - two).mean()) if one.size else 0.0
