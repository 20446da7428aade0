"""What is made smaller and by which windows: the reader's choices as the core takes them."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn_core import grids
from cnn_core.errors import N_
from cnn_core.reductions import Reduction
from cnn_core.settings import PaddingMode
from cnn_core.shapes import Window
from cnn_core.taps import Values
from cnn_core.windows import Windows
from pages.ui import cached, state
from pages.ui.controls import current_picture, fit_picker, picture_picker
from pages.ui.convolution.setup import grey
from pages.ui.layer_view import current_layer
from pages.ui.model_picker import model_info, model_picker
from pages.ui.panels import outcome, wait
from pages.ui.text import _

SIDE = 384
"""Pixels on the longer side of a picture here."""
SOURCES = {"grid": N_("Numbers"), "picture": N_("Picture"), "map": N_("Feature map")}
WAYS = {
    Reduction.MAX: N_("Max pooling"),
    Reduction.AVERAGE: N_("Average pooling"),
    Reduction.SUM: N_("Sum pooling"),
    Reduction.L2: N_("L2 pooling"),
    Reduction.SUBSAMPLE: N_("Plain subsampling"),
    Reduction.BOX: N_("Strided convolution, mean kernel"),
    Reduction.GAUSSIAN: N_("Strided convolution, Gaussian"),
    Reduction.KERNEL: N_("Strided convolution, Sobel-like"),
    Reduction.BLUR_MAX: N_("Maximum, blur, subsampling"),
}

SHARED = (
    state.REDUCED,
    state.REDUCED_GRID,
    state.GRID_ROWS,
    state.GRID_COLUMNS,
    state.GRID_NUMBERS,
    state.SAMPLE,
    state.MODEL,
    state.LAYER,
    state.CHANNEL,
    state.POOL_DOWN,
    state.POOL_ACROSS,
    state.STEP_DOWN,
    state.STEP_ACROSS,
    state.POOL_PADDING,
    state.WAY,
    state.WAY_ONE,
    state.OTHER_WAY,
    state.NOISE,
    state.REPLACED,
)


@dataclass(frozen=True, eq=False)
class Setup:
    """The input (H, W, 1), how the windows lie on it, and the kernel (height, width) of the way that is given one."""

    x: Values
    windows: Windows
    kernel: Values


def way_title(way: str) -> str:
    return _(WAYS[Reduction(way)])


def draw_controls() -> Setup:
    """Let the reader choose; stops the page where the input is still on its way."""
    st.segmented_control(
        _("Input"), list(SOURCES), format_func=lambda key: _(SOURCES[key]), required=True, **state.REDUCED.widget()
    )
    x = _INPUTS[state.REDUCED.get()]()
    down, across = st.columns(2)
    down.number_input(_("Window ↓"), 1, 7, **state.POOL_DOWN.widget())
    across.number_input(_("Window →"), 1, 7, **state.POOL_ACROSS.widget())
    down.number_input(_("Stride ↓"), 1, 8, **state.STEP_DOWN.widget())
    across.number_input(_("Stride →"), 1, 8, **state.STEP_ACROSS.widget())
    st.segmented_control(_("Padding"), ["valid", "same"], required=True, **state.POOL_PADDING.widget())
    mode = PaddingMode(state.POOL_PADDING.get())
    windows = (
        Window(state.POOL_DOWN.get(), state.STEP_DOWN.get(), padding=mode),
        Window(state.POOL_ACROSS.get(), state.STEP_ACROSS.get(), padding=mode),
    )
    return Setup(x, windows, _edge_kernel(windows[0].kernel, windows[1].kernel))


def _edge_kernel(height: int, width: int) -> Values:
    """Return a kernel that answers to vertical edges: the right half less the left, each with weights that sum to 1."""
    line = np.sign(np.arange(width) - (width - 1) / 2)
    half = max(1, int((line > 0).sum()))
    return np.repeat(line[np.newaxis] / (half * height), height, axis=0)


def _grid() -> Values:
    keys = [*(grid.key for grid in grids.GRIDS), grids.SINGLE, grids.NOISE]
    own = state.GRID_NUMBERS.get() and state.GRID.get() == "own"
    if state.REDUCED_GRID.get() not in [*keys, "own"] or (state.REDUCED_GRID.get() == "own" and not own):
        state.REDUCED_GRID.set(state.REDUCED_GRID.default)
    shown = [*keys, *(["own"] if own else [])]
    titles = {grid.key: grid.title for grid in grids.GRIDS} | {
        grids.SINGLE: N_("A single 1"),
        grids.NOISE: N_("Chance numbers"),
        "own": N_("Numbers of your own"),
    }
    st.selectbox(_("Numbers"), shown, format_func=lambda key: _(titles[key]), **state.REDUCED_GRID.widget())
    rows, columns = st.columns(2)
    if state.REDUCED_GRID.get() == "own":
        return grids.grid_of_text(state.GRID_NUMBERS.get())[:, :, np.newaxis]
    rows.number_input(_("Rows"), 1, grids.LARGEST, **state.GRID_ROWS.widget())
    columns.number_input(_("Columns"), 1, grids.LARGEST, **state.GRID_COLUMNS.widget())
    return grids.named_grid(state.REDUCED_GRID.get(), state.GRID_ROWS.get(), state.GRID_COLUMNS.get())[:, :, np.newaxis]


def _picture() -> Values:
    chosen = picture_picker()
    return grey(cached.small_picture(chosen.digest, SIDE, chosen.data)).astype(np.float64)


def _map() -> Values:
    """Return the map that is open on the page Feature maps."""
    model = model_picker()
    info = model_info(model)
    chosen = picture_picker()
    fit, invert = fit_picker(info)
    rows = {row.name: row for row in cached.network(model).rows if len(row.output_shape) == 3}
    layer = current_layer(rows)
    st.selectbox(_("Layer"), list(rows), **state.LAYER.widget(after=lambda: state.CHANNEL.set(0)))
    st.number_input(_("Map"), 0, rows[layer].output_shape[2] - 1, **state.CHANNEL.widget())
    view = cached.View(model, chosen.digest, fit, invert)
    ready = cached.prepared(*view.key, chosen.data)
    fetching = cached.layer_maps(*view.key, layer, ready)
    maps = outcome(fetching, forget=lambda: cached.layer_maps.clear(*view.key, layer, ready))
    if maps is None:
        wait(fetching, _("Fetching the layer's maps."))
        st.stop()
    return maps[:, :, state.CHANNEL.get() : state.CHANNEL.get() + 1].astype(np.float64)


_INPUTS = {"grid": _grid, "picture": _picture, "map": _map}


def describe_input() -> str:
    """Return what the input is called, for file names and sentences."""
    return current_picture().name if state.REDUCED.get() == "picture" else _(SOURCES[state.REDUCED.get()])
