"""Values of a map, opened by the browser from what it was told: as the server opens them, but for the formulas."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from values import EXAMPLES, made, told, unfolded

from pages.ui.feature_maps.values_of_map import MOST_VALUES, can_be_told, values_of_map

pytestmark = pytest.mark.browser

TOLD = [name for name in EXAMPLES if can_be_told(unfolded(name).row)]


def without_words(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only the server writes, and pictures."""
    lanes = [{**lane, "picture": None} for lane in data["lanes"]]
    stages = [{**stage, "formula": "", "about": ""} for stage in data["made"]]
    return {**data, "lanes": lanes, "made": stages, "version": ""}


def near(expected: Any) -> Any:
    """Return what equals the same nested data, numbers but for what float32 leaves out."""
    if isinstance(expected, dict):
        return {key: near(one) for key, one in expected.items()}
    if isinstance(expected, list | tuple):
        return [near(one) for one in expected]
    return pytest.approx(expected, rel=1e-5, abs=1e-5) if isinstance(expected, float) else expected


def test_all_kinds_that_make_maps_are_told() -> None:
    maps = [name for name in EXAMPLES if len(unfolded(name).row.output_shape) == 3]
    assert set(maps) == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_the_browser_opens_values_as_the_server_does(name: str, call: Callable[..., Any]) -> None:
    first = unfolded(name)
    values = values_of_map(first, made(name)[2])
    assert values is not None
    height, width, _channels = first.row.output_shape
    for row, column in product((0, height // 2, height - 1), (0, width // 2, width - 1)):
        other = unfolded(name, (row, column, first.why.place[2]))
        opened = call("values", "valueAt", values, told(first), [row, column], other.why.value)
        if (
            opened is None
        ):  # a place over which a transposed convolution steps, or of what is copied among what is padded
            assert other.patch is None
            assert len(told(other)["parts"]) != len(told(first)["parts"]) or not other.first.terms
            continue
        assert without_words(opened) == near(without_words(told(other)))


def test_what_is_too_much_is_not_sent() -> None:
    value = unfolded("Conv2D")
    large = replace(value, inputs=[np.zeros((200, 200, 4), np.float32)])
    assert large.inputs[0].size > MOST_VALUES
    assert values_of_map(large, made("Conv2D")[2]) is None
