"""Our activations in NumPy against Keras's, for every name, slope and type."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cnn_core.layers import SLOPES, Activation, ActivationName
from cnn_core.numerics.activations import ELEMENTWISE, activate, slope_of, softmax

each_name = pytest.mark.parametrize("name", ActivationName)
NUMBERS = np.concatenate([np.linspace(-8, 8, 801), [-1e4, -300, -90, -30, -1e-4, -1e-30, 0, 1e-30, 1e-4, 30, 80, 1e4]])


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@each_name
@pytest.mark.parametrize("shape", [(-1,), (271, 3), (3, 271, 1)])
def test_it_is_keras_own(name: ActivationName, shape: tuple[int, ...]) -> None:
    import keras

    values = NUMBERS.astype(np.float32).reshape(shape)
    expected = np.asarray(keras.activations.get(name.value)(values[np.newaxis]))[0]
    # Where 1 + erf and the like cancel, TensorFlow's own float32 is as far off; hence the absolute part.
    assert_allclose(activate(name, values), expected, rtol=2e-6, atol=1e-6)


@pytest.mark.keras
@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("slope", [None, 0.0, 0.1, 1.0, 3.0])
def test_a_slope_is_keras_own(name: ActivationName, slope: float | None) -> None:
    from cnn_core.keras_model.keras_layers import keras_layer

    values = NUMBERS.astype(np.float32)
    expected = np.asarray(keras_layer(Activation(name, slope), "activation")(values[np.newaxis]))[0]
    assert_allclose(activate(name, values, slope), expected, rtol=2e-6, atol=1e-7)


@each_name
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_type_stay_and_nothing_is_changed(name: ActivationName, dtype: type) -> None:
    values: np.ndarray = NUMBERS.astype(dtype).reshape(1, -1, 1)
    before = values.copy()
    result = activate(name, values)
    assert (result.shape, result.dtype) == (values.shape, values.dtype)
    assert np.array_equal(values, before)


@each_name
def test_doubles_stay_doubles_all_the_way(name: ActivationName) -> None:
    """A step that float32 does not know changes the result."""
    values = np.array([0.3, 0.7])
    assert not np.array_equal(activate(name, values), activate(name, values + 1e-12 * np.arange(2)))


def test_every_name_is_here() -> None:
    assert {*ELEMENTWISE, *SLOPES, ActivationName.SOFTMAX} == set(ActivationName)


def test_slopes_where_none_are_given_or_needed() -> None:
    assert slope_of(ActivationName.LEAKY_RELU, None) == 0.2
    assert slope_of(ActivationName.ELU, 0.0) == 0.0
    assert activate(ActivationName.RELU, np.array([-1.0]), 0.5) == 0


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), st.floats(-1e3, 1e3))
def test_softmax_shares_one_and_knows_differences_only(numbers: list[float], shift: float) -> None:
    values = np.array(numbers)
    assert softmax(values).sum() == pytest.approx(1)
    assert_allclose(softmax(values + shift), softmax(values), rtol=1e-9, atol=1e-12)


def test_softmax_goes_along_its_axis() -> None:
    values = np.log(np.array([[1.0, 3.0], [1.0, 1.0]]))
    assert_allclose(softmax(values), [[0.25, 0.75], [0.5, 0.5]])
    assert_allclose(softmax(values, axis=0), [[0.5, 0.75], [0.5, 0.25]])
