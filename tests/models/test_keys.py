"""Keys of models, and how pictures enter keras.applications; against Keras's own list and preprocessing."""

import numpy as np
import pytest

from cnn_core.models.keys import APPLICATIONS, ModelKey, is_bundled
from cnn_core.pictures.scaling import scaled


@pytest.mark.parametrize("key", ["mnist", "application:VGG16:random", f"file:{'a' * 64}:", f"file:{'a' * 64}:caffe"])
def test_keys_are_read_as_they_are_written(key: str) -> None:
    assert str(ModelKey.of(key)) == key


def test_bundled_models_are_known_by_their_keys() -> None:
    assert is_bundled("mnist")
    assert not is_bundled("application:VGG16:random")


@pytest.mark.keras
def test_every_function_of_keras_applications_is_there() -> None:
    import keras

    found = {name for name in dir(keras.applications) if name[0].isupper()}
    assert set(APPLICATIONS) == found


@pytest.mark.keras
@pytest.mark.parametrize("name", APPLICATIONS)
def test_pixels_enter_as_keras_prepares_them(name: str) -> None:
    import importlib

    import keras

    function = getattr(keras.applications, name)
    module = importlib.import_module(function.__module__)
    pixels = np.random.default_rng(0).random((5, 6, 3)).astype(np.float32)
    expected = module.preprocess_input((pixels * 255).copy())
    np.testing.assert_allclose(scaled(pixels, APPLICATIONS[name]), expected, rtol=1e-5, atol=1e-4)
