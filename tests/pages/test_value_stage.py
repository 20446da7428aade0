"""What the stage of one value is told: whatever page is drawn, what it shows and the others come to the value."""

from dataclasses import replace

import numpy as np
import pytest
from values import EXAMPLES, told, unfolded

from cnn_core.explain.unit import StageKind, explain_unit
from cnn_core.models.channels import Channel

each_kind = pytest.mark.parametrize("name", EXAMPLES)
WEIGHED = [name for name in EXAMPLES if unfolded(name).first.kind is StageKind.WEIGHTED_SUM]


@each_kind
def test_the_last_stage_makes_the_value(name: str) -> None:
    value = unfolded(name)
    data = told(value)
    assert data["made"][-1]["after"] == value.why.value
    formulas = [stage.formula for stage in value.why.stages]
    assert [made["formula"] for made in data["made"]] == [text for text in formulas if not text.startswith("linear(")]


@pytest.mark.parametrize("name", WEIGHED)
def test_what_is_drawn_and_the_others_are_the_sum(name: str) -> None:
    value = unfolded(name)
    for page in range(value.pages):
        data = told(value, page)
        products = [np.multiply(lane["values"], lane["weights"]).sum() for lane in data["lanes"]]
        assert products == pytest.approx([lane["amount"] for lane in data["lanes"]])
        amounts = products or [part["value"] * part["weight"] for part in data["parts"]]
        others = data["others"]["amount"] if data["others"] else 0.0
        assert sum(amounts) + others == pytest.approx(data["made"][0]["after"], abs=1e-9)


@each_kind
def test_every_input_value_that_took_part_can_be_opened_on_some_page(name: str) -> None:
    value = unfolded(name)
    found: set[tuple[str, tuple[int, ...]]] = set()
    for page in range(value.pages):
        data = told(value, page)
        lying = [*data["parts"], *(part["weighing"] for part in data["parts"] if part["weighing"])]
        found |= {(part["layer"], tuple(part["place"])) for part in lying if part["place"]}
        for lane in data["lanes"]:
            under = data["under"]
            places = np.argwhere(under["real"])
            found |= {(under["layer"], (under["rows"][r], under["columns"][c], lane["channel"])) for r, c in places}
    of_softmax = value.why.stages[-1].terms is not None and len(value.why.stages) > 1
    wanted = {(value.row.sources[origin.source], origin.place) for origin in value.why.origins}
    assert found == wanted or (of_softmax and found <= wanted)


@each_kind
def test_no_channel_or_number_comes_twice(name: str) -> None:
    value = unfolded(name)
    order = value.order.tolist()
    assert len(set(order)) == len(order)
    if value.terms is not None and value.patch is None:
        assert len(order) == len(value.terms)


def test_the_strongest_come_first() -> None:
    value = unfolded("Dense")
    amounts = [abs(part["amount"]) for page in range(value.pages) for part in told(value, page)["parts"]]
    assert len(amounts) == 40
    assert amounts == sorted(amounts, reverse=True)


def test_channels_of_the_picture_have_its_colours() -> None:
    value = unfolded("SeparableConv2D")
    colours = tuple(Channel(name, (value, 0, 0)) for name, value in (("red", 9), ("green", 8), ("blue", 7), ("x", 6)))
    lanes = told(replace(value, channels={"input_0": colours}))["lanes"]
    assert {(lane["name"], lane["tint"]["colour"][0]) for lane in lanes} <= {(name, tint[0]) for name, tint in colours}
    low, high = lanes[0]["tint"]["low"], lanes[0]["tint"]["high"]
    assert (low, high) == (value.inputs[0].min(), value.inputs[0].max())
    assert {lane["tint"] for lane in told(value)["lanes"]} == {None}


def test_a_page_beyond_the_last_is_the_last() -> None:
    value = unfolded("Dense")
    assert told(value, 99)["parts"] == told(value, value.pages - 1)["parts"]
    assert told(value, 99)["pages"] == {"page": 6, "count": 7, "shown": "parts 37–40 of 40"}


def test_the_window_of_a_dilated_kernel_reaches_into_the_padding() -> None:
    under = told(unfolded("Conv2D, dilated"))["under"]
    # Keras pads 1 row above for an effective kernel of 4.
    assert (under["rows"], under["columns"]) == ([-1, 2], [2, 5])
    assert under["real"] == [[False, False], [True, True]]


def test_the_winner_of_a_maximum_is_its_cell() -> None:
    data = told(unfolded("MaxPooling2D"))
    values = np.ravel(data["lanes"][0]["values"])
    assert values[data["winner"]] == data["made"][0]["after"]


def test_what_others_come_to_is_put_together_as_the_layer_does() -> None:
    value = unfolded("GlobalMaxPooling2D, large")
    data = told(value)
    inputs = value.inputs[0][..., 1].ravel()
    in_order = sorted(inputs, reverse=True)
    assert [part["value"] for part in data["parts"]] == in_order[: len(data["parts"])]
    assert data["others"]["amount"] == in_order[len(data["parts"])]


def test_numbers_that_are_none_are_null() -> None:
    value = unfolded("Add")
    value.inputs[0][1, 2, 3] = np.nan
    broken = explain_unit(value.row.layer, [], value.inputs, value.why.place)
    data = told(type(value)(broken, value.row, value.inputs))
    assert data["made"][0]["after"] is None
    assert data["parts"][0]["value"] is None
