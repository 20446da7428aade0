"""What is computed from what is recorded is what a worker computes, and is not given where a part of it is missing."""

from dataclasses import replace

import numpy as np
import pytest
from first_pictures import pixels, subject

from cnn_core.errors import CnnError
from cnn_core.models import at_hand, run
from cnn_core.models.bundled import BUNDLED, bundled_network
from cnn_core.models.recorded import Subject, record_of


def names(model: str) -> list[str]:
    return [named.name for named in bundled_network(model).layers]


@pytest.mark.keras
@pytest.mark.parametrize("model", [model.key for model in BUNDLED])
def test_what_maps_add_is_what_a_worker_finds(model: str) -> None:
    found = {name: at_hand.contributions(subject(model), pixels(model), name) for name in names(model)}
    known = {name: one for name, one in found.items() if one is not None}
    assert len(known) >= len(names(model)) // 10
    for name, one in known.items():
        live = run.contributions(model, pixels(model), name)
        assert one.sources == live.sources
        scale = max(float(np.abs(live.amounts).max(initial=0)), 1e-3)
        np.testing.assert_allclose(one.amounts, live.amounts, atol=1e-4 * scale)
        np.testing.assert_allclose(one.rest, live.rest, atol=1e-3 * scale)
        np.testing.assert_array_equal(one.bias, live.bias)


@pytest.mark.keras
def test_a_look_at_what_maps_are_made_of_is_what_a_worker_finds() -> None:
    for layer in ("conv2d_1", "dense"):
        known = at_hand.influences(subject("mnist"), pixels("mnist"), layer)
        live = run.influences("mnist", pixels("mnist"), layer)
        assert known is not None
        assert {name: sheet.channels for name, sheet in known.sheets.items()} == {
            name: sheet.channels for name, sheet in live.sheets.items()
        }


@pytest.mark.keras
def test_the_strongest_path_is_what_a_worker_finds() -> None:
    for name, place in (("dense_1", (7,)), ("conv2d", (14, 14, 3)), ("input", (14, 14, 0))):
        found = at_hand.strongest_path(subject("mnist"), pixels("mnist"), name, place)
        live = run.strongest_path("mnist", pixels("mnist"), name, place)
        assert found is not None
        assert [(step.layer, step.place) for step in found] == [(step.layer, step.place) for step in live]
        assert [step.amount for step in found] == pytest.approx([step.amount for step in live], rel=1e-4, abs=1e-5)


def test_nothing_is_known_of_another_picture_or_model_or_of_what_is_not_recorded() -> None:
    mnist, mobilenet = subject("mnist"), subject("mobilenet_v2")
    others = [replace(mnist, digest="0" * 64), Subject("file:0:", mnist.digest, mnist.fit, mnist.invert)]
    for of in others:
        assert at_hand.contributions(of, pixels("mnist"), "dense") is None
        assert at_hand.strongest_path(of, pixels("mnist"), "dense_1", (0,)) is None
    record = record_of(mobilenet)
    assert record is not None
    missing = next(name for name in names("mobilenet_v2")[1:] if name not in record.layers)
    assert at_hand.contributions(mobilenet, pixels("mobilenet_v2"), missing) is None
    assert at_hand.strongest_path(mobilenet, pixels("mobilenet_v2"), "predictions", (0,)) is None


def test_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(CnnError, match="no_such_layer"):
        at_hand.contributions(subject("mnist"), pixels("mnist"), "no_such_layer")


def test_no_file_of_weights_is_read_for_a_picture_that_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(at_hand, "bundled_weights", lambda model, _layer: read.append(model))
    other = replace(subject("mobilenet_v2"), digest="0" * 64)
    assert at_hand.influences(other, pixels("mobilenet_v2"), "Conv1") is None
    assert not read
