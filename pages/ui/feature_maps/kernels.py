"""The kernels of the open layer: beside the maps they make, and those of the open filter one by one."""

import numpy as np
import streamlit as st

from cnn_core import layers
from cnn_core.drawing.kernel_tiles import Tiles, kernel_colours, tiles_png, value_colours
from cnn_core.drawing.mosaic import ChannelOrder, Range, RangeScope, order_channels, value_ranges
from cnn_core.layers.shapes import show
from cnn_core.models.layer_kernels import Kernels, kernels_of, seen_channels
from cnn_core.network.summary import Row
from pages.ui import cached, components, state
from pages.ui.ask.layer import open_layer
from pages.ui.draw.maps import draw_maps
from pages.ui.draw.paging import choose_page
from pages.ui.draw.pictures import colour_bar, data_url
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.text import _, as_code
from pages.ui.waiting import outcome, wait

PAIRS_PER_PAGE = 60
PER_PAGE = 64
WEIGHTS_PER_PAGE = 1024
"""Of kernels of a single weight."""
_PAIRS_A_ROW = 6
_SIDE = 56
_LARGE = 150
_SMALL = 18
_COLOURS = 3


def draw(layer: OpenLayer) -> None:
    """Draw the layer's kernels, or say that it has none."""
    name = layer.row.name
    fetching = cached.layer_weights(layer.view.model, name)
    weights = outcome(fetching, forget=lambda: cached.layer_weights.clear(layer.view.model, name))
    if weights is None:
        wait(fetching, _("Fetching the layer's weights."), part="_kernels")
        return
    kernels = kernels_of(layer.row.layer, weights)
    if kernels is None:
        st.markdown(_("{kind} has no kernel: nothing is laid over its input.").format(kind=f"**{layer.row.kind}**"))
        return
    limit = _largest(kernels)
    is_matrix = isinstance(layer.row.layer, layers.Dense)
    if not is_matrix and kernels.shape[2] in (1, _COLOURS):
        _draw_pairs(layer, kernels, limit)
    _draw_filter(layer, kernels)


# All filters, each beside its map -------------------------------------------------------------------------------------


def _draw_pairs(layer: OpenLayer, kernels: Kernels, limit: float) -> None:
    """Draw each filter's kernel beside the map it makes, in the order of the maps above."""
    figures = cached.statistics(*layer.view.key, layer.row.name, layer.maps)
    order = order_channels(figures, ChannelOrder(state.ORDER.get()))
    page = choose_page(len(order), PAIRS_PER_PAGE, f"pairs_page_{layer.row.name}")
    shown = order[page]
    scope = f"{state.SCOPE.get()} {state.LIMIT.get()}"
    tiles = cached.kernel_tiles(
        layer.view.key, layer.row.name, shown, scope, lambda: _pairs(layer, kernels, limit, list(shown))
    )
    st.markdown(
        _("**{shown} of {count}** kernels of {size} shown, each to the left of the map it makes.").format(
            shown=len(shown), count=len(order), size=show(kernels.shape[:2])
        )
    )
    entries = [{"channel": channel, "text": _pair_text(kernels, channel)} for channel in shown]
    words = _words(
        _("{count} kernels beside their maps").format(count=len(shown)),
        _("Kernels and their maps: arrow keys walk, Enter opens"),
        _("Point at a kernel for its figures; click to open its map."),
    )
    components.mosaic(_board(tiles, entries, words, state.CHANNEL.get()), key="kernel_pairs", on_pick=state.CHANNEL.set)
    if kernels.shape[2] == _COLOURS:
        st.caption(
            _(
                "A kernel's colours are its weights for red, green and blue: grey (0.5) is 0, full brightness "
                "{high}, none {low}; one scale for the layer. Maps have the colours from above."
            ).format(high=f"{limit:.4g}", low=f"{-limit:.4g}")
        )
    else:
        _draw_scale(limit, _("One range for all weights of the layer. White is zero."))


def _pairs(layer: OpenLayer, kernels: Kernels, limit: float, shown: list[int]) -> Tiles:
    ranges = value_ranges(layer.maps, RangeScope(state.SCOPE.get()), state.LIMIT.get())
    maps = value_colours(layer.maps[:, :, shown], [ranges[channel].limit for channel in shown], ranges[0].signed, _SIDE)
    chosen = kernels[..., shown]
    if kernels.shape[2] == _COLOURS:
        return tiles_png(kernel_colours(chosen, limit, _SIDE), _PAIRS_A_ROW, _SIDE, maps)
    return tiles_png(value_colours(chosen[:, :, 0], limit, True, _SIDE), _PAIRS_A_ROW, _SIDE, maps)


def _pair_text(kernels: Kernels, channel: int) -> str:
    weights = kernels[..., channel]
    return _("Filter {channel}: weights {low} to {high}, sum {sum}").format(
        channel=channel, low=f"{weights.min():.4g}", high=f"{weights.max():.4g}", sum=f"{weights.sum():.4g}"
    )


# The open filter, channel by channel ----------------------------------------------------------------------------------


def _draw_filter(layer: OpenLayer, kernels: Kernels) -> None:
    """Draw what the open filter lays over each of the channels it sees, beside the map it makes."""
    number = state.CHANNEL.get()
    source, own = _source_of(layer, kernels[..., number])
    limit = _largest(own)
    inputs = seen_channels(layer.row.layer, own.shape[2], number)
    st.markdown(_about(layer, own, source, inputs[0]))
    is_single = own.shape[:2] == (1, 1)
    left, right = st.columns([3, 2])
    with left:
        page = choose_page(
            len(inputs), WEIGHTS_PER_PAGE if is_single else PER_PAGE, f"kernels_page_{layer.row.name}_{number}"
        )
        shown = list(range(page.start, page.stop))
        tiles = cached.kernel_tiles(
            layer.view.key, layer.row.name, tuple(shown), f"filter {number}", lambda: _tiles(own[:, :, page], limit)
        )
        entries = [{"channel": place, "text": _kernel_text(own, inputs, place)} for place in shown]
        words = _words(
            _("{count} kernels of filter {number}").format(count=len(shown), number=number),
            _("Kernels: arrow keys walk, Enter opens the input"),
            _("Point at one for its weights; click to open the input it belongs to."),
        )
        components.mosaic(
            _board(tiles, entries, words, -1),
            key="kernel_tiles",
            on_pick=lambda place: open_channel(source.name, inputs[place]),
        )
        if len(shown) < len(inputs):
            st.caption(_("{shown} of {count} shown.").format(shown=len(shown), count=len(inputs)))
        _draw_scale(limit, _("One range for all these weights. White is zero."))
    with right:
        if layer.has_maps:
            draw_maps(layer.maps[:, :, [number]], [_("The map it makes: {number}").format(number=number)])
        else:
            st.metric(_("The value it makes"), f"{layer.maps[number]:.4g}", width="content")


def _source_of(layer: OpenLayer, own: Kernels) -> tuple[Row, Kernels]:
    """Return the layer whose channels a filter sees, with its kernels; those of a unit behind Flatten as maps again."""
    source = layer.rows[layer.row.sources[0]]
    if isinstance(layer.row.layer, layers.Dense) and isinstance(source.layer, layers.Flatten):
        return layer.rows[source.sources[0]], own.reshape(source.input_shapes[0])
    return source, own


def _about(layer: OpenLayer, own: Kernels, source: Row, first: int) -> str:
    number, size, count = state.CHANNEL.get(), show(own.shape[:2]), own.shape[2]
    if isinstance(layer.row.layer, layers.Dense):
        matrix = show(layer.row.input_shapes[0][-1:] + layer.row.output_shape[-1:])
        text = _("A Dense layer has no kernel that moves, but a matrix of {matrix} weights. Its column {number}:")
        text = text.format(matrix=matrix, number=number)
        if size != "1×1":
            text += " " + _("the weights of unit {number}, put back to the {count} maps of {size} of {source}.")
            return text.format(number=number, count=count, size=size, source=as_code(source.name))
        return text + " " + _("one weight for each of {count} inputs.").format(count=count)
    text = _("Filter {number} lays {count} kernels of {size} over the maps of {source}, one over each, and adds up.")
    if count == 1:
        text = _("Filter {number} lays its kernel of {size} over map {first} of {source}.")
    if isinstance(layer.row.layer, layers.SeparableConv2D):
        text += " " + _("Each is the channel's own kernel times the weight with which this filter takes it.")
    return text.format(number=number, count=count, size=size, first=first, source=as_code(source.name))


def _tiles(own: Kernels, limit: float) -> Tiles:
    count, is_single = own.shape[2], own.shape[:2] == (1, 1)
    if count <= _COLOURS:
        return tiles_png(value_colours(own, limit, True, _LARGE), _COLOURS, _LARGE)
    side, columns = (_SMALL, 32) if is_single else (_SIDE, 8)
    return tiles_png(value_colours(own, limit, True, side), columns, side)


def _kernel_text(own: Kernels, inputs: list[int], place: int) -> str:
    weights, channel = own[:, :, place], inputs[place]
    if weights.size == 1:
        return _("Input {channel}: weight {value}").format(channel=channel, value=f"{float(weights[0, 0]):.4g}")
    return _("Input {channel}: weights {low} to {high}, sum {sum}").format(
        channel=channel, low=f"{weights.min():.4g}", high=f"{weights.max():.4g}", sum=f"{weights.sum():.4g}"
    )


def open_channel(layer: str, channel: int) -> None:
    """Open a map of another layer."""
    open_layer(layer)
    state.CHANNEL.set(channel)


# What both have in common ---------------------------------------------------------------------------------------------


def _largest(kernels: Kernels) -> float:
    return float(np.abs(kernels).max(initial=0, where=np.isfinite(kernels)))


def _draw_scale(limit: float, about: str) -> None:
    colour_bar(Range(limit, True), f"{-limit:.4g}", f"{limit:.4g}")
    st.caption(about)


def _words(picture: str, board: str, hint: str) -> dict[str, str]:
    return {"picture": picture, "board": board, "hint": hint}


def _board(tiles: Tiles, entries: list[dict[str, object]], words: dict[str, str], selected: int) -> dict[str, object]:
    return {
        "picture": data_url(tiles.png),
        "columns": tiles.columns,
        "cell": [tiles.cell_width, tiles.cell_height],
        "gap": tiles.gap,
        "maps": entries,
        "selected": selected,
        "words": words,
    }
