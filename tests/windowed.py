"""Windows on axes and what padding shows, as Hypothesis draws them, and the loops that say what each window covers."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st
from strategies import windows_on

from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window, padding_amounts
from cnn_core.numerics.padding import Filling
from cnn_core.numerics.pool import PoolingKind

SAME, VALID = PaddingMode.SAME, PaddingMode.VALID
NUMPY_MODES: dict[Filling, Literal["constant", "reflect", "edge"]] = {
    Filling.ZERO: "constant",
    Filling.REFLECT: "reflect",
    Filling.REPLICATE: "edge",
}

Axis = tuple[int, Window]
Filled = tuple[tuple[Axis, Axis], Filling]
"""Two axes and a filling that they allow."""

fillings = st.sampled_from(Filling)
kinds = st.sampled_from(PoolingKind)
seeds = st.integers(0, 2**32 - 1)
counts = st.integers(1, 4)


def numbers(seed: int, *shape: int) -> np.ndarray:
    """Return small whole numbers as float32: sums of them are exact in any order, so results must be equal."""
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float32)


def padded_by_numpy(x: np.ndarray, vertical: Window, horizontal: Window, filling: Filling) -> np.ndarray:
    amounts = (padding_amounts(len(x), vertical), padding_amounts(x.shape[1], horizontal), (0, 0))
    padded: np.ndarray = np.pad(x, amounts, NUMPY_MODES[filling])
    return padded


def seen(length: int, window: Window) -> list[list[int]]:
    """Return the places of a padded line that each window takes, found by walking along it."""
    starts = range(0, length, window.stride)
    places = [[start + tap * window.dilation for tap in range(window.kernel)] for start in starts]
    return [line for line in places if line[-1] < length]


def by_loops(padded: np.ndarray, windows: tuple[Window, Window], combine: Callable[[np.ndarray], Any]) -> np.ndarray:
    """Return `combine` of each window's values (kernel height, kernel width, C)."""
    down, across = (seen(length, window) for length, window in zip(padded.shape, windows, strict=False))
    return np.array([[combine(padded[np.ix_(rows, columns)]) for columns in across] for rows in down])


def fits(axes: Iterable[Axis], filling: Filling) -> bool:
    return filling is not Filling.REFLECT or all(max(padding_amounts(*axis)) < axis[0] for axis in axes)


@st.composite
def fillable(draw: st.DrawFn) -> Filled:
    """Draw two axes and a filling that they allow."""
    axes = (draw(windows_on()), draw(windows_on()))
    return axes, draw(st.sampled_from([filling for filling in Filling if fits(axes, filling)]))
