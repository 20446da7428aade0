"""Learned kernels, read without TensorFlow, against what Keras reads."""

import numpy as np
import pytest

from cnn_core.errors import CnnError
from cnn_core.models.bundled import BUNDLED, model_path
from cnn_core.models.first_kernels import first_kernels


@pytest.mark.keras
@pytest.mark.parametrize("key", [model.key for model in BUNDLED])
def test_they_are_those_of_the_first_convolution(key: str) -> None:
    import keras

    from cnn_core.keras_model.opening import load_own_model

    model = load_own_model(model_path(key))
    first = next(layer for layer in model.layers if type(layer) is keras.layers.Conv2D)
    np.testing.assert_array_equal(first_kernels(key), first.get_weights()[0])


def test_they_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        first_kernels("mnist")[0] = 0


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(CnnError):
        first_kernels("nothing")
