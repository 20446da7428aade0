"""The steps in which a value is made, run by the browser on what the page tells it: each adds up."""

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from values import EXAMPLES, told, unfolded

pytestmark = pytest.mark.browser

Call = Callable[..., Any]
Step = dict[str, Any]

each_kind = pytest.mark.parametrize("name", EXAMPLES)
NUMBER = r"\(?(−?[0-9.]+(?:e[+−]?[0-9]+)?)\)?"


def number(text: str) -> float:
    """Return the number at the end of a sentence."""
    return float(re.findall(NUMBER, text)[-1].replace("−", "-"))


def steps_of(call: Call, data: dict[str, Any]) -> list[Step]:
    steps: list[Step] = call("steps", "stepsOf", data)
    return steps


@each_kind
def test_each_step_keeps_what_was_there_and_the_last_has_all(name: str, call: Call) -> None:
    data = told(unfolded(name))
    steps = steps_of(call, data)
    for before, after in pairwise(steps):
        assert after["made"] >= before["made"]
        assert after["parts"] >= before["parts"]
        assert after["lanes"] >= before["lanes"]
        assert all(np.greater_equal(after["cells"], before["cells"]))
    last = steps[-1]
    assert last["made"] == len(data["made"])
    assert last["parts"] == len(data["parts"])
    assert last["others"] == (data["others"] is not None) or not data["under"]
    assert last["cells"] == [np.size(lane["values"]) for lane in data["lanes"]]


@each_kind
def test_the_last_steps_say_the_stages_and_the_value(name: str, call: Call) -> None:
    value = unfolded(name)
    data = told(value)
    steps = steps_of(call, data)
    made = steps[-1 - len(data["made"]) : -1]
    assert [step["text"] for step in made] == [f"{one['name']}: {one['formula']}" for one in data["made"]]
    said = steps[-1]["text"].removesuffix(f". {data['made'][0]['about']}")
    assert number(said) == pytest.approx(value.why.value, rel=1e-3)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if told(unfolded(name))["lanes"]])
def test_products_are_multiplied_and_summed_as_they_are_said(name: str, call: Call) -> None:
    data = told(unfolded(name))
    brought = [step for step in steps_of(call, data) if step["newest"]]
    assert brought
    for step in brought:
        at, lane = step["newest"], data["lanes"][step["newest"]["lane"]]
        values = np.ravel(lane["values"])
        if lane["weights"]:
            products = (values * np.ravel(lane["weights"]))[at["first"] : at["end"]]
            assert number(step["text"]) == pytest.approx(products.sum(), rel=1e-3, abs=1e-6)
            continue
        real = np.ravel(data["under"]["real"])
        if real[at["first"] : at["end"]].any():
            so_far = values[: at["end"]][real[: at["end"]]]
            expected = so_far.max() if data["joined"] == "maximum" else so_far.sum()
            assert number(step["text"]) == pytest.approx(expected, rel=1e-3, abs=1e-6)


MERGES = ("Add", "Average", "Multiply", "Maximum", "Minimum", "Subtract", "Dot")


@pytest.mark.parametrize("name", ["Dense", *MERGES, "UpSampling2D, bilinear"])
def test_parts_come_together_one_by_one(name: str, call: Call) -> None:
    data = told(unfolded(name))
    steps = [step for step in steps_of(call, data) if not step["made"] and not step["others"]]
    assert [step["parts"] for step in steps] == list(range(1, len(data["parts"]) + 1))
    joins: dict[str, Callable[[list[float]], float]] = {"maximum": max, "minimum": min, "product": math.prod}
    join = joins.get(data["joined"], sum)
    amounts = [part["amount"] for part in data["parts"]]
    for index, step in enumerate(steps[1:], 2):
        assert number(step["text"]) == pytest.approx(join(amounts[:index]), rel=1e-3, abs=1e-6)


def test_a_large_window_comes_a_row_at_a_time(call: Call) -> None:
    steps = steps_of(call, told(unfolded("Conv2D, 5×5")))
    sizes = {step["newest"]["end"] - step["newest"]["first"] for step in steps if step["newest"]}
    assert sizes == {5}
    small = steps_of(call, told(unfolded("Conv2D")))
    assert {step["newest"]["end"] - step["newest"]["first"] for step in small if step["newest"]} == {1}


def test_the_window_lies_on_its_map_where_it_takes_its_values(call: Call) -> None:
    under = told(unfolded("AveragePooling2D"))["under"]
    frame = call("lanes", "frameOn", under)
    height, width = under["size"]
    assert frame["top"] * height == under["rows"][0] == -1
    assert frame["left"] * width == pytest.approx(under["columns"][0])
    assert frame["height"] * height == pytest.approx(3)
    assert frame["width"] * width == pytest.approx(3)


@pytest.mark.parametrize(("width", "grids"), [(530, 3), (358, 3), (358, 1), (530, 1)])
@pytest.mark.parametrize("side", [1, 2, 3, 5, 7, 14])
def test_windows_fit_the_screen(width: int, grids: int, side: int, call: Call) -> None:
    under = {"rows": list(range(side)), "columns": list(range(side))}
    cell = call("lanes", "windowCell", width, under, grids, True)
    assert side * cell["cell"] * grids <= width
    assert side * cell["tall"] <= 90


def test_numbers_lie_in_order_on_their_line(call: Call) -> None:
    assert call("number_line", "alongLine", [0, 5, -5, 10]) == pytest.approx([1 / 3, 2 / 3, 0, 1])
    assert call("number_line", "alongLine", [0, 0]) == [0, 0]
    assert call("number_line", "alongLine", [0, None, 4]) == [0, 0, 1]
