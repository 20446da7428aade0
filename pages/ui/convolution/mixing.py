"""1×1 convolution: the channels of one place mixed, and what it saves."""

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.layers import Conv2D
from cnn_core.layers.windows import Window
from cnn_core.numerics import grids
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.taps import axis_taps
from cnn_core.pictures.prepare import GREY_WEIGHTS
from pages.ui import state
from pages.ui.ask.numbers import own_numbers
from pages.ui.convolution import choices
from pages.ui.convolution.channels import RGB, colour_names, place_beside
from pages.ui.convolution.controls import show_cut
from pages.ui.convolution.costs import draw_costs
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _

_SIDE = 6
_PLACES = 56


def draw(chosen: Chosen, convolution: choices.Convolution | None) -> None:
    """Draw the mixing of three colours to one map, and the bottleneck's costs."""
    x = choices.cut_of(chosen, _SIDE)
    own = own_numbers(state.MIX_NUMBERS, axes=4)
    kernel = own if own is not None and own.shape == (1, 1, 3, 1) else np.reshape(GREY_WEIGHTS, (1, 1, 3, 1))
    window = Window(1)
    scene = Scene(
        x,
        axis_taps(x.shape[0], window),
        axis_taps(x.shape[1], window),
        conv2d(x, kernel, (window, window)),
        kernel,
        channels=colour_names(),
        tints=RGB,
    )
    place, costs = place_beside()
    with place:
        show_cut("cut_mixing", _SIDE)
        st.caption(_("These three weights turn red, green and blue into grey, as in television (ITU-R BT.601)."))
    with costs:
        _draw_bottleneck()
    draw_stage(scene, "mixing_stage", on_kernel=_keep)


def _keep(kernel: Values) -> None:
    state.MIX_NUMBERS.set(grids.grid_text(kernel))


def _draw_bottleneck() -> None:
    deep_place, narrow_place = st.columns(2)
    deep_place.number_input(_("Channels"), **state.DEEP.widget())
    narrow_place.number_input(_("Reduced to"), **state.NARROW.widget())
    deep, narrow = state.DEEP.get(), state.NARROW.get()
    st.markdown(_("For a {side}×{side} map with same-size output:").format(side=_PLACES))
    direct = f"{deep} → {deep}, 3×3"
    reduced = f"{deep} → {narrow}, 1×1 → {narrow}, 3×3 → {deep}, 1×1"
    draw_costs(
        [
            (direct, [Conv2D(deep, 3, padding="same")]),
            (reduced, [Conv2D(narrow, 1), Conv2D(narrow, 3, padding="same"), Conv2D(deep, 1)]),
        ],
        (_PLACES, _PLACES, deep),
    )
