"""What is asked of the open map: one place, in which one panel is open at a time; what is closed computes nothing."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import components, state
from pages.ui.feature_maps import compare, decision, excite, kernels, looks_for, statistics, why
from pages.ui.feature_maps.open_layer import OpenLayer
from pages.ui.feature_maps.parts import ASKED, Part
from pages.ui.messages import part
from pages.ui.state import Key
from pages.ui.text import _
from pages.ui.waiting import holds, run_again


class Panel(NamedTuple):
    """One of them: `key` stands in the address, `choices` belong to a link while it is open.

    `short` is what it is chosen by and `title` what it says of itself, both in English. `beside` draws what stands on
    the line of the title.
    """

    key: str
    short: str
    title: str
    draw: Callable[[OpenLayer], None]
    choices: tuple[Key[Any], ...] = ()
    beside: Callable[[OpenLayer], None] | None = None


PANELS = (
    Panel("why", N_("Why?"), N_("Why this value?"), why.draw, beside=why.draw_place),
    Panel("kernels", N_("Kernels"), N_("The kernels of this layer"), kernels.draw),
    Panel("excite", N_("Excites"), N_("What this map responds to most"), excite.draw, excite.CHOICES),
    Panel("looks_for", N_("Looks for"), N_("What it looks for"), looks_for.draw, looks_for.CHOICES),
    Panel("decision", N_("Decision"), N_("What the decision looked at"), decision.draw, decision.CHOICES),
    Panel("compare", N_("Compare"), N_("Two pictures compared"), compare.draw, compare.CHOICES),
    Panel(
        "statistics", N_("Statistics"), N_("The values of this layer in numbers"), statistics.draw, statistics.CHOICES
    ),
)
ANY_PANEL = '[class*="st-key-panel_"]'
_BY_KEY = {panel.key: panel for panel in PANELS}


def asked() -> Key[str]:
    """Return which panel is open."""
    return state.ASKED.among(_BY_KEY)


def shared() -> list[Key[Any]]:
    """Return what a link needs to show the same: which panel is open, and what was chosen in it."""
    return [state.ASKED, *_BY_KEY[asked().get()].choices]


def draw_choice() -> None:
    """Draw the choice of the panel, which the browser shows at once where it is on the page."""
    st.segmented_control(
        _("What is asked"),
        format_func=lambda key: _(_BY_KEY[key].short),
        required=True,
        label_visibility="collapsed",
        **asked().widget(_draw_chosen),
    )
    components.panels(list(_BY_KEY))


def draw_asked(part_of_page: Part, layer: OpenLayer) -> None:
    """Draw the open panel in its part of the page, and nothing in the other."""
    if part_of_page == _place():
        draw_panel(layer)


def draw_panel(layer: OpenLayer) -> None:
    """Draw the open panel."""
    panel = _BY_KEY[asked().get()]
    if layer.passes:
        st.info(_("Pictures pass: hold one to ask this of it."), icon=":material/pause_circle:")
        return
    with st.container(key=f"panel_{panel.key}"), part():
        with st.container(horizontal=True, vertical_alignment="center", key="asked_line"):
            st.header(_(panel.title), anchor=False)
            if panel.beside is not None:
                panel.beside(layer)
        panel.draw(layer)


# Two places -----------------------------------------------------------------------------------------------------------
# The panel that was open before stays on the page as long as nothing else runs its part, hidden: who goes back to it
# sees it at once. Whatever changes what the panels speak of runs both parts, which empties the other one. So is emptied
# what still waits for something: nobody may want it any more.


def _place() -> str:
    """Return the part of the page that the open panel is drawn in."""
    place = state.PANEL_PLACE.get()
    if state.PANELS_HELD.get().get(place) != asked().get():  # it was opened by the address
        state.PANELS_HELD.set({place: asked().get()})
    return place


def _draw_chosen() -> None:
    """Draw the panel that was chosen where it stands already, else in the place of the one that is not shown now."""
    held, chosen, last = state.PANELS_HELD.get(), asked().get(), state.PANEL_PLACE.get()
    place = next((place for place, panel in held.items() if panel == chosen), None)
    if place is None:
        place = next(other for other in ASKED if other != last)
    state.PANEL_PLACE.set(place)
    state.PANELS_HELD.set({**held, place: chosen})
    run_again(*(ASKED if holds().waits(last) else (place,)))


def style() -> str:
    """Return the rule of CSS that hides the panels that `panels.js` does not say to be shown."""
    hidden = (f'.st-key-asked[data-panel="{key}"] {ANY_PANEL}:not(.st-key-panel_{key})' for key in _BY_KEY)
    return f"{', '.join(hidden)} {{ display: none; }}"
