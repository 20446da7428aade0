"""Two pooling windows, 2×2 and 3×3 with stride 2, whose outputs are equally large and hold other values."""

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.layers.formulas import length_formula
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import axis_taps
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.stage import Scene, draw_stage
from pages.ui.entered import Chosen
from pages.ui.text import _

_POOLS = (2, 3)
_STRIDE = 2
_SHARES = (8, 9)
"""Of the page's width: the cells of both are as large."""
_KINDS = {PoolingKind.MAX: N_("Maximum"), PoolingKind.AVERAGE: N_("Average")}


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the input from above under both windows, and count the values that differ."""
    if convolution is None:
        st.caption(_("First make the kernel and the input above fit together."))
        return
    st.segmented_control(
        _("Pooling"), format_func=lambda kind: _(_KINDS[kind]), required=True, **state.POOLS_KIND.widget()
    )
    results = []
    for place, size in zip(st.columns(_SHARES), _POOLS, strict=True):
        with place:
            results.append(_draw_pool(convolution.x, size))
    st.markdown(_judged(results[0], results[1]))
    rows = "  \n".join(
        f"{size}×{size}: {length_formula(len(convolution.x), Window(size, _STRIDE))}"
        for size in _POOLS
        if size <= len(convolution.x)
    )
    st.markdown(rows)


def _draw_pool(x: Maps, size: int) -> Maps:
    """Draw one window's stage; return what it makes; raises LayerError where it is larger than the input."""
    window = Window(size, _STRIDE)
    output = pool(x, (window, window), state.POOLS_KIND.get())
    taps = [axis_taps(length, window) for length in x.shape[:2]]
    title = _("Window {size}×{size}, stride {stride}").format(size=size, stride=_STRIDE)
    st.markdown(f"**{title}**")
    draw_stage(Scene(x, taps[0], taps[1], output, pooling=state.POOLS_KIND.get()), f"pool_of_{size}")
    return output


def _judged(two: Maps, three: Maps) -> str:
    if two.shape != three.shape:
        return _(
            "The sizes differ, {two} and {three}: with stride 2 both windows fit equally often where the number of "
            "rows and columns is odd. Change the size of the input above."
        ).format(two=show(two.shape[:2]), three=show(three.shape[:2]))
    return _(
        "Both outputs are {size}. **{differing} of {count}** values differ: the size alone does not say which it was."
    ).format(size=show(two.shape[:2]), differing=int((~np.isclose(two, three)).sum()), count=two.size)
