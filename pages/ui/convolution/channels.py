"""Channels and filters: one kernel a channel, the maps added, one bias a filter."""

from functools import partial
from itertools import zip_longest

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.arrays import Values
from cnn_core.layers import Conv2D
from cnn_core.layers.formulas import formulas
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.models.bundled_weights import first_kernels
from cnn_core.numerics import grids
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.hand_made import HAND_MADE, hand_made
from cnn_core.numerics.taps import axis_taps
from pages.ui import state
from pages.ui.ask.numbers import LEARNED, kernel_title, own_numbers
from pages.ui.convolution import choices
from pages.ui.convolution.controls import show_cut
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _

_SIDE = 8
RGB = (230, 40, 40), (40, 190, 70), (70, 110, 255)
"""What the channels of a picture are tinted with, each bright enough to be read on."""
_CHOICES = (*(kernel.key for kernel in HAND_MADE if kernel.values.shape == (3, 3)), LEARNED)


def colour_names() -> tuple[str, str, str]:
    return _("red"), _("green"), _("blue")


def draw(chosen: Chosen, convolution: choices.Convolution | None) -> None:
    """Draw the stage with three input channels and the reader's filters."""
    x = choices.cut_of(chosen, _SIDE)
    kernels = _kernels()
    windows = Window(3), Window(3)
    biases = [state.FILTER_BIAS.get()] * kernels.shape[3]
    scene = Scene(
        x,
        axis_taps(x.shape[0], windows[0]),
        axis_taps(x.shape[1], windows[1]),
        conv2d(x, kernels, windows, biases),
        kernels,
        biases,
        channels=colour_names(),
        tints=RGB,
    )
    place, sizes = place_beside()
    with place:
        show_cut("cut_channels", _SIDE)
    with sizes:
        _draw_sizes(scene, kernels)
    draw_stage(scene, "channels_stage", on_kernel=_keep)
    st.caption(
        _(
            "The numbers are pixels from 0 to 255, cut from the picture. There is one bias for each "
            "filter, added once to the sum over the channels: not one for each kernel."
        )
    )


def place_beside() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return a place for the picture from which the numbers below are cut, and one for what is said beside it."""
    with st.container(horizontal=True, gap="medium"):
        return st.container(width=240), st.container(width="stretch")


def _draw_sizes(scene: Scene, kernels: Values) -> None:
    """Say which sizes go in and come out, and how the parameters are counted."""
    layer, given, output = Conv2D(kernels.shape[3], (3, 3)), scene.x.shape, scene.output.shape
    st.markdown(
        _("Input {input}, {filters} filters of {kernel}, output {output}.").format(
            input=show(given), filters=kernels.shape[3], kernel=show(kernels.shape[:3]), output=show(output)
        )
        + "  \n"
        + "  \n".join(f"{_(formula.quantity)}: {formula.text}" for formula in formulas(layer, output, given))
    )


def _kernels() -> Values:
    """Let the reader choose the filters; return (3, 3, 3, filters)."""
    count, bias, *places = st.columns([1.3, 1.3, *[2] * state.FILTERS.get()], vertical_alignment="bottom")
    count.number_input(_("Filters"), **state.FILTERS.widget(after=lambda: state.FILTER_NUMBERS.set("")))
    bias.number_input(_("Bias"), format="%g", **state.FILTER_BIAS.widget())
    chosen = _chosen()
    for number, place in enumerate(places):
        place.selectbox(
            _("Filter {name}").format(name=number),
            _CHOICES,
            format_func=kernel_title,
            **state.field(f"filter_{number}", chosen[number], partial(_choose, number)),
        )
    own = own_numbers(state.FILTER_NUMBERS, axes=4)
    if own is not None and own.shape == (3, 3, 3, len(places)):
        return own
    return np.stack([_kernel(key, number) for number, key in enumerate(chosen[: len(places)])], axis=3)


def _kernel(key: str, number: int) -> Values:
    """Return (3, 3, 3): a hand-made kernel for each channel, or what MobileNetV2 learned."""
    if key == LEARNED:
        return np.asarray(first_kernels("mobilenet_v2")[:, :, :, number], np.float64)
    return np.repeat(hand_made(key).values[:, :, np.newaxis], 3, axis=2)


def _chosen() -> list[str]:
    """Return the name of a kernel for as many filters as there may be."""
    named = zip_longest(state.FILTER_KERNELS.get(), state.FILTER_KERNELS.default)
    return [key if key in _CHOICES else default for key, default in named]


def _choose(number: int, key: str) -> None:
    keys = _chosen()
    keys[number] = key
    state.FILTER_KERNELS.set(tuple(keys))
    state.FILTER_NUMBERS.set("")


def _keep(kernels: Values) -> None:
    state.FILTER_NUMBERS.set(grids.grid_text(kernels))
