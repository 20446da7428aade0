"""The kernels of the open layer: beside the maps they make, and those of the open filter one by one."""

import streamlit as st

from cnn_core import layers
from cnn_core.arrays import Kernels
from cnn_core.drawing.kernel_tiles import Tiles
from cnn_core.drawing.mosaic import ChannelOrder, Range, order_channels
from cnn_core.layers.shapes import show
from cnn_core.models.layer_kernels import kernels_of, seen_channels
from cnn_core.network.summary import Row
from pages.ui import components, state, waiting
from pages.ui.ask.layer import open_value
from pages.ui.cached import layer_weights
from pages.ui.components import data_url
from pages.ui.draw.maps import draw_maps
from pages.ui.draw.paging import choose_page
from pages.ui.draw.pictures import colour_bar
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.layer_kernels import COLOURS, LayerKernels, largest
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import open_map
from pages.ui.text import _, as_code
from pages.ui.waiting import asked, run_again

PAIRS_PER_PAGE = 60
PER_PAGE = 64
WEIGHTS_PER_PAGE = 1024
"""Of kernels of a single weight."""


def is_at_hand(layer: OpenLayer) -> bool:
    """Say whether the layer's weights are there."""
    return waiting.is_at_hand(layer_weights(layer.picture.model, layer.name))


def draw(layer: OpenLayer) -> None:
    """Draw the layer's kernels, or say that it has none."""
    question = layer_weights(layer.picture.model, layer.name)
    weights = asked(question, _("Fetching the layer's weights."), place="_kernels")
    kernels = kernels_of(layer.row.layer, weights)
    if kernels is None:
        st.markdown(_("{kind} has no kernel that moves over its input.").format(kind=f"**{layer.row.kind}**"))
        return
    own = LayerKernels(layer, kernels)
    if not isinstance(layer.row.layer, layers.Dense) and kernels.shape[2] in (1, COLOURS):
        _draw_pairs(own)
    _draw_filter(own)


# All filters, each beside its map -------------------------------------------------------------------------------------


def _draw_pairs(own: LayerKernels) -> None:
    """Draw each filter's kernel beside the map it makes, in the order of the maps above."""
    order = order_channels(cached.statistics(own.layer), ChannelOrder(state.ORDER.get()))
    shown = order[choose_page(len(order), PAIRS_PER_PAGE, f"pairs_page_{own.layer.name}")]
    st.markdown(
        _("**{shown} of {count}** {size} kernels shown, each to the left of the map it makes.").format(
            shown=len(shown), count=len(order), size=show(own.kernels.shape[:2])
        )
    )
    board = _board(
        cached.kernel_pairs(own, shown, state.SCOPE.get(), state.LIMIT.get()),
        [{"channel": channel, "text": _pair_text(own.kernels, channel)} for channel in shown],
        _words(
            _("{count} kernels beside their maps").format(count=len(shown)),
            _("Kernels and their maps: arrow keys move, Enter opens"),
            _("Hover over a kernel to see its numbers; click to open its map."),
        ),
        own.layer.channel,
    )
    components.mosaic(board, key="kernel_pairs", on_pick=open_map)
    limit = own.largest
    if own.kernels.shape[2] == COLOURS:
        st.caption(
            _(
                "A kernel's colours are its weights for red, green and blue: mid-grey is 0, white {high}, black "
                "{low}, for all kernels of the layer. Maps are coloured as above."
            ).format(high=f"{limit:.4g}", low=f"{-limit:.4g}")
        )
    else:
        _draw_scale(limit, _("One range for all weights of the layer. White is zero."))


def _pair_text(kernels: Kernels, channel: int) -> str:
    weights = kernels[..., channel]
    return _("Filter {channel}: weights {low} to {high}, sum {sum}").format(
        channel=channel, low=f"{weights.min():.4g}", high=f"{weights.max():.4g}", sum=f"{weights.sum():.4g}"
    )


# The open filter, channel by channel ----------------------------------------------------------------------------------


def _draw_filter(own: LayerKernels) -> None:
    """Draw what the open filter lays over each of the channels it sees, beside the map it makes."""
    layer, number = own.layer, own.layer.channel
    source, kernels = own.of_filter(number)
    inputs = seen_channels(layer.row.layer, kernels.shape[2], number)
    st.markdown(_about(layer, kernels, source, inputs[0]))
    left, right = st.columns([3, 2])
    with left:
        _draw_tiles(own, source, kernels, inputs)
    with right:
        if layer.has_maps:
            draw_maps(layer.maps[:, :, [number]], [_("The map it makes: {number}").format(number=number)])
        else:
            st.metric(_("The value it makes"), f"{layer.maps[number]:.4g}", width="content")


def _draw_tiles(own: LayerKernels, source: Row, kernels: Kernels, inputs: list[int]) -> None:
    """Draw the kernels of the open filter, a page of them; each leads to the channel it lies over."""
    number = own.layer.channel
    per_page = WEIGHTS_PER_PAGE if kernels.shape[:2] == (1, 1) else PER_PAGE
    page = choose_page(len(inputs), per_page, f"kernels_page_{own.layer.name}_{number}")
    shown = range(page.start, page.stop)
    board = _board(
        cached.filter_kernels(own, number, page.start, page.stop),
        [{"channel": place, "text": _kernel_text(kernels, inputs, place)} for place in shown],
        _words(
            _("{count} kernels of filter {number}").format(count=len(shown), number=number),
            _("Kernels: arrow keys move, Enter opens the input"),
            _("Hover over a kernel to see its weights; click to open the input it belongs to."),
        ),
        -1,
    )
    components.mosaic(board, key="kernel_tiles", on_pick=lambda place: open_channel(source.name, inputs[place]))
    if len(shown) < len(inputs):
        st.caption(_("{shown} of {count} shown.").format(shown=len(shown), count=len(inputs)))
    _draw_scale(largest(kernels), _("One range for all these weights. White is zero."))


def _about(layer: OpenLayer, own: Kernels, source: Row, first: int) -> str:
    number, size, count = layer.channel, show(own.shape[:2]), own.shape[2]
    if isinstance(layer.row.layer, layers.Dense):
        matrix = show(layer.row.input_shapes[0][-1:] + layer.row.output_shape[-1:])
        text = _("A Dense layer has no kernel that moves, but a matrix of {matrix} weights. Its column {number}:")
        text = text.format(matrix=matrix, number=number)
        if size != "1×1":
            text += " " + _("the weights of unit {number}, arranged as the {count} {size} maps of {source}.")
            return text.format(number=number, count=count, size=size, source=as_code(source.name))
        return text + " " + _("one weight for each of {count} inputs.").format(count=count)
    text = _(
        "Filter {number} lays {count} {size} kernels over the maps of {source}, one over each, and adds up the results."
    )
    if count == 1:
        text = _("Filter {number} lays its {size} kernel over map {first} of {source}.")
    if isinstance(layer.row.layer, layers.SeparableConv2D):
        text += " " + _("Each is the channel's own kernel times this filter's weight for the channel.")
    return text.format(number=number, count=count, size=size, first=first, source=as_code(source.name))


def _kernel_text(own: Kernels, inputs: list[int], place: int) -> str:
    weights, channel = own[:, :, place], inputs[place]
    if weights.size == 1:
        return _("Input {channel}: weight {value}").format(channel=channel, value=f"{float(weights[0, 0]):.4g}")
    return _("Input {channel}: weights {low} to {high}, sum {sum}").format(
        channel=channel, low=f"{weights.min():.4g}", high=f"{weights.max():.4g}", sum=f"{weights.sum():.4g}"
    )


def open_channel(layer: str, channel: int) -> None:
    """Open a map of another layer."""
    open_value(layer, None, None, channel)
    run_again()


# What both have in common ---------------------------------------------------------------------------------------------


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
