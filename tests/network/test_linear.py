"""Linear layers are told from others: the mean of a linear map is largest for an even colour, by NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.signal import correlate2d

from cnn_core import Network
from cnn_core.layers import Activation, Add, AveragePooling2D, BatchNormalization, Conv2D, Input, Layer, MaxPooling2D
from cnn_core.network.linear import is_linear
from cnn_core.network.network import NamedLayer
from cnn_core.network.summary import summarize


def linear(*layers: Layer) -> bool:
    named = tuple(NamedLayer(f"layer_{number}", layer) for number, layer in enumerate((Input((9, 9, 3)), *layers)))
    return is_linear({row.name: row for row in summarize(Network(named)).rows}, named[-1].name)


@pytest.mark.parametrize(
    ("layers", "is_one"),
    [
        ((), True),
        ((Conv2D(2, 3),), True),
        ((Conv2D(2, 3), BatchNormalization(), AveragePooling2D(2), Conv2D(1, 2)), True),
        ((Conv2D(2, 3), Activation("linear")), True),
        ((Conv2D(2, 3, activation="relu"),), False),
        ((Conv2D(2, 3), Activation("relu"), Conv2D(2, 3)), False),
        ((MaxPooling2D(2), Conv2D(2, 3)), False),
    ],
)
def test_one_layer_that_is_not_linear_is_enough(layers: tuple[Layer, ...], is_one: bool) -> None:
    assert linear(*layers) is is_one


def test_every_branch_counts() -> None:
    for activation, is_one in (("linear", True), ("relu", False)):
        network = Network(
            (
                NamedLayer("input", Input((9, 9, 3))),
                NamedLayer("one", Conv2D(2, 1)),
                NamedLayer("other", Conv2D(2, 1, activation=activation), ("input",)),
                NamedLayer("sum", Add(), ("one", "other")),
            )
        )
        assert is_linear({row.name: row for row in summarize(network).rows}, "sum") is is_one


@given(some.integers(0, 10**6))
def test_no_pattern_beats_an_even_colour_in_the_mean_of_a_linear_map(seed: int) -> None:
    """What the panel says: away from the border the mean is the sum of the weights times the mean of the pixels."""
    random = np.random.default_rng(seed)
    kernel, pixels = random.normal(size=(3, 3)), random.random((12, 12))

    def mean(picture: np.ndarray) -> float:
        return float(correlate2d(picture, kernel, mode="same", boundary="wrap").mean())

    assert mean(pixels) == pytest.approx(kernel.sum() * pixels.mean())
    even = np.full((12, 12), float(kernel.sum() > 0))
    assert mean(even) >= mean(pixels) - 1e-9
