"""Dispatch on the layer's kind: as functools.singledispatch has it, for every class and at every time."""

from functools import singledispatch
from typing import Any

import pytest

from cnn_core.layers import KINDS, Activation, Add, Conv2D, Dense, Layer, MaxPooling2D, Merge, Pooling
from cnn_core.layers.kind import by_kind


def describe(layer: Layer, *more: int) -> str:
    """Say what a layer is."""
    return f"a layer {more}"


def with_rules(function: Any) -> Any:
    """Register a rule by annotation, one for two kinds, and one for a class of kinds."""

    @function.register  # type: ignore[untyped-decorator]
    def _(layer: Conv2D, *more: int) -> str:
        return f"a convolution {more}"

    @function.register(Dense)  # type: ignore[untyped-decorator]
    @function.register(Merge)  # type: ignore[untyped-decorator]
    def _(layer: Layer, *more: int) -> str:
        return f"several inputs {more}"

    return function


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_rules_are_those_of_singledispatch(kind: type[Layer]) -> None:
    ours, theirs = with_rules(by_kind(describe)), with_rules(singledispatch(describe))
    layer = kind.__new__(kind)
    for _ in range(2):
        assert ours(layer, 1, 2) == theirs(layer, 1, 2)


def test_a_rule_that_comes_later_is_followed_from_then_on() -> None:
    function = with_rules(by_kind(describe))
    layer, merge = MaxPooling2D(), Add()
    assert (function(layer), function(merge)) == ("a layer ()", "several inputs ()")
    function.register(Pooling)(lambda layer: "a pooling")
    assert (function(layer), function(merge)) == ("a pooling", "several inputs ()")
    function.register(MaxPooling2D)(lambda layer: "the largest")
    assert function(layer) == "the largest"


def test_a_registered_rule_is_returned_as_it_was() -> None:
    def rule(layer: Activation) -> str:
        return "an activation"

    function = by_kind(describe)
    assert function.register(rule) is rule
    assert function.register(Dense)(rule) is rule


def test_the_function_keeps_its_name_and_its_words() -> None:
    function: Any = by_kind(describe)
    assert (function.__name__, function.__doc__) == ("describe", "Say what a layer is.")


def test_a_function_knows_the_kinds_that_have_a_rule() -> None:
    function = with_rules(by_kind(describe))
    assert [function.knows(kind) for kind in (Conv2D, Dense, Add)] == [True, True, True]
    assert not function.knows(Activation)
    assert not function.knows(MaxPooling2D)
