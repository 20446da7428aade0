"""What Streamlit does at a high price and is done for less does the same: a change of Streamlit's shows here."""

import asyncio
import copyreg
from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from running import no_exception
from streamlit.components.v2.bidi_component import main as component
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.cursor import Cursor, LockedCursor, RunningCursor
from streamlit.proto.Element_pb2 import Element
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.testing.v1 import AppTest

from pages.ui import cheaper


def moved() -> RunningCursor:
    cursor = RunningCursor(0, (2, 1))
    cursor.lock_element()
    return cursor


def with_something_in_it() -> RunningCursor:
    cursor = moved()
    cursor.get_transient_cursor().transient_elements[0] = Element()
    return cursor


def told_of(cursor: Cursor) -> dict[str, Any]:
    """Return all that a cursor knows."""
    return {name: list(value) if name == "_transient_elements" else value for name, value in vars(cursor).items()}


@pytest.mark.parametrize("cursor", [moved(), with_something_in_it(), LockedCursor(1, (3,), 4)])
def test_the_copy_of_a_cursor_is_the_one_that_python_makes(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = deepcopy(cursor)
    with monkeypatch.context() as without:
        without.delitem(copyreg.dispatch_table, type(cursor))
        pythons = deepcopy(cursor)
    assert (type(copied), told_of(copied)) == (type(pythons), told_of(pythons))


def test_a_copy_goes_its_own_way() -> None:
    cursor = with_something_in_it()
    copied = deepcopy(cursor)
    assert next(iter(copied.transient_elements)) is not next(iter(cursor.transient_elements))
    copied.transient_elements[1] = Element()
    copied.lock_element()
    assert (cursor.index, len(cursor.transient_elements)) == (1, 1)


class Session:
    """What a presenter asks of a session: what components have told."""

    def __init__(self, **told: Any) -> None:
        self._new_widget_state = told


def test_a_component_that_has_told_nothing_is_shown_as_it_is() -> None:
    asked: list[object] = []
    present = cheaper.presented_once_told(lambda *_of: lambda value, _session: asked.append(value))(
        "events", "own", None
    )
    value = {"chosen": 3}
    assert present(value, Session()) is value
    assert present(value, Session(events=None, other=[{"event": "pick", "value": 1}])) is value
    assert not asked
    present(value, Session(events=[{"event": "pick", "value": 1}]))
    assert asked == [value]


def page_that_hears() -> None:
    """A component, and a number field, which looks at all that have a key."""
    import streamlit as st

    from pages.ui import components

    components.cards({"cards": []}, key="cards", on_pick=print)
    st.number_input("Number", key="number")


def test_streamlit_makes_no_class_for_a_component_that_has_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def counted(*of: Any) -> cheaper.Present:
        present = make_bidi_component_presenter(*of)

        def present_and_note(value: object, session: Any) -> object:
            made.append(value)
            return present(value, session)

        return present_and_note

    def show() -> None:
        no_exception(AppTest.from_function(page_that_hears).run()).run()

    monkeypatch.setattr(component, "make_bidi_component_presenter", counted)
    show()
    assert made  # as Streamlit comes
    made.clear()
    monkeypatch.setattr(component, "make_bidi_component_presenter", cheaper.presented_once_told(counted))
    show()
    assert not made


def presenter() -> object:
    """Return what makes the presenters of components now."""
    made: object = vars(component)[make_bidi_component_presenter.__name__]
    return made


def test_both_are_done_once() -> None:
    before = presenter()
    cheaper.begin()
    assert presenter() is before
    assert before is not make_bidi_component_presenter
    assert {RunningCursor, LockedCursor} <= copyreg.dispatch_table.keys()


class Told:
    """A session that notes what it hears, in an event loop of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._event_loop = loop
        self.heard: list[object] = []
        self.wakes = 0

    def _call_soon_on_event_loop(self, callback: Callable[[], None]) -> None:
        self.wakes += 1
        self._event_loop.call_soon_threadsafe(callback)

    def _handle_scriptrunner_event_on_event_loop(
        self, _sender: object, event: ScriptRunnerEvent, forward_msg: object = None
    ) -> None:
        self.heard.append(forward_msg or event)


STARTED, DRAWN, ENDED = (
    ScriptRunnerEvent.SCRIPT_STARTED,
    ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
)


@pytest.mark.parametrize("runs", [1, 3])
def test_a_session_hears_all_of_a_run_in_order_and_is_woken_a_few_times(runs: int) -> None:
    tell = cheaper.told_together(AppSession._on_scriptrunner_event)

    async def heard() -> tuple[list[object], int]:
        session = Told(asyncio.get_running_loop())

        def draw() -> None:
            for run in range(runs):
                tell(session, None, STARTED)
                for number in range(100):
                    tell(session, None, DRAWN, forward_msg=f"{run}.{number}")
                tell(session, None, ENDED)

        await asyncio.to_thread(draw)
        while len(session.heard) < runs * 102:
            await asyncio.sleep(0)
        return session.heard, session.wakes

    all_heard, wakes = asyncio.run(asyncio.wait_for(heard(), 60))
    of_runs = [[STARTED, *(f"{run}.{number}" for number in range(100)), ENDED] for run in range(runs)]
    assert all_heard == [one for run in of_runs for one in run]
    assert wakes < runs * 102


def test_what_is_drawn_last_is_heard_though_nothing_follows() -> None:
    async def heard() -> list[object]:
        session = Told(asyncio.get_running_loop())
        cheaper.told_together(AppSession._on_scriptrunner_event)(session, None, DRAWN, forward_msg="last")
        while not session.heard:
            await asyncio.sleep(0)
        return session.heard

    assert asyncio.run(asyncio.wait_for(heard(), 60)) == ["last"]


def test_who_sends_is_woken_only_where_it_is_not_about_to_send() -> None:
    async def wakes() -> tuple[int, int]:
        about_to_send, woken = asyncio.Event(), list[object]()
        runtime = SimpleNamespace(_get_async_objs=lambda: SimpleNamespace(need_send_data=about_to_send))
        wake = cheaper.woken_once(woken.append)
        wake(runtime)
        before = len(woken)
        about_to_send.set()
        wake(runtime)
        return before, len(woken)

    assert asyncio.run(wakes()) == (1, 1)
