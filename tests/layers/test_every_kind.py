"""What a layer kind needs to work everywhere, and where that is written: the way to a new kind."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from strategies import values

from cnn_core.errors import LayerError
from cnn_core.explain.added import added
from cnn_core.explain.opened import IN_TRAINING_ONLY, opened
from cnn_core.layers import KINDS, Group, Input, Layer
from cnn_core.layers.kind import layer_kind
from cnn_core.layers.settings import Setting, Whole
from cnn_core.layers.shapes import Shape, output_shape
from cnn_core.layers.weights import WeightShapes, weight_shapes
from cnn_core.network.editing import starter
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from pages.ui.design.setting_widgets import draw_widgets

ROOT = Path(__file__).resolve().parents[2]
MAPS = (16, 16, 8)
"""A new layer should fit such maps."""

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def lacking(kind: type[Layer]) -> Iterator[str]:
    """Yield what a kind lacks, and the file in which it goes."""
    name, file = kind.__name__, Path(inspect.getfile(kind)).relative_to(ROOT).as_posix()
    if not kind.about.endswith("."):
        yield f"{name}.about, one sentence on what it does: {file}"
    for setting, rule in kind.settings().items():
        for word in ("label", "help"):
            if not getattr(rule, word):
                yield f"{name}.{setting}, its {word}: {file}"
        if not draw_widgets.knows(type(rule)):
            yield f"{name}.{setting}, a widget for a {type(rule).__name__}: pages/ui/design/setting_widgets.py"
        try:
            values(rule)
        except AssertionError:
            yield f"{name}.{setting}, values of a {type(rule).__name__}: tests/strategies.py"
    if kind.group not in IN_TRAINING_ONLY:
        if not opened.knows(kind):
            yield f"{name}, a rule of `opened`: its family's file in cnn_core/explain"
        if not added.knows(kind):
            yield f"{name}, a rule of `added`: cnn_core/explain/added.py"
    try:
        layer = kind(**kind.starter)
        weights = weight_shapes(layer, *needed(kind))
        output_shape(layer, *needed(kind))
    except (LayerError, TypeError) as error:
        yield f"{name}.starter, settings that fit maps of 16×16×8 ({error}): {file}"
    else:
        if [weight for weight in kind.weight_names if weight in weights] != list(weights):
            yield f"{name}.weight_names, {', '.join(weights)} in this order: {file}"


def needed(kind: type[Layer]) -> tuple[Shape, ...]:
    return (MAPS,) * kind.inputs[0]


def lacking_in_keras(kind: type[Layer]) -> Iterator[str]:
    """Yield what the way to Keras and back lacks."""
    import cnn_core

    where = f"{Path(inspect.getfile(kind)).relative_to(ROOT).as_posix()}, or rules of keras_layers.py and kinds.py"
    fewest, _ = kind.inputs
    first = [] if kind.group is Group.INPUT else [Input(MAPS)]
    network = Network.of(*first, kind(**kind.starter))
    if fewest > 1:
        named = network.layers[-1]
        network = Network((*network.layers[:-1], type(named)(named.name, named.layer, ("input",) * fewest)))
    try:
        again = cnn_core.network_from_keras(cnn_core.build_model(network))
    except ValueError as error:
        yield f"{kind.__name__}.spelling ({error}): {where}"
        return
    if again.layers[-1].layer != network.layers[-1].layer:
        yield f"{kind.__name__}.spelling, it comes back as {again.layers[-1].layer}: {where}"


@every_kind
def test_a_kind_has_all_it_needs(kind: type[Layer]) -> None:
    assert list(lacking(kind)) == []


@pytest.mark.keras
@every_kind
def test_a_kind_comes_back_from_keras(kind: type[Layer]) -> None:
    assert list(lacking_in_keras(kind)) == []


# The test itself ------------------------------------------------------------------------------------------------------


class Anything(Setting[Any, Any]):
    """A kind of setting that nobody knows."""

    def read(self, value: Any) -> Any:
        return value


@pytest.fixture
def only_named() -> Iterator[type[Layer]]:
    """Enter a kind that says nothing of itself."""
    whole, anything = Whole(), Anything(None)

    @layer_kind
    @dataclass(frozen=True)
    class OnlyNamed(Layer):
        group = Group.DENSE
        amount: Whole = whole
        extra: Anything = anything

    yield OnlyNamed
    KINDS.pop("OnlyNamed")


def test_what_is_missing_is_told_with_its_place(only_named: type[Layer]) -> None:
    here = "tests/layers/test_every_kind.py"
    assert list(KINDS).index("OnlyNamed") == list(KINDS).index("Dense") + 1
    assert list(lacking(only_named)) == [
        f"OnlyNamed.about, one sentence on what it does: {here}",
        f"OnlyNamed.amount, its label: {here}",
        f"OnlyNamed.amount, its help: {here}",
        f"OnlyNamed.extra, its label: {here}",
        f"OnlyNamed.extra, its help: {here}",
        "OnlyNamed.extra, a widget for a Anything: pages/ui/design/setting_widgets.py",
        "OnlyNamed.extra, values of a Anything: tests/strategies.py",
        "OnlyNamed, a rule of `opened`: its family's file in cnn_core/explain",
        "OnlyNamed, a rule of `added`: cnn_core/explain/added.py",
        "OnlyNamed.starter, settings that fit maps of 16×16×8 "
        f"({only_named.__init__.__qualname__}() missing 1 required positional argument: 'amount'): {here}",
    ]


@pytest.mark.keras
def test_a_kind_that_keras_does_not_have_is_told(only_named: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(only_named, "starter", {"amount": 1})
    assert ["OnlyNamed.spelling" in sentence for sentence in lacking_in_keras(only_named)] == [True]


def test_names_of_weights_are_missed(only_named: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(only_named, "starter", {"amount": 1})

    @weight_shapes.register(only_named)
    def _(layer: Layer, *inputs: Shape) -> WeightShapes:
        return {"kernel": inputs[0], "bias": (1,)}

    assert list(lacking(only_named))[-1].startswith("OnlyNamed.weight_names, kernel, bias in this order: ")


def test_a_kind_that_is_entered_is_a_kind_at_once(only_named: type[Layer]) -> None:
    network = Network.of(Input(MAPS), only_named(3))  # type: ignore[call-arg]
    assert Network.from_json(network.to_json()) == network
    assert summarize(network).rows[-1].output_shape == MAPS
    with pytest.raises(TypeError, match="amount"):
        starter("OnlyNamed")
