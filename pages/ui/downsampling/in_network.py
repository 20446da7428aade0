"""A whole network with its down-sampling replaced: shapes and costs in columns side by side."""

import streamlit as st

from cnn_core.downsampling import Way, replaced
from cnn_core.errors import CnnError
from cnn_core.presets import PRESETS, preset
from cnn_core.shapes import show
from cnn_core.summary import Summary, summarize
from pages.ui import design, state
from pages.ui.downsampling.ways import network_way
from pages.ui.panels import show_error
from pages.ui.text import _

OWN = "own"


def draw() -> None:
    """Draw the network as it is and with each way in the place of its pools."""
    st.header(_("In a network"), anchor=False)
    keys = [one.key for one in PRESETS]
    has_own = bool(state.DESIGN.get())
    if state.REPLACED.get() not in [*keys, OWN] or (state.REPLACED.get() == OWN and not has_own):
        state.REPLACED.set(state.REPLACED.default)
    st.selectbox(
        _("Network"),
        [*keys, *([OWN] if has_own else [])],
        format_func=lambda key: _("The one on Design a network") if key == OWN else _(preset(key).title),
        **state.REPLACED.widget(),
    )
    network = design.network() if state.REPLACED.get() == OWN else preset(state.REPLACED.get()).make()
    summaries: dict[str, Summary] = {}
    try:
        summaries[_("As it is")] = summarize(network)
        for way in Way:
            summaries[network_way(way)] = summarize(replaced(network, way))
    except CnnError as error:
        show_error(error)
        return
    _draw_table(summaries)


def _draw_table(summaries: dict[str, Summary]) -> None:
    heads = ["", *summaries]
    rows = [
        [_("Parameters"), *(f"{one.parameters:,}" for one in summaries.values())],
        [_("Multiply-adds"), *(f"{one.multiply_adds:,}" for one in summaries.values())],
        [_("Memory of the maps (MB)"), *(f"{one.activation_bytes / 1e6:,.2f}" for one in summaries.values())],
        [_("Layers"), *(str(len(one.rows)) for one in summaries.values())],
        [_("Last maps"), *(_last_maps(one) for one in summaries.values())],
        [_("Receptive field there"), *(_last_field(one) for one in summaries.values())],
        [_("Output"), *(show(one.rows[-1].output_shape) for one in summaries.values())],
    ]
    lines = [heads, ["---", *["---:"] * len(summaries)], *rows]
    st.markdown("\n".join("| " + " | ".join(line) + " |" for line in lines))
    shapes = {show(one.rows[-1].output_shape) for one in summaries.values()} | {
        _last_maps(one) for one in summaries.values()
    }
    text = _(
        "Every 2×2 pool was replaced by layers whose maps are as large; so every layer behind sees the same shape."
    )
    if len(shapes) > 2:
        text = _(
            "Where maps have an odd side, `same` strides keep one more row and column than a pool that rounds down; "
            "shapes behind it differ by that."
        )
    st.caption(text)


def _last_maps(summary: Summary) -> str:
    shapes = [row.output_shape for row in summary.rows if len(row.output_shape) == 3]
    return show(shapes[-1]) if shapes else "–"


def _last_field(summary: Summary) -> str:
    fields = [row.receptive_field for row in summary.rows if len(row.output_shape) == 3 and row.receptive_field]
    return show(fields[-1].size) if fields else "–"
