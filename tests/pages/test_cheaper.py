"""What Streamlit does at a high price and is done for less does the same: a change of Streamlit's shows here."""

import copyreg
from copy import deepcopy
from typing import Any

import pytest
from running import no_exception
from streamlit.components.v2.bidi_component import main as component
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.cursor import Cursor, LockedCursor, RunningCursor
from streamlit.proto.Element_pb2 import Element
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
