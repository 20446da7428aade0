"""Any model: keys, how pixels enter, files that are kept; against Keras's own preprocessing."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import CnnError, ModelFileError
from cnn_core.layers import Conv2D, Dense, Flatten, Input, Normalization, Rescaling
from cnn_core.models import loading
from cnn_core.models.loading import APPLICATIONS, ModelKey, describe, guessed_scaling, is_bundled, keep_file
from cnn_core.network.network import Network
from cnn_core.pictures.prepare import Colour
from cnn_core.pictures.scaling import Scaling, scaled


@pytest.mark.parametrize("key", ["mnist", "application:VGG16:random", f"file:{'a' * 64}:", f"file:{'a' * 64}:caffe"])
def test_keys_are_read_as_they_are_written(key: str) -> None:
    assert str(ModelKey.of(key)) == key


def test_bundled_models_are_described_without_tensorflow() -> None:
    info = describe("mnist")
    assert (info.input_size, info.colour, info.scaling) == ((28, 28), Colour.GREY, Scaling.UNIT)
    assert info.classes == tuple("0123456789")
    assert is_bundled("mnist")
    assert not is_bundled("application:VGG16:random")


@pytest.mark.parametrize(
    "key",
    [
        "nothing",
        "application:Nothing:random",
        "application:VGG16:own",
        "application:__class__:random",
        "file:../../etc/passwd:",
        f"file:{'0' * 64}:",
        "file::",
    ],
)
def test_what_is_not_there_is_one_sentence(key: str) -> None:
    with pytest.raises(CnnError) as caught:
        describe(key)
    assert str(caught.value).endswith(".")


SCALES = [
    (Rescaling(1 / 255), Scaling.BYTES),
    (Rescaling(1 / 127.5, offset=-1.0), Scaling.BYTES),
    (Rescaling(2.0, offset=-1.0), Scaling.UNIT),
    (Normalization((0.485, 0.456, 0.406), (0.05, 0.05, 0.05)), Scaling.UNIT),
    (Normalization((120.0, 115.0, 100.0), (3000.0, 3000.0, 3000.0)), Scaling.BYTES),
    (Conv2D(4, 3), Scaling.UNIT),
]


@pytest.mark.parametrize(("layer", "scaling"), SCALES)
def test_scaling_is_guessed_from_the_first_layers(layer: object, scaling: Scaling) -> None:
    assert guessed_scaling(Network.of(Input((8, 8, 3)), layer)) is scaling  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_files_are_kept_and_the_oldest_goes(folder: Path) -> None:
    digests = [keep_file(bytes([number])) for number in range(loading.MOST_FILES + 3)]
    kept = {file.stem for file in folder.rglob("*.model")}
    assert len(kept) == loading.MOST_FILES
    assert digests[-1] in kept
    assert keep_file(bytes([loading.MOST_FILES + 2])) == digests[-1]
    (own,) = folder.iterdir()
    assert own.stat().st_mode & 0o077 == 0


# Against Keras -------------------------------------------------------------------------------------------------------

keras_test = pytest.mark.keras


@keras_test
def test_every_function_of_keras_applications_is_there() -> None:
    import keras

    found = {name for name in dir(keras.applications) if name[0].isupper()}
    assert set(APPLICATIONS) == found


@keras_test
@pytest.mark.parametrize("name", APPLICATIONS)
def test_pixels_enter_as_keras_prepares_them(name: str) -> None:
    import importlib

    import keras

    function = getattr(keras.applications, name)
    module = importlib.import_module(function.__module__)
    pixels = np.random.default_rng(0).random((5, 6, 3)).astype(np.float32)
    expected = module.preprocess_input((pixels * 255).copy())
    np.testing.assert_allclose(scaled(pixels, APPLICATIONS[name]), expected, rtol=1e-5, atol=1e-4)


@keras_test
def test_random_weights_are_the_same_in_every_worker() -> None:
    first = loading.load("application:MobileNetV3Small:random").model.get_weights()
    loading.load.cache_clear()
    second = loading.load("application:MobileNetV3Small:random").model.get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert describe("application:MobileNetV3Small:random").classes is not None


@keras_test
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
    np.testing.assert_allclose(run.look(key, pixels).scores, expected, rtol=1e-5)
    as_unit = run.look(key + "unit", pixels).scores
    np.testing.assert_allclose(as_unit, keras.ops.convert_to_numpy(model(pixels[np.newaxis]))[0], rtol=1e-5)


@keras_test
def test_a_model_that_takes_no_picture_is_refused(folder: Path) -> None:
    from cnn_core import build_model

    build_model(Network.of(Input((7,)), Dense(3))).save(folder / "own.keras")
    with pytest.raises(ModelFileError, match="takes no picture: its input is 7"):
        describe(f"file:{keep_file((folder / 'own.keras').read_bytes())}:")
