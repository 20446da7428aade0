"""One map large: its values, how they are spread, its place over the input; or the values of a layer without maps."""

import base64
from typing import Any

import streamlit as st

from cnn_core.drawing.figures import vector_figure
from cnn_core.models.run import Maps
from cnn_core.network.summary import Row
from pages.ui import cached, components, state
from pages.ui.ask.picture import Chosen
from pages.ui.cached import View
from pages.ui.draw.pictures import colour_bar, data_url
from pages.ui.draw.plots import draw_figure
from pages.ui.feature_maps.layer_view import download_values, figures_text
from pages.ui.text import _, as_code


def draw_map(view: View, row: Row, maps: Maps, chosen: Chosen) -> None:
    """Draw one map large: its values, how they are spread, and its place over the input."""
    channel = state.CHANNEL.get()
    place = (view.key, row.name, channel, state.SCOPE.get(), state.LIMIT.get())
    st.subheader(_("Map {channel} of {layer}").format(channel=channel, layer=as_code(row.name)), anchor=False)
    st.number_input(_("Map"), width=160, **state.CHANNEL.within(0, maps.shape[2] - 1).widget())
    large, beside = st.columns([3, 2])
    with large:
        _draw_values(place, maps)
    with beside:
        st.image(
            cached.overlay(*place, cached.prepared(*view.key, chosen.data).pixels, maps),
            output_format="PNG",
            alt=_("The map over the picture"),
            caption=_("Over the picture: stretched to the input's size, stronger where values are larger."),
        )
        draw_figure(
            cached.histogram(*place[:3], state.LANGUAGE.get(), _, maps),
            "map_histogram",
            _("How often each value occurs"),
        )
        st.caption(figures_text(cached.statistics(*view.key, row.name, maps), channel))


def _draw_values(place: tuple[Any, ...], maps: Maps) -> None:
    """Draw the map so that a value can be pointed at and chosen."""
    png, reach = cached.one_map(*place, maps)
    rows, columns, _channels = maps.shape
    data = {
        "picture": data_url(png),
        "rows": rows,
        "columns": columns,
        "values": base64.b64encode(maps[:, :, place[2]].astype("<f4").tobytes()).decode("ascii"),
        "selected": [state.ROW.within(0, rows - 1).get(), state.COLUMN.within(0, columns - 1).get()],
        "words": {
            "picture": _("Values of the map"),
            "board": _("Values of the map: arrow keys walk, Enter chooses"),
            "value": _("Row {row}, column {column}: {value}. Click it to see why."),
        },
    }
    components.picker(data, key="map_values", on_pick=_choose)
    colour_bar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")


def _choose(place: dict[str, int]) -> None:
    state.ROW.set(place["row"])
    state.COLUMN.set(place["column"])
    state.TRAIL.set(())


def draw_vector(view: View, row: Row, values: Maps) -> None:
    """Draw the values of a layer without height and width."""
    draw_figure(vector_figure(values, translate=_), "vector", _("Values of the layer"))
    download_values(view, row, values)
