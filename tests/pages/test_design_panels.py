"""The panels of the page "Design a network": an edit runs those that show something else, and shows what all would."""

from collections.abc import Callable

import pytest
from bench.edit import network as two_hundred_layers
from designing import PAGE, add, network, opened, press, put, select
from running import address_of, everything_said, no_exception, run_page
from streamlit.testing.v1 import AppTest

from cnn_core.network import editing
from cnn_core.network.line import read_line, write_line
from pages.ui import state

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
    assert drawn_by(at, filters(65)) == _ALL - {"layer"} | {"settings"}
    assert drawn_by(at, filters(66)) == _ALL - {"layer"} | {"settings"}
    # Two linear convolutions in a row are worth an advice, which is counted beside the tools.
    assert drawn_by(at, lambda at: press(at, "duplicate")) == _ALL | {"settings", "advised"}
    drawn_by(at, lambda at: select(at, 7))
    assert drawn_by(at, lambda at: press(at, "duplicate")) == _ALL | {"settings"}
    # There is something to do again now.
    assert drawn_by(at, lambda at: press(at, "undo")) == _ALL | {"settings", "history"}


def test_a_line_from_before_that_the_browser_still_shows_takes_nothing_back() -> None:
    at = select(opened(), 2)
    before = at.text_input(key="line_field").value
    at = press(at, "duplicate")
    after = network(at)
    # As a browser does that has not drawn the answer yet: with the next thing done it tells the line from before.
    at.text_input(key="line_field").set_value(before)
    assert network(press(at, "down")) == editing.move(after, ["conv2d_2"], 1)


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
