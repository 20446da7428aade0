"""The panels of the page "Design a network": an edit runs those that show something else, and shows what all would."""

from collections.abc import Callable
from typing import Any

import pytest
from bench.edit import network as two_hundred_layers
from designing import PAGE, add, network, opened, press, put, select
from running import address_of, everything_said, no_exception, run_page
from streamlit.testing.v1 import AppTest

from cnn_core.network import editing
from cnn_core.network.line import read_line, write_line
from pages.ui import state
from pages.ui.design import setting_widgets

_ALL = {"line", "totals", "table", "formulas", "layer", "part/volumes"}
"""What shows the network itself."""

Edit = Callable[[AppTest], AppTest]


def drawn_by(at: AppTest, edit: Edit) -> set[str]:
    """Return which panels an edit draws anew."""
    before = dict(at.session_state[state.DESIGN_SHOWN.name])
    after = edit(at).session_state[state.DESIGN_SHOWN.name]
    return {name.removeprefix("design_") for name in after if after[name] is not before[name]}


def filters(count: int) -> Edit:
    return lambda at: put(at, "number_input", "filters", count)


def test_only_what_shows_something_else_is_drawn() -> None:
    at = opened(two_hundred_layers(64))
    assert drawn_by(at, lambda at: select(at, 5)) >= {"table", "formulas", "layer", "settings"}
    assert drawn_by(at, lambda at: select(at, 6)) == {"table", "formulas", "layer", "settings"}
    drawn_by(at, lambda at: select(at, 5))
    # The settings are noted to be shown as they were typed.
    assert drawn_by(at, filters(65)) == _ALL - {"layer"} | {"settings"}
    assert drawn_by(at, filters(66)) == _ALL - {"layer"} | {"settings"}
    # Two linear convolutions in a row are worth an advice, which is counted beside the tools.
    assert drawn_by(at, lambda at: press(at, "duplicate")) == _ALL | {"settings", "advised"}
    drawn_by(at, lambda at: select(at, 7))
    assert drawn_by(at, lambda at: press(at, "duplicate")) == _ALL | {"settings"}
    # There is something to do again now.
    assert drawn_by(at, lambda at: press(at, "undo")) == _ALL | {"settings", "history"}


@pytest.mark.usefixtures("told_late")
def test_a_line_from_before_that_the_browser_still_shows_takes_nothing_back() -> None:
    at = select(opened(), 2)
    before = at.text_input(key="line_field").value
    at = press(at, "duplicate")
    after = network(at)
    # As a browser does that has not drawn the answer yet: with the next thing done it tells the line from before.
    at.text_input(key="line_field").set_value(before)
    assert network(press(at, "down")) == editing.move(after, ["conv2d_2"], 1)


def test_a_setting_that_shows_what_was_typed_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at = select(opened(read_line("28x28x1-C32-C64-F-D10sm")), 1)
    drawn: list[str] = []
    draw = setting_widgets.setting

    def note_and_draw(rule: Any, *others: Any) -> None:
        drawn.append(rule.name)
        draw(rule, *others)

    monkeypatch.setattr(setting_widgets, "setting", note_and_draw)
    put(at, "number_input", "filters", 48)
    put(at, "checkbox", "use_bias", False)
    put(at, "selectbox", "activation", "gelu")
    assert drawn == []
    assert write_line(network(at), names=False) == "28x28x1-C48nbgelu-C64-F-D10sm"
    # A kernel may be drawn in two fields, of which each holds the other's value; and undo puts something else there.
    put(at, "number_input", "kernel_size", 5)
    assert "kernel_size" in drawn
    drawn.clear()
    press(press(at, "undo"), "undo")
    assert "activation" in drawn
    assert at.selectbox(key="activation_field").value == "relu"
    # A value that waits for another one is drawn with it, as both are taken.
    put(at, "number_input", "groups", 5)
    assert at.session_state[state.DESIGN_DRAFT.name] == {"groups": 5}
    drawn.clear()
    put(at, "number_input", "groups", 1)
    assert "groups" in drawn


@pytest.mark.usefixtures("told_late")
@pytest.mark.parametrize(
    ("position", "kind", "field"),
    [
        (2, "text_input", "name"),
        (2, "selectbox", "input"),
        (2, "number_input", "filters"),
        (2, "number_input", "kernel_size"),
        (2, "selectbox", "padding"),
        (3, "selectbox", "kind"),
    ],
)
def test_a_field_that_still_shows_the_layer_from_before_changes_nothing(position: int, kind: str, field: str) -> None:
    at = select(opened(read_line("28x28x1-C32-C64k5v-P2-F-D10sm")), position - 1)
    before = getattr(at, kind)(key=f"{field}_field").value
    name = network(select(at, position)).layers[position].name
    getattr(at, kind)(key=f"{field}_field").set_value(before)
    expected = editing.duplicate(network(at), name)
    assert network(press(at, "duplicate")) == expected


@pytest.mark.usefixtures("told_late")
def test_a_layer_that_was_added_is_not_added_again_by_the_field_that_still_names_it() -> None:
    at = add(select(opened(), 2), "Dropout")
    expected = editing.move(network(at), ["dropout"], -1)
    at.selectbox(key="add_field").set_value("Dropout")
    assert network(press(at, "up")) == expected


def test_a_value_goes_to_the_layer_that_it_was_typed_for() -> None:
    at = select(opened(read_line("28x28x1-C32-C32-F-D10sm")), 1)
    at.selectbox(key="layer_field").set_value(2)
    no_exception(at.number_input(key="filters_field").set_value(48).run())
    assert write_line(network(at), names=False) == "28x28x1-C48-C32-F-D10sm"


def test_a_part_that_shows_nothing_of_the_network_stays() -> None:
    at = run_page(PAGE, lang="en", part="questions")
    select(at, 1)
    assert "part" not in drawn_by(at, filters(7))
    at.selectbox(key="question_widget").set_value("fits").run()
    assert "part" in drawn_by(at, filters(8))


def test_what_is_refused_is_said_in_its_panel_alone() -> None:
    at = select(opened(), 1)
    assert drawn_by(at, lambda at: put(at, "text_input", "name", "a/b")) == {"layer", "problem"}


@pytest.mark.parametrize("part", ["picture", "costs", "sees", "what_if", "questions"])
def test_edits_show_what_a_new_run_shows(part: str) -> None:
    at = select(run_page(PAGE, lang="en", part=part), 2)
    for edit in (filters(24), lambda at: press(at, "duplicate"), lambda at: add(at, "Dropout")):
        edit(at)
    press(press(at, "up"), "undo")
    by_panels = everything_said(at)
    assert everything_said(at.run()) == by_panels
    assert address_of(at)["part" if part != "picture" else "network"]
