"""The table of what lasts: its kinds, what a session keeps, what an address says, and what Back brings."""

import ast
import string
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from folders import ROOT
from hypothesis import given
from hypothesis import strategies as some
from running import address_of, no_exception
from streamlit.testing.v1 import AppTest

from cnn_core.drawing.colour_scale import RangeScope
from cnn_core.drawing.mosaic import ChannelOrder
from cnn_core.models.survey import RankedBy
from cnn_core.numerics import grids
from cnn_core.numerics.padding import Filling
from cnn_core.pictures.prepare import Fit
from pages.ui import state
from pages.ui.address import Choice, Whole

each_key = pytest.mark.parametrize("key", state.ADDRESSED.values(), ids=str)

# The table ------------------------------------------------------------------------------------------------------------

HOSTILE = some.one_of(
    some.text(max_size=40),
    some.text(string.digits + "+-._e٣²", max_size=40),
    some.sampled_from(
        ["nan", "inf", "-0", "True", "true", "None", "", "0" * 30 + "7", "9" * 5000, "-" * 99, "a." * 5000]
    ),
    some.integers().map(str),
    some.floats().map(str),
    some.text(max_size=20).map(quote),
    some.text("abc_.-", min_size=200, max_size=300),
)


@each_key
@given(HOSTILE)
def test_what_is_read_can_be_written_and_fits(key: state.Key[Any], text: str) -> None:
    assert key.kind is not None
    value = key.kind.read(text)
    if value is not None:
        assert key.kind.fit(value) == value
        assert key.kind.read(key.kind.write(value)) == value


@each_key
def test_every_default_fits(key: state.Key[Any]) -> None:
    assert key.kind is not None
    assert key.default is None or key.kind.fit(key.default) == key.default


def test_no_element_has_the_name_of_a_value() -> None:
    """Streamlit keeps what a widget or a component says under its key, in the session as all of these: one of the same
    name would write over the value."""
    names = {key.name for key in vars(state).values() if isinstance(key, state.Key)}
    taken = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {given.value.value}"
        for path in (ROOT / "pages").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for given in call.keywords
        if given.arg == "key" and isinstance(given.value, ast.Constant) and given.value.value in names
    ]
    assert taken == []


def test_no_text_takes_long() -> None:
    """A text of 500,000 characters, as many as Streamlit lets through, is dropped at once, of whatever it consists."""
    began = time.process_time()
    for key in state.ADDRESSED.values():
        for piece in ("9", "a.", "0", "-", "٣", "x" * 40 + ".", "e", "\x00", "1e"):
            assert key.said_by({key.name: piece * (500_000 // len(piece))}) == key.default
    assert time.process_time() - began < 5


def test_choices_are_those_of_the_core() -> None:
    """The core's modules stay unloaded until a page needs NumPy; so the table repeats these names."""
    for key, enum in (
        (state.FIT, Fit),
        (state.ORDER, ChannelOrder),
        (state.SCOPE, RangeScope),
        (state.RANKED_BY, RankedBy),
        (state.FILLING, Filling),
    ):
        assert isinstance(key.kind, Choice)
        assert set(key.kind.choices) == set(enum)
    for bounded in (state.GRID_ROWS, state.GRID_COLUMNS):
        assert bounded.kind == Whole(1, grids.LARGEST)


# What a session keeps -------------------------------------------------------------------------------------------------


def widgets() -> None:
    """Tie widgets to values whose bounds only this page knows."""
    import streamlit as st

    from pages.ui import state

    st.number_input("Row", **state.ROW.within(0, 9).widget())
    st.selectbox("Layer", **state.LAYER.among(["a", "b"]).widget())
    st.number_input("From row", **state.LOOK_ROW.within(0, 20, automatic=10).widget())
    st.selectbox("Maps", **state.HEAT_LAYER.among(["y", "x"], automatic="x").widget())
    st.multiselect("Panels", ["kernels"], **state.field("open", state.OPENED.get(), state.OPENED.set))
    state.share(state.ROW, state.LAYER, state.LOOK_ROW, state.HEAT_LAYER)


def run_widgets(**query: str) -> AppTest:
    at = AppTest.from_function(widgets, default_timeout=30)
    for name, text in query.items():
        at.query_params[name] = text
    return no_exception(at.run())


def test_a_bound_of_the_pages_data_clamps_and_is_told_to_the_widget() -> None:
    at = run_widgets(row="500", layer="c", look_row="500", heat_layer="nothing")
    row = at.number_input(key="row_widget")
    assert (row.value, row.min, row.max) == (9, 0, 9)
    assert at.selectbox(key="layer_widget").value == "a"
    assert at.number_input(key="look_row_widget").value == 20
    assert at.selectbox(key="heat_layer_widget").value == "y"
    assert address_of(at) == {"row": "9", "layer": "a", "look_row": "20", "heat_layer": "y"}


def test_what_nobody_chose_is_automatic_and_stays_out_of_the_address() -> None:
    at = run_widgets(layer="b")
    assert at.number_input(key="look_row_widget").value == 10
    assert at.selectbox(key="heat_layer_widget").value == "x"
    assert address_of(at) == {"layer": "b"}
    no_exception(at.number_input(key="look_row_widget").set_value(3).run())
    assert address_of(at) == {"layer": "b", "look_row": "3"}


# Back and Forward -----------------------------------------------------------------------------------------------------


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a page as if Back had led to an address."""
    context = SimpleNamespace(is_history_navigation=False, page_script_hash="page")
    monkeypatch.setattr(state, "get_script_run_ctx", lambda **_how: context)

    def lead(at: AppTest, **query: str) -> AppTest:
        context.is_history_navigation = True
        at.query_params.clear()
        for name, text in query.items():
            at.query_params[name] = text
        no_exception(at.run())
        context.is_history_navigation = False
        return at

    return lead


def view() -> None:
    """Share two values and show three."""
    import streamlit as st

    from pages.ui import state

    state.begin_run()
    st.number_input("Row", **state.ROW.widget())
    st.number_input("Column", **state.COLUMN.widget())
    state.share(state.ROW, state.CHANNEL)
    st.text(f"{state.ROW.get()} {state.CHANNEL.get()} {state.COLUMN.get()}")


def uses_the_design() -> None:
    """Use the design where the row is 1."""
    import streamlit as st

    from pages.ui import state

    state.begin_run()
    st.number_input("Row", **state.ROW.widget())
    st.text(f"{state.DESIGN.get()} {state.DESIGN_LINK.get()}")
    state.share(state.ROW, instead=state.designed() if state.ROW.get() == 1 else None)


def test_back_takes_no_design_away_from_a_page_that_uses_it(back: Any) -> None:
    at = AppTest.from_function(uses_the_design, default_timeout=30)
    at.session_state[state.DESIGN.name], at.session_state[state.DESIGN_LINK.name] = "newest", "its link"
    no_exception(at.run())
    no_exception(at.number_input(key="row_widget").set_value(1).run())
    assert address_of(at) == {"row": "1", "network": "its link"}
    assert back(at, row="2").text[0].value == "newest its link"
    # An address that names another design is that design, and not the session's.
    assert back(at, row="1", network="older").text[0].value == "older"


def test_back_brings_what_the_address_says_and_leaves_the_rest(back: Any) -> None:
    at = no_exception(AppTest.from_function(view, default_timeout=30).run())
    no_exception(at.number_input(key="row_widget").set_value(7).run())
    no_exception(at.number_input(key="column_widget").set_value(5).run())
    assert (at.text[0].value, address_of(at)) == ("7 None 5", {"row": "7"})
    # Of the page's own values those that the address does not name go to their defaults; `column` is none of them.
    assert back(at, channel="3").text[0].value == "None 3 5"
    assert at.number_input(key="row_widget").value is None
    assert back(at).text[0].value == "None None 5"
    assert back(at, row="x", column="9").text[0].value == "None None 9"


def test_without_back_the_session_wins_over_the_address(back: Any) -> None:
    at = no_exception(AppTest.from_function(view, default_timeout=30).run())
    no_exception(at.number_input(key="row_widget").set_value(7).run())
    at.query_params.clear()
    assert no_exception(at.run()).text[0].value == "7 None None"
    assert address_of(at) == {"row": "7"}


def test_an_arrival_makes_no_entry_and_a_change_makes_one() -> None:
    at = AppTest.from_function(view, default_timeout=30)
    at.query_params["row"] = "007"
    no_exception(at.run())
    # The address is put right where it stands: Streamlit, which makes entries, still has the old one.
    assert (address_of(at), at.query_params["row"]) == ({}, "007")
    at.query_params.clear()
    no_exception(at.number_input(key="row_widget").set_value(7).run())
    assert at.query_params["row"] == "7"


@pytest.mark.usefixtures("told_late")
@pytest.mark.parametrize("waits", [False, True])
def test_what_a_field_told_late_takes_nothing_back(waits: bool) -> None:
    """The browser tells all fields with every message, also those that it has yet to draw as the page changed them."""

    def view() -> None:
        import streamlit as st

        from pages.ui import state

        is_there = True
        if st.button("Open another"):
            state.CHANNEL.set(2)
            is_there = not st.session_state["waits"]
        if is_there:
            st.number_input("Map", **state.CHANNEL.within(0, 9).widget())

    at = AppTest.from_function(view, default_timeout=30)
    at.session_state[state.CHANNEL.name] = 7
    at.session_state["waits"] = waits
    no_exception(at.run())
    no_exception(at.button[0].click().run())
    if waits:  # for what it stands with: it is not drawn before that is there
        assert not at.number_input
        no_exception(at.run())
    assert at.session_state[state.CHANNEL.name] == 2
    no_exception(at.number_input[0].set_value(7).run())
    assert (at.session_state[state.CHANNEL.name], at.number_input[0].value) == (2, 2)
    no_exception(at.number_input[0].set_value(5).run())
    assert at.session_state[state.CHANNEL.name] == 5
