"""The first glance: a small network drawn whole, and a photograph that travels it by itself as the page opens."""

from typing import Any

import streamlit as st

from cnn_core.pictures.samples import default_sample
from pages.ui import cached, state
from pages.ui.ask.classes import class_names
from pages.ui.ask.layer import open_value
from pages.ui.ask.picture import sample_picture
from pages.ui.draw.cached import network_layout
from pages.ui.draw.network import Clicks, draw_network_picture
from pages.ui.draw.network_data import NetworkPicture
from pages.ui.frame import FEATURE_MAPS
from pages.ui.state import Key
from pages.ui.text import _, with_hand
from pages.ui.waiting import later

_SET_UP: tuple[Key[Any], ...] = (state.MODEL, state.SOURCE, state.SAMPLE, state.FIT, state.INVERT, state.TRAIL)
# A screen of 1280×800 holds it and the cards below it.
_STYLE = """<style>
.st-key-glance { --network-height: max(18rem, min(100vh - 30.25rem, 34rem)); gap: 0.25rem; }
</style>"""


def draw_glance() -> None:
    """Draw the network that a newcomer meets first with what it makes of its first sample, which is recorded."""
    info = later(cached.model_info(state.MODEL.default))
    if info is None:
        return
    chosen = sample_picture(default_sample(info.colour))
    picture = cached.entered(chosen, info, state.FIT.default, state.INVERT.default)
    answers = later(cached.answers(picture))
    classes = () if answers is None else class_names(info, answers.scores)
    drawn = NetworkPicture(info, picture, cached.network(info).rows, answers, (), network_layout(info, ()), classes)
    st.html(_STYLE)
    with st.container(key="glance"):
        draw_network_picture(
            drawn,
            Clicks(lambda layer: _lead_to(layer, None), lambda place: _lead_to(*place), _stay, _stay),
            selected="",
            channel=None,
            sends=True,
        )
        st.caption(
            with_hand(
                _(
                    "A photograph on its way through a network that knows ten classes. Click a map or a layer to see "
                    "what is in it and why."
                )
            )
        )


def _lead_to(layer: str, channel: int | None) -> None:
    """Open a layer or a map of this network, with this picture, on the page for that."""
    for key in _SET_UP:
        key.set(key.default)
    open_value(layer, None, None, channel)
    st.switch_page(FEATURE_MAPS.path)


def _stay(block: str) -> None:
    """A network drawn whole has no block to unfold."""
