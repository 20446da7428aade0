"""Kinds of values in an address: read strictly, brought within bounds, and written so that they come back."""

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from cnn_core.drawing.colour_scale import RangeScope
from pages.ui.address import Choice, Flag, Kind, Names, Number, Rows, Text, Whole


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 ", "+1", "-0", "00", "007", "0000000011500", "1_0", "1.0", "1e1", "0x1", "٣", "\u0967", "²"),
        *("33", "-1", "9" * 17, "9" * 5000, "nan", "inf", "True", "1\n", "%31"),
    ],
)
def test_a_whole_number_is_read_strictly(text: str) -> None:
    assert Whole(0, 32).read(text) is None


@given(some.integers(-99, 99), some.integers(-50, 50), some.integers(0, 60))
def test_a_whole_number_is_read_within_its_bounds(value: int, low: int, length: int) -> None:
    kind = Whole(low, low + length)
    assert kind.read(str(value)) == (value if low <= value <= low + length else None)
    assert kind.read(str(kind.fit(value))) == kind.fit(value)


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "-inf", "1e999", "1e400", "1_0", " 1", "+1", "٣", ".5", "5.", "9" * 5000, "1e7"],
)
def test_a_number_is_read_strictly(text: str) -> None:
    assert Number(-1e6, 1e6).read(text) is None


@given(some.floats(-1e6, 1e6))
@example(1e-7)
@example(-0.0)
def test_a_number_comes_back(value: float) -> None:
    kind = Number(-1e6, 1e6)
    assert kind.read(kind.write(value)) == value


@given(some.floats(0.01, 1))
@example(0.0951)
def test_a_number_in_steps_is_one_of_few(value: float) -> None:
    """0.0951 and 0.1049 were two strengths of noise and one entry of a cache."""
    kind = Number(0.01, 1.0, step=0.01)
    read = kind.read(f"{value:.17f}")
    assert read in [round(step / 100, 2) for step in range(1, 101)]
    assert math.isclose(read, value, abs_tol=0.00501)


def test_names_come_back_in_their_order() -> None:
    kind = Names(most=4)
    assert kind.read("b.a.b") == ("b", "a", "b")
    assert kind.read(kind.write(())) == ()
    for text in (":", "position:", "a..b", ".", "a.", "a.b.c.d.e", "a" * 41, "a b", "é", "a/b"):
        assert kind.read(text) is None


def test_rows_of_numbers_come_back() -> None:
    kind = Rows(most=3, longest=4)
    rows = ((12, 0, 31, 7), (2, 5), (9_999_999,))
    assert kind.write(rows) == "12-0-31-7.2-5.9999999"
    assert kind.read(kind.write(rows)) == rows
    # Of a longer list the first are written: a link stays a link.
    assert kind.read(kind.write((*rows, (1, 1)))) == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "1.",
        "-1",
        "1--2",
        "01-2",
        "+1",
        "1-2-3-4-5",
        "1.2.3.4",
        "99999999",
        "1 ",
        "\u0663",
        "1-2\n",
        "1e3",
        "x",
    ],
)
def test_rows_of_numbers_are_read_strictly(text: str) -> None:
    assert Rows(most=3, longest=4).read(text) is None


def test_a_choice_is_a_member_and_falls_back() -> None:
    kind: Choice[Any] = Choice(tuple(RangeScope))
    assert kind.read("fixed") is RangeScope.FIXED
    assert kind.read("FIXED") is kind.read("") is None
    assert kind.fit("nothing") is RangeScope.PER_MAP
    assert Choice(("a", "b"), "b").fit("c") == "b"
    assert Choice(("a", "b"), "c").fit("c") == "a"


def test_a_text_has_its_characters() -> None:
    packed = Text(8, "A-Za-z0-9_-")
    assert packed.read("eNo-_9") == "eNo-_9"
    for text in ("", "é", "a b", "a\n", "a" * 9):
        assert packed.read(text) is None
    assert Text().read("층_1") == "층_1"
    assert Text().read("a\x00") is None


def test_a_flag_is_said_in_one_way() -> None:
    assert [Flag().read(text) for text in ("True", "False", "true", "1", "")] == [True, False, None, None, None]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Whole(1, 8), {"min_value": 1, "max_value": 8}),
        (Number(-1.0, 1.0), {"min_value": -1.0, "max_value": 1.0}),
        (Number(0.0, 1.0, step=0.05), {"min_value": 0.0, "max_value": 1.0, "step": 0.05}),
        (Choice(("a", "b")), {"options": ("a", "b")}),
        (Flag(), {}),
        (Text(), {}),
        (Names(), {}),
        (Rows(), {}),
    ],
)
def test_a_widget_is_told_the_bounds(kind: Kind[Any], told: dict[str, Any]) -> None:
    assert kind.arguments() == told
