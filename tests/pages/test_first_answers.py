"""Bundled models answer about their default sample although no worker does, and ask one for everything else."""

from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest
from viewing import choose_sample, data_of, opened, predictions, waited_for

from cnn_core.models.bundled import BUNDLED
from cnn_core.steps import Step, Taken
from pages.ui import cached, compute, waiting

each_model = pytest.mark.parametrize("model", [model.key for model in BUNDLED])


class Away(Executor):
    """Workers that never answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.append((fn, *args))
        return Future()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    executor = Away()
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    monkeypatch.setattr(cached, "WORK", executor)
    return executor


@each_model
def test_the_first_maps_and_the_answer_are_there_without_a_worker(model: str, away: Away) -> None:
    at = opened(model=model)
    assert len(predictions(at)) == 5
    assert data_of(at, "picker")["values"]
    assert not at.get("skeleton")
    assert not at.error
    assert away.asked == []


@pytest.mark.usefixtures("away")
@pytest.mark.parametrize("layer", ["input", "conv2d_1", "max_pooling2d", "flatten", "dense", "dense_1"])
def test_every_layer_of_the_small_network_opens_without_a_worker(layer: str) -> None:
    at = opened(model="mnist", layer=layer)
    assert not at.get("skeleton")
    assert not at.error


@pytest.mark.usefixtures("impatient")
def test_another_picture_is_asked_of_a_worker(away: Away) -> None:
    at = opened(model="mnist")
    assert away.asked == []
    choose_sample(at, "digit_7")
    (_, model, pixels), *_ = away.asked
    assert model == "mnist"
    assert pixels.shape == (28, 28, 1)
    assert np.ptp(pixels) > 0


@pytest.mark.usefixtures("away", "impatient")
def test_who_waits_reads_at_which_step_the_worker_is(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(model="mnist")
    monkeypatch.setattr(waiting, "step_of", lambda future: Taken(Step.IMPORTING, 1, 4.2))
    said = waited_for(choose_sample(at, "digit_7"))
    assert [text for text in said if text.endswith("· Importing TensorFlow: {seconds} s")]
    assert data_of(at, "clock")["stepSeconds"] == 4.2
