"""One map large: its values, how they are spread, its place over the input; or the values of a layer without maps."""

import streamlit as st

from cnn_core.look import Maps
from cnn_core.summary import Row
from pages.ui import cached, state
from pages.ui.cached import View
from pages.ui.controls import Chosen
from pages.ui.layer_view import download_values, figures_text
from pages.ui.text import _

_CONFIG = {"displaylogo": False, "displayModeBar": False}


def draw_map(view: View, row: Row, maps: Maps, chosen: Chosen) -> None:
    """Draw one map large: its values, how they are spread, and its place over the input."""
    channel = state.CHANNEL.get()
    place = (view.key, row.name, channel, state.SCOPE.get(), state.LIMIT.get())
    map_figure, histogram = cached.map_figures(*place, state.LANGUAGE.get(), _, maps)
    st.subheader(_("Map {channel} of {layer}").format(channel=channel, layer=f"`{row.name}`"), anchor=False)
    st.number_input(_("Map"), 0, maps.shape[2] - 1, **state.CHANNEL.widget())
    large, beside = st.columns([3, 2])
    large.plotly_chart(map_figure, key="map_figure", alt=_("Values of the map"), config=_CONFIG)
    with beside:
        st.image(
            cached.overlay(*place, cached.prepared(*view.key, chosen.data).pixels, maps),
            output_format="PNG",
            alt=_("The map over the picture"),
            caption=_("Over the picture: stretched to the input's size, stronger where values are larger."),
        )
        st.plotly_chart(histogram, key="map_histogram", alt=_("How often each value occurs"), config=_CONFIG)
        st.caption(figures_text(cached.statistics(*view.key, row.name, maps), channel))


def draw_vector(view: View, row: Row, values: Maps) -> None:
    """Draw the values of a layer without height and width."""
    from cnn_core import figures  # plotly takes a while to import

    st.plotly_chart(
        figures.vector_figure(values, translate=_), key="vector", alt=_("Values of the layer"), config=_CONFIG
    )
    download_values(view, row, values)
