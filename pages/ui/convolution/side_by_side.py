"""Kernel sizes and strides on one picture at once: nine maps, their sizes, and what each costs."""

import html

import numpy as np
import streamlit as st

from cnn_core.arrays import Kernel, Maps
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.drawing.png import picture_png
from cnn_core.layers.formulas import length_formula
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.hand_made import box, wide_prewitt
from cnn_core.pictures.prepare import brightness
from cnn_core.sentences import N_
from pages.ui import cached, state
from pages.ui.components import data_url
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _

SIZES, STRIDES = (3, 5, 7), (1, 2, 3)
_LONGEST = 240
_KINDS = {"mean": (N_("Mean (blur)"), box), "edges": (N_("Vertical edges"), wide_prewitt)}
_STYLE = """<style>
.cs-sizes {
  display: grid; grid-template-columns: minmax(0, 6fr) minmax(0, 3fr) minmax(0, 2fr); gap: 0.75rem; align-items: start;
  max-width: min(46rem, max(20rem, 95vh - 22rem));
}
.cs-sizes.equal { grid-template-columns: repeat(3, minmax(0, 1fr)); max-width: min(60rem, max(20rem, 110vh - 14rem)); }
.cs-sizes figure { margin: 0; }
.cs-sizes img { display: block; width: 100%; }
.cs-sizes.equal img { image-rendering: pixelated; }
.cs-sizes figcaption { font-size: 0.8125rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
</style>"""


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the picture through each kernel size at each stride, on one scale, and the costs beside them."""
    kind, equal = st.columns([3, 2], vertical_alignment="bottom")
    kind.segmented_control(
        _("Kernel"), format_func=lambda key: _(_KINDS[key][0]), required=True, **state.SIDE_KERNEL.widget()
    )
    equal.checkbox(_("All at the same size"), **state.SIDE_ENLARGED.widget())
    grey = brightness(cached.small_picture(chosen, _LONGEST))
    make = _KINDS[state.SIDE_KERNEL.get()][1]
    maps = {(size, stride): _convolved(grey, make(size), stride) for size in SIZES for stride in STRIDES}
    reach = Range(max(float(np.abs(values).max()) for values in maps.values()), True)
    figures = [_figure(values, size, stride, reach) for (size, stride), values in maps.items()]
    names = "cs-sizes equal" if state.SIDE_ENLARGED.get() else "cs-sizes"
    pictures, costs = st.columns([1, 1], gap="medium")
    pictures.html(f'{_STYLE}<div class="{names}">{"".join(figures)}</div>')
    with costs:
        st.caption(
            _(
                "Here the picture has {size} pixels. From top to bottom the kernel grows: it takes in more and "
                "shows less fine detail. From left to right the stride grows: the map shrinks with it, and what lay "
                "between is lost."
            ).format(size=show(grey.shape[:2]))
        )
        _draw_costs(grey, maps)


def _convolved(grey: Maps, kernel: Kernel, stride: int) -> Maps:
    """Return the map, (H', W', 1), without padding."""
    window = Window(len(kernel), stride)
    return conv2d(grey, kernel[:, :, np.newaxis, np.newaxis], (window, window))


def _figure(values: Maps, size: int, stride: int, reach: Range) -> str:
    is_blurred = state.SIDE_KERNEL.get() == "mean"
    png = picture_png(values, max(values.shape)) if is_blurred else map_png(values[:, :, 0], reach)
    title = _("{size}×{size}, stride {stride}").format(size=size, stride=stride)
    return (
        f'<figure><img src="{data_url(png)}" alt="{html.escape(title)}">'
        f"<figcaption>{html.escape(title)}<br>{show(values.shape[:2])}</figcaption></figure>"
    )


def _draw_costs(grey: Maps, maps: dict[tuple[int, int], Maps]) -> None:
    heads = [_("Kernel"), _("Stride"), _("Rows out"), _("Weights"), _("Multiply-adds")]
    rows = [
        [
            f"{size}×{size}",
            str(stride),
            length_formula(len(grey), Window(size, stride)),
            f"{size}·{size} = {size * size}",
            f"{size * size * values.size:,}",
        ]
        for (size, stride), values in maps.items()
    ]
    draw_table(heads, rows)
