"""The recorded answers are what the models answer, and are given for exactly what they are of."""

import io
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from first_pictures import pixels, subject
from PIL import Image

from cnn_core.arrays import Output
from cnn_core.models import bundled, recorded
from cnn_core.models.bundled import BUNDLED
from cnn_core.models.recorded import ANSWERS, Record, record_of, record_path
from cnn_core.models.run import Answers, all_maps, run

each_model = pytest.mark.parametrize("model", [model.key for model in BUNDLED])

ROUNDING = 1e-5
"""Of a layer's largest value. TensorFlow sums in another order on another processor, so that the last digits differ:
float32 has 6e-8, and a layer of MobileNetV2 stands behind up to 52 sums of up to 1,280 products."""


def record(model: str) -> Record:
    found = record_of(subject(model))
    assert found is not None, f"Nothing is recorded of {model}: run assets/make/first_answers.py."
    return found


@cache
def live(model: str) -> Answers:
    return run(model, pixels(model))


@cache
def live_maps(model: str) -> Mapping[str, Output]:
    return all_maps(model, pixels(model))


def assert_equal_but_for_rounding(kept: Output, computed: Output) -> None:
    assert kept.dtype == np.float32
    np.testing.assert_allclose(kept, computed, rtol=0, atol=ROUNDING * float(np.abs(computed).max()))


@pytest.mark.keras
@each_model
def test_recorded_scores_and_figures_are_the_models(model: str) -> None:
    kept = record(model).answers()
    assert_equal_but_for_rounding(kept.scores, live(model).scores)
    assert list(kept.layers) == list(live(model).layers)
    for name, computed in live(model).layers.items():
        found = kept.layers[name]
        assert found.strongest == computed.strongest, name
        figures = live(model).statistics[name]
        scale = max(abs(figures.mean), figures.spread)
        assert asdict(kept.statistics[name]) == pytest.approx(asdict(figures), abs=1e-4 * scale), name


@pytest.mark.keras
@each_model
def test_recorded_thumbnails_are_those_that_the_models_maps_make(model: str) -> None:
    for name, computed in live(model).layers.items():
        mine, theirs = (
            np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.int16)
            for png in (record(model).answers().layers[name].thumbnail, computed.thumbnail)
        )
        # A value at the border of two colours falls to either side; neighbours in a table differ by a few levels.
        assert mine.shape == theirs.shape
        assert np.abs(mine - theirs).max() <= 8, name


@pytest.mark.keras
@each_model
def test_recorded_maps_are_the_models(model: str) -> None:
    layers = record(model).layers
    assert layers <= live_maps(model).keys()
    for name in layers:
        assert_equal_but_for_rounding(record(model).maps(name), live_maps(model)[name])


@each_model
def test_another_picture_or_way_in_has_no_record(model: str) -> None:
    of = subject(model)
    assert record_of(of) == Record(record_path(model))
    others = [replace(of, digest="0" * 64), replace(of, fit="pad"), replace(of, invert=True)]
    assert [record_of(other) for other in others] == [None] * len(others)


def test_a_model_that_was_trained_anew_has_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "mnist.keras"
    other.write_bytes(b"other weights")
    assert record("mnist").is_current
    monkeypatch.setattr(bundled, "model_path", lambda model: other)
    assert not record("mnist").is_current
    recorded._known.cache_clear()
    assert record_of(subject("mnist")) is None
    recorded._known.cache_clear()


def test_only_bundled_models_have_records() -> None:
    assert {path.stem for path in ANSWERS.iterdir()} == {model.key for model in BUNDLED}
    for model in ("application:VGG16:random", "file:../../x:", "../mnist", ""):
        assert record_of(replace(subject("mnist"), model=model)) is None


@each_model
def test_what_is_recorded_cannot_be_changed_and_is_small(model: str) -> None:
    layers = record(model).layers
    assert layers
    with pytest.raises(ValueError, match="read-only"):
        record(model).maps(min(layers))[...] = 0
    assert record_path(model).stat().st_size < 5_000_000
