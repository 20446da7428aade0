"""The picture of the design: volumes as papers draw them, or a graph as on Feature maps."""

from functools import lru_cache
from typing import Any

import streamlit as st

from cnn_core.network.layout import NetworkLayout, Node, lay_out
from cnn_core.network.level import Sizes
from cnn_core.network.volumes import TEXT_COLOUR, Scale, volumes_svg
from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.design import current, editor, panels
from pages.ui.design.parts import joining
from pages.ui.draw.network import words
from pages.ui.draw.network_data import card, figures_of, folded
from pages.ui.layer_words import volume_words
from pages.ui.text import _

_SCALES = {
    Scale.ROOT: N_("Square-root scale"),
    Scale.LOG: N_("Logarithmic scale"),
    Scale.TRUE: N_("True to scale"),
    Scale.NONE: N_("Not to scale"),
}
_SIZES = Sizes(layer=(108, 40), block=(108, 40), gap=(26, 16), lane=10, padding=12, heading=22, line_gap=24)
_LINE = 1080.0
"""Pixels of a line of cards on a screen of 1280."""


def shows() -> Any:
    """Return nothing for volumes: these are a panel of their own."""
    if state.DRAWN_AS.get() == "volumes":
        return current.summary().error is None
    return current.place(), state.DESIGN_EDGE.get()


def draw() -> None:
    """Draw the network in the way that was chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            _("Drawn as"),
            ["volumes", "graph"],
            format_func=lambda way: _("Volumes") if way == "volumes" else _("Graph"),
            required=True,
            **state.field("drawn_as", state.DRAWN_AS.get(), state.DRAWN_AS.set),
        )
        if state.DRAWN_AS.get() == "volumes":
            st.selectbox(
                _("Lengths"), format_func=lambda scale: _(_SCALES[scale]), width=220, **state.DRAWN_TO.widget()
            )
    if state.DRAWN_AS.get() == "volumes":
        panels.draw("part/volumes", _draw_volumes, current.text)
        st.caption(_about_volumes())
    else:
        _draw_graph()
    if current.summary().error is not None:
        st.caption(_("Drawn as far as the layers fit together."))


def _about_volumes() -> str:
    return _(
        "A box is as high as the map, as deep as the map is wide, and as wide as there are channels. Values without "
        "a map are drawn as a column, the higher the more there are. A stack of boxes is a block of layers with the "
        "shape of the last one; its colour is that of the layer with the most parameters."
    )


def _draw_volumes() -> None:
    svg = _volumes(current.text(), state.DRAWN_TO.get(), state.LANGUAGE.get())
    data = {
        "svg": svg,
        "colour": TEXT_COLOUR,
        "name": "network",
        "alt": _("The network as volumes, from the input to the output; the table of layers has all its numbers."),
        "words": {"png": _("Picture (PNG)"), "svg": _("Picture (SVG)")},
    }
    components.drawing(data, "design_volumes")


# The text and the language say all that is in it.
@lru_cache(maxsize=16)
def _volumes(text: str, scale: Scale, language: str) -> str:
    return volumes_svg(current.summary_of(text).rows, scale, volume_words())


def _draw_graph() -> None:
    unfolded = tuple(sorted(state.DESIGN_UNFOLDED.get()))
    data = {
        "version": f"{hash(current.text())} {unfolded}",
        **_graph(current.text(), unfolded, state.LANGUAGE.get()),
        "selected": current.selected_layer().name,
        "open": None,
        "bare": True,
        "sends": False,
        "words": words() | {"keys": _keys()},
        "connects": joining.words(),
    }
    components.network(data, "design_graph", _pick, lambda place: _pick(place[0]), _unfold, _fold, joining.take)
    joining.draw()
    st.caption(
        _(
            "Draw from a layer's dot to another layer to connect them; draw an edge again, or click it, to remove "
            "it. By keyboard: C on a layer, then Enter on the other."
        )
    )


def _keys() -> str:
    return words()["keys"] + " " + _("C starts an edge; Enter on another layer draws it, or removes it if it exists.")


@lru_cache(maxsize=16)
def _graph(text: str, unfolded: tuple[str, ...], language: str) -> dict[str, Any]:
    layout: NetworkLayout = lay_out(current.summary_of(text).rows, frozenset(unfolded), _SIZES, _LINE)
    return folded(layout, _card)


def _card(node: Node) -> dict[str, Any]:
    return card(node, figures_of(node.rows))


def _pick(layer: str) -> None:
    """Select a layer, in the table and the form too."""
    names = [named.name for named in current.network().layers]
    if layer in names:
        editor.select(names.index(layer))
        panels.run_changed()


def _unfold(title: str) -> None:
    state.DESIGN_UNFOLDED.set((*state.DESIGN_UNFOLDED.get(), title))


def _fold(title: str) -> None:
    state.DESIGN_UNFOLDED.set(tuple(block for block in state.DESIGN_UNFOLDED.get() if block != title))
