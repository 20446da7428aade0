"""Pictures of what a channel looks for: in pieces as in one go, above noise and above every sample picture."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from cnn_core.errors import CnnError
from cnn_core.models import looks_for, memory
from cnn_core.models.bundled import bundled_model
from cnn_core.models.looks_for import PIECE, Ascent, Sought, ascend
from cnn_core.models.survey import RankedBy, Survey, ranked, survey_of
from cnn_core.numerics.ascent import STEPS
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import SAMPLES, sample_bytes

pytestmark = pytest.mark.keras


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a piece of work take as long as it takes, so that it ends after the same step everywhere."""
    monkeypatch.setattr(looks_for, "SECONDS", 1e6)


def made(sought: Sought, steps: int = STEPS) -> list[Ascent]:
    """Return what each piece ended with."""
    pieces = [ascend(sought)]
    while pieces[-1].steps < steps:
        pieces.append(ascend(sought, pieces[-1]))
    return pieces


@cache
def surveys(model: str) -> list[Survey]:
    """Return all sample pictures surveyed."""
    bundled = bundled_model(model)
    preparation = Preparation(*bundled.input_size, bundled.colour)
    samples = [prepare(read_image(sample_bytes(sample.key)).pixels, preparation).pixels for sample in SAMPLES]
    return [survey_of(model, pixels) for pixels in samples]


def best_sample(sought: Sought) -> float:
    """Return the largest mean of the channel's map on the sample pictures."""
    return ranked(surveys(sought.model), sought.layer, sought.channel, RankedBy.MEAN)[0].mean


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(("layer", "channel"), [("conv2d", 6), ("conv2d_1", 7), ("max_pooling2d", 9), ("dense", 3)])
def test_above_noise_and_above_every_sample(layer: str, channel: int) -> None:
    sought = Sought("mnist", layer, channel, 0)
    pieces = made(sought)
    assert [piece.steps for piece in pieces] == list(range(PIECE, STEPS + 1, PIECE))
    assert pieces[-1].is_done
    values = [piece.value for piece in pieces]
    assert values == sorted(values)
    assert values[-1] > pieces[0].climb.scores[0]
    assert values[-1] > 1.2 * best_sample(sought)
    assert pieces[-1].pixels.min() >= 0
    assert pieces[-1].pixels.max() <= 1


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(("layer", "channel"), [("Conv1", 1), ("block_13_expand_relu", 2)])
def test_one_piece_passes_every_photograph(layer: str, channel: int) -> None:
    sought = Sought("mobilenet_v2", layer, channel, 0)
    piece = ascend(sought)
    assert piece.value > 1.2 * best_sample(sought)
    assert piece.climb.stride == {"Conv1": 2, "block_13_expand_relu": 16}[layer]


def test_a_class_by_its_score_before_the_softmax() -> None:
    from cnn_core.models.run import run

    piece = made(Sought("mnist", "dense_1", 8, 1))[-1]
    scores = run("mnist", piece.pixels).scores
    assert scores.argmax() == 8
    assert piece.value == pytest.approx(float(scores[8]), abs=1e-6)
    assert piece.score > 20
    assert not piece.climb.unusual


def test_where_pieces_end_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sought = Sought("mnist", "conv2d_1", 2, 7)
    monkeypatch.setattr(looks_for, "SECONDS", 1e6)
    whole = made(sought, 32)
    monkeypatch.setattr(looks_for, "SECONDS", -1.0)  # a step, and the time is over
    steps = made(sought, 32)
    assert [piece.steps for piece in steps] == list(range(1, 33))
    np.testing.assert_array_equal(whole[-1].climb.heights, steps[-1].climb.heights)
    assert whole[-1].climb.scores == steps[-1].climb.scores
    assert whole[-1] == steps[-1]
    assert hash(whole[-1]) == hash(steps[-1])
    assert whole[-1] != ascend(sought._replace(seed=8))


@pytest.mark.usefixtures("patient")
def test_pixels_enter_as_the_model_takes_them_and_gradients_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """This one takes pixels from 0 to 255; its slope is told for those from 0 to 1."""
    from cnn_core.models.loading import load

    sought = Sought("application:MobileNetV3Small:random", "conv", 0, 0)
    loaded: Any = load(sought.model)
    assert loaded.scaling == "bytes"
    piece = ascend(sought)
    assert piece.pixels.shape == (224, 224, 3)
    assert piece.value > piece.climb.scores[0]
    monkeypatch.setattr(memory, "allowed_megabytes", lambda: loaded.megabytes)
    with pytest.raises(CnnError, match=rf"a process may have {loaded.megabytes:,} MB here"):
        ascend(sought)
