"""Where ways are one and the same operation under another name, measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window, padding_amounts
from cnn_core.numerics.reductions.ways import Reducer, Reduction
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _

_UNIT = Window(1), Window(1)


class _Check(NamedTuple):
    """Two results that should be equal; `alone` says that padding cannot set them apart."""

    sentence: str
    result: Values
    other: Values
    alone: bool = False


@dataclass(frozen=True)
class Verdicts(Measure[str]):
    """A line for each pair, as Markdown."""

    def of(self, comparison: Comparison) -> str:
        return "\n".join(f"- {_judged(comparison, check)}" for check in _checks(comparison))


def draw(comparison: Comparison) -> None:
    """Say which ways are the same here, each measured."""
    st.markdown(comparison.measured(Verdicts()))
    st.caption(
        _(
            "Both sides of each were calculated here and compared value by value; the subsampled values were picked "
            "by their positions alone. The same up to rounding: no difference above {share} of the largest value."
        ).format(share=f"{_tolerance(comparison.x):.0e}")
    )


def _checks(comparison: Comparison) -> Iterator[_Check]:
    results, windows = comparison.results(), comparison.windows
    area = windows[0].kernel * windows[1].kernel
    size = show((windows[0].kernel, windows[1].kernel))
    yield _Check(
        _("Average pooling is a convolution with a constant kernel, 1/{area}").format(area=area),
        results[Reduction.AVERAGE],
        results[Reduction.BOX],
    )
    yield _Check(
        _("Sum pooling is average pooling times {area}").format(area=area),
        results[Reduction.SUM],
        results[Reduction.AVERAGE] * area,
    )
    yield _Check(
        _("Subsampling is a convolution with a single 1 in a {size} kernel").format(size=size),
        _sliced(comparison),
        results[Reduction.SUBSAMPLE],
        alone=True,
    )
    if max(windows[0].kernel, windows[1].kernel) <= 2:
        yield _Check(
            _("In a {size} window the Gaussian kernel is constant").format(size=size),
            results[Reduction.GAUSSIAN],
            results[Reduction.BOX],
            alone=True,
        )
    for way in (Reduction.MAX, Reduction.AVERAGE, Reduction.SUM):
        yield _Check(
            _("{way} with a window of 1 and stride 1 changes nothing").format(way=reduction_title(way)),
            Reducer(way, _UNIT).reduce(comparison.x),
            comparison.x,
            alone=True,
        )
    yield _Check(
        _("{way} with a window of 1 and stride 1 gives the magnitudes").format(way=reduction_title(Reduction.L2)),
        Reducer(Reduction.L2, _UNIT).reduce(comparison.x),
        np.abs(comparison.x),
        alone=True,
    )


def _sliced(comparison: Comparison) -> Values:
    """Return every so many values of the input by indexing alone, from the middle of the first window on."""
    first = [
        (window.kernel - 1) // 2 - padding_amounts(length, window)[0]
        for length, window in zip(comparison.x.shape, comparison.windows, strict=False)
    ]
    part = comparison.x[first[0] :: comparison.windows[0].stride, first[1] :: comparison.windows[1].stride]
    height, width = comparison.results()[Reduction.SUBSAMPLE].shape[:2]
    return part[:height, :width]


def _tolerance(x: Values) -> float:
    return float(64 * np.finfo(x.dtype).eps)


def _judged(comparison: Comparison, check: _Check) -> str:
    apart = np.abs(check.result - check.other)
    allowed = _tolerance(comparison.x) * max(1.0, float(np.abs(check.result).max()))
    if float(apart.max()) <= allowed:
        return check.sentence + ": " + _("the same here, up to rounding.")
    differing = np.argwhere(apart[:, :, 0] > allowed)
    said = _("differs by up to {largest}, in {count} of {all} values.").format(
        largest=f"{apart.max():.4g}", count=f"{len(differing):,}", all=f"{apart.size:,}"
    )
    return f"{check.sentence}: {said} {_reason(comparison, check, differing)}"


def _reason(comparison: Comparison, check: _Check, differing: npt.NDArray[np.intp]) -> str:
    """Say whether all that differs sees padding."""
    if check.alone:
        return ""
    places = []
    for axis, (length, window) in enumerate(zip(comparison.x.shape, comparison.windows, strict=False)):
        starts = differing[:, axis] * window.stride - padding_amounts(length, window)[0]
        places.append((starts < 0) | (starts + window.kernel > length))
    if not bool(np.logical_or(*places).all()):
        return ""
    return _(
        "Wherever they differ, the window contains padding: pooling leaves it out and divides by fewer values, a "
        "convolution counts it as 0."
    )
