"""Networks with their down-sampling replaced: shapes that stay, costs that change, models that Keras builds."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Flatten,
    Input,
    MaxPooling2D,
    SeparableConv2D,
)
from cnn_core.layers.settings import PaddingMode
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.replacing import Replacement, down_sampling, replaced, shape_changes, study_network
from cnn_core.network.summary import summarize
from cnn_core.training.fixed import blurs
from cnn_core.training.study import recorded_study

each_way = pytest.mark.parametrize("way", list(Replacement))
each_preset = pytest.mark.parametrize("key", [one.key for one in PRESETS])


@each_way
@each_preset
def test_every_preset_can_be_replaced(key: str, way: Replacement) -> None:
    network = preset(key).make()
    before, after = summarize(network), summarize(replaced(network, way))
    shapes = {row.name: row.output_shape for row in before.rows}
    assert after.rows[-1].output_shape == before.rows[-1].output_shape
    if way is not Replacement.STRIDE:
        assert all(shapes[row.name] == row.output_shape for row in after.rows if row.name in shapes)
        assert shape_changes(before, after) == ()


@each_preset
def test_no_stride_is_left_but_that_of_pools(key: str) -> None:
    network = replaced(preset(key).make(), Replacement.AVERAGE)
    assert {network[name].kind for name in down_sampling(network)} <= {"AveragePooling2D"}
    alone = replaced(preset(key).make(), Replacement.AVERAGE, convolutions=False)
    kept = {named.name for named in alone.layers if named.kind != "AveragePooling2D"} & set(down_sampling(alone))
    assert kept == {
        name for name in down_sampling(preset(key).make()) if "Pooling" not in preset(key).make()[name].kind
    }


@each_way
@given(
    side=st.integers(9, 16),
    pool=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(list(PaddingMode)),
)
def test_maps_keep_their_size_behind_every_pool(
    way: Replacement, side: int, pool: tuple[int, int], strides: tuple[int, int], padding: PaddingMode
) -> None:
    network = Network.of(
        Input((side, side + 1, 3)), MaxPooling2D(pool, strides=strides, padding=padding), Flatten(), name="pooled"
    )
    assert summarize(replaced(network, way)).rows[-1].output_shape == summarize(network).rows[-1].output_shape


@each_way
@given(
    side=st.integers(9, 16),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.sampled_from([*PaddingMode, ((0, 1), (2, 1))]),
)
def test_maps_keep_their_size_behind_every_strided_convolution(
    way: Replacement, side: int, kernel: int, stride: int, padding: Any
) -> None:
    mode = padding if isinstance(padding, PaddingMode) else "same"
    for layer in (
        Conv2D(4, kernel, strides=stride, padding=padding),
        DepthwiseConv2D(kernel, strides=stride, padding=mode),
        SeparableConv2D(4, kernel, strides=stride, padding=mode),
    ):
        network = Network.of(Input((side, side + 1, 3)), layer, Flatten())
        assert summarize(replaced(network, way)).rows[-1].output_shape == summarize(network).rows[-1].output_shape


@each_way
@pytest.mark.parametrize("side", [12, 13])
@pytest.mark.parametrize("pool", ["valid", "same"])
@pytest.mark.parametrize("size", [2, 3])
def test_maps_keep_their_size_on_odd_sides_too(way: Replacement, side: int, pool: str, size: int) -> None:
    network = Network.of(
        Input((side, side, 3)),
        Conv2D(4, 3, padding="same"),
        MaxPooling2D(size, strides=2, padding=pool),
        Flatten(),
    )
    assert summarize(replaced(network, way)).rows[-1].output_shape == summarize(network).rows[-1].output_shape


def test_a_rest_that_a_strided_convolution_reaches_is_named() -> None:
    network = preset("cats_dogs").make()
    before, after = summarize(network), summarize(replaced(network, Replacement.STRIDE))
    first = shape_changes(before, after)[0]
    # 180 → 178 → 89 → 87: a pool leaves the last row and column out, a convolution at stride 2 reaches them.
    assert (first.before[:2], first.after[:2]) == ((43, 43), (44, 44))
    (strided,) = (row.layer for row in after.rows if row.name == first.source)
    assert isinstance(strided, Conv2D)
    assert strided.strides == (2, 2)


def test_what_stands_in_the_pools_place() -> None:
    network = Network.of(Input((8, 8, 1)), Conv2D(4, 3, padding="same"), MaxPooling2D(2), name="small")
    kinds = {way: [layer.kind for layer in replaced(network, way).layers] for way in Replacement}
    assert kinds[Replacement.AVERAGE] == ["Input", "Conv2D", "AveragePooling2D"]
    assert kinds[Replacement.CONVOLUTION] == ["Input", "Conv2D", "Conv2D"]
    assert kinds[Replacement.STRIDE] == ["Input", "Conv2D"]
    assert kinds[Replacement.BLUR] == ["Input", "Conv2D", "MaxPooling2D", "DepthwiseConv2D"]
    assert summarize(replaced(network, Replacement.CONVOLUTION)).parameters == 40 + 3 * 3 * 4 * 4 + 4


def test_overlapping_pools_keep_their_window() -> None:
    network = preset("alexnet").make()
    strided = replaced(network, Replacement.CONVOLUTION)["pool1"].layer
    assert isinstance(strided, Conv2D)
    assert (strided.kernel_size, strided.strides, strided.padding) == ((3, 3), (2, 2), "valid")
    mean = replaced(network, Replacement.AVERAGE)["pool1"].layer
    assert isinstance(mean, AveragePooling2D)
    assert (mean.pool_size, mean.steps) == ((3, 3), (2, 2))


def test_what_stands_in_a_strided_convolutions_place() -> None:
    network = Network.of(Input((9, 9, 1)), NamedLayer("conv", Conv2D(4, 3, strides=2)), Flatten(), name="small")
    kinds = {way: [layer.kind for layer in replaced(network, way).layers] for way in Replacement}
    assert kinds[Replacement.MAX] == ["Input", "Conv2D", "MaxPooling2D", "Flatten"]
    assert kinds[Replacement.BLUR] == ["Input", "Conv2D", "MaxPooling2D", "DepthwiseConv2D", "Flatten"]
    assert replaced(network, Replacement.CONVOLUTION) == replaced(network, Replacement.STRIDE) == network
    assert replaced(network, Replacement.MAX, convolutions=False) == network
    before, after = summarize(network), summarize(replaced(network, Replacement.MAX))
    assert after.multiply_adds == 7 * 7 * 9 * 4
    assert before.multiply_adds == 4 * 4 * 9 * 4


def test_a_stride_moves_before_what_treats_every_place_alike() -> None:
    network = Network.of(
        Input((8, 8, 1)), Conv2D(4, 3, padding="same"), BatchNormalization(), Activation("relu"), MaxPooling2D(2)
    )
    found = replaced(network, Replacement.STRIDE)
    assert [layer.kind for layer in found.layers] == ["Input", "Conv2D", "BatchNormalization", "Activation"]
    assert summarize(found).rows[-1].output_shape == (4, 4, 4)


def test_a_branch_that_looks_at_the_convolution_keeps_it() -> None:
    network = Network(
        (
            NamedLayer("input", Input((8, 8, 1))),
            NamedLayer("conv", Conv2D(4, 3, padding="same")),
            NamedLayer("pool", MaxPooling2D(2)),
            NamedLayer("other", DepthwiseConv2D(3, strides=2, padding="same"), ("conv",)),
        )
    )
    found = replaced(network, Replacement.STRIDE)
    assert found["conv"].layer == network["conv"].layer
    assert found["pool"].kind == "Conv2D"


def test_blur_is_a_mean() -> None:
    network = study_network(Replacement.BLUR)
    first, second = blurs(network)
    assert (first.weights(network).shape, second.weights(network).shape) == ((3, 3, 16, 1), (3, 3, 32, 1))
    np.testing.assert_allclose(second.weights(network).sum(axis=(0, 1)), 1)


def test_the_study_is_complete_and_its_figures_are_ours() -> None:
    study = recorded_study()
    assert study.seeds >= 3
    for way in Replacement:
        runs = study.of(way)
        assert sorted(run["seed"] for run in runs) == sorted({run["seed"] for run in study.runs})
        assert all(len(run["loss"]) == len(run["test_loss"]) == study.epochs for run in runs)
        assert all(run["test_accuracy"][-1] == pytest.approx(run["shifted_accuracy"]["0"], abs=1e-4) for run in runs)
        summary = summarize(study_network(way))
        assert (study.parameters[way], study.multiply_adds[way]) == (summary.parameters, summary.multiply_adds)
        accuracy, spread = study.accuracy(way, 0)
        assert 0.8 < accuracy < 0.95
        assert 0 <= spread < 0.05


@pytest.mark.keras
@each_way
@pytest.mark.parametrize("key", ["mnist", "resnet_20"])
def test_keras_builds_what_was_replaced(way: Replacement, key: str) -> None:
    from cnn_core import build_model

    network = replaced(preset(key).make(), way)
    model = build_model(network)
    summary = summarize(network)
    assert model.count_params() == summary.parameters
    assert model.output_shape[1:] == summary.rows[-1].output_shape
