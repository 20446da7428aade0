"""Models loaded by their keys; against Keras."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.layers import Conv2D, Dense, Flatten, Input, Rescaling
from cnn_core.models import kept_files, loading
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling

pytestmark = pytest.mark.keras


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_files.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_random_weights_are_the_same_in_every_worker() -> None:
    first = loading.load("application:MobileNetV3Small:random").model.get_weights()
    loading.load.cache_clear()
    second = loading.load("application:MobileNetV3Small:random").model.get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert describe("application:MobileNetV3Small:random").classes is not None


def test_a_file_goes_through_like_any_model(folder: Path) -> None:
    import keras

    from cnn_core import build_model
    from cnn_core.models import run

    network = Network.of(Input((8, 8, 1)), Rescaling(1 / 255), Conv2D(2, 3), Flatten(), Dense(3, activation="softmax"))
    model = build_model(network)
    model.save(folder / "own.keras")
    key = f"file:{keep_file((folder / 'own.keras').read_bytes())}:"
    info = describe(key)
    assert (info.input_size, info.colour, info.scaling, info.classes) == ((8, 8), Colour.GREY, Scaling.BYTES, None)
    pixels = np.random.default_rng(1).random((8, 8, 1)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(model((pixels * 255)[np.newaxis]))[0]
    np.testing.assert_allclose(run.run(key, pixels).scores, expected, rtol=1e-5)
    as_unit = run.run(key + "unit", pixels).scores
    np.testing.assert_allclose(as_unit, keras.ops.convert_to_numpy(model(pixels[np.newaxis]))[0], rtol=1e-5)
