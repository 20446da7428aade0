"""What is asked of the open map: one place, in which one panel is open at a time; what is closed computes nothing."""

from collections.abc import Callable
from functools import partial
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
from pages.ui.waiting import holds, run_again, runs_alone


class Panel(NamedTuple):
    """One of them: `key` stands in the address, `choices` belong to a link while it is open.

    `short` is what it is chosen by and `title` what it says of itself, both in English. `beside` draws what stands on
    the line of the title. `is_at_hand` says whether all that it shows is there, so that it may be drawn ahead.
    """

    key: str
    short: str
    title: str
    draw: Callable[[OpenLayer], None]
    choices: tuple[Key[Any], ...] = ()
    beside: Callable[[OpenLayer], None] | None = None
    is_at_hand: Callable[[OpenLayer], bool] = lambda _layer: False


PANELS = (
    Panel(
        *("why", N_("Why?"), N_("Why this value?"), why.draw),
        beside=why.draw_place,
        is_at_hand=why.is_at_hand,
    ),
    Panel(
        *("kernels", N_("Kernels"), N_("The kernels of this layer"), kernels.draw),
        is_at_hand=kernels.is_at_hand,
    ),
    Panel(
        *("excite", N_("Excites"), N_("What this map responds to most"), excite.draw, excite.CHOICES),
        is_at_hand=excite.is_at_hand,
    ),
    Panel(
        *("looks_for", N_("Looks for"), N_("What it looks for"), looks_for.draw, looks_for.CHOICES),
        is_at_hand=looks_for.is_at_hand,
    ),
    Panel("decision", N_("Decision"), N_("What the decision looked at"), decision.draw, decision.CHOICES),
    Panel("compare", N_("Compare"), N_("Two pictures compared"), compare.draw, compare.CHOICES),
    Panel(
        *("statistics", N_("Statistics"), N_("The values of this layer in numbers"), statistics.draw),
        choices=statistics.CHOICES,
        is_at_hand=statistics.is_at_hand,
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
        _("What to ask"),
        format_func=lambda key: _(_BY_KEY[key].short),
        required=True,
        label_visibility="collapsed",
        **asked().widget(_draw_chosen),
    )
    components.panels({panel.key: partial(_draw_ahead, panel.key) for panel in PANELS})


def draw_asked(part_of_page: Part, layer: OpenLayer) -> None:
    """Draw the open panel in its part of the page; in the other one that was asked for ahead, or nothing."""
    place = _place()
    if part_of_page == place:
        draw_panel(layer, _BY_KEY[asked().get()])
    elif (ahead := _ahead(part_of_page)) is not None and not layer.passes and ahead.is_at_hand(layer):
        draw_panel(layer, ahead)
    else:
        state.PANELS_HELD.set({place: asked().get()})


def draw_panel(layer: OpenLayer, panel: Panel) -> None:
    """Draw a panel."""
    if layer.passes:
        st.info(_("Pictures are passing through: hold one to ask this about it."), icon=":material/pause_circle:")
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


def _draw_ahead(key: str) -> None:
    """Draw a panel hidden, in the place of the one that is not shown now; the reader may be about to open it."""
    shown, last = asked().get(), state.PANEL_PLACE.get()
    other = next(place for place in ASKED if place != last)
    if key != shown:
        state.PANELS_HELD.set({last: shown, other: key})
    run_again(other)


def _ahead(place: Part) -> Panel | None:
    """Return what the place that is not open is to hold, while it runs alone: all else that runs it empties it."""
    return _BY_KEY.get(state.PANELS_HELD.get().get(place, "")) if runs_alone() else None


def style() -> str:
    """Return the rule of CSS that hides the panels that `panels.js` does not say to be shown."""
    hidden = (f'.st-key-asked[data-panel="{key}"] {ANY_PANEL}:not(.st-key-panel_{key})' for key in _BY_KEY)
    return f"{', '.join(hidden)} {{ display: none; }}"
