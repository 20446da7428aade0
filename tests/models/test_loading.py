"""Models loaded by their keys; against Keras."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import ModelFileError
from cnn_core.layers import Conv2D, Dense, Flatten, Input, Rescaling
from cnn_core.models import loading
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling

pytestmark = pytest.mark.keras


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_random_weights_are_the_same_in_every_worker() -> None:
    first = loading.load("application:MobileNetV3Small:random").model.get_weights()
    loading.KEPT.clear()
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


# Several outputs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_everything_speaks_of_the_first_output(suffix: str, folder: Path) -> None:
    import keras

    from cnn_core.models import attention, run

    inputs = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(3, 3, name="maps")(inputs)
    early = keras.layers.Dense(2, name="early")(keras.layers.Flatten()(maps))
    other = keras.layers.Conv2D(2, 3, name="other")(maps)
    late = keras.layers.Dense(5, activation="softmax", name="late")(keras.layers.Flatten()(other))
    # In another order than that of the layers, one output in the middle of the network, one twice.
    model = keras.Model(inputs, [late, maps, early, late])
    model.save(folder / f"own.{suffix}")
    key = f"file:{keep_file((folder / f'own.{suffix}').read_bytes())}:"
    info, pixels = describe(key), np.random.default_rng(1).random((8, 8, 1)).astype(np.float32)
    assert info.outputs == ("late", "maps", "early")
    assert info.answer_kind is AnswerKind.SOFTMAX
    expected = keras.ops.convert_to_numpy(model(pixels[np.newaxis])[0])[0]
    np.testing.assert_allclose(run.run(key, pixels).scores, expected, rtol=1e-5)
    assert attention.map_layers(info.network, info.outputs[0]) == ("maps", "other")
    # A fifth class exists in the first output only.
    assert attention.saliency(key, pixels, 4).shape == (8, 8)
    assert attention.grad_cam(key, pixels, 4).shape == (4, 4)
    before = keras.Model(inputs, model.get_layer("late").input)(pixels[np.newaxis])
    kernel, bias = model.get_layer("late").get_weights()
    scores = keras.ops.convert_to_numpy(before)[0] @ kernel + bias
    covered = keras.ops.convert_to_numpy(keras.Model(inputs, model.get_layer("late").input)(np.zeros((1, 8, 8, 1))))[0]
    drop = attention.occlusion_chunk(key, pixels, 4, np.array([[0, 0, 8, 8]]), 0.0)
    np.testing.assert_allclose(drop, scores[[4]] - (covered @ kernel + bias)[[4]], rtol=1e-4, atol=1e-5)


def test_a_head_that_others_need_no_layer_of_is_not_shown_by_grad_cam(folder: Path) -> None:
    import keras

    from cnn_core.models import attention

    inputs = keras.Input((8, 8, 1))
    answer = keras.layers.Dense(2, name="answer")(keras.layers.Flatten()(keras.layers.Conv2D(1, 3, name="a")(inputs)))
    mask = keras.layers.Conv2D(1, 3, name="mask")(inputs)
    keras.Model(inputs, [answer, mask]).save(folder / "own.keras")
    info = describe(f"file:{keep_file((folder / 'own.keras').read_bytes())}:")
    assert attention.map_layers(info.network, info.outputs[0]) == ("a",)


def test_pixels_that_enter_in_no_way_are_refused(folder: Path) -> None:
    with pytest.raises(ModelFileError, match=r"Received: sideways. Choose one of: unit, bytes"):
        describe(f"file:{keep_file(b'any')}:sideways")


@pytest.mark.parametrize("way", ["torch", "caffe"])
def test_a_grey_picture_has_no_means_of_three_colours(way: str, folder: Path) -> None:
    from cnn_core import build_model
    from cnn_core.models import run

    build_model(Network.of(Input((8, 8, 1)), Flatten(), Dense(2))).save(folder / "own.keras")
    key = f"file:{keep_file((folder / 'own.keras').read_bytes())}:{way}"
    assert describe(key).scaling is Scaling.UNIT
    assert run.run(key, np.zeros((8, 8, 1), np.float32)).scores.shape == (2,)
