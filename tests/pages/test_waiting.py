"""Waiting on a page: no run lasts as long as the work, and what has come is drawn by the part that asked."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
import streamlit as st
from folders import ROOT
from running import no_exception
from stand_ins import Here, made_up_answers, made_up_maps, made_up_weights
from streamlit.testing.v1 import AppTest
from viewing import all_data_of, choose, data_of, opened, press, said, waited_for

from pages.ui import cached, components, waiting
from pages.ui.feature_maps import layer_view, map_view, panels, predictions, why
from pages.ui.questions import WORKS

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a button stand for each clock: who presses it lets the page look, as the browser does from time to time."""
    draw = components.clock

    def clock(data: dict[str, Any], key: str, on_look: Callable[[], None]) -> None:
        draw(data, key, on_look)
        st.button("Look", key=f"look_{key}", on_click=on_look)

    monkeypatch.setattr(components, "clock", clock)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often parts of the page are drawn to their end."""
    times: Counter[str] = Counter()

    def counted(owner: Any, name: str, part: str) -> None:
        draw = getattr(owner, name)

        def draw_and_count(*given: Any) -> Any:
            result = draw(*given)
            times[part] += 1
            return result

        monkeypatch.setattr(owner, name, draw_and_count)

    counted(predictions, "draw_answer", "answer")
    counted(layer_view, "draw_layer", "layer")
    counted(map_view, "draw_map", "map")
    counted(panels, "draw_panel", "asked")
    return times


def script_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "ScriptRunner" in thread.name]


def later_maps(of: "Future[Any]", layer: str = "conv2d") -> None:
    of.set_result(made_up_maps("mnist", None, layer))


# A page that waits --------------------------------------------------------------------------------------------------


def test_a_run_that_waits_ends_before_the_work(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_PATIENCE", 0.2)
    unfinished = Future[Any]()
    here.ends = [unfinished]
    at = opened(model="mnist", picture="digit_7")
    assert "The network is running" in waited_for(at)[0]
    assert not unfinished.done()
    assert not script_threads()


@pytest.mark.usefixtures("looking")
def test_the_page_runs_again_once_the_work_is_done(here: Here, drawn: Counter[str]) -> None:
    unfinished = Future[Any]()
    here.ends = [unfinished]
    at = opened(model="mnist", picture="digit_7")
    press(at, "look_clock")
    assert waited_for(at)
    assert not drawn
    unfinished.set_result(made_up_answers("mnist", np.zeros(1, np.float32)))
    press(at, "look_clock")
    assert not all_data_of(at, "clock")
    assert drawn == Counter(("answer", "layer", "map", "asked"))


@pytest.mark.usefixtures("looking")
def test_all_parts_that_wait_for_a_layer_are_drawn_with_it_and_no_other(here: Here, drawn: Counter[str]) -> None:
    unfinished = Future[Any]()
    here.ends = [None, unfinished]
    at = opened(model="mnist", layer="conv2d", picture="digit_7")
    assert waited_for(at) == ["Fetching the layer's maps."]
    assert drawn == Counter(["answer"])
    later_maps(unfinished)
    press(at, "look_clock")
    assert drawn == Counter(("answer", "layer", "map", "asked"))
    assert data_of(at, "layer")["maps"]


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for ahead: neither what values are made of nor the layers beside the open one."""
    monkeypatch.setattr(why, "can_be_told", lambda _row: False)
    monkeypatch.setattr(layer_view, "_beside", lambda _layer, _drawn: [])


@pytest.mark.usefixtures("looking")
@pytest.mark.usefixtures("untold")
def test_parts_that_wait_for_different_things_come_one_by_one(here: Here, drawn: Counter[str]) -> None:
    at = opened(model="mnist", layer="conv2d_1", picture="digit_7", ask="kernels")
    drawn.clear()
    maps, weights = Future[Any](), Future[Any]()
    here.ends = [maps]
    at.session_state["layer"] = "conv2d"
    no_exception(at.run())
    assert waited_for(at) == ["Fetching the layer's maps."]
    later_maps(maps)
    here.ends = [weights]
    press(at, "look_clock")
    assert waited_for(at) == ["Fetching the layer's weights."]
    assert drawn == Counter(("answer", "layer", "map", "asked"))
    weights.set_result(made_up_weights("mnist", "conv2d"))
    press(at, "look_clock_kernels")
    assert drawn == Counter(("answer", "layer", "map", "asked", "asked"))
    assert not waited_for(at)


@pytest.fixture
def waiting_panel(here: Here, untold: None) -> tuple[AppTest, "Future[Any]"]:
    """Return a page of which one panel waits, and what for."""
    at = opened(model="mnist", layer="conv2d", picture="digit_7", ask="statistics")
    unfinished = Future[Any]()
    here.ends = [unfinished]
    return choose(at, "segmented_control", "ask", "kernels"), unfinished


def test_what_is_stopped_in_a_panel_is_drawn_by_the_panel_alone(
    waiting_panel: tuple[AppTest, "Future[Any]"], drawn: Counter[str]
) -> None:
    at, unfinished = waiting_panel
    press(at, "stop_waiting_kernels")
    assert [element.value for element in at.info] == ["Stopped."]
    assert unfinished.cancelled()
    assert not drawn["layer"]
    press(at, "go_on_kernels")
    assert "3×3 kernels shown" in said(at)


def test_what_a_panel_waits_for_is_let_go_where_another_is_opened(
    waiting_panel: tuple[AppTest, "Future[Any]"],
) -> None:
    at, unfinished = waiting_panel
    choose(at, "segmented_control", "ask", "statistics")
    assert not waited_for(at)
    assert WORKS.find(cached.layer_weights("mnist", "conv2d")) is None
    assert unfinished.cancelled()


# How often it looks -------------------------------------------------------------------------------------------------

MESSAGES_OF_A_LOOK = 6
"""The beginning and the end of a run, twice its state, the part and the clock in it."""


def looks(seconds: float) -> int:
    """Return how often a page looks that waits so long, where each answer comes at once."""
    waited, count = 0.0, 0
    while (waited := waited + waiting.interval(waited)) <= seconds:
        count += 1
    return count


@pytest.mark.parametrize(("seconds", "most"), [(10, 8), (30, 5), (300, 2.5)])
def test_the_longer_a_page_waits_the_less_often_it_looks(seconds: float, most: float) -> None:
    assert looks(seconds) * MESSAGES_OF_A_LOOK / seconds < most


@pytest.mark.parametrize("answered", [0.1, 1.0, 10.0, 60.0])
def test_an_answer_is_seen_soon_after_it_has_come(answered: float) -> None:
    waited = 0.0
    while waited < answered:
        waited += waiting.interval(waited)
    assert waited - answered <= 0.3 + answered / 8 + 0.2


def test_who_stands_far_behind_looks_seldom_and_not_later_than_a_third_of_what_is_left() -> None:
    assert waiting.interval(0.5, ahead=0.0) == waiting.interval(0.5)
    assert waiting.interval(0.5, ahead=9.0) == 3.0
    assert waiting.interval(0.5, ahead=600.0) == 6.0
    assert waiting.interval(60.0, ahead=0.3) == waiting.interval(60.0)


# The address ----------------------------------------------------------------------------------------------------------


def page_of_parts_that_share() -> None:
    """Three parts that write the address; the second changes a value when it is told to."""
    import streamlit as st

    from pages.ui import state
    from pages.ui.waiting import drawn, fragment, run_again

    def share() -> None:
        st.session_state.shared = [*st.session_state.get("shared", ()), state.ROW.get()]

    def change() -> None:
        if "row_to_be" in st.session_state:
            state.ROW.set(st.session_state["row_to_be"])

    with drawn():
        st.button("Draw all", key="all", on_click=run_again, args=("one", "two", "three"))
        for name in ("one", "two", "three"):
            fragment(change if name == "two" else lambda: None, name, share=share)()


def test_parts_of_one_run_write_the_address_once_and_again_after_a_change() -> None:
    at = no_exception(AppTest.from_function(page_of_parts_that_share).run())
    assert "shared" not in at.session_state  # the page does
    no_exception(at.button(key="all").click().run())
    assert at.session_state["shared"] == [None]
    at.session_state["row_to_be"] = 5
    no_exception(at.button(key="all").click().run())
    assert at.session_state["shared"] == [None, None, 5]
    no_exception(at.button(key="all").click().run())
    assert at.session_state["shared"] == [None, None, 5, 5]


# All of the page beside parts of it -----------------------------------------------------------------------------------


def page_with_a_late_look() -> None:
    """Buttons that let all of the page run, a part of it, or nothing, while whose callbacks messages arrive."""
    import streamlit as st
    from streamlit.proto.WidgetStates_pb2 import WidgetStates
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from pages.ui.waiting import drawn, fragment, run_again

    def arrives(*buttons: str) -> None:
        """Let the message arrive of each of these buttons, which stands in the part of its name."""
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        for button in buttons:
            states, (widget, part) = WidgetStates(), st.session_state.sent[button]
            states.widgets.add(id=widget, trigger_value=True)
            (place,) = context.fragment_storage.resolve_target(part)
            context.script_requests.request_rerun(
                RerunData(context.query_string, states, context.page_script_hash, fragment_id=place)
            )

    def begin() -> None:
        st.session_state.begun = True

    def open_page() -> None:
        begin()
        arrives("look")
        run_again()

    def open_part() -> None:
        begin()
        arrives("look")
        run_again("opened")

    def draw_opened() -> None:
        st.markdown("opened" if st.session_state.get("begun") else "not opened")

    def draw_plain() -> None:
        st.button("Plain", key="plain", on_click=begin)
        st.markdown("part drawn" if st.session_state.get("begun") else "part not drawn")

    def draw_look() -> None:
        st.button("Look", key="look", on_click=run_again, args=("other",))

    with drawn():
        st.markdown("begun" if st.session_state.get("begun") else "nothing yet")
        st.button("Open all", key="page", on_click=open_page)
        fragment(lambda: st.button("Open part", key="part", on_click=open_part), "opening")()
        fragment(lambda: st.button("Use two", key="two", on_click=arrives, args=("plain", "look")), "using")()
        fragment(draw_opened, "opened")()
        fragment(draw_plain, "plain")()
        fragment(lambda: st.markdown("other"), "other")()
        fragment(draw_look, "looking")()


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        ("page", {"begun", "opened", "part drawn", "other"}),
        ("part", {"nothing yet", "opened", "part not drawn", "other"}),
        ("two", {"nothing yet", "not opened", "part drawn", "other"}),
    ],
)
def test_a_look_during_a_click_does_not_take_the_place_of_what_the_click_asks_for(button: str, shown: set[str]) -> None:
    at = no_exception(AppTest.from_function(page_with_a_late_look).run())
    sent = {"look": "looking", "plain": "plain"}
    at.session_state["sent"] = {key: (at.button(key=key).proto.id, part) for key, part in sent.items()}
    no_exception(at.button(key=button).click().run())
    assert {text.value for text in at.markdown} == shown


def test_all_of_the_page_is_asked_for_in_one_place() -> None:
    """Streamlit merges a whole run with a fragment's that is asked for at the same time: `run_again` sees to that."""
    files = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
    assert [file.name for file in files if "st.rerun(" in file.read_text(encoding="utf-8")] == ["waiting.py"]
