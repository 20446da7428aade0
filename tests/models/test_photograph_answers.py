"""The recorded answers to the sample photographs are MobileNetV2's, and its box holds the evidence."""

import hashlib

import numpy as np
import pytest

from cnn_core.models import photograph_answers
from cnn_core.models.attention import NoBox
from cnn_core.models.info import describe
from cnn_core.models.photograph_answers import MODEL, PhotographAnswer, look, recorded
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import SAMPLES, Subject, sample_bytes

PHOTOGRAPHS = [sample.key for sample in SAMPLES if sample.subject is Subject.PHOTOGRAPH]


def record(key: str) -> PhotographAnswer:
    found = recorded(hashlib.sha256(sample_bytes(key)).hexdigest(), "crop")
    assert found is not None, f"Nothing is recorded of {key}: run assets/make/task_answers.py."
    return found


@pytest.mark.parametrize("key", PHOTOGRAPHS)
def test_every_photograph_has_an_answer(key: str) -> None:
    answer = record(key)
    assert len(answer.names) == len(answer.shares) == 5
    assert (np.diff(answer.shares) <= 0).all()
    assert 0 < answer.shares.sum() <= 1 + 1e-4


@pytest.mark.keras
@pytest.mark.parametrize("key", ["chelsea", "boats"])
def test_what_is_recorded_is_what_the_network_answers(key: str) -> None:
    info = describe(MODEL)
    live = look(prepare(read_image(sample_bytes(key)).pixels, Preparation(*info.input_size)).pixels)
    kept = record(key)
    assert kept.names == live.names
    np.testing.assert_allclose(kept.shares, live.shares, atol=1e-3)
    np.testing.assert_allclose(kept.heat, live.heat, atol=1e-3 * live.heat.max())


def test_the_box_lies_around_the_evidence() -> None:
    heat = np.zeros((7, 7), np.float32)
    heat[1:3, 2:4] = 1
    answer = PhotographAnswer(np.arange(5), np.zeros(5, np.float32), heat)
    assert answer.box((224, 224)) == (32, 64, 96, 128)
    assert PhotographAnswer(np.arange(5), np.zeros(5, np.float32), 0 * heat).box((224, 224)) is NoBox.COLD


def test_another_picture_way_in_or_network_has_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha256(sample_bytes("chelsea")).hexdigest()
    assert recorded("0" * 64, "crop") is None
    assert recorded(digest, "pad") is None
    monkeypatch.setattr(photograph_answers, "model_digest", lambda model: "0" * 64)
    photograph_answers._record.cache_clear()
    assert recorded(digest, "crop") is None
    photograph_answers._record.cache_clear()
