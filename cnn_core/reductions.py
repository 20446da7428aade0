"""Ways of making a map smaller, in NumPy, and what each does to shifts, noise, edges and contrast.

A way works on each channel by itself. All take the same windows, so their results can be laid over each other.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from cnn_core.errors import N_, CnnError
from cnn_core.kernels import gaussian
from cnn_core.one_window import PoolingKind
from cnn_core.settings import PaddingMode
from cnn_core.shapes import Window, padding_amounts
from cnn_core.taps import NOWHERE, Taps, Values, axis_taps
from cnn_core.windows import Windows, depthwise_conv2d, pool

BLUR: Final = Window(3, padding=PaddingMode.SAME)
"""How the blur after a maximum lies: 3×3, as in arXiv:1904.11486."""


class Reduction(StrEnum):
    """A way of making a map smaller. Those of PoolingKind pool; the others are convolutions with a stride.

    SUBSAMPLE keeps the upper left value of each window. BOX and GAUSSIAN have fixed kernels as large as the window,
    whose weights sum to 1. KERNEL has one that is given. BLUR_MAX takes the maximum at stride 1 and then a fixed blur
    at the stride (MaxBlurPool of Zhang, arXiv:1904.11486).
    """

    MAX = "max"
    AVERAGE = "average"
    SUM = "sum"
    L2 = "l2"
    SUBSAMPLE = "subsample"
    BOX = "box"
    GAUSSIAN = "gaussian"
    KERNEL = "kernel"
    BLUR_MAX = "blur_max"

    @property
    def pooling(self) -> PoolingKind | None:
        """Return what pools, None for a convolution and for two steps."""
        return PoolingKind(self.value) if self.value in list(PoolingKind) else None


def kernel_of(way: Reduction, windows: Windows, given: Values | None = None) -> Values | None:
    """Return the kernel (height, width) of a way that convolves once; None for the others.

    Raises:
        CnnError: KERNEL without a kernel of the windows' size.
    """
    size = windows[0].kernel, windows[1].kernel
    match way:
        case Reduction.SUBSAMPLE:
            single = np.zeros(size)
            single[0, 0] = 1
            return single
        case Reduction.BOX:
            return np.full(size, 1 / (size[0] * size[1]))
        case Reduction.GAUSSIAN:
            lines = [gaussian(side, max(0.3 * ((side - 1) / 2 - 1) + 0.8, 0.3)).sum(axis=0) for side in size]
            return np.asarray(np.outer(*lines))
        case Reduction.KERNEL:
            if given is None or given.shape != size:
                raise CnnError(
                    N_("The kernel must be as large as the window. Received: {kernel} for a window of {window}."),
                    kernel="–" if given is None else "×".join(map(str, given.shape)),
                    window="×".join(map(str, size)),
                )
            return given
    return None


def reduced(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> Values:
    """Return (H', W', C) of (H, W, C), all ways of one size; raises LayerError where the windows do not fit."""
    if way.pooling is not None:
        return pool(x, windows, way.pooling)
    if way is Reduction.BLUR_MAX:
        dense = windows[0]._replace(stride=1), windows[1]._replace(stride=1)
        blur = BLUR._replace(stride=windows[0].stride), BLUR._replace(stride=windows[1].stride)
        return _blurred(pool(x, _same_reach(x, windows, dense), PoolingKind.MAX), blur)
    kernel = kernel_of(way, windows, given)
    weights = np.repeat(np.asarray(kernel)[:, :, np.newaxis, np.newaxis], x.shape[2], axis=2)
    return depthwise_conv2d(x, weights, windows)


def _same_reach(x: Values, windows: Windows, dense: Windows) -> Windows:
    """Return windows at stride 1 with the padding that the given ones have at their stride."""
    amounts = [padding_amounts(length, window) for length, window in zip(x.shape, windows, strict=False)]
    return dense[0]._replace(padding=amounts[0]), dense[1]._replace(padding=amounts[1])


def _blurred(maps: Values, windows: Windows) -> Values:
    """Return a weighted mean 1 2 1 down and across, at a stride; window o is centred on place o · stride."""
    line = np.array([1.0, 2.0, 1.0]) / 4
    weights = np.repeat(np.outer(line, line)[:, :, np.newaxis, np.newaxis], maps.shape[2], axis=2)
    around = np.pad(maps, ((1, 1), (1, 1), (0, 0)), mode="edge")
    valid = (windows[0]._replace(padding=PaddingMode.VALID), windows[1]._replace(padding=PaddingMode.VALID))
    return depthwise_conv2d(around, weights, valid)


# What a way costs and keeps -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What a way takes for one map: learned parameters, multiplications, additions and comparisons; and what it uses.

    Attributes:
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
    result = reduced(x[:, :, :1], way, windows, given)
    outputs, area = result[:, :, 0].size, windows[0].kernel * windows[1].kernel
    learned = area if way is Reduction.KERNEL else 0
    dense = _dense_places(x, windows) if way is Reduction.BLUR_MAX else 0
    multiply_adds = {
        Reduction.BOX: outputs * area,
        Reduction.GAUSSIAN: outputs * area,
        Reduction.KERNEL: outputs * area,
        Reduction.L2: outputs * area,
        Reduction.BLUR_MAX: outputs * 9,
    }.get(way, 0)
    additions = outputs * (area - 1) if way in (Reduction.AVERAGE, Reduction.SUM) else 0
    comparisons = {Reduction.MAX: outputs * (area - 1), Reduction.BLUR_MAX: dense * (area - 1)}.get(way, 0)
    kept = outputs / x[:, :, 0].size
    return Cost(learned, multiply_adds, additions, comparisons, reaching(x, way, windows, given), kept)


def _dense_places(x: Values, windows: Windows) -> int:
    dense = windows[0]._replace(stride=1), windows[1]._replace(stride=1)
    return int(pool(x[:, :, :1], _same_reach(x, windows, dense), PoolingKind.MAX).size)


def reaching(x: Values, way: Reduction, windows: Windows, given: Values | None = None) -> float:
    """Return the share of the first channel's values that have a part in some output.

    Of a maximum those that won, the first of equals; of a convolution those under a weight that is not 0.
    """
    taps = axis_taps(x.shape[0], windows[0]), axis_taps(x.shape[1], windows[1])
    if way in (Reduction.MAX, Reduction.BLUR_MAX):
        stride_one = way is Reduction.BLUR_MAX
        if stride_one:
            dense = _same_reach(x, windows, (windows[0]._replace(stride=1), windows[1]._replace(stride=1)))
            taps = axis_taps(x.shape[0], dense[0]), axis_taps(x.shape[1], dense[1])
        return _winners(x[:, :, 0], *taps)
    kernel = kernel_of(way, windows, given)
    weights = np.ones((windows[0].kernel, windows[1].kernel)) if kernel is None else kernel
    used = np.zeros(x.shape[:2], bool)
    for a, b in np.argwhere(weights != 0):
        rows = [s for s in _sources(taps[0], int(a)) if s != NOWHERE]
        columns = [s for s in _sources(taps[1], int(b)) if s != NOWHERE]
        used[np.ix_(rows, columns)] = True
    return float(used.mean())


def _sources(taps: Taps, index: int) -> list[int]:
    """Return which inputs lie under one index of the kernel."""
    return [taps.sources[place] for pairs in taps.taps for place, tap in pairs if tap == index]


def _winners(plane: Values, vertical: Taps, horizontal: Taps) -> float:
    """Return the share of the values that win a window: one comparison for each place under the kernel."""
    around = np.full((len(vertical.sources), len(horizontal.sources)), -np.inf)
    rows, columns = np.array(vertical.sources), np.array(horizontal.sources)
    inside = np.ix_(np.flatnonzero(rows != NOWHERE), np.flatnonzero(columns != NOWHERE))
    around[inside] = plane[np.ix_(rows[rows != NOWHERE], columns[columns != NOWHERE])]
    down = np.array([[place for place, _tap in pairs] for pairs in vertical.taps])
    across = np.array([[place for place, _tap in pairs] for pairs in horizontal.taps])
    under = around[down[:, None, :, None], across[None, :, None, :]].reshape(len(down), len(across), -1)
    best = under.argmax(axis=2)
    won_rows = rows[np.take_along_axis(down, best // across.shape[1], axis=1)]
    won_columns = columns[across[np.arange(len(across)), best % across.shape[1]]]
    won = np.zeros(plane.shape, bool)
    won[won_rows, won_columns] = True
    return float(won.mean())


# What a way does to a picture -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effects:
    """What is left of the first input, as ratios to it. Of a way that scales (a sum), the scale is taken out first.

    Attributes:
        sharpness: the mean squared step from a value to its neighbour, of the output by the input's.
        contrast: the standard deviation, of the output by the input's.
        energy: the mean square, of the output by the input's.
        noise: the standard deviation of what Gaussian noise changes in the output, by the noise's own.
    """

    sharpness: float
    contrast: float
    energy: float
    noise: float


def scale_of(way: Reduction, windows: Windows, given: Values | None = None) -> float:
    """Return by what a way multiplies an even area: the window's size for a sum, its root for L2, 1 for most."""
    area = windows[0].kernel * windows[1].kernel
    if way is Reduction.SUM:
        return float(area)
    if way is Reduction.L2:
        return float(np.sqrt(area))
    if way is Reduction.KERNEL and given is not None and abs(given.sum()) > 1e-6:
        return float(given.sum())
    return 1.0


def effects(x: Values, way: Reduction, windows: Windows, noise: float, given: Values | None = None) -> Effects:
    """Return what a way leaves of (H, W, C); the noise has this standard deviation, always the same chance numbers."""
    scale = scale_of(way, windows, given)
    result = reduced(x, way, windows, given) / scale
    chance = np.random.default_rng(0).normal(0, noise or 1.0, x.shape)
    changed = reduced(x + chance, way, windows, given) / scale - result
    return Effects(
        _ratio(_steps(result), _steps(x)),
        _ratio(float(result.std()), float(x.std())),
        _ratio(float(np.square(result).mean()), float(np.square(x).mean())),
        float(changed.std()) / (noise or 1.0),
    )


def _steps(maps: Values) -> float:
    """Return the mean squared difference of neighbours, down and across."""
    found = [np.square(np.diff(maps, axis=axis)) for axis in (0, 1) if maps.shape[axis] > 1]
    return float(np.mean([one.mean() for one in found])) if found else 0.0


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def shift_response(
    x: Values, way: Reduction, windows: Windows, most: int = 8, given: Values | None = None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return how much the output changes when the input moves right by 0 to `most` pixels: as it stands, and aligned.

    The change is the mean magnitude of the difference, by the mean magnitude of the output's deviation from its mean: 0
    for no change, about 1.4 for another picture. Aligned, the output is first moved by the nearest whole number of its
    own places. Only places that see no edge of either picture are compared.
    """
    stride = windows[1].stride
    width = x.shape[1] - most
    if width < windows[1].kernel:
        raise CnnError(
            N_("The input is too narrow to be moved by {most}. Received: {width} columns. Take a wider one."),
            most=most,
            width=x.shape[1],
        )
    results = [reduced(x[:, most - shift : most - shift + width], way, windows, given) for shift in range(most + 1)]
    return (
        tuple(_change(results[0], one, 0) for one in results),
        tuple(_change(results[0], one, round(shift / stride)) for shift, one in enumerate(results)),
    )


def _change(first: Values, other: Values, places: int) -> float:
    width = first.shape[1]
    margin = 1 if width > places + 3 else 0
    one = first[:, margin : width - places - margin]
    two = other[:, margin + places : width - margin]
    if not one.size:
        return 0.0
    spread = float(np.abs(first - first.mean()).mean())
    return _ratio(float(np.abs(one - two).mean()), spread)
