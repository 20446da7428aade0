"""One layer opened: its figures, all its maps in one picture, and what the colours mean."""

import base64
import html
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.arrays import Maps, Output
from cnn_core.drawing.mosaic import ChannelOrder, ChannelStatistics, Mosaic, RangeScope, mosaic_png, order_channels
from cnn_core.layers.shapes import show
from cnn_core.models.run import DRAWN_AXES
from cnn_core.network.summary import Row
from cnn_core.network.volumes import block_svg
from cnn_core.network.whole import is_drawn_whole
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.ask.layer import current_layer, layer_picker, layer_seen_in, open_layer
from pages.ui.ask.picture import current_sample
from pages.ui.cached import is_recorded, layer_maps, recorded_maps
from pages.ui.components import data_url
from pages.ui.draw.changed import Changed
from pages.ui.draw.paging import choose_page, shown_page
from pages.ui.draw.pictures import ColourBar
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.menus import was_opened
from pages.ui.feature_maps.open_layer import OpenLayer, Run
from pages.ui.feature_maps.parts import Part, map_changed, open_map_marked
from pages.ui.text import _, as_code
from pages.ui.waiting import are_answered, is_at_hand, later, run_again

PER_PAGE = 64
BARS_PER_PAGE = 128
WIDTH, HEIGHT, TURNED_HEIGHT = 660, 250, 190
"""Pixels of the screen that all maps of a page share, with less height where there are pages to turn."""
LARGEST = 128
_GREY = "#7c8a94"
"""Of letters in a picture that does not know whether the page is dark."""
MOST_LAYERS, MOST_LETTERS = 16, 2**19
"""Of the pictures of other layers, which are sent before anybody asks for them."""
ORDERS = {"index": N_("Index"), "mean": N_("Mean"), "spread": N_("Standard deviation")}
SCOPES = {"per_layer": N_("Per layer"), "per_map": N_("Per map"), "fixed": N_("Fixed")}


def draw_layer(layer: OpenLayer) -> None:
    """Draw a layer's figures, and all its maps as the reader wants them sorted and coloured; a vector as bars.

    Where the network is drawn whole, its picture shows all maps and the classes already; what of a vector it does not
    tell apart stands with the open unit.
    """
    draw_facts(layer)
    if not is_drawn_whole(tuple(layer.rows.values())):
        if layer.has_maps:
            _draw_maps(layer)
        else:
            _draw_vector(layer)
    _draw_what_to_look_for(layer)


def _draw_what_to_look_for(layer: OpenLayer) -> None:
    """Say what the sample picture is good for, with a way to the layer where it is seen."""
    sample = current_sample(layer.info.colour)
    if sample is None or layer.passes:
        return
    where = layer_seen_in(sample.seen_in, tuple(layer.rows.values()))
    with st.container(horizontal=True, vertical_alignment="center", key="look_for"):
        st.caption(_("Look for:") + " " + _(sample.look_for))
        if where != layer.name:
            st.button(as_code(where), icon=":material/visibility:", key="look_there", on_click=_go_to, args=(where,))


def _go_to(layer: str) -> None:
    open_layer(layer)
    run_again()


def draw_facts(layer: OpenLayer) -> None:
    """Draw a layer's figures in one line, and beside it what is set once."""
    row = layer.row
    facts = [
        as_code(row.name),
        f"**{row.kind}**",
        show(row.output_shape),
        _("{count} parameters").format(count=f"{row.parameters:,}"),
    ]
    if row.receptive_field is not None:
        facts.append(_("receptive field {size}").format(size=show(row.receptive_field.size)))
    with st.container(horizontal=True, vertical_alignment="center", key="layer_line"):
        st.markdown(" · ".join(facts))
        # Its name is read out; what is seen of it is the icon and the tip.
        name = _("Numbers, order, colours, files")
        with st.popover(name, icon=":material/tune:", help=name, key="layer_more"):
            if was_opened("layer_more"):
                _draw_more(layer)


def _draw_more(layer: OpenLayer) -> None:
    """Draw what is behind the figures, and the choices of what is shown and how."""
    row = layer.row
    if len(row.output_shape) == 3:
        _draw_block(row)
    lines = [f"{_(formula.quantity)}: {formula.text}" for formula in row.formulas]
    lines.append(_("{count} multiply-adds").format(count=f"{row.multiply_adds:,}"))
    st.caption("  \n".join(lines))
    layer_picker(list(layer.rows))
    _draw_controls(layer)
    _draw_downloads(layer)


def _draw_block(row: Row) -> None:
    """Draw a layer's output as the block that courses draw, and name all of its axes."""
    names = _("height"), _("width"), _("channels")
    svg = block_svg(row.output_shape, row.layer.group, names, _GREY)
    address = base64.b64encode(svg.encode()).decode("ascii")
    alt = _("The output as a block: height × width × depth") + " = " + show(row.output_shape)
    st.html(f'<img src="data:image/svg+xml;base64,{address}" alt="{html.escape(alt)}">')
    st.caption(
        _("In Keras: (None, {sizes}). None stands for the batch axis: how many pictures go through at once.").format(
            sizes=", ".join(map(str, row.output_shape))
        )
    )


def _draw_controls(layer: OpenLayer) -> None:
    """Let the reader choose the order of the maps and what shares a range of colours."""
    orders = ORDERS if layer.has_maps else {key: ORDERS[key] for key in ("index", "mean")}
    st.segmented_control(
        _("Order"), format_func=lambda key: _(ORDERS[key]), required=True, **state.ORDER.among(orders).widget()
    )
    if not layer.has_maps:
        return
    st.segmented_control(
        _("Colour scale"),
        format_func=lambda key: _(SCOPES[key]),
        required=True,
        **state.SCOPE.widget(map_changed),
    )
    if state.SCOPE.get() == RangeScope.FIXED:
        st.number_input(_("Up to"), format="%g", width=160, **state.LIMIT.widget(map_changed))


def _draw_maps(layer: OpenLayer) -> None:
    shown = _ordered(layer)[_choose_page(layer)]
    picture = _mosaic(layer, shown)
    _draw_board(_board_data(layer, shown, picture, layer.channel))
    _colours(picture).draw("maps")


def _draw_board(data: dict[str, Any]) -> None:
    components.layer(data, key="layer_board", on_pick=open_map_marked, on_near=_tell_near)


def _board_data(layer: OpenLayer, shown: Sequence[int], picture: Mosaic, selected: int) -> dict[str, Any]:
    return {
        **_maps_data(layer, shown, picture, selected),
        "made": _made(layer),
        "side": [layer.maps.shape[1], layer.maps.shape[0]],
        "leads": "map_line",
        "words": {
            "picture": _("{count} maps of {layer}").format(count=len(shown), layer=layer.name),
            "board": _("Maps: arrow keys move, Enter opens"),
            "hint": _("Hover over a map to see its numbers; click to open it."),
        },
    }


def _made(layer: OpenLayer) -> str:
    """Return of what and how a layer is drawn; the browser keeps those it has shown as long as it stays."""
    return "" if layer.passes else repr((layer.picture.key, *_how_drawn()))


def tell_neighbours(layer: OpenLayer) -> None:
    """Tell the browser what other layers look like, which it paints as they are opened: those before and after the open
    one and the one that the pointer is on, or where nothing has to be computed and there are few, all."""
    if layer.passes or is_drawn_whole(tuple(layer.rows.values())):
        return
    told, size = [], 0
    for row in _told(layer.run, layer.name):
        values = _values_beside(layer, row.name)
        if values is None:
            continue
        data = _first_page(OpenLayer(layer.run, row, values))
        size += len(data.get("picture", ""))
        if size <= MOST_LETTERS:
            told.append(data)
    components.tell("neighbours", told)


def ask_for_neighbours(run: Run) -> None:
    """Ask for all that `tell_neighbours` tells of the layer that is open, once that is there, and wait for none."""
    opened = current_layer(run.rows)
    if run.picture.passes or is_drawn_whole(tuple(run.rows.values())):
        return
    if not are_answered([layer_maps(run.picture, opened)]):
        return
    for row in _told(run, opened):
        if not _needs_no_worker(run, row.name):
            is_at_hand(layer_maps(run.picture, row.name), patience=0)


def _needs_no_worker(run: Run, name: str) -> bool:
    """Say whether another layer's output is shown only as far as it is recorded: unless the pointer is on it."""
    return is_recorded(run.picture) and name != state.NEAR_LAYER.get()


def _values_beside(layer: OpenLayer, name: str) -> Output | None:
    """Return another layer's output, as far as it is there."""
    if _needs_no_worker(layer.run, name):
        return recorded_maps(layer.picture, name)
    return later(layer_maps(layer.picture, name), patience=0)


def _tell_near(name: str) -> None:
    state.NEAR_LAYER.set(name)
    run_again(Part.BESIDE)


def _told(run: Run, opened: str) -> list[Row]:
    """Return the layers that are told; all of them are the same whichever is open, and so are sent once."""
    drawn = [row for row in run.rows.values() if len(row.output_shape) in DRAWN_AXES]
    return drawn if is_recorded(run.picture) and len(drawn) <= MOST_LAYERS else _beside(run.rows[opened], drawn)


def _beside(opened: Row, drawn: Sequence[Row]) -> list[Row]:
    """Return the layer that the pointer is on, those that the open one takes its input from, and those that take theirs
    from it: the first matters most."""
    near = [row for row in drawn if row.name == state.NEAR_LAYER.get() != opened.name]
    return [*near, *(row for row in drawn if row.name in opened.sources or opened.name in row.sources)]


def _first_page(layer: OpenLayer) -> dict[str, Any]:
    """Return what is shown when the layer is opened from the picture of the network: with its strongest map or unit."""
    strongest = layer.answers.layers[layer.name].strongest[0]
    place = _shown_page(layer, strongest)

    def made() -> dict[str, Any]:
        if not layer.has_maps:
            return _bars_data(layer, place, strongest)
        shown = _ordered(layer)[place]
        return _board_data(layer, shown, _mosaic(layer, shown), strongest)

    return cached.board(layer, place.start, place.stop, _how_drawn(), made)


def _per_page(layer: OpenLayer) -> int:
    return PER_PAGE if layer.has_maps else BARS_PER_PAGE


def _how_drawn() -> tuple[str | float, ...]:
    """Return what is chosen for the maps of all layers."""
    return state.ORDER.get(), state.SCOPE.get(), state.LIMIT.get(), state.LANGUAGE.get()


def _ordered(layer: OpenLayer) -> tuple[int, ...]:
    """Return the numbers of all maps or units as the reader wants them sorted."""
    if not layer.has_maps:
        count = range(layer.maps.size)
        return tuple(count if state.ORDER.get() == "index" else np.argsort(-layer.maps, kind="stable").tolist())
    return order_channels(cached.statistics(layer), ChannelOrder(state.ORDER.get()))


def _mosaic(layer: OpenLayer, shown: Sequence[int]) -> Mosaic:
    height = HEIGHT if len(shown) == layer.maps.shape[-1] else TURNED_HEIGHT
    columns, cell = _grid(len(shown), layer.maps.shape, height)
    return cached.mosaic(layer, tuple(shown), state.SCOPE.get(), state.LIMIT.get(), columns, cell)


def _maps_data(layer: OpenLayer, shown: Sequence[int], picture: Mosaic, selected: int) -> dict[str, Any]:
    """Return what the mosaic shows of the layer's output."""
    figures_of = cached.statistics(layer)
    return {
        "layer": layer.name,
        "picture": data_url(picture.png),
        "columns": picture.columns,
        "cell": [picture.cell_width, picture.cell_height],
        "gap": picture.gap,
        "maps": [{"channel": channel, "text": figures_text(figures_of, channel)} for channel in shown],
        "selected": selected,
    }


def passing(layer: OpenLayer) -> tuple[dict[str, Any], Changed]:
    """Return what is shown of a picture that passes, by the component, and what else changes."""
    is_whole = is_drawn_whole(tuple(layer.rows.values()))
    if layer.has_maps and is_whole:
        return {}, Changed()
    place = _shown_page(layer, layer.channel)
    if not layer.has_maps:
        return {"bars" if is_whole else "layer": _vector_data(layer, place, layer.channel)}, Changed()
    shown = _ordered(layer)[place]
    picture = _mosaic(layer, shown)
    return {"layer": _maps_data(layer, shown, picture, layer.channel)}, _colours(picture).changed("maps")


def _grid(count: int, shape: tuple[int, ...], height: int) -> tuple[int, int]:
    """Return how many maps stand in a row, and how many pixels a map takes at most, so that all fit the place."""
    rows_that_fit = max(1, round((count * height / WIDTH * shape[1] / shape[0]) ** 0.5))
    columns = max(1, -(-count // rows_that_fit))
    return columns, max(24, min(LARGEST, WIDTH // columns - 2))


def _draw_vector(layer: OpenLayer) -> None:
    """Draw the values of a layer without height and width as bars."""
    _draw_board(_bars_data(layer, _choose_page(layer), layer.channel))


def draw_bars(layer: OpenLayer) -> None:
    """Draw the values of a vector beside a network that is drawn whole, which does not tell them apart."""
    components.bars(_bars_data(layer, _choose_page(layer), layer.channel), key="bars", on_pick=open_map_marked)


def _bars_data(layer: OpenLayer, place: slice, selected: int) -> dict[str, Any]:
    return {
        **_vector_data(layer, place, selected),
        "made": _made(layer),
        "leads": "map_line",
        "words": {
            "board": _("Units: arrow keys move, Enter opens"),
            "unit": _("Unit {unit}: {value}"),
            "named": _("{name}: {value} (unit {unit})"),
            "none": _("not a number"),
        },
    }


def _vector_data(layer: OpenLayer, place: slice, selected: int) -> dict[str, Any]:
    """Return what the bars show of a page of the layer's units."""
    shown = _ordered(layer)[place]
    names = layer.unit_names
    return {
        "layer": layer.name,
        "values": [float(layer.maps[unit]) if np.isfinite(layer.maps[unit]) else None for unit in shown],
        "units": list(shown),
        "names": [names[unit] for unit in shown] if names else [],
        "selected": selected,
    }


def figures_text(figures_of: ChannelStatistics, channel: int) -> str:
    return _("Map {channel}: mean {mean}, standard deviation {spread}, from {low} to {high}, {zeros} zeros").format(
        channel=channel,
        mean=f"{figures_of.mean[channel]:.4g}",
        spread=f"{figures_of.spread[channel]:.4g}",
        low=f"{figures_of.minimum[channel]:.4g}",
        high=f"{figures_of.maximum[channel]:.4g}",
        zeros=f"{figures_of.zero_share[channel]:.0%}",
    )


def _colours(picture: Mosaic) -> ColourBar:
    """Return what the colours mean."""
    reach = picture.ranges[0]
    if state.SCOPE.get() == RangeScope.PER_MAP:
        low, high = (
            (_("− its largest magnitude"), _("+ its largest")) if reach.signed else ("0", _("its largest value"))
        )
        text = _("Every map has its own range: colours of two maps cannot be compared.")
    else:
        low, high = f"{reach.low:.4g}", f"{reach.high:.4g}"
        text = _("All maps share this range.")
    if reach.signed:
        text += " " + _("White is zero.")
    if picture.reduction > 1:
        text += " " + _("Drawn smaller: each point is the mean of {n}×{n} values.").format(n=picture.reduction)
    return ColourBar(reach, low, high, text)


def _choose_page(layer: OpenLayer) -> slice:
    """Let the reader turn the pages; return which of the layer's maps or units are on this one."""
    count, per_page = layer.maps.shape[-1], _per_page(layer)
    if count <= per_page:
        return slice(0, count)
    with st.container(horizontal=True, vertical_alignment="center", key="maps_pages"):
        place = st.empty()
        shown = choose_page(count, per_page, _page_key(layer.name), _page_with(layer, layer.channel))
        place.markdown(_("**{shown} of {count}** shown").format(shown=shown.stop - shown.start, count=count))
    return shown


def _shown_page(layer: OpenLayer, selected: int) -> slice:
    """Return which of a layer's maps or units are on the page that is shown, or would be with one of them open."""
    count, per_page = layer.maps.shape[-1], _per_page(layer)
    if count <= per_page:
        return slice(0, count)
    return shown_page(count, per_page, _page_key(layer.name), _page_with(layer, selected))


def _page_with(layer: OpenLayer, selected: int) -> int:
    """Return the page, from 1, that comes first: with a map or unit on it, but where they are sorted with the top."""
    return selected // _per_page(layer) + 1 if state.ORDER.get() == "index" else 1


def _page_key(layer: str) -> str:
    """Return the key of a layer's pages: those of another layer, or in another order, begin anew."""
    return f"maps_page_{layer}_{state.ORDER.get()}"


def _draw_downloads(layer: OpenLayer) -> None:
    """Offer a layer's whole output, (H, W, C) or (units,), as float32, and its maps as a picture."""
    if layer.has_maps:
        st.download_button(
            _("All maps as a picture (PNG)"),
            lambda: _png(layer),
            f"{layer.picture.model}_{layer.name}.png",
            "image/png",
            on_click="ignore",
            icon=":material/image:",
        )
    st.download_button(
        _("All values (NPZ)"),
        lambda: _npz(layer.name, layer.maps),
        f"{layer.picture.model}_{layer.name}.npz",
        "application/octet-stream",
        on_click="ignore",
        icon=":material/data_array:",
    )


def _png(layer: OpenLayer) -> bytes:
    everything = range(layer.maps.shape[2])
    scope = RangeScope(state.SCOPE.get())
    return mosaic_png(layer.maps, everything, scope, fixed=state.LIMIT.get(), columns=8, cell=112).png


def _npz(name: str, maps: Maps) -> bytes:
    # `savez_compressed` takes names as keywords and has some of its own: a layer may be called "file".
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{name}.npy", "w") as entry:
        np.lib.format.write_array(entry, np.ascontiguousarray(maps), allow_pickle=False)
    return out.getvalue()
