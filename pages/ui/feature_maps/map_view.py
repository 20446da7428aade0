"""One map large: its values, how they are spread, its place over the input; or the values of a layer without maps."""

import base64

import streamlit as st

from pages.ui import components, state
from pages.ui.draw.pictures import colour_bar, data_url
from pages.ui.draw.plots import draw_figure
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.layer_view import download_values, figures_text
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import map_changed, open_value_marked
from pages.ui.text import _, as_code


def draw_map(layer: OpenLayer) -> None:
    """Draw the open map large: its values, how they are spread, and its place over the input; a vector as bars."""
    if not layer.has_maps:
        _draw_vector(layer)
        return
    channel = state.CHANNEL.get()
    title = _("Map {channel} of {layer}").format(channel=channel, layer=as_code(layer.name))
    st.subheader(title, anchor=False)
    st.number_input(_("Map"), width=160, **state.CHANNEL.within(0, layer.maps.shape[2] - 1).widget(map_changed))
    large, beside = st.columns([3, 2])
    with large:
        _draw_values(layer, channel)
    with beside:
        st.image(
            cached.overlay(layer, channel, state.SCOPE.get(), state.LIMIT.get()),
            output_format="PNG",
            alt=_("The map over the picture"),
            caption=_("Over the picture: stretched to the input's size, stronger where values are larger."),
        )
        histogram = cached.histogram(layer, channel, state.LANGUAGE.get())
        draw_figure(histogram, "map_histogram", _("How often each value occurs"))
        st.caption(figures_text(cached.statistics(layer), channel))


def _draw_values(layer: OpenLayer, channel: int) -> None:
    """Draw the map so that a value can be pointed at and chosen."""
    png, colours = cached.one_map(layer, channel, state.SCOPE.get(), state.LIMIT.get())
    rows, columns, _channels = layer.maps.shape
    data = {
        "picture": data_url(png),
        "rows": rows,
        "columns": columns,
        "values": base64.b64encode(layer.maps[:, :, channel].astype("<f4").tobytes()).decode("ascii"),
        "selected": [state.ROW.within(0, rows - 1).get(), state.COLUMN.within(0, columns - 1).get()],
        "words": {
            "picture": _("Values of the map"),
            "board": _("Values of the map: arrow keys walk, Enter chooses"),
            "value": _("Row {row}, column {column}: {value}. Click it to see why."),
        },
    }
    components.picker(data, key="map_values", on_pick=lambda place: open_value_marked(**place))
    colour_bar(colours, f"{colours.low:.4g}", f"{colours.high:.4g}")


def _draw_vector(layer: OpenLayer) -> None:
    """Draw the values of a layer without height and width."""
    draw_figure(cached.vector(layer, state.LANGUAGE.get()), "vector", _("Values of the layer"))
    download_values(layer)
