"""Several maps beside each other in one range of colours."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cnn_core.colours import Range
from cnn_core.mosaic import map_png, reduce_maps
from cnn_core.taps import Values
from pages.ui.pictures import colour_bar, draw_wide
from pages.ui.text import _

_WIDTH = 190


def draw_maps(
    maps: Values,
    titles: Sequence[str],
    width: int = _WIDTH,
    before: Callable[[], None] = lambda: None,
    limit: float | None = None,
) -> None:
    """Draw (H, W, maps) with a title below each, all in one stated range, up to `limit` or the largest magnitude.

    `before` draws what stands left of them.
    """
    largest = float(np.abs(maps).max(initial=0)) if limit is None else limit
    reach = Range(largest, bool((maps < 0).any()))
    factor = -(-maps.shape[1] // (2 * width))
    shown = reduce_maps(np.asarray(maps, np.float32), factor)
    # Twice as fine as it is shown, so that no browser smooths it.
    scale = -(-2 * width // shown.shape[1])
    with st.container(horizontal=True, gap="small"):
        before()
        for number, title in enumerate(titles):
            draw_wide(map_png(shown[:, :, number], reach, scale), width, title)
    colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")
    if factor > 1:
        st.caption(_("Drawn smaller: a point is the mean of {n}×{n} values.").format(n=factor))
