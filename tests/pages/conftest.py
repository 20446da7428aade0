"""What tests of pages without a browser share."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stand_ins import (
    Here,
    InThisProcess,
    MadeUpSurvey,
    made_up_answers,
    made_up_draws,
    made_up_dropped,
    made_up_glance,
    made_up_influences,
    made_up_maps,
    made_up_photograph_answer,
    made_up_shape_answers,
    made_up_shown,
    made_up_weights,
)

from cnn_core.arrays import Boxes, Drops, Pixels
from cnn_core.models import at_hand, attention, photograph_answers, run, shape_networks, survey
from cnn_core.models.kept_files import keep_file
from pages.ui import cached, components, compute, questions, state, waiting
from pages.ui.train import cached as train_cached


@pytest.fixture
def told_late() -> None:
    """What a test puts in may be what the browser still showed: nothing is taken that was there a moment ago."""


@pytest.fixture(autouse=True)
def _own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is tested puts itself in `__main__`'s place, and a process that is spawned later would run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def told_in_time(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a test is slow with what it puts in, as people are, although it takes a millisecond."""
    if "told_late" not in request.fixturenames:
        monkeypatch.setattr(state, "_is_from_before", lambda _own, _late: False)


@pytest.fixture
def keep_model(tmp_path: Path, in_this_process: None) -> Callable[[Any], str]:
    """Return what keeps a Keras model, or a file's bytes, as a file; this process answers as a worker would."""

    def keep(model: Any) -> str:
        if isinstance(model, bytes):
            return f"file:{keep_file(model)}:"
        model.save(tmp_path / "own.keras")
        return f"file:{keep_file((tmp_path / 'own.keras').read_bytes())}:"

    return keep


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    """Let everything that a worker is asked be answered at once, in this process, with what is made up.

    Nothing is known beforehand, so that all of it is asked.
    """
    executor = Here()
    for known in (
        "is_recorded",
        "answers",
        "layer_maps",
        "layer_weights",
        "contributions",
        "influences",
        "strongest_path",
    ):
        monkeypatch.setattr(at_hand, known, lambda *of: None)
    for records in (shape_networks, photograph_answers):
        monkeypatch.setattr(records, "recorded", lambda *of: None)
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    monkeypatch.setattr(cached, "WORK", executor)
    monkeypatch.setattr(run, "run", made_up_answers)
    monkeypatch.setattr(run, "layer_maps", made_up_maps)
    monkeypatch.setattr(run, "glance", made_up_glance)
    monkeypatch.setattr(run, "layer_weights", made_up_weights)
    monkeypatch.setattr(run, "influences", made_up_influences)
    monkeypatch.setattr(shape_networks, "answers", made_up_shape_answers)
    monkeypatch.setattr(photograph_answers, "look", made_up_photograph_answer)
    for place in ("HERE", "WORK"):
        monkeypatch.setattr(train_cached, place, InThisProcess())
    monkeypatch.setattr(train_cached, "_shown", made_up_shown)
    monkeypatch.setattr(train_cached, "_draws", made_up_draws)
    monkeypatch.setattr(train_cached, "_dropped", made_up_dropped)
    yield executor
    cached.forget_all()


@pytest.fixture
def in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process do what workers do, with TensorFlow; files are kept in a folder of the test's own."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(compute, "start", lambda *asked: None)
    monkeypatch.setattr(cached, "WORK", InThisProcess())
    cached.forget_all()
    questions.WORKS.clear()


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    """Let a survey of the pictures be made up too."""
    monkeypatch.setattr(survey, "survey_of", MadeUpSurvey)


@pytest.fixture
def heat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the gradients."""

    def drops(key: str, pixels: Pixels, index: int, boxes: Boxes, *more: Any) -> Drops:
        return np.ones(len(boxes), np.float32)

    monkeypatch.setattr(attention, "grad_cam", lambda key, pixels, index, layer, output: np.eye(7, dtype=np.float32))
    monkeypatch.setattr(attention, "saliency", lambda key, pixels, index, output: np.eye(7, dtype=np.float32))
    monkeypatch.setattr(attention, "occlusion_chunk", drops)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page wait for work in silence: no browser comes back for it here."""
    monkeypatch.setattr(waiting, "_PATIENCE", 60.0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, _patient: None) -> None:
    """Let a page that waits for work say so at once."""
    monkeypatch.setattr(waiting, "_PATIENCE", 0)


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Collect what stages are told, by key, with the functions that they call, instead of drawing them."""
    told: dict[str, Any] = {}

    def take(data: dict[str, Any], key: str, **functions: Any) -> None:
        told[key] = json.loads(json.dumps(data)) | functions

    monkeypatch.setattr(components, "stage", take)
    cached.forget_all()
    return told
