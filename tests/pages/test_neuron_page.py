"""The page "Neuron": what its components are told, and what they tell back."""

import json
from typing import Any

import pytest
from running import address_of, no_exception, run_page

from pages.ui import components
from pages.ui.browser_settings import take
from pages.ui.neuron.views import VIEWS
from pages.ui.state import ADDRESSED

PAGE = "pages/6_Neuron.py"
COMPONENTS = {"neuron": "neuron", "layers": "ten_layers", "plane": "plane"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Collect what the page's components are told, by name, instead of drawing them."""
    collected: dict[str, Any] = {}
    for name in COMPONENTS.values():

        def take_data(data: dict[str, Any], key: str, on_set: Any) -> None:
            collected[key] = json.loads(json.dumps(data)) | {"on_set": on_set}

        monkeypatch.setattr(components, name, take_data)
    return collected


def test_every_view_has_a_component() -> None:
    assert VIEWS.keys() == COMPONENTS.keys()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_view_tells_its_component_all_settings(view: str, language: str, told: dict[str, Any]) -> None:
    at = run_page(PAGE, neuron_view=view, lang=language)
    assert not at.error
    (data,) = told.values()
    assert data["values"] == {key.name: key.kind.write(key.default) for key in VIEWS[view].keys if key.kind}
    assert all(bounds["low"] < bounds["high"] for bounds in data["bounds"].values())
    assert all(data["words"].values())


def test_the_address_carries_a_setting(told: dict[str, Any]) -> None:
    said = {"neuron_view": "plane", "plane_points": "spirals", "hidden_layers": "3", "plane_rate": "0.1"}
    at = run_page(PAGE, lang="en", **said)
    assert told["plane"]["values"] | said == told["plane"]["values"] | {"neuron_view": "plane"}
    assert address_of(at) == said | {"lang": "en"} or address_of(at) == said


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [("w1", "1.5", 1.5), ("w1", "1e9", 0.8), ("w1", "nan", 0.8), ("neuron_activation", "softmax", "sigmoid")],
)
def test_what_a_component_says_is_read_as_an_address_is(name: str, text: str, kept: Any, told: dict[str, Any]) -> None:
    at = run_page(PAGE, lang="en", **{name: text})
    assert told["neuron"]["values"][name] == ADDRESSED[name].kind.write(kept)  # type: ignore[union-attr]
    no_exception(at)


def test_what_a_component_sets_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    keys = VIEWS["neuron"].keys
    monkeypatch.setattr("pages.ui.state.Key.set", lambda key, value: kept.update({key.name: value}))
    take(keys, {key.name: key.kind.write(key.default) for key in keys if key.kind} | {"w2": "-1.3", "x1": "<b>"})
    assert kept == {key.name: key.default for key in keys} | {"w2": -1.3}


def test_choices_are_those_of_the_address(told: dict[str, Any]) -> None:
    run_page(PAGE, lang="en", neuron_view="plane")
    choices = told["plane"]["choices"]
    assert choices.keys() == {"plane_points", "plane_activation", "plane_rate"}
    for name, titles in choices.items():
        kind = ADDRESSED[name].kind
        assert kind is not None
        assert all(kind.read(value) is not None for value in titles)


def test_choosing_a_view(told: dict[str, Any]) -> None:
    at = run_page(PAGE, lang="en")
    assert list(told) == ["neuron"]
    no_exception(at.segmented_control(key="neuron_view_widget").set_value("layers").run())
    assert list(told) == ["neuron", "ten_layers"]
