"""Three things that Streamlit does for every part, component and message of a page at a high price, done for less.

It copies the places in which a fragment is drawn, twice a run, and Python copies an object that does not say how at the
price of twenty. Whenever it looks at what a component has said, it makes a class for that; a page with three number
fields looks at all its components four times. Together that was a quarter of a run. And it wakes the thread that talks
to browsers twice for each of a run's hundred messages, which took a third of what was left.
"""

import copyreg
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from functools import partial, wraps
from typing import Any

from streamlit.components.v2.bidi_component import main as component
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.cursor import Cursor, LockedCursor, RunningCursor
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

_PLAIN = int, str, tuple, type(None)
"""What a copy may share: the tuples of a cursor hold numbers."""

_TOGETHER = 0.005
"""Seconds for which what a run draws is gathered; Streamlit sends every hundredth of a second."""

Present = Callable[[object, Any], object]
"""What a component's value looks like in a session."""

Tell = Callable[..., None]
"""How a session is told what happens in a run of its page."""


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


def told_together(tell: Tell) -> Tell:
    """Let a session hear of what a run draws some at a time, in order with all else that it hears of the run."""

    @wraps(tell)
    def tell_together(session: Any, sender: object, event: ScriptRunnerEvent, *others: Any, **named: Any) -> None:
        told: deque[Callable[[], None]] = vars(session).setdefault("_told", deque())
        told.append(partial(session._handle_scriptrunner_event_on_event_loop, sender, event, *others, **named))
        take = partial(_take, told)
        if event is not ScriptRunnerEvent.ENQUEUE_FORWARD_MSG:
            session._call_soon_on_event_loop(take)
        elif len(told) == 1:
            session._call_soon_on_event_loop(partial(session._event_loop.call_later, _TOGETHER, take))

    return tell_together


def _take(told: "deque[Callable[[], None]]") -> None:
    while told:
        told.popleft()()


def woken_once(wake: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let the thread that sends be woken unless it is about to send."""

    @wraps(wake)
    def wake_once(runtime: Any) -> None:
        if not runtime._get_async_objs().need_send_data.is_set():
            wake(runtime)

    return wake_once


def begin() -> None:
    """Do all three from now on, in all sessions of this process."""
    for kind in (RunningCursor, LockedCursor):
        copyreg.pickle(kind, _copied)
    known = vars(component)
    if known[make_bidi_component_presenter.__name__] is make_bidi_component_presenter:
        known[make_bidi_component_presenter.__name__] = presented_once_told(make_bidi_component_presenter)
    for owner, name, cheaper in (
        (AppSession, "_on_scriptrunner_event", told_together),
        (Runtime, "_enqueued_some_message", woken_once),
    ):
        if not hasattr(costly := getattr(owner, name), "__wrapped__"):
            setattr(owner, name, cheaper(costly))
