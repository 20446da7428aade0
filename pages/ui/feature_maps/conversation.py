"""The conversation about a picture: the network, the open layer, the open map, and what is asked of it."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import streamlit as st

from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Answers
from cnn_core.network.summary import Row
from pages.ui import cached, components, state
from pages.ui.ask import live
from pages.ui.ask.layer import current_layer
from pages.ui.entered import Entered
from pages.ui.feature_maps import (
    follow,
    layer_view,
    map_view,
    menus,
    network_picture,
    panels,
    passing_answer,
    predictions,
    setting,
    ways_in,
    why,
)
from pages.ui.feature_maps.open_layer import OpenLayer, Run
from pages.ui.feature_maps.parts import ASKED, Part
from pages.ui.feature_maps.trail import settle
from pages.ui.state import Key
from pages.ui.text import _
from pages.ui.waiting import fragment

_SHARED: tuple[Key[Any], ...] = (
    *(state.LANGUAGE, state.MODEL, state.SAMPLE, state.FIT, state.INVERT),
    *(state.OUTPUT, state.AS_SHARES, state.LAYER, state.CHANNEL, state.ROW, state.COLUMN),
    *(state.TRAIL, state.ORDER, state.SCOPE, state.LIMIT),
)


# A screen of 1280×800 holds all of it; what is asked scrolls by itself, and takes what a higher screen has more. On a
# phone everything stands below one another at its own height.
_STYLE = """
.st-key-map_line h2 { font-size: 1rem; padding: 0; }
.st-key-map_line [data-testid="stNumberInputContainer"] { height: 2rem; }
.st-key-layer_more button { min-height: 2rem; padding-block: 0; }
.st-key-layer_more button p { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[data-testid="stVerticalBlock"]:has(> [data-testid="stLayoutWrapper"] > :is(.st-key-layer_line, .st-key-map_line)) {
  gap: 0.5rem;
}
.st-key-layer_line { flex-wrap: nowrap; gap: 0.5rem; }
.st-key-layer_line p { font-size: 0.9rem; line-height: 1.4; }
.st-key-map_pair { flex-wrap: nowrap; align-items: flex-start; }
.st-key-map_pair > div { flex: 0 1 13rem; min-width: 0; }
.st-key-map_pair > div:has(.cs-map-figures) { flex: 1 0 6.5rem; }
:is(.st-key-map_pair, .st-key-seen_pixels) img { image-rendering: pixelated; }
.st-key-seen_pixels > div:has(img) { flex: 0 0 120px; }
.cs-map-figures { margin: 0; font-size: 0.75rem; line-height: 1.35; opacity: 0.75; }
.st-key-map_bars { --bars-height: 130px; gap: 0.25rem; }
.st-key-look_for { flex-wrap: nowrap; gap: 0.5rem; }
.st-key-look_for p { font-size: 0.8rem; line-height: 1.4; }
.st-key-look_there button { min-height: 1.75rem; padding: 0 0.5rem; }
.st-key-asked { gap: 0; }
.st-key-asked [data-testid="stButtonGroup"] button { padding: 0.2rem 0.55rem; min-height: 2rem; }
[class*="st-key-panel_"] { gap: 0.75rem; margin-top: 0.5rem; }
[class*="st-key-panel_"] h2 { font-size: 1.05rem; padding: 0; }
[class*="st-key-panel_"] [data-testid="stMetricValue"] { font-size: 1.25rem; }
[class*="st-key-panel_"] [data-testid="stImage"] img {
  outline: 1px solid rgb(128 128 128 / 40%); outline-offset: -1px;
}
.st-key-asked_line { gap: 0.4rem; min-height: 2rem; }
.st-key-asked_line [data-testid="stNumberInputContainer"] { height: 2rem; }
.st-key-asked_line [data-testid="stNumberInput"] > div { flex: 1 1 0; min-width: 0; }
.st-key-asked_line [data-testid="stNumberInput"] { display: flex; align-items: center; gap: 0.4rem; }
.st-key-asked_line [data-testid="stNumberInput"] label { min-height: 0; margin: 0; opacity: 0.75; white-space: nowrap; }
.st-key-asked_line [data-testid="stHeading"] { margin-right: auto; }
@media (min-width: 1000px) {
  [class*="st-key-panel_"] {
    flex: none; height: max(16rem, calc(100vh - 28.5rem)); overflow-y: auto; flex-wrap: nowrap;
  }
  [data-testid="stColumn"]:has(.st-key-map_bars) [class*="st-key-panel_"] {
    height: max(16rem, calc(100vh - 25.25rem));
  }
  [data-testid="stColumn"]:not(:has(.st-key-map_pair, .st-key-map_bars)) [class*="st-key-panel_"] {
    height: max(16rem, calc(100vh - 16.75rem));
  }
}
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-ways, .st-key-open_map, .st-key-told_last)) {
  position: absolute; width: 0; height: 0;
}
.st-key-ways { gap: 0; }
.st-key-told_last { height: 0; overflow: hidden; }
@media (max-width: 640px) {
  .st-key-map_pair { flex-wrap: wrap; }
  .st-key-map_pair > div { flex: 1 1 40%; }
  .st-key-map_pair > div:has(.cs-map-figures) { flex: 1 0 100%; }
  .st-key-asked_line > div:has(h2) { flex: 1 0 100%; }
  .cs-map-figures br { display: none; }
  .cs-map-figures b { margin: 0 0.6rem 0 0.2rem; }
  .cs-map-figures span { white-space: nowrap; }
}
@media (max-width: 999px) {
  .st-key-network_picture, .st-key-layer_line, .st-key-map_line, .st-key-asked { scroll-margin-top: 3.5rem; }
}
"""


def share(rows: Mapping[str, Row]) -> None:
    """Write what a link to the page needs to show the same; `rows` are the network's."""
    current_layer(rows)  # one that is not here gives way to one that is
    settle(rows)
    state.share(*_SHARED, *panels.shared())


def draw_network(info: ModelInfo, picture: Entered, answers: Answers | None, rows: Mapping[str, Row]) -> None:
    """Draw the network, without pictures as long as it has not run.

    By itself, although a click in it runs other parts: a run of the page makes the browser look at all of it.
    """

    def draw() -> None:
        network_picture.draw_network(info, picture, answers, current_layer(rows))

    fragment(draw, Part.NETWORK, share=partial(_share_change, rows))()


def draw_passing_network(run: Run) -> None:
    """Draw the network with what it makes of a picture that passes."""

    def draw() -> None:
        now = follow.newest(run)
        network_picture.draw_network(now.info, now.picture, now.answers, current_layer(now.rows))

    fragment(draw, Part.NETWORK, share=partial(_share_change, run.rows))()


def draw_answer(run: Run) -> None:
    """Draw what the network takes the picture for."""
    share = partial(_share_change, run.rows)
    fragment(lambda: _draw_answer(follow.advanced(run)), Part.ANSWER, share=share)()


def _draw_answer(run: Run) -> None:
    if run.picture.passes and passing_answer.can_be_told(run):
        passing_answer.draw(run)
    else:
        predictions.draw_answer(run)


def draw_ways_in(run: Run) -> None:
    """Draw what the network answers by how pixels enter, which is a guess: last, for nothing else waits for it."""
    fragment(ways_in.draw, Part.WAYS_IN, share=partial(_share_change, run.rows))(run)


def draw_camera(run: Run) -> None:
    """Draw the live camera, where there is one; it tells all else what passes."""
    if live.camera() is None:
        return
    fragment(lambda: follow.draw_camera(run.info, run), Part.CAMERA, share=partial(_share_change, run.rows))()


def draw_camera_alone(info: ModelInfo) -> None:
    """Draw the live camera as long as its first picture is on its way: it stays open meanwhile."""
    rows = {row.name: row for row in cached.network(info).rows}
    fragment(lambda: follow.draw_camera(info), Part.CAMERA, share=partial(_share_change, rows))()


def draw_layer(run: Run) -> None:
    """Draw the open layer with all its maps."""
    _draw_alone(Part.LAYER, layer_view.draw_layer, run)


@cache
def style() -> str:
    """Return the page's own rules of CSS."""
    return setting.STYLE + _STYLE + panels.style()


def draw_ways() -> None:
    """Draw the ways to each part of the conversation, which a small screen shows one by one."""
    ways = {
        "network_picture": _("Network"),
        "layer_line": _("All maps"),
        "map_line": _("One map"),
        "asked": _("Answer"),
    }
    with st.container(key="ways"):
        components.ways(
            {
                "ways": [{"key": key, "label": label} for key, label in ways.items()],
                "menus": menus.closed(),
                "words": {"ways": _("Parts of this page")},
            },
            menus.on_open(),
        )


def draw_map(run: Run) -> None:
    """Draw the open map, and below it what is asked of it."""
    _draw_alone(Part.MAP, _draw_open_map, run)
    with st.container(key="asked"):
        panels.draw_choice()
        for place in ASKED:
            _draw_alone(place, partial(panels.draw_asked, place), run)


def _draw_open_map(layer: OpenLayer) -> None:
    map_view.draw_map(layer)
    if layer.has_maps:  # its picture tells the network's
        return
    with st.container(key="open_map"):
        components.tell("open", {"layer": layer.name, "channel": layer.channel})


def tell_last(run: Run) -> None:
    """Tell the browser what the open map's values and the open layer's maps are made of, and what the layers beside it
    look like: nothing waits for it."""
    if run.picture.passes:
        return
    with st.container(key="told_last"):
        _draw_alone(Part.VALUES, why.tell_values, run)
        fragment(_tell_beside, Part.BESIDE, share=partial(_share_change, run.rows))(run)


def _tell_beside(run: Run) -> None:
    layer_view.ask_for_neighbours(run)  # they come while this waits for the influences: one run tells both
    network_picture.tell_influences(run)
    layer_view.tell_neighbours(run.open_layer(is_first=False))


def _draw_alone(part: Part, draw: Callable[[OpenLayer], None], run: Run) -> None:
    """Draw a part of the conversation, by itself where nothing else changes."""
    share = partial(_share_change, run.rows)
    fragment(lambda: draw(follow.advanced(run).open_layer(part is Part.LAYER)), part, share=share)()


def _share_change(rows: Mapping[str, Row]) -> None:
    settle(rows)
    state.share_change(*_SHARED, *panels.shared())
