"""The open layer: its figures and maps, one map, what the layer is like, why a value is what it is, the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnn_core.models.info import ModelInfo
from cnn_core.models.run import Answers
from cnn_core.network.summary import Row
from pages.ui import cached, state
from pages.ui.ask.layer import current_layer, layer_picker
from pages.ui.entered import Entered
from pages.ui.feature_maps import decision, layer_view, map_view, panels, why
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import Part
from pages.ui.state import Key
from pages.ui.text import _
from pages.ui.waiting import asked, fragment

_PARTS = {
    Part.MAPS: layer_view.draw_layer,
    Part.MAP: map_view.draw_map,
    Part.PANELS: panels.draw_panels,
    Part.WHY: why.draw_why,
    Part.DECISION: decision.draw_decision,
}
_SHARED: tuple[Key[Any], ...] = (
    *(state.LANGUAGE, state.MODEL, state.SAMPLE, state.FIT, state.INVERT),
    *(state.LAYER, state.CHANNEL, state.ROW, state.COLUMN, state.ORDER, state.SCOPE, state.LIMIT),
    *(state.METHOD, state.TARGET, state.HEAT_LAYER, state.PATCH, state.PATCH_STRIDE),
)


def shared() -> list[Key[Any]]:
    """Return what a link to the page needs to show the same."""
    return [*_SHARED, *panels.shared()]


def draw(info: ModelInfo, picture: Entered, rows: Mapping[str, Row], answers: Answers, classes: Sequence[str]) -> None:
    """Draw the open layer, by itself where only another layer is opened."""
    fragment(_draw, Part.LAYER, share=_share_change)(info, picture, rows, answers, classes)


def _draw(info: ModelInfo, picture: Entered, rows: Mapping[str, Row], answers: Answers, classes: Sequence[str]) -> None:
    row = rows[current_layer(rows)]
    st.header(_("One layer"), anchor=False)
    layer_picker(list(rows))
    layer_view.draw_layer_facts(row)
    maps = asked(cached.layer_maps(picture, row.name), _("Fetching the layer's maps."))
    layer = OpenLayer(info, picture, rows, row, maps, answers, classes)
    if layer.has_maps:
        layer_view.draw_layer_controls()
    for key, draw_part in _PARTS.items():
        fragment(draw_part, key, share=_share_change)(layer)


def _share_change() -> None:
    state.share_change(*shared())
