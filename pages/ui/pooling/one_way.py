"""One way on the stage: a grid that can be changed there, or a part of a picture with the borders that it has."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window, output_length, padding_amounts
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.reductions.ways import Reducer, Reduction, blurred
from cnn_core.numerics.taps import axis_taps
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.numbers import set_grid, set_kernel
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.pooling.choices import way_picker
from pages.ui.pooling.comparison import Comparison
from pages.ui.text import _

TITLE = N_("The numbers inside one method")
PLACE = "numbers"
"""The key of where they stand."""
MOST = 12
"""Rows and columns of the part of a picture that is shown."""


class _Step(NamedTuple):
    """What the stage shows of a way: the input, how the windows lie on it, and what they do."""

    x: Values
    windows: Windows
    pooling: PoolingKind | None
    kernel: Values | None


class _Part(NamedTuple):
    """A part of an input, with windows that find its real borders and no others.

    `corner`, `first`: row and column of its upper left input and output in the whole.
    """

    x: Values
    windows: Windows
    corner: tuple[int, int] = (0, 0)
    first: tuple[int, int] = (0, 0)


def draw(comparison: Comparison) -> None:
    """Draw the way that the reader chose."""
    with st.container(key=PLACE):
        _draw(comparison)


def _draw(comparison: Comparison) -> None:
    way = way_picker(state.WAY, _("Look inside"))
    step = _step(comparison.reducers[way], comparison.x)
    is_grid = state.REDUCED.get() == "grid"
    x, windows, corner, first = _Part(step.x, step.windows) if is_grid else _part(step)
    weights = None if step.kernel is None else step.kernel[:, :, np.newaxis, np.newaxis]
    output = pool(x, windows, step.pooling) if step.pooling else conv2d(x, np.asarray(weights), windows)
    taps = axis_taps(x.shape[0], windows[0]), axis_taps(x.shape[1], windows[1])
    draw_stage(
        Scene(x, *taps, output, weights, pooling=step.pooling, corner=corner, output_corner=first),
        "way_stage",
        on_input=(lambda x: set_grid(state.REDUCED_GRID, x)) if is_grid and way is not Reduction.BLUR_FIRST else None,
        on_kernel=set_kernel if way is Reduction.KERNEL else None,
    )


def _step(reducer: Reducer, x: Values) -> _Step:
    if reducer.way is Reduction.BLUR_MAX:
        st.caption(
            _(
                "Two steps: a maximum at stride 1, then the blur 1 2 1 at the chosen stride. The picture shows "
                "the first step."
            )
        )
        return _Step(x, reducer.dense_windows_on(x.shape), PoolingKind.MAX, None)
    if reducer.way is Reduction.BLUR_FIRST:
        st.caption(
            _("Two steps: the blur 1 2 1, then a maximum. The picture shows the second step, whose input is blurred.")
        )
        return _Step(blurred(x), reducer.windows, PoolingKind.MAX, None)
    return _Step(x, reducer.windows_on(x.shape), reducer.way.pooling, reducer.kernel)


def _part(step: _Step) -> _Part:
    """Let the reader choose a part of the input."""
    places = [output_length(length, window) for length, window in zip(step.x.shape, step.windows, strict=False)]
    counts = [min(count, _fitting(window)) for count, window in zip(places, step.windows, strict=True)]
    firsts = []
    choices = ((state.LOOK_ROW, _("Show from output row")), (state.LOOK_COLUMN, _("From output column")))
    for (key, label), place, count, most in zip(choices, st.columns(2), counts, places, strict=True):
        last = most - count
        first = key.within(0, last, automatic=last // 2)
        place.number_input(label, **first.widget(), disabled=not last)
        firsts.append(first.get())
    down, across = (_span(*one) for one in zip(step.x.shape[:2], step.windows, firsts, counts, strict=True))
    st.caption(
        _(
            "Rows {top} to {bottom}, columns {left} to {right} of {whole} values; padding appears only "
            "at the picture's own border."
        ).format(
            top=down[0].start,
            bottom=down[0].stop - 1,
            left=across[0].start,
            right=across[0].stop - 1,
            whole=show(step.x.shape[:2]),
        )
    )
    corner = down[0].start, across[0].start
    return _Part(step.x[down[0], across[0]], (down[1], across[1]), corner, (firsts[0], firsts[1]))


def _fitting(window: Window) -> int:
    return max(1, (MOST - window.kernel) // window.stride + 1)


def _span(length: int, window: Window, first: int, count: int) -> tuple[slice, Window]:
    """Return which inputs so many windows from the `first` on see, and the window with the padding among them."""
    start = first * window.stride - padding_amounts(length, window)[0]
    stop = start + (count - 1) * window.stride + window.kernel
    return slice(max(0, start), min(stop, length)), window._replace(padding=(max(0, -start), max(0, stop - length)))
