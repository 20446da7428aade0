"""Several maps beside each other in one range of colours."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from cnn_core.arrays import Values
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png, reduce_maps
from cnn_core.drawing.png import grey_png
from pages.ui.draw.pictures import colour_bar, draw_wide
from pages.ui.text import _

_WIDTH = 190
_NARROWEST = 96
"""Pixels of the screen that a title needs."""


def draw_maps(
    maps: Values,
    titles: Sequence[str],
    width: int = _WIDTH,
    before: Callable[[], None] = lambda: None,
    as_photograph: bool = False,
) -> None:
    """Draw (H, W, maps) with a title below each, all in one stated range; `before` draws what stands left of them.

    What still looks like a photograph is drawn `as_photograph`: in greys, black from 0 down.
    """
    reach = Range(float(np.abs(maps).max(initial=0)), bool((maps < 0).any()) and not as_photograph)
    factor = -(-maps.shape[1] // (2 * width))
    shown = reduce_maps(np.asarray(maps, np.float32), factor)
    # Twice as fine as it is shown, so that no browser smooths it.
    scale = -(-2 * width // shown.shape[1])
    with st.container(horizontal=True, gap="small"):
        before()
        for number, title in enumerate(titles):
            plane = shown[:, :, number]
            png = grey_png(plane, 0, reach.high, scale) if as_photograph else map_png(plane, reach, scale)
            draw_wide(png, width, title)
    if as_photograph:
        st.caption(_("Black is {low}, white {high}.").format(low=0, high=f"{reach.high:.4g}"))
    else:
        colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    if factor > 1:
        st.caption(_("Drawn smaller: each point is the mean of {n}×{n} values.").format(n=factor))


def draw_exactly(pngs: Mapping[str, bytes], width: int, factor: int, name: str) -> None:
    """Draw PNGs of one pixel a value, `width` of them wide, by title; each `factor` pixels of the screen a value."""
    with st.container(horizontal=True, gap="small", key=f"exact_{name}"):
        if factor > 1:
            st.html(f"<style>.st-key-exact_{name} img {{ image-rendering: pixelated; }}</style>")
        for title, png in pngs.items():
            _draw_exact(png, width * factor, title)


def _draw_exact(png: bytes, width: int, title: str) -> None:
    if width >= _NARROWEST:
        draw_wide(png, width, title)
        return
    with st.container(width=_NARROWEST, gap="xxsmall"):
        with st.container(width=width):
            st.image(png, width="stretch", output_format="PNG", alt=title)
        st.caption(title)
