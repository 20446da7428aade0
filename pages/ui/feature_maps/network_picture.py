"""The network as a picture: what of it is open and unfolded, and what a click in it does."""

from typing import Any

from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Answers
from cnn_core.network.layout import NetworkLayout
from pages.ui import cached as shared
from pages.ui import components, state
from pages.ui.ask.classes import unit_names
from pages.ui.ask.layer import current_layer, open_value
from pages.ui.draw.cached import network_layout
from pages.ui.draw.network import Clicks, draw_network_picture
from pages.ui.draw.network_data import NetworkPicture
from pages.ui.entered import Entered
from pages.ui.feature_maps import cached
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.parts import of_the_layer, open_layer_marked
from pages.ui.waiting import is_given_up, later, run_again


def draw_network(info: ModelInfo, picture: Entered, answers: Answers | None, layer: str) -> None:
    """Draw the network; without pictures as long as it has not run."""
    drawn = _picture_of(info, picture, answers, layer)
    clicks = Clicks(open_layer_marked, _open_map, _unfold, _fold)
    draw_network_picture(drawn, clicks, selected=layer, channel=_channel(answers, layer))


def passing(run: Run, layer: str) -> dict[str, Any]:
    """Return what of the network's picture another picture that passes changes."""
    return _picture_of(run.info, run.picture, run.answers, layer).passing()


def _picture_of(info: ModelInfo, picture: Entered, answers: Answers | None, layer: str) -> NetworkPicture:
    rows, unfolded = shared.network(info).rows, _unfolded(info, layer)
    layout = network_layout(info, unfolded)
    has_units = answers is not None and info.answer_kind is not AnswerKind.MAPS
    units = unit_names(info, answers.outputs[info.output].size) if answers and has_units else ()
    return NetworkPicture(info, picture, rows, answers, unfolded, layout, units)


def shown_layers(info: ModelInfo, layer: str) -> tuple[str, ...]:
    """Return the layers of which the picture shows maps while `layer` is open."""
    return tuple(node.rows[-1].name for node in network_layout(info, _unfolded(info, layer)).nodes)


def _channel(answers: Answers | None, layer: str) -> int | None:
    """Return the open map or unit: before anyone chose one, the strongest; None as long as that is not known."""
    chosen: int | None = state.CHANNEL.get()
    seen = answers.layers.get(layer) if answers else None
    return seen.strongest[0] if chosen is None and seen else chosen


def _unfolded(info: ModelInfo, layer: str) -> tuple[str, ...]:
    """Return the blocks that stand unfolded: those that the reader unfolded, and what hides the open layer."""
    unfolded = tuple(sorted(state.UNFOLDED.get()))
    block = _block_of(network_layout(info, unfolded), layer)
    while block is not None and block not in state.FOLDED.get():
        unfolded = tuple(sorted((*unfolded, block)))
        block = _block_of(network_layout(info, unfolded), layer)
    return unfolded


def _block_of(layout: NetworkLayout, layer: str) -> str | None:
    """Return the title of the folded block that holds a layer, if one does."""
    nodes = (node for node in layout.nodes if len(node.rows) > 1 and any(row.name == layer for row in node.rows))
    return next((node.title for node in nodes), None)


def _open_map(place: tuple[str, int]) -> None:
    """Open a map of any layer; the picture has marked it already."""
    layer, channel = place
    open_value(layer, None, None, channel)
    state.TRAIL.set(())
    run_again(*of_the_layer())


def _unfold(title: str) -> None:
    state.UNFOLDED.set((*state.UNFOLDED.get(), title))
    state.FOLDED.set(tuple(block for block in state.FOLDED.get() if block != title))


def _fold(title: str) -> None:
    state.FOLDED.set((*state.FOLDED.get(), title))
    state.UNFOLDED.set(tuple(block for block in state.UNFOLDED.get() if block != title))


def tell_influences(run: Run) -> None:
    """Tell the picture what the open layer's maps are made of, once that is known; nothing on the page waits for it."""
    layer = current_layer(run.rows)
    if is_given_up(shared.layer_maps(run.picture, layer)):
        return
    found = later(shared.influences(run.picture, layer))
    if found is not None:
        data = cached.influences_data(run.info, run.picture, layer, found, state.LANGUAGE.get())
        components.tell("influences", data)
