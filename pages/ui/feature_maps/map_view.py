"""The open map beside the picture: its values, and its place over what the network sees."""

import html
from typing import Any

import streamlit as st

from cnn_core.drawing.mosaic import Range
from cnn_core.network.whole import has_classes, is_drawn_whole
from pages.ui import components, state
from pages.ui.ask.sketch import reads_digits
from pages.ui.components import data_url, packed
from pages.ui.draw.changed import Changed, named
from pages.ui.draw.channels import picture_channels
from pages.ui.draw.pictures import ColourBar, draw_within
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.layer_view import draw_bars
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import map_changed, open_value_marked
from pages.ui.text import _, as_code


def draw_map(layer: OpenLayer) -> None:
    """Draw the open map, every value of which can be opened, beside the picture; of a vector the open unit."""
    with st.container(horizontal=True, vertical_alignment="center", key="map_line"):
        st.header(_title(layer), anchor=False)
        st.number_input(
            _("Map") if layer.has_maps else _("Unit"),
            width=124,
            label_visibility="collapsed",
            **layer.key_of_channel.widget(map_changed),
        )
    if layer.has_maps:
        _draw_beside(layer)
        return
    if _is_told_apart(layer):
        _draw_unit(layer)
        return
    with st.container(key="map_bars"):
        draw_bars(layer)


def _title(layer: OpenLayer) -> str:
    known = picture_channels(layer.info, layer.row)
    if known:
        name = _("{channel} of {layer}").format(channel=_(known[layer.channel].name), layer=as_code(layer.name))
        return name[:1].upper() + name[1:]
    name = _("Map {channel} of {layer}") if layer.has_maps else _("Unit {channel} of {layer}")
    return name.format(channel=layer.channel, layer=as_code(layer.name))


def _is_told_apart(layer: OpenLayer) -> bool:
    """Say whether the units of a vector are seen elsewhere: among all maps, or as the classes of a whole network."""
    rows = tuple(layer.rows.values())
    return not is_drawn_whole(rows) or (layer.name == layer.info.output and has_classes(layer.row))


def _draw_beside(layer: OpenLayer) -> None:
    channel = layer.channel
    png, colours = cached.one_map(layer, channel, state.SCOPE.get(), state.LIMIT.get())
    with st.container(horizontal=True, gap="small", key="map_pair"):
        _draw_values(layer, channel, png)
        _draw_over(layer, cached.overlay(layer, channel, state.SCOPE.get(), state.LIMIT.get()))
        _draw_figures(layer, channel)
    _colours(colours).draw("map")


def _colours(reach: Range) -> ColourBar:
    return ColourBar(reach, f"{reach.low:.4g}", f"{reach.high:.4g}")


def passing(layer: OpenLayer) -> tuple[dict[str, Any], Changed]:
    """Return what the open map shows of a picture that passes, by the component, and what else of it changes."""
    channel = layer.channel
    if not layer.has_maps:
        return {}, Changed({"unit": f"{layer.maps[channel]:.4g}"})
    png, colours = cached.one_map(layer, channel, state.SCOPE.get(), state.LIMIT.get())
    over = cached.overlay(layer, channel, state.SCOPE.get(), state.LIMIT.get())
    figures = {name: figure for name, (_word, figure) in _figures(layer, channel).items()}
    return (
        {"picker": _values_data(layer, channel, png)},
        Changed(figures, {"over": data_url(over)}) | _colours(colours).changed("map"),
    )


def _can_be_told(layer: OpenLayer) -> bool:
    """Say whether another picture may take this one's place without a run: a frame, or what grows on the sheet."""
    return layer.passes or reads_digits(layer.info)


def _figures(layer: OpenLayer, channel: int) -> dict[str, tuple[str, str]]:
    """Return a map's figures by their names on the page, each with its word."""
    figures = cached.statistics(layer)
    return {
        "mean": (_("Mean"), f"{figures.mean[channel]:.4g}"),
        "spread": (_("Standard deviation"), f"{figures.spread[channel]:.4g}"),
        "smallest": (_("Smallest"), f"{figures.minimum[channel]:.4g}"),
        "largest": (_("Largest"), f"{figures.maximum[channel]:.4g}"),
        "zeros": (_("Share of zeros"), f"{figures.zero_share[channel]:.0%}"),
    }


def _draw_figures(layer: OpenLayer, channel: int) -> None:
    figures = _figures(layer, channel).items()
    lines = (f"<span>{word}<br><b {named(name)}>{figure}</b></span>" for name, (word, figure) in figures)
    st.html(f'<p class="cs-map-figures">{"<br> ".join(lines)}</p>')


def _draw_over(layer: OpenLayer, png: bytes) -> None:
    """Draw the map over the picture."""
    alt = _("The map over the picture: stretched to the input's size, the stronger the larger the value.")
    if _can_be_told(layer):  # within the page: a file of its own would be gone before the browser asks for it
        draw_within(png, alt, layer.picture.pixels.shape, "over")
    else:
        st.image(png, output_format="PNG", width="stretch", alt=alt)


def _draw_values(layer: OpenLayer, channel: int, png: bytes) -> None:
    """Draw the map so that a value can be pointed at and chosen."""
    data = {
        **_values_data(layer, channel, png),
        "leads": "asked",
        "words": {
            "picture": _("Values of the map"),
            "board": _("Values of the map: arrow keys move, Enter chooses"),
            "value": _("Row {row}, column {column}: {value}"),
        },
    }
    components.picker(data, key="map_values", on_pick=lambda place: open_value_marked(**place))


def _values_data(layer: OpenLayer, channel: int, png: bytes) -> dict[str, Any]:
    """Return what the picker shows of a map."""
    rows, columns, _channels = layer.maps.shape
    return {
        "layer": layer.name,
        "channel": channel,
        "picture": data_url(png),
        "rows": rows,
        "columns": columns,
        "values": packed(layer.maps[:, :, channel]),
        "selected": list(layer.place[:2]),
    }


def _draw_unit(layer: OpenLayer) -> None:
    unit, names = layer.channel, layer.unit_names
    name, value = names[unit] if names else _("The unit's value"), f"{layer.maps[unit]:.4g}"
    if layer.passes:
        st.html(f'<p>{html.escape(name)}<br><b {named("unit")} style="font-size:1.5rem">{value}</b></p>')
    else:
        st.metric(name, value, width="content")
