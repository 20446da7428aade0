"""Learned weights, read without TensorFlow, against what Keras reads."""

import numpy as np
import pytest

from cnn_core.errors import CnnError
from cnn_core.models.bundled import BUNDLED, bundled_network, model_path
from cnn_core.models.bundled_weights import bundled_weights, first_kernels


@pytest.mark.keras
@pytest.mark.parametrize("key", [model.key for model in BUNDLED])
def test_each_layer_has_those_that_keras_reads(key: str) -> None:
    from cnn_core.keras_model import layer_weights
    from cnn_core.keras_model.opening import load_own_model

    model = load_own_model(model_path(key))
    for named in bundled_network(key).layers:
        mine, theirs = bundled_weights(key, named.name), layer_weights(model, named.name)
        assert [array.shape for array in mine] == [array.shape for array in theirs], named.name
        for own, read in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(own, read)


@pytest.mark.keras
@pytest.mark.parametrize("key", [model.key for model in BUNDLED])
def test_the_first_kernels_are_those_of_the_first_convolution(key: str) -> None:
    import keras

    from cnn_core.keras_model.opening import load_own_model

    model = load_own_model(model_path(key))
    first = next(layer for layer in model.layers if type(layer) is keras.layers.Conv2D)
    np.testing.assert_array_equal(first_kernels(key), first.get_weights()[0])


def test_they_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        first_kernels("mnist")[0] = 0


def test_a_layer_without_weights_has_none() -> None:
    assert bundled_weights("mnist", "flatten") == ()


@pytest.mark.parametrize(("key", "layer"), [("nothing", "conv2d"), ("mnist", "nothing")])
def test_an_unknown_model_or_layer_is_refused(key: str, layer: str) -> None:
    with pytest.raises(CnnError, match="nothing"):
        bundled_weights(key, layer)
