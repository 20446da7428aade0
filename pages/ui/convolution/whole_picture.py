"""The kernel from above on the whole picture, before and after an activation."""

from contextlib import nullcontext

import numpy as np
import streamlit as st

from cnn_core.drawing.png import picture_png
from cnn_core.layers.shapes import show
from cnn_core.numerics.activations import activate
from cnn_core.pictures.prepare import brightness
from pages.ui import cached, state
from pages.ui.ask.numbers import kernel_title
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.maps import draw_maps
from pages.ui.draw.pictures import draw_wide
from pages.ui.entered import Chosen
from pages.ui.text import _

_WIDTH = 300
_LARGE = 6_000_000
"""Values of a picture whose convolution takes long enough to say so."""


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the picture, its map and the map after the activation, at one scale."""
    if convolution is None:
        st.caption(_("First make the kernel and the input above fit together."))
        return
    activation, colours = st.columns([3, 2], vertical_alignment="bottom")
    activation.segmented_control(_("Activation"), required=True, **state.ACTIVATION.widget())
    colours.checkbox(_("Each colour by itself"), **state.ON_COLOURS.widget())
    each = state.ON_COLOURS.get()
    pixels = cached.picture(chosen).pixels
    is_large = pixels.size > _LARGE
    with st.spinner(_("Moving the kernel over every pixel …")) if is_large else nullcontext():
        maps = pixels if each else brightness(pixels)
        result = cached.filtered(chosen, convolution.key, each, lambda: convolution.over(maps))
    after = activate(state.ACTIVATION.get(), result)
    width = round(_WIDTH * result.shape[1] / pixels.shape[1])
    titles = [_("Convolved: {kernel}").format(kernel=kernel_title(state.KERNEL.get())), _("After the activation")]

    def draw_input() -> None:
        draw_wide(cached.whole_picture(chosen, each), _WIDTH, _("Your picture"))

    if each:
        with st.container(horizontal=True, gap="small"):
            draw_input()
            for values, title in zip((result, after), titles, strict=True):
                draw_wide(picture_png(values), width, title)
        st.caption(_("Values below 0 are drawn as 0 and above 1 as 1."))
    else:
        draw_maps(np.concatenate([result, after], axis=2), titles, width, draw_input, convolution.keeps_brightness)
    st.caption(
        _("{input} pixels in, {output} values out. Pixel values run from 0 to 1; grey = {weights}.").format(
            input=show(pixels.shape[:2]), output=show(result.shape[:2]), weights="0.299·R + 0.587·G + 0.114·B"
        )
    )
