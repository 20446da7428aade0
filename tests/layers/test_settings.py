"""Every kind of setting: what it takes, in which form it keeps it, and what it refuses in which words."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import values

from cnn_core.errors import CnnError, LayerError
from cnn_core.layers import KINDS, ActivationName, FlipMode, RandomZoom
from cnn_core.layers.settings import (
    LARGEST,
    REQUIRED,
    AmountsSetting,
    Axes,
    AxisOrder,
    AxisPair,
    Choice,
    CutSetting,
    Flag,
    Number,
    OptionalAxes,
    OptionalNumber,
    OptionalNumbers,
    OptionalPair,
    OptionalRange,
    PaddingMode,
    PaddingSetting,
    Range,
    Setting,
    ShapeSetting,
    Whole,
    WholePair,
)

NAN, INFINITY = float("nan"), float("inf")
HUGE = 10**400
"""Larger than any float."""
UNPRINTABLE = 10**5000
"""More digits than Python writes."""


def named(rule: Setting[Any, Any], name: str = "size") -> Setting[Any, Any]:
    rule.__set_name__(object, name)
    return rule


RULES: dict[str, Setting[Any, Any]] = {
    "whole": named(Whole()),
    "whole_from_0": named(Whole(minimum=0)),
    "pair": named(WholePair()),
    "optional_pair": named(OptionalPair(otherwise="pool_size", none_label="", none_help="")),
    "number": named(Number()),
    "share": named(Number(minimum=0, maximum=1)),
    "optional_number": named(OptionalNumber(minimum=0)),
    "share_below_1": named(Number(minimum=0, maximum=1, below=True)),
    "range": named(Range(alone=-1)),
    "range_from_0": named(Range(minimum=0, maximum=10)),
    "two_ends": named(Range(alone=None)),
    "optional_range": named(OptionalRange(alone=-1)),
    "flag": named(Flag()),
    "choice": named(Choice(ActivationName)),
    "amounts": named(AmountsSetting()),
    "padding": named(PaddingSetting()),
    "shape": named(ShapeSetting()),
    "open_shape": named(ShapeSetting(open_axis=True)),
    "numbers": named(OptionalNumbers()),
    "numbers_from_0": named(OptionalNumbers(minimum=0)),
    "axes": named(OptionalAxes()),
    "some_axes": named(Axes()),
    "cut": named(CutSetting()),
    "cut_backward": named(CutSetting(backward=True)),
    "axis_order": named(AxisOrder()),
    "axis_pair": named(AxisPair()),
}

GOOD = [
    ("whole", 1, 1),
    ("whole", LARGEST, LARGEST),
    ("whole_from_0", 0, 0),
    ("pair", 3, (3, 3)),
    ("pair", (3, 5), (3, 5)),
    ("pair", [3, 5], (3, 5)),
    ("optional_pair", None, None),
    ("optional_pair", 2, (2, 2)),
    ("optional_pair", [2, 3], (2, 3)),
    ("number", 2, 2.0),
    ("number", -1e9, -1e9),
    ("optional_number", None, None),
    ("optional_number", 2, 2.0),
    ("share", 0, 0.0),
    ("share", 1, 1.0),
    ("share_below_1", 0.999, 0.999),
    ("range", 0.2, (-0.2, 0.2)),
    ("range", -0.2, (-0.2, 0.2)),
    ("range", [0.2], (-0.2, 0.2)),
    ("range", (0.3, -0.1), (-0.1, 0.3)),
    ("range_from_0", 2, (0.0, 2.0)),
    ("range_from_0", [1, 3], (1.0, 3.0)),
    ("two_ends", (1, 0), (0.0, 1.0)),
    ("optional_range", None, None),
    ("optional_range", 1, (-1.0, 1.0)),
    ("flag", True, True),
    ("flag", False, False),
    ("choice", "relu", ActivationName.RELU),
    ("choice", ActivationName.TANH, ActivationName.TANH),
    ("amounts", 0, ((0, 0), (0, 0))),
    ("amounts", 2, ((2, 2), (2, 2))),
    ("amounts", (1, 2), ((1, 1), (2, 2))),
    ("amounts", [[1, 2], [3, 4]], ((1, 2), (3, 4))),
    ("amounts", (1, (2, 3)), ((1, 1), (2, 3))),
    ("padding", "valid", PaddingMode.VALID),
    ("padding", PaddingMode.SAME, PaddingMode.SAME),
    ("padding", 1, ((1, 1), (1, 1))),
    ("padding", [[0, 1], [0, 1]], ((0, 1), (0, 1))),
    ("shape", (28, 28, 1), (28, 28, 1)),
    ("shape", [7], (7,)),
    ("open_shape", (-1, 4), (-1, 4)),
    ("open_shape", (4, 4), (4, 4)),
    ("numbers", None, None),
    ("numbers", [1, -2.5], (1.0, -2.5)),
    ("numbers_from_0", (0, 3), (0.0, 3.0)),
    ("axes", None, None),
    ("axes", 2, (2,)),
    ("axes", [2, 1], (1, 2)),
    ("some_axes", 2, (2,)),
    ("some_axes", [2, 1], (1, 2)),
    ("cut", ":", ":"),
    ("cut", " 1 : -1 ", "1:-1"),
    ("cut", [None, 4, None], ":4"),
    ("cut", "::2", "::2"),
    ("cut_backward", "::-1", "::-1"),
    ("axis_order", [2, 1, 3], (2, 1, 3)),
    ("axis_order", (1,), (1,)),
    ("axis_pair", -1, (-1, -1)),
    ("axis_pair", [2, -3], (2, -3)),
]

NO_WHOLE: list[Any] = [None, True, False, 1.0, NAN, INFINITY, "3", "", [], {}, object(), -1, HUGE, UNPRINTABLE]
NO_NUMBER: list[Any] = [None, True, NAN, INFINITY, -INFINITY, HUGE, -HUGE, UNPRINTABLE, "1", [1], {}, 1j]

BAD: dict[str, list[Any]] = {
    "whole": [*NO_WHOLE, 0, LARGEST + 1],
    "whole_from_0": [*NO_WHOLE, LARGEST + 1],
    "pair": [*NO_WHOLE, 0, (3,), (1, 2, 3), (1, 0), (1, True), (1.0, 1), "33", {1: 2, 3: 4}, (UNPRINTABLE, 1)],
    "optional_pair": [bad for bad in NO_WHOLE if bad is not None] + [(1, None), (0, 1)],
    "number": NO_NUMBER,
    "optional_number": [*NO_NUMBER[1:], -0.1],
    "share": [*NO_NUMBER, -0.1, 1.1],
    "share_below_1": [*NO_NUMBER, 1],
    "range": [*(bad for bad in NO_NUMBER if bad != [1]), -1.1, (), (0.1, 0.2, 0.3), (0, 1.1), (0, NAN), (True, 0)],
    "range_from_0": [*(bad for bad in NO_NUMBER if bad != [1]), -0.1, 11, (0, 11)],
    "two_ends": [*NO_NUMBER, 0.5, (0, 2)],
    "optional_range": [*(bad for bad in NO_NUMBER[1:] if bad != [1]), (0, UNPRINTABLE), "0.1"],
    "flag": [None, 0, 1, "true", "", NAN, []],
    "choice": [None, "RELU", "relu ", "", 0, True, NAN, [], {}, FlipMode.BOTH, ["relu"], UNPRINTABLE],
    "amounts": [*NO_WHOLE, (1,), (1, 2, 3), ((1, 2), (3,)), ((1, 2), (3, -1)), ((1, 2), "34"), "same"],
    "padding": [*NO_WHOLE, "SAME", "full", "causal", ((1, 2), (3, -1)), ("same", "valid")],
    "shape": [*NO_WHOLE, 28, (0,), (1,) * 5, (28, -1), (28, True), (28.0, 28), (28, None), "28", (LARGEST + 1,)],
    "open_shape": [*NO_WHOLE, 28, (-1, -1), (-1.0, 4), (-2, 4), (0, 4)],
    "numbers": [0, 1.5, "1", [], {}, [None], [True], [NAN], [HUGE], [[1]], True, UNPRINTABLE],
    "numbers_from_0": [[-0.1], [1, -1]],
    "axes": [*NO_WHOLE[1:], 0, 5, (1, 1), (0, 1), (1, 5), (1, True), (1.0,), "12", {1: 2}],
    "some_axes": [*NO_WHOLE, 0, 5, (), (1, 1), (0, 1), (1, 5), (1, True), (1.0,), "12", {1: 2}],
    "cut": [
        *NO_WHOLE,
        1,
        "::-1",
        "::0",
        "1",
        "1:2:3:4",
        "a:",
        "1.0:",
        (1, 2),
        (1, 2, True),
        (1, UNPRINTABLE, 1),
    ],
    "cut_backward": [*NO_WHOLE, "::0", (0, 1, 0), "--1:", (0.0, 1, 1)],
    "axis_pair": [
        *(value for value in NO_WHOLE if value != -1),
        (),
        (0, 1),
        0,
        5,
        (1, -5),
        (1, 2, 3),
        (1, True),
        (1.0, 2),
        "12",
        UNPRINTABLE,
    ],
    "axis_order": [*NO_WHOLE, 1, (2,), (1, 1), (1, 3), (0, 1), (1, 2, 3, 4, 5), (1.0, 2), (True, 2), "12"],
}


@pytest.mark.parametrize(("key", "given_value", "kept"), GOOD, ids=lambda value: repr(value)[:30])
def test_good_values_are_kept_in_one_form(key: str, given_value: Any, kept: Any) -> None:
    found = RULES[key].read(given_value)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("key", "number"), [(key, number) for key, bad in BAD.items() for number in range(len(bad))], ids=str
)
def test_bad_values_are_refused_by_name(key: str, number: int) -> None:
    with pytest.raises(LayerError) as caught:
        RULES[key].read(BAD[key][number])
    message = str(caught.value)
    assert message.startswith("size must be ")
    assert " Received: size=" in message


def test_message_says_the_rule_and_what_was_received() -> None:
    with pytest.raises(LayerError) as caught:
        named(Whole(minimum=2), "filters").read(-3)
    assert str(caught.value) == "filters must be a whole number from 2 to 1000000. Received: filters=-3."
    with pytest.raises(LayerError, match=r"^padding must be .* Received: padding='full'\.$"):
        named(PaddingSetting(), "padding").read("full")
    with pytest.raises(LayerError, match=r"^mode must be one of horizontal, .* Received: mode=relu\.$"):
        named(Choice(FlipMode), "mode").read(ActivationName.RELU)
    with pytest.raises(LayerError, match=r"^rate must be a number from 0 to below 1\. Received: rate=1\.$"):
        named(Number(minimum=0, maximum=1, below=True), "rate").read(1)


def test_message_shortens_what_was_received() -> None:
    with pytest.raises(LayerError) as caught:
        RULES["whole"].read("x" * 1000)
    assert len(str(caught.value)) < 200
    assert str(caught.value).endswith("x….")


def test_message_is_translated_with_its_values() -> None:
    with pytest.raises(LayerError) as caught:
        RULES["flag"].read(1)
    german = {
        "{rule} Received: {setting}={value}.": "{rule} Erhalten: {setting}={value}.",
        "{setting} must be true or false.": "{setting} muss wahr oder falsch sein.",
    }
    assert caught.value.render(lambda text: german[text]) == "size muss wahr oder falsch sein. Erhalten: size=1."


@pytest.mark.parametrize("key", RULES)
@given(data=st.data())
def test_kept_values_survive_json_and_a_second_reading(key: str, data: st.DataObject) -> None:
    rule = RULES[key]
    kept = rule.read(data.draw(values(rule)))
    assert rule.read(kept) == kept
    assert rule.read(json.loads(json.dumps(rule.to_json(kept)))) == kept


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(PaddingMode),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("key", RULES)
@settings(max_examples=50)
@given(value=ANYTHING)
def test_anything_is_read_or_refused(key: str, value: Any) -> None:
    try:
        kept = RULES[key].read(value)
    except LayerError as error:
        message = str(error)
    else:
        assert RULES[key].read(kept) == kept
        return
    assert "Received: size=" in message


def test_every_kind_of_setting_is_tested() -> None:
    used = {type(rule) for kind in KINDS.values() for rule in kind.settings().values()}
    assert used == {type(rule) for rule in RULES.values()}


def test_required_settings_have_no_default() -> None:
    assert named(Whole()).required
    assert not named(Whole(1)).required
    assert named(WholePair(2)).default == (2, 2)
    with pytest.raises(CnnError):
        _ = named(Whole(REQUIRED)).default


@pytest.mark.keras
@pytest.mark.parametrize("setting", ["factor", "width_factor"])
@pytest.mark.parametrize("ends", [(-1.0, 0.0), (-1.0, -1.0), (-0.999, 0.0), 1.0, (-0.5, 1.0), (0.0, 1.0)])
def test_a_zoom_may_be_what_keras_takes(setting: str, ends: Any) -> None:
    import keras

    named_as_keras = {"factor": "height_factor", "width_factor": "width_factor"}[setting]
    needed = {"height_factor": 0.2, named_as_keras: ends}
    try:
        keras.layers.RandomZoom(**needed)
    except ValueError:
        with pytest.raises(LayerError, match="must begin above -1, unless it goes on to 1"):
            RandomZoom(**{setting: ends})
    else:
        kept = RandomZoom(**{setting: ends})
        assert replace(kept) == kept
        written = RandomZoom.settings()[setting].to_json(getattr(kept, setting))
        keras.layers.RandomZoom(**{"height_factor": 0.2, named_as_keras: written})
