"""One layer opened: its figures, all its maps in one picture, and what the colours mean."""

import io
import zipfile

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps
from cnn_core.drawing.mosaic import ChannelOrder, ChannelStatistics, Mosaic, RangeScope, order_channels
from cnn_core.layers.shapes import show
from cnn_core.network.summary import Row
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.draw.paging import choose_page
from pages.ui.draw.pictures import colour_bar, data_url
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import open_map_marked
from pages.ui.text import _

PER_PAGE = 64
ORDERS = {"index": N_("Index"), "mean": N_("Mean"), "spread": N_("Spread")}
SCOPES = {"per_layer": N_("Per layer"), "per_map": N_("Per map"), "fixed": N_("Fixed")}


def draw_layer_facts(row: Row) -> None:
    """Draw a layer's figures in one line, with the formulas behind them below."""
    facts = [
        f"**{row.kind}**",
        show(row.output_shape),
        _("{count} parameters").format(count=f"{row.parameters:,}"),
        _("{count} multiply-adds").format(count=f"{row.multiply_adds:,}"),
    ]
    if row.receptive_field is not None:
        facts.append(_("receptive field {size} pixels").format(size=show(row.receptive_field.size)))
    st.markdown(" · ".join(facts))
    lines = [f"{_(formula.quantity)}: {formula.text}" for formula in row.formulas]
    if lines:
        st.caption("  \n".join(lines))


def draw_layer_controls() -> None:
    """Let the reader choose the order of the maps and what shares a range of colours."""
    with st.container(horizontal=True, gap="medium"):
        st.segmented_control(_("Order"), format_func=lambda key: _(ORDERS[key]), required=True, **state.ORDER.widget())
        st.segmented_control(
            _("Range of colours"),
            format_func=lambda key: _(SCOPES[key]),
            required=True,
            **state.SCOPE.widget(),
        )
        if state.SCOPE.get() == RangeScope.FIXED:
            st.number_input(_("Up to"), format="%g", width=160, **state.LIMIT.widget())


def draw_layer(layer: OpenLayer) -> None:
    """Draw all maps of a layer, as the reader wants them sorted and coloured; nothing where it has none."""
    if not layer.has_maps:
        return
    figures_of = cached.statistics(layer)
    channels = order_channels(figures_of, ChannelOrder(state.ORDER.get()))
    shown = channels[_choose_page(layer.name, len(channels))]
    columns, cell = (8, 112) if max(layer.maps.shape[:2]) > 28 else (16, 56)
    picture = cached.mosaic(layer, shown, state.SCOPE.get(), state.LIMIT.get(), columns, cell)
    data = {
        "picture": data_url(picture.png),
        "columns": picture.columns,
        "cell": [picture.cell_width, picture.cell_height],
        "gap": picture.gap,
        "maps": [{"channel": channel, "text": figures_text(figures_of, channel)} for channel in shown],
        "selected": state.CHANNEL.get(),
        "words": {
            "picture": _("{count} maps of {layer}").format(count=len(shown), layer=layer.name),
            "board": _("Maps: arrow keys walk, Enter opens"),
            "hint": _("Point at a map for its figures; click to open it."),
        },
    }
    components.mosaic(data, key="mosaic", on_pick=open_map_marked)
    _draw_colours(picture)
    _draw_downloads(layer, picture.png)


def figures_text(figures_of: ChannelStatistics, channel: int) -> str:
    return _("Map {channel}: mean {mean}, spread {spread}, {low} to {high}, {zeros} zeros").format(
        channel=channel,
        mean=f"{figures_of.mean[channel]:.4g}",
        spread=f"{figures_of.spread[channel]:.4g}",
        low=f"{figures_of.minimum[channel]:.4g}",
        high=f"{figures_of.maximum[channel]:.4g}",
        zeros=f"{figures_of.zero_share[channel]:.0%}",
    )


def _draw_colours(picture: Mosaic) -> None:
    """Say what the colours mean."""
    reach = picture.ranges[0]
    if state.SCOPE.get() == RangeScope.PER_MAP:
        low, high = (
            (_("− its largest magnitude"), _("+ its largest")) if reach.signed else ("0", _("its largest value"))
        )
        text = _("Every map has its own range: colours of two maps cannot be compared.")
    else:
        low, high = f"{reach.low:.4g}", f"{reach.high:.4g}"
        text = _("All maps share this range.")
    colour_bar(reach, low, high)
    if reach.signed:
        text += " " + _("White is zero.")
    if picture.reduction > 1:
        text += " " + _("Drawn smaller: a point is the mean of {n}×{n} values.").format(n=picture.reduction)
    st.caption(text)


def _choose_page(layer: str, count: int) -> slice:
    """Let the reader turn the pages; return which of the layer's maps are on this one."""
    text, chooser = st.columns([2, 3], vertical_alignment="center")
    with chooser:
        # A key for each layer: another layer begins at its first page.
        shown = choose_page(count, PER_PAGE, f"maps_page_{layer}")
    text.markdown(_("**{shown} of {count}** maps shown").format(shown=shown.stop - shown.start, count=count))
    return shown


def _draw_downloads(layer: OpenLayer, png: bytes) -> None:
    with st.container(horizontal=True):
        st.download_button(
            _("These maps as a picture (PNG)"),
            png,
            f"{layer.picture.model}_{layer.name}.png",
            "image/png",
            on_click="ignore",
            icon=":material/image:",
        )
        download_values(layer)


def download_values(layer: OpenLayer) -> None:
    """Offer a layer's whole output, (H, W, C) or (units,), as float32."""
    st.download_button(
        _("All values (NPZ)"),
        lambda: _npz(layer.name, layer.maps),
        f"{layer.picture.model}_{layer.name}.npz",
        "application/octet-stream",
        on_click="ignore",
        icon=":material/data_array:",
    )


def _npz(name: str, maps: Maps) -> bytes:
    # `savez_compressed` takes names as keywords and has some of its own: a layer may be called "file".
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{name}.npy", "w") as entry:
        np.lib.format.write_array(entry, np.ascontiguousarray(maps), allow_pickle=False)
    return out.getvalue()
