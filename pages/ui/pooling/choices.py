"""What is made smaller and by which windows: the reader's choices as the core takes them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.reductions.ways import Reduction
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.layer import current_layer, layer_picker
from pages.ui.ask.model import model_picker
from pages.ui.ask.numbers import (
    LEARNED,
    NAMED_GRIDS,
    OWN,
    begin_grid,
    begin_kernel,
    current_grid,
    current_kernel,
    grid_picker,
    kernel_picker,
)
from pages.ui.ask.picture import fit_picker, picture_picker
from pages.ui.pooling.comparison import Comparison, GridSource, MapSource, PictureSource, Source
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _
from pages.ui.waiting import asked

SIDE = 512
"""Pixels on the longer side of a picture here, at most."""
SOURCES = {"grid": N_("Grid of numbers"), "picture": N_("Picture"), "map": N_("Feature map")}

_SHARED = (
    state.REDUCED,
    state.SAMPLE,
    state.POOL_DOWN,
    state.POOL_ACROSS,
    state.STEP_DOWN,
    state.STEP_ACROSS,
    state.POOL_PADDING_DOWN,
    state.POOL_PADDING_ACROSS,
    state.KERNEL,
    state.WAY,
    state.LOOK_ROW,
    state.LOOK_COLUMN,
    state.MEASURED,
    state.WAY_ONE,
    state.OTHER_WAY,
    state.MOVED,
    state.NOISE,
    state.REPLACED,
    state.STRIDES_TOO,
    state.STUDY_OPEN,
)
_OF_SOURCE = {
    "grid": (state.REDUCED_GRID, state.GRID_ROWS, state.GRID_COLUMNS),
    "picture": (),
    "map": (state.MODEL, state.LAYER, state.CHANNEL, state.FIT, state.INVERT),
}


def shared() -> "tuple[state.Key[Any], ...]":
    """Return what belongs into the address: what is not in use stays out of it."""
    own_grid = state.REDUCED.get() == "grid" and state.REDUCED_GRID.get() == OWN
    of_kernel = {OWN: (state.KERNEL_NUMBERS,), LEARNED: (state.LEARNED,)}
    return (
        *_SHARED,
        *_OF_SOURCE[state.REDUCED.get()],
        *((state.GRID_NUMBERS,) if own_grid else ()),
        *of_kernel.get(state.KERNEL.get(), ()),
    )


def way_picker(key: "state.Key[str]", label: str) -> Reduction:
    """Let the reader choose a way."""
    ways = key.among(Reduction)
    st.selectbox(label, format_func=reduction_title, **ways.widget())
    return ways.get()


def draw_source() -> None:
    """Let the reader choose what is made smaller."""
    st.segmented_control(_("Input"), format_func=lambda key: _(SOURCES[key]), required=True, **state.REDUCED.widget())


def draw_controls() -> Comparison:
    """Let the reader choose the rest; stops the page where the input is still on its way."""
    begin_kernel()
    x, source = _INPUTS[state.REDUCED.get()]()
    down, across = st.columns(2)
    down.number_input(_("Window ↓"), **state.POOL_DOWN.widget())
    across.number_input(_("Window →"), **state.POOL_ACROSS.widget())
    down.number_input(_("Stride ↓"), **state.STEP_DOWN.widget())
    across.number_input(_("Stride →"), **state.STEP_ACROSS.widget())
    for place, label, key in (
        (down, _("Padding ↓"), state.POOL_PADDING_DOWN),
        (across, _("Padding →"), state.POOL_PADDING_ACROSS),
    ):
        place.selectbox(label, **key.widget())
    choosing = st.expander(_("The chosen kernel"), on_change="rerun", key="kernel_open")
    if choosing.open:
        with choosing:
            _draw_kernel()
    return Comparison(x, _windows(), current_kernel(), source)


def _windows() -> Windows:
    return (
        Window(state.POOL_DOWN.get(), state.STEP_DOWN.get(), padding=state.POOL_PADDING_DOWN.get()),
        Window(state.POOL_ACROSS.get(), state.STEP_ACROSS.get(), padding=state.POOL_PADDING_ACROSS.get()),
    )


def _draw_kernel() -> None:
    kernel_picker()
    st.caption(
        _(
            "The kernel of “Convolution, chosen kernel”, the same as on the page Convolution. It keeps its own size "
            "and is centred on each window; beyond the border it sees zeros. Look inside that method to enter your "
            "own numbers."
        )
    )


# The inputs, each (H, W, 1) with what names it -----------------------------------------------------------------------


def _grid() -> tuple[Values, GridSource]:
    begin_grid(state.REDUCED_GRID.among([*NAMED_GRIDS, OWN]))
    grid_picker(state.REDUCED_GRID, NAMED_GRIDS, _("Which grid"))
    plane = current_grid(state.REDUCED_GRID)
    return plane[:, :, np.newaxis], GridSource(plane.shape, plane.tobytes())


def _picture() -> tuple[Values, PictureSource]:
    """Return the picture's brightness in whole numbers from 0 to 255, which float32 adds without rounding."""
    chosen = picture_picker()
    x = cached.grey_numbers(chosen, SIDE)
    st.caption(
        _("The brightness of its pixels, 0 to 255: {size} values, from a picture of {whole} pixels.").format(
            size=show(x.shape[:2]), whole=show(cached.picture(chosen).pixels.shape[:2])
        )
    )
    return x, PictureSource(chosen.digest)


def _map() -> tuple[Values, MapSource]:
    """Return the map that is open on the page Feature maps."""
    info = model_picker()
    chosen = picture_picker(info.colour)
    fit, invert = fit_picker(info)
    rows = {row.name: row for row in cached.network(info).rows if len(row.output_shape) == 3}
    layer = current_layer(rows)
    layer_picker(list(rows))
    chosen_map = state.CHANNEL.within(0, rows[layer].output_shape[2] - 1, automatic=0)
    st.number_input(_("Map"), **chosen_map.widget())
    picture = cached.entered(chosen, info, fit, invert)
    maps = asked(cached.layer_maps(picture, layer), _("Fetching the layer's maps."))
    channel = chosen_map.get()
    return maps[:, :, channel : channel + 1], MapSource(picture.key, layer, channel)


_INPUTS: dict[str, Callable[[], tuple[Values, Source]]] = {"grid": _grid, "picture": _picture, "map": _map}
