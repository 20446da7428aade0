"""The page in panels: each runs by itself, and after an edit only those run that show something else then.

A panel says what it shows as a value. What was shown is kept with it, so an edit need not know which panels there are.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from pages.ui import state
from pages.ui.design import shared
from pages.ui.waiting import drawn_part, fragment, run_again

Shows = Callable[[], Any]

_ON_ITS_WAY = 0.75
"""Seconds that a browser may take to show in a field what a run has put there; few people put in a value as soon."""

_FIRST = ("design_table", "design_totals", "design_line")
"""Where the reader looks after an edit: these run first."""


def begin() -> None:
    """Forget what the panels showed: all of the page is drawn."""
    state.DESIGN_SHOWN.set({})


def draw(name: str, draw_it: Callable[[], None], shows: Shows) -> None:
    """Draw a panel; `shows` returns a value that is another one whenever `draw_it` would draw something else.

    A panel within the panel "a" is called "a/b", and `shows` of "a" need not say what "a/b" shows.
    """
    key = f"design_{name}"

    def draw_and_note() -> None:
        others = {other: shown for other, shown in state.DESIGN_SHOWN.get().items() if not other.startswith(f"{key}/")}
        state.DESIGN_SHOWN.set(others | {key: (shows, shows())})
        draw_it()

    with st.container(key=f"panel_{name.replace('/', '_')}"):
        fragment(draw_and_note, key, share=shared.share_change)()


def then(act: Callable[..., Any]) -> Callable[..., None]:
    """Let what a widget's callback changes be drawn, and the widget's own panel: that may put it in other words."""
    return _then(act, (drawn_part(),))


def then_drop(act: Callable[..., None]) -> Callable[..., None]:
    """The same for a button, which holds nothing that would have to be drawn anew."""
    return _then(act, ())


def then_as_typed(act: Callable[[Any], bool]) -> Callable[[Any], None]:
    """The same for a field; `act` says whether its panel already shows all that there is now, as it was typed there."""
    own = drawn_part()

    @wraps(act)
    def act_and_draw(value: Any) -> None:
        if act(value):
            shown = state.DESIGN_SHOWN.get()
            shows, _before = shown[own]
            state.DESIGN_SHOWN.set(shown | {own: (shows, shows())})
            run_changed()
        else:
            run_changed(own)

    return act_and_draw


def _then(act: Callable[..., Any], too: tuple[str, ...]) -> Callable[..., None]:
    @wraps(act)
    def act_and_draw(*arguments: Any, **named: Any) -> None:
        act(*arguments, **named)
        run_changed(*too)

    return act_and_draw


def field(name: str, value: Any, take: Callable[[Any], None], late: float = _ON_ITS_WAY) -> dict[str, Any]:
    """Return the arguments that tie a field to a value of the design; an edit elsewhere on the page may change it.

    A network is edited faster than a browser shows what came of it: what a field still tells from before is not taken.
    """
    return state.field(name, value, take, late)


def run_changed(*too: str) -> None:
    """Let the panels run that show something else now, and these; in a widget's callback, as its last line."""
    changed = [name for name, (shows, shown) in state.DESIGN_SHOWN.get().items() if name in too or shows() != shown]
    if changed:
        run_again(*sorted(changed, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)))
