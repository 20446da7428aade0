"""The network as a line of text on the page "Design a network": shown, typed, wrong."""

import pytest
from designing import network, opened, press, put, rows, select, totals
from streamlit.testing.v1 import AppTest

from cnn_core.network.line import read_line
from cnn_core.network.line.short import SHORT_FORMS
from cnn_core.network.presets import PRESETS, preset
from pages.ui.design.line import EXAMPLES

ALEXNET = "227x227x3-C96k11s4v-P3s2-C256k5-P3s2-C384-C384-C256-P3s2-F-D4096-D4096-D1000sm"
GROUPED = "227x227x3-C96k11s4v-P3s2-C256k5g2-P3s2-C384-C384g2-C256g2-P3s2-F-D4096-D4096-D1000sm"


def typed(at: AppTest, line: str) -> AppTest:
    return put(at, "text_input", "line", line)


def shown(at: AppTest) -> str:
    return str(at.text_input(key="line_field").value)


def marked(at: AppTest) -> str:
    """Return the wrong line with its marked character, "" where none is shown."""
    return "".join(one.proto.body for one in at.get("html") if one.proto.body.startswith("<pre"))


@pytest.mark.parametrize("key", [one.key for one in PRESETS])
def test_the_line_says_the_present_network(key: str) -> None:
    at = opened(design=key)
    assert [named.layer for named in read_line(shown(at)).layers] == [named.layer for named in network(at).layers]


@pytest.mark.parametrize(
    ("line", "parameters"),
    [("28x28x1-C32-C64v-P2-F-D100-D10sm", "1,101,526"), (ALEXNET, "62,378,344"), (GROUPED, "60,965,224")],
    ids=["mnist", "alexnet", "alexnet in two groups"],
)
def test_a_line_typed_gives_the_published_count(line: str, parameters: str) -> None:
    at = typed(opened(design="empty"), line)
    assert totals(at)[0] == parameters
    assert shown(at) == line


def test_a_line_is_one_step() -> None:
    at = typed(opened(), "Conv-Pool-FC-SM")
    # The line names no input, so the present one stays.
    assert rows(at, "kind") == ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]
    assert rows(at, "shape")[0] == "28×28×1"
    at = press(at, "undo")
    assert network(at) == preset("mnist").make()
    assert at.button(key="design_undo").disabled


def test_every_edit_shows_in_the_line() -> None:
    at = put(select(opened(), 1), "number_input", "filters", 16)
    assert shown(at) == "28x28x1-C16-C64v-P2-F-D100-D10sm"


@pytest.mark.parametrize(
    ("line", "character", "position"),
    [
        ("28x28x1-C32-Q7-D10sm", "Q", 13),
        ("28x28x1-C32q5", "q", 12),
        ("28x28x1-C32-", " ", 13),
        ("28x28x1-C32 -> C8 | -> D10", "D", 24),
        ("<img src=x onerror=alert(1)>", "&lt;", 1),
    ],
)
def test_a_wrong_line_stays_with_its_error(line: str, character: str, position: int) -> None:
    at = typed(opened(), line)
    assert f"At character {position}" in at.error[0].value
    assert f"<mark>{character}</mark>" in marked(at)
    assert "<img" not in marked(at)
    assert shown(at) == line
    assert network(at) == preset("mnist").make()
    at = typed(at, "28x28x1-C32")
    assert not at.error
    assert not marked(at)
    assert rows(at, "kind") == ["Input", "Conv2D"]


def test_a_wrong_line_goes_with_the_next_action() -> None:
    at = put(select(typed(opened(), "28x28x1-?"), 1), "number_input", "filters", 8)
    assert not at.error
    assert shown(at) == "28x28x1-C8-C64v-P2-F-D100-D10sm"


def test_a_long_wrong_line_is_shown_around_its_error() -> None:
    at = typed(opened(), "-".join(["C8"] * 100) + "-?-" + "-".join(["C8"] * 100))
    assert marked(at).startswith('<pre class="cs-wrong">…')
    assert "<mark>?</mark>" in marked(at)
    assert len(marked(at)) < 250


def test_names_are_kept_and_written_when_asked_for() -> None:
    at = put(select(opened(), 1), "text_input", "name", "first")
    assert "first" not in shown(at)
    at = typed(at, shown(at).replace("D100", "D50-DO0.5"))
    assert rows(at, "name")[1] == "first"
    at.session_state["design_notation"] = True
    at = put(at.run(), "toggle", "line_names", True)
    assert shown(at).startswith("28x28x1-first=C32-conv2d_1=C64v-P2")
    assert rows(typed(at, "28x28x1-other=C32-first=C64v"), "name") == ["input", "other", "first"]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_open(number: int) -> None:
    at = opened()
    at.session_state["design_notation"] = True
    at = press(at.run(), f"example_{number}")
    assert not at.error
    assert [named.layer for named in network(at).layers][1:] == [
        named.layer for named in read_line(EXAMPLES[number]).layers
    ][1:]


def test_the_notation_is_written_down_with_every_short_form() -> None:
    at = opened()
    at.session_state["design_notation"] = True
    said = " ".join(one.value for one in at.run().markdown)
    assert "| `DW` | DepthwiseConv2D | kernel_size |" in said
    assert all(f"| `{code}` |" in said for code in SHORT_FORMS)
