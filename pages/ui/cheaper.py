"""Two things that Streamlit does for every part and component of a page at a high price, done for less.

It copies the places in which a fragment is drawn, twice a run, and Python copies an object that does not say how at the
price of twenty. And whenever it looks at what a component has said, it makes a class for that; a page with three number
fields looks at all its components four times. Together that was a quarter of a run.
"""

import copyreg
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from streamlit.components.v2.bidi_component import main as component
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.cursor import Cursor, LockedCursor, RunningCursor

_PLAIN = int, str, tuple, type(None)
"""What a copy may share: the tuples of a cursor hold numbers."""

Present = Callable[[object, Any], object]
"""What a component's value looks like in a session."""


def _copied(cursor: Cursor) -> tuple[Callable[[], Cursor], tuple[()]]:
    """Tell `copy` how a cursor is copied: what waits in it, hardly ever anything, is copied too."""

    def copy() -> Cursor:
        new: Cursor = object.__new__(type(cursor))
        for name, value in vars(cursor).items():
            vars(new)[name] = value if isinstance(value, _PLAIN) else deepcopy(value) if value else type(value)()
        return new

    return copy, ()


def presented_once_told(make: Callable[..., Present]) -> Callable[..., Present]:
    """Let a component's value be what it is until the component says something; then as Streamlit shows it."""

    def made(told_under: str, *others: Any) -> Present:
        present = make(told_under, *others)

        def present_if_told(value: object, session: Any) -> object:
            told = session._new_widget_state.get(told_under)
            return value if told is None else present(value, session)

        return present_if_told

    return made


def begin() -> None:
    """Do both from now on, in all sessions of this process."""
    for kind in (RunningCursor, LockedCursor):
        copyreg.pickle(kind, _copied)
    known = vars(component)
    if known[make_bidi_component_presenter.__name__] is make_bidi_component_presenter:
        known[make_bidi_component_presenter.__name__] = presented_once_told(make_bidi_component_presenter)
