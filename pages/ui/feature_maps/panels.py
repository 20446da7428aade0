"""What the open layer is like: panels that compute nothing as long as they are closed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.feature_maps import compare, excite, kernels, statistics
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.messages import part
from pages.ui.state import Key
from pages.ui.text import _


class Panel(NamedTuple):
    """One of them: `key` stands in the address, `title` is English, `choices` belong to a link while it is open."""

    key: str
    title: str
    icon: str
    draw: Callable[[OpenLayer], None]
    choices: tuple[Key[Any], ...] = ()


PANELS = (
    Panel("kernels", N_("Its kernels"), "grid_on", kernels.draw),
    Panel("statistics", N_("Its values in numbers"), "bar_chart", statistics.draw, statistics.CHOICES),
    Panel("excite", N_("What excites a map most"), "bolt", excite.draw, excite.CHOICES),
    Panel("compare", N_("Two pictures compared"), "compare", compare.draw, compare.CHOICES),
)


def shared() -> list[Key[Any]]:
    """Return what a link needs to show the same: which panels are open, and what was chosen in them."""
    opened = state.PANELS.get()
    return [state.PANELS, *(key for panel in PANELS if panel.key in opened for key in panel.choices)]


def draw_panels(layer: OpenLayer) -> None:
    """Draw all panels, those open that the reader or the address opened."""
    st.header(_("What this layer is like"), anchor=False)
    for panel in PANELS:
        place = st.expander(_(panel.title), icon=f":material/{panel.icon}:", **state.PANELS.part(panel.key))
        if place.open:
            with place, part():
                panel.draw(layer)
