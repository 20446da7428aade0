"""The recorded pictures of what channels look for: what is said of each is what the live model makes of it."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cnn_core.arrays import Pixels
from cnn_core.models.bundled import BUNDLED, bundled_model
from cnn_core.models.looks_for import Sought
from cnn_core.models.recorded_ascents import (
    ASCENTS,
    Reached,
    ascents_path,
    reached,
    recorded_ascents,
    recorded_picture,
    write_ascents,
)

MOST_BYTES = 700_000
SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "make" / "looks_for.py"

each_model = pytest.mark.parametrize("model", [bundled.key for bundled in BUNDLED])


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the script that made the records."""
    spec = importlib.util.spec_from_file_location("make_looks_for", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known(sought: Sought) -> Reached:
    found = reached(sought)
    assert found is not None
    return found


def test_there_is_something_of_every_model_and_not_too_much() -> None:
    assert {path.stem for path in ASCENTS.iterdir()} == {bundled.key for bundled in BUNDLED}
    assert sum(path.stat().st_size for path in ASCENTS.iterdir()) < MOST_BYTES


@each_model
def test_every_picture_can_be_read_and_passes_the_samples(model: str) -> None:
    """A class may be as sure of a sample; of the maps nearly all answer to nothing as they do to what was made."""
    bundled = bundled_model(model)
    passed = []
    for sought in recorded_ascents(model):
        pixels, what = recorded_picture(sought), known(sought)
        assert pixels.shape == (*bundled.input_size, 3 if bundled.colour == "rgb" else 1)
        assert 0 <= pixels.min() < pixels.max() <= 1 or pixels.std() < 0.01
        passed.append(what.value >= what.sample_value)
    assert len(passed) >= 10
    assert np.mean(passed) > 0.95


@pytest.mark.parametrize(
    "sought",
    [
        Sought("mnist", "conv2d", 0, 1),
        Sought("mnist", "conv2d", 99, 0),
        Sought("mnist", "none", 0, 0),
        Sought("file:00:unit", "conv2d", 0, 0),
        Sought("application:VGG16:random", "block1_conv1", 0, 0),
    ],
)
def test_nothing_is_known_of_what_is_not_recorded(sought: Sought) -> None:
    assert reached(sought) is None


def test_a_record_gives_back_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: ModuleType
) -> None:
    from cnn_core.models import recorded_ascents as module

    sought = Sought("mnist", "a.b|c", 3, 4)
    pixels: Pixels = (np.arange(28 * 28) % 256 / 255).astype(np.float32).reshape(28, 28, 1)
    what = Reached(1.5, -2.25, 3, "coffee", 0.5)
    monkeypatch.setattr(module, "ASCENTS", tmp_path)
    write_ascents("mnist", [(sought, script.stored(pixels), what)])
    module._said.cache_clear()
    try:
        assert recorded_ascents("mnist") == (sought,)
        assert reached(sought) == what
        np.testing.assert_array_equal(recorded_picture(sought), pixels)
        monkeypatch.setattr(module, "model_digest", lambda model: "of another training")
        module._said.cache_clear()
        assert reached(sought) is None
    finally:
        module._said.cache_clear()


# In the live models ---------------------------------------------------------------------------------------------------


def some(model: str) -> Iterator[Sought]:
    """Yield every seventh of a small model, and two layers of the large one, of which each takes seconds to trace."""
    recorded = recorded_ascents(model)
    if model != "mobilenet_v2":
        yield from recorded[::7]
    yield from (sought for sought in recorded if model == "mobilenet_v2" and sought.layer in ("Conv1", "predictions"))


@pytest.mark.keras
@each_model
def test_what_is_said_is_what_the_live_model_computes(model: str) -> None:
    from cnn_core.keras_model.ascent import channel_slope
    from cnn_core.models.loading import load

    for sought in some(model):
        values = recorded_picture(sought)  # all three take pixels from 0 to 1
        answer = channel_slope(load(model).model, values, sought.layer, sought.channel)
        what = known(sought)
        assert answer.value == pytest.approx(what.value, rel=1e-3, abs=1e-4), sought
        assert answer.slope.score == pytest.approx(what.score, rel=1e-3, abs=1e-3), sought


@pytest.mark.keras
def test_the_script_makes_the_recorded_picture_again(script: ModuleType) -> None:
    """Other processors add in another order, and a way of 96 steps makes more of that: values agree, pixels nearly."""
    sought = Sought("mnist", "conv2d_1", 7, 0)
    ascent = script.made(sought)
    assert ascent.value == pytest.approx(known(sought).value, rel=0.02)
    assert np.abs(ascent.pixels - recorded_picture(sought)).mean() < 0.05


@pytest.mark.keras
def test_the_best_sample_is_the_best_one(script: ModuleType) -> None:
    from cnn_core.models.info import describe
    from cnn_core.models.run import layer_maps

    what = known(Sought("mnist", "conv2d_1", 7, 0))
    maps = layer_maps("mnist", script.pixels_of(what.sample, describe("mnist")), "conv2d_1")
    assert float(maps[..., 7].mean()) == pytest.approx(what.sample_value, rel=1e-4)
    assert ascents_path("mnist").exists()
