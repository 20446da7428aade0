"""Networks with their down-sampling replaced: shapes that stay, costs that change, models that Keras builds."""

import numpy as np
import pytest

from cnn_core.downsampling import Way, blur_weights, replaced, study_network
from cnn_core.layers import Conv2D, DepthwiseConv2D, Flatten, Input, MaxPooling2D
from cnn_core.network import NamedLayer, Network
from cnn_core.presets import PRESETS
from cnn_core.study import recorded_study
from cnn_core.summary import summarize

each_way = pytest.mark.parametrize("way", list(Way))


@each_way
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_preset_can_be_replaced(preset: object, way: Way) -> None:
    network = preset.make()  # type: ignore[attr-defined]
    before, after = summarize(network), summarize(replaced(network, way))
    shapes = {row.name: row.output_shape for row in before.rows}
    assert after.rows[-1].output_shape == before.rows[-1].output_shape
    if way is not Way.STRIDE:
        assert all(shapes[row.name] == row.output_shape for row in after.rows if row.name in shapes)


@each_way
@pytest.mark.parametrize("side", [12, 13])
@pytest.mark.parametrize("pool", ["valid", "same"])
def test_maps_keep_their_size_on_odd_sides_too(way: Way, side: int, pool: str) -> None:
    network = Network.of(Input((side, side, 3)), Conv2D(4, 3, padding="same"), MaxPooling2D(2, padding=pool), Flatten())
    assert summarize(replaced(network, way)).rows[-1].output_shape == summarize(network).rows[-1].output_shape


def test_what_stands_in_the_pools_place() -> None:
    network = Network.of(Input((8, 8, 1)), Conv2D(4, 3, padding="same"), MaxPooling2D(2), name="small")
    kinds = {way: [layer.kind for layer in replaced(network, way).layers] for way in Way}
    assert kinds[Way.AVERAGE] == ["Input", "Conv2D", "AveragePooling2D"]
    assert kinds[Way.CONVOLUTION] == ["Input", "Conv2D", "Conv2D"]
    assert kinds[Way.STRIDE] == ["Input", "Conv2D"]
    assert kinds[Way.BLUR] == ["Input", "Conv2D", "MaxPooling2D", "DepthwiseConv2D"]
    assert summarize(replaced(network, Way.CONVOLUTION)).parameters == 40 + 3 * 3 * 4 * 4 + 4


def test_a_branch_that_looks_at_the_convolution_keeps_it() -> None:
    network = Network(
        (
            NamedLayer("input", Input((8, 8, 1))),
            NamedLayer("conv", Conv2D(4, 3, padding="same")),
            NamedLayer("pool", MaxPooling2D(2)),
            NamedLayer("other", DepthwiseConv2D(3, strides=2, padding="same"), ("conv",)),
        )
    )
    found = replaced(network, Way.STRIDE)
    assert found["conv"].layer == network["conv"].layer
    assert found["pool"].kind == "Conv2D"


def test_blur_is_a_mean() -> None:
    weights = blur_weights(5)
    assert weights.shape == (3, 3, 5, 1)
    np.testing.assert_allclose(weights.sum(axis=(0, 1)), 1)


def test_the_study_is_complete_and_its_figures_are_ours() -> None:
    study = recorded_study()
    assert study.seeds >= 3
    for way in Way:
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
def test_keras_builds_what_was_replaced(way: Way) -> None:
    from cnn_core import build_model

    network = replaced(study_network(Way.MAX), way)
    model = build_model(network)
    summary = summarize(network)
    assert model.count_params() == summary.parameters
    assert model.output_shape[1:] == summary.rows[-1].output_shape
