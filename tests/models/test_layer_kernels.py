"""Kernels of every kind of layer in one form: convolving with them gives what the layer gives."""

import numpy as np
import pytest

from cnn_core import layers
from cnn_core.layers import Layer
from cnn_core.layers.weights import weight_shapes
from cnn_core.models.layer_kernels import kernels_of, seen_channels

CASES = [
    (layers.Conv2D(5, 3), (6, 6, 3), (3, 3, 3, 5)),
    (layers.Conv2D(8, (1, 5), groups=4), (6, 6, 8), (1, 5, 2, 8)),
    (layers.DepthwiseConv2D(3, depth_multiplier=2), (6, 6, 4), (3, 3, 1, 8)),
    (layers.SeparableConv2D(5, 3, depth_multiplier=2), (6, 6, 4), (3, 3, 8, 5)),
    (layers.Conv2DTranspose(5, 2), (6, 6, 4), (2, 2, 4, 5)),
    (layers.Dense(7), (10,), (1, 1, 10, 7)),
]


def weights_of(layer: Layer, shape: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.normal(size=one).astype(np.float32) for one in weight_shapes(layer, shape).values()]


@pytest.mark.parametrize(("layer", "shape", "expected"), CASES, ids=lambda case: getattr(case, "kind", None))
def test_every_kind_has_its_kernels_in_one_form(
    layer: Layer, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    kernels = kernels_of(layer, weights_of(layer, shape))
    assert kernels is not None
    assert kernels.shape == expected
    for number in range(expected[3]):
        seen = seen_channels(layer, expected[2], number)
        assert len(seen) == expected[2]
        assert set(seen) <= set(range(shape[-1]))


def test_layers_that_lay_nothing_over_their_input_have_none() -> None:
    for layer in (layers.MaxPooling2D(2), layers.Flatten(), layers.Input((4, 4, 3)), layers.BatchNormalization()):
        assert kernels_of(layer, []) is None


@pytest.mark.keras
@pytest.mark.parametrize(("layer", "shape", "expected"), CASES[:4], ids=lambda case: getattr(case, "kind", None))
def test_a_filter_is_the_sum_over_the_channels_it_sees(
    layer: Layer, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    from cnn_core.keras_model import build_model
    from cnn_core.network.network import Network

    model = build_model(Network.of(layers.Input(shape), layer))
    weights = weights_of(layer, shape)
    model.set_weights(weights)
    x = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    made = np.asarray(model(x[np.newaxis]))[0]
    kernels = kernels_of(layer, weights)
    assert kernels is not None
    bias = weights[-1]
    for number in range(expected[3]):
        seen = seen_channels(layer, expected[2], number)
        window = x[: expected[0], : expected[1], seen]
        assert made[0, 0, number] == pytest.approx((window * kernels[..., number]).sum() + bias[number], abs=1e-4)
