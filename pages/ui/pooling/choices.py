"""What is made smaller and by which windows: the reader's choices as the core takes them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.layers.shapes import Window, show
from cnn_core.numerics import grids
from cnn_core.numerics.maps import Values, Windows
from cnn_core.numerics.reductions import Reduction, reduced
from cnn_core.pictures.prepare import brightness
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.ask.layer import current_layer, layer_picker
from pages.ui.ask.model import model_info, model_picker
from pages.ui.ask.picture import fit_picker, picture_picker
from pages.ui.convolution import choices as convolution
from pages.ui.convolution.controls import grid_title, kernel_picker
from pages.ui.text import _
from pages.ui.waiting import outcome, wait

SIDE = 512
"""Pixels on the longer side of a picture here, at most."""
SOURCES = {"grid": N_("Grid of numbers"), "picture": N_("Picture"), "map": N_("Feature map")}
WAYS = {
    Reduction.MAX: N_("Max pooling"),
    Reduction.AVERAGE: N_("Average pooling"),
    Reduction.SUM: N_("Sum pooling"),
    Reduction.L2: N_("L2 pooling"),
    Reduction.SUBSAMPLE: N_("Plain subsampling"),
    Reduction.BOX: N_("Convolution, mean kernel"),
    Reduction.GAUSSIAN: N_("Convolution, Gaussian kernel"),
    Reduction.KERNEL: N_("Convolution, chosen kernel"),
    Reduction.BLUR_FIRST: N_("Blur, then max pooling"),
    Reduction.BLUR_MAX: N_("Maximum, blur, subsampling"),
}
_GRIDS = (*(grid.key for grid in grids.GRIDS), grids.SINGLE, grids.NOISE, convolution.OWN)

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
    state.SHOWN,
    state.MEASURED,
    state.WAY_ONE,
    state.OTHER_WAY,
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
    own_grid = (state.REDUCED.get(), state.REDUCED_GRID.get()) == ("grid", convolution.OWN)
    of_kernel = {convolution.OWN: (state.KERNEL_NUMBERS,), convolution.LEARNED: (state.LEARNED,)}
    return (
        *_SHARED,
        *_OF_SOURCE[state.REDUCED.get()],
        *((state.GRID_NUMBERS,) if own_grid else ()),
        *of_kernel.get(state.KERNEL.get(), ()),
    )


@dataclass(frozen=True, eq=False)
class Setup:
    """The input (H, W, 1), how the windows lie on it, and the kernel (height, width) of the way that is given one.

    `source` says where the input comes from, as text that no other input has.
    """

    x: Values
    windows: Windows
    kernel: Values
    source: str

    @cached_property
    def key(self) -> str:
        """Return a digest of all that a result depends on."""
        said = f"{self.source} {self.windows} {self.kernel.shape}".encode()
        return hashlib.sha256(said + np.ascontiguousarray(self.kernel, np.float64).tobytes()).hexdigest()

    def results(self) -> dict[Reduction, Values]:
        """Return what every way makes of the input; raises LayerError where the windows do not fit."""
        found: dict[Reduction, Values] = cached.reductions(
            self.key, lambda: {way: reduced(self.x, way, self.windows, self.kernel) for way in WAYS}
        )
        return found

    def kept(self, what: str, work: Callable[[], Any]) -> Any:
        """Return what `work` does, done once for this input, these windows and this kernel, in each language."""
        return cached.measured(what, self.key, state.LANGUAGE.get(), work)


def way_title(way: str) -> str:
    return _(WAYS[Reduction(way)])


def way_picker(key: "state.Key[str]", label: str) -> Reduction:
    """Let the reader choose a way."""
    ways = key.among(WAYS)
    st.selectbox(label, format_func=way_title, **ways.widget())
    return ways.get()


def draw_source() -> None:
    """Let the reader choose what is made smaller."""
    st.segmented_control(_("Input"), format_func=lambda key: _(SOURCES[key]), required=True, **state.REDUCED.widget())


def draw_controls() -> Setup:
    """Let the reader choose the rest; stops the page where the input is still on its way."""
    convolution.begin_kernel()
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
    return Setup(x, _windows(), convolution.current_kernel(), source)


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
            "and lies centred on each window; what it covers beyond the border is 0. Look into that way to write "
            "numbers of your own."
        )
    )


# The inputs, each (H, W, 1) with what names it -----------------------------------------------------------------------


def _grid() -> tuple[Values, str]:
    convolution.begin_grid(state.REDUCED_GRID.among(_GRIDS))
    is_own = state.REDUCED_GRID.get() == convolution.OWN
    shown = [key for key in _GRIDS if key != convolution.OWN or is_own]
    st.selectbox(_("Which grid"), format_func=grid_title, **state.REDUCED_GRID.among(shown).widget())
    rows, columns = st.columns(2)
    after = convolution.resize_grid if is_own else None
    rows.number_input(_("Rows"), **state.GRID_ROWS.widget(after))
    columns.number_input(_("Columns"), **state.GRID_COLUMNS.widget(after))
    if is_own:
        plane = grids.grid_of_text(state.GRID_NUMBERS.get())
    else:
        plane = grids.named_grid(state.REDUCED_GRID.get(), state.GRID_ROWS.get(), state.GRID_COLUMNS.get())
    return plane[:, :, np.newaxis], f"grid {plane.shape} {hashlib.sha256(plane.tobytes()).hexdigest()}"


def keep_grid(x: Values) -> None:
    """Keep numbers that the reader drew here, (H, W, 1)."""
    convolution.set_grid(x)
    state.REDUCED_GRID.set(convolution.OWN)


def _picture() -> tuple[Values, str]:
    """Return the picture's brightness in whole numbers from 0 to 255, which float32 adds without rounding."""
    chosen = picture_picker()
    small = cached.small_picture(chosen.digest, SIDE, chosen.data)
    x = cached.measured("brightness", chosen.digest, "", lambda: np.round(brightness(small) * 255))
    st.caption(
        _("The brightness of its pixels, 0 to 255: {size} values, from a picture of {whole} pixels.").format(
            size=show(x.shape[:2]), whole=show(cached.picture(chosen.digest, chosen.data).pixels.shape[:2])
        )
    )
    return x, f"picture {chosen.digest}"


def _map() -> tuple[Values, str]:
    """Return the map that is open on the page Feature maps."""
    model = model_picker()
    info = model_info(model)
    chosen = picture_picker(info.colour)
    fit, invert = fit_picker(info)
    rows = {row.name: row for row in cached.network(model).rows if len(row.output_shape) == 3}
    layer = current_layer(rows)
    layer_picker(list(rows))
    st.number_input(_("Map"), **state.CHANNEL.within(0, rows[layer].output_shape[2] - 1).widget())
    view = cached.View(model, chosen.digest, fit, invert)
    ready = cached.prepared(*view.key, chosen.data)
    fetching = cached.layer_maps(*view.key, layer, ready)
    maps = outcome(fetching, forget=lambda: cached.layer_maps.clear(*view.key, layer, ready))
    if maps is None:
        wait(fetching, _("Fetching the layer's maps."))
        st.stop()
    channel = state.CHANNEL.get()
    return maps[:, :, channel : channel + 1], f"map {view.key} {layer!r} {channel}"


_INPUTS: dict[str, Callable[[], tuple[Values, str]]] = {"grid": _grid, "picture": _picture, "map": _map}
