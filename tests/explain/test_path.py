"""The strongest path follows what would change most without its value, and ends at a pixel or where nothing adds."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layer_cases import Case, case, cases
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError
from cnn_core.explain.path import PathStep, strongest_parts, strongest_path
from cnn_core.explain.unit import Origin, Place, explain_unit
from cnn_core.layers import KINDS, Layer
from cnn_core.network.network import NamedLayer, Network

SUMMING = (L.Conv2D, L.DepthwiseConv2D, L.SeparableConv2D, L.Conv2DTranspose, L.Dense)
SUMMING += (L.AveragePooling2D, L.GlobalAveragePooling2D, L.Add, L.Average)  # type: ignore[assignment]


def missing(drawn: Case, place: Place) -> dict[Origin, float]:
    """Return how far the sum falls without each single value of the inputs, those left out that change nothing."""
    whole, found = drawn.explain(place).stages[0].after, {}
    for source, one in enumerate(drawn.inputs):
        for where in np.ndindex(one.shape):
            inputs = [each.copy() for each in drawn.inputs]
            inputs[source][where] = 0
            found[Origin(source, where)] = whole - replace(drawn, inputs=inputs).explain(place).stages[0].after
    return found


@pytest.mark.parametrize("kind", SUMMING, ids=lambda kind: kind.__name__)
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_value_is_missed_more_than_the_strongest(kind: type[Layer], data: st.DataObject) -> None:
    drawn = data.draw(cases(kind))
    place = drawn.some_places()[-1]
    falls = missing(drawn, place)
    parts = strongest_parts(drawn.explain(place), 3)
    expected = sorted(map(abs, falls.values()), reverse=True)[:3]
    assert [abs(part.amount) for part in parts] == pytest.approx([one for one in expected if one > 1e-9], abs=1e-9)
    for part in parts:
        assert falls[part.origin] == pytest.approx(part.amount, abs=1e-9)
        assert part.share == pytest.approx(abs(part.amount) / sum(map(abs, falls.values())), abs=1e-6)


def test_of_a_dot_product_the_larger_factor_of_the_largest_product_leads_on() -> None:
    first, second = np.array([[1.0, 2, -5]]), np.array([[9.0], [-8], [3]])
    why = explain_unit(L.Dot((2, 1)), [], [first, second], (0, 0))
    parts = strongest_parts(why, 3)
    assert [part.origin for part in parts] == [Origin(1, (1, 0)), Origin(0, (0, 2)), Origin(1, (0, 0))]
    assert [part.amount for part in parts] == [-16, -15, 9]
    assert [part.share for part in parts] == pytest.approx([16 / 40, 15 / 40, 9 / 40])


# Networks -------------------------------------------------------------------------------------------------------------


class Computed:
    """A network with weights drawn, and what its layers make of an input, value by value."""

    def __init__(self, network: Network, pixels: Any, **weights: list[Any]) -> None:
        self.network = network
        self.weights: dict[str, list[np.ndarray]] = {}
        self.maps: dict[str, np.ndarray] = {}
        for step in network.steps():
            name, layer = step.named.name, step.named.layer
            drawn = [np.array(one, np.float32) for one in weights[name]] if name in weights else None
            self.weights[name] = case(layer, *step.input_shapes).weights if drawn is None else drawn
            inputs = [self.maps[source] for source in step.sources] or [np.asarray(pixels, np.float32)]
            output = np.zeros(step.output_shape, np.float32)
            with np.errstate(all="ignore"):
                for place in np.ndindex(output.shape):
                    output[place] = explain_unit(layer, self.weights[name], inputs, place).value
            self.maps[name] = output

    def path(self, layer: str, place: Place) -> tuple[PathStep, ...]:
        return strongest_path(self.network, layer, place, self.weights.__getitem__, self.maps)


def first_step(layer: str, place: Place, value: float) -> PathStep:
    return PathStep(layer, place, value, value, 1.0)


PICTURE = np.array([[1.0, -2, 0], [3, 1, 4], [0, 2, 1]]).reshape(3, 3, 1)


def test_every_step_of_a_small_network_by_hand() -> None:
    """A kernel of ones but for a −2, ReLU, the largest of four, and two units."""
    network = Network.of(
        *(L.Input((3, 3, 1)), L.Conv2D(1, 2, use_bias=False), L.BatchNormalization(epsilon=0.0, center=False)),
        *(L.Activation("relu"), L.MaxPooling2D(2), L.Dropout(), L.Flatten(), L.Dense(2, activation="sigmoid")),
    )
    kernel = np.array([[1.0, 1], [1, -2]]).reshape(2, 2, 1, 1)
    computed = Computed(
        network, PICTURE, conv2d=[kernel], batch_normalization=[[2.0], [0.0], [1.0]], dense=[[[3.0, -0.5]], [1, 0]]
    )
    # 1 − 2 + 3 − 2·1 = 0, −2 + 0 + 1 − 2·4 = −9, 3 + 1 + 0 − 2·2 = 0, 1 + 4 + 2 − 2·1 = 5
    assert computed.maps["conv2d"].ravel().tolist() == [0, -9, 0, 5]
    assert computed.path("dense", (1,)) == (
        first_step("dense", (1,), float(computed.maps["dense"][1])),
        PathStep("max_pooling2d", (0, 0, 0), 10, -5, 1.0),
        PathStep("conv2d", (1, 1, 0), 5, 10, 1.0),
        PathStep("input", (1, 2, 0), 4, 4, 4 / 9),
    )
    # What is passed on keeps what it became: −9 is normalized to −18, and the activation makes 0 of it.
    assert computed.path("activation", (0, 1, 0)) == (
        PathStep("activation", (0, 1, 0), 0, 0, 1.0),
        PathStep("conv2d", (0, 1, 0), -9, 0, 1.0),
        PathStep("input", (1, 2, 0), 4, -8, 8 / 11),
    )


def test_the_strongest_branch_of_a_merge() -> None:
    network = Network(
        (
            NamedLayer("input", L.Input((3, 3, 1))),
            NamedLayer("half", L.Conv2D(1, 1, use_bias=False), ("input",)),
            NamedLayer("more", L.Conv2D(1, 1, use_bias=False), ("input",)),
            NamedLayer("sum", L.Add(), ("half", "more", "input")),
            NamedLayer("product", L.Multiply(), ("half", "more", "sum")),
            NamedLayer("largest", L.Maximum(), ("half", "more", "input")),
            NamedLayer("joined", L.Concatenate(), ("product", "more")),
        )
    )
    computed = Computed(network, PICTURE, half=[[[[[0.5]]]]], more=[[[[[-3.0]]]]])
    more = PathStep("more", (1, 2, 0), -12, -12, 12 / 18)
    pixel = PathStep("input", (1, 2, 0), 4, 4 * -3, 1.0)
    assert computed.path("sum", (1, 2, 0)) == (PathStep("sum", (1, 2, 0), -6, -6, 1.0), more, pixel)
    product = 2 * -12 * -6
    assert computed.path("joined", (1, 2, 0)) == (
        PathStep("joined", (1, 2, 0), product, product, 1.0),
        PathStep("product", (1, 2, 0), product, product, 1.0),
        PathStep("more", (1, 2, 0), -12, product / 3, 1 / 3),
        pixel,
    )
    assert computed.path("joined", (1, 2, 1))[1] == PathStep("more", (1, 2, 0), -12, -12, 1.0)
    assert computed.path("largest", (1, 2, 0))[1:] == (PathStep("input", (1, 2, 0), 4, 4, 1.0),)
    assert computed.path("largest", (0, 1, 0))[1:2] == (PathStep("more", (0, 1, 0), 6, 6, 1.0),)


def test_it_ends_where_nothing_takes_part() -> None:
    network = Network.of(
        *(
            L.Input((3, 3, 1)),
            L.ZeroPadding2D(2),
            L.Conv2D(1, 2),
            L.Conv2DTranspose(1, 1, strides=2),
            L.MaxPooling2D(2),
        ),
    )
    computed = Computed(network, PICTURE)
    # A zero of the padding; a sum of such zeros, which leaves the bias; an output that the kernels step over.
    for layer, place in (("zero_padding2d", (0, 1, 0)), ("conv2d", (0, 0, 0)), ("conv2d_transpose", (1, 2, 0))):
        value = float(computed.maps[layer][place])
        assert computed.path(layer, place) == (first_step(layer, place, value),)
    dead = Computed(
        network,
        np.zeros((3, 3, 1)),
        conv2d=[np.ones((2, 2, 1, 1)), [0.0]],
        conv2d_transpose=[np.ones((1, 1, 1, 1)), [0.0]],
    )
    assert [step.layer for step in dead.path("max_pooling2d", (0, 0, 0))] == ["max_pooling2d"]
    # The picture reaches this one, but is zero: the bias alone made it.
    biased = Computed(network, np.zeros((3, 3, 1)), conv2d=[np.ones((2, 2, 1, 1)), [1.0]])
    assert [step.layer for step in biased.path("conv2d_transpose", (4, 4, 0))] == ["conv2d_transpose", "conv2d"]


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    fitting_networks([kind for kind in KINDS.values() if kind is not L.Input], most_layers=5, most=3),
    st.integers(0, 99),
)
def test_in_any_network_it_goes_back_step_by_step(network: Network, seed: int) -> None:
    steps = {step.named.name: step for step in network.steps()}
    chance = np.random.default_rng(seed)
    *_, last = steps
    maps = {name: chance.normal(size=step.output_shape).astype(np.float32) for name, step in steps.items()}
    weights = {name: case(step.named.layer, *step.input_shapes).weights for name, step in steps.items()}
    place = tuple(int(chance.integers(size)) for size in steps[last].output_shape)
    path = strongest_path(network, last, place, weights.__getitem__, maps)
    assert path[0] == first_step(last, place, float(maps[last][place]))
    behind = {name: set(step.sources) for name, step in steps.items()}
    for name in steps:
        behind[name] |= {other for source in behind[name] for other in behind[source]}
    for after, before in pairwise(path):
        assert before.layer in behind[after.layer]
        assert before.value == maps[before.layer][before.place]
        assert 0 < before.share <= 1


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind is not L.Input], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize("spoilt", [np.nan, np.inf, -np.inf, 3e38])
def test_numbers_that_are_none_break_nothing(kind: type[Layer], spoilt: float) -> None:
    starter: Any = kind
    layer = starter(**kind.starter)
    fewest, _ = layer.inputs
    network = Network((NamedLayer("input", L.Input((16, 16, 8))), NamedLayer("asked", layer, ("input",) * fewest)))
    pixels = np.full((16, 16, 8), spoilt, np.float32)
    drawn = case(layer, *[pixels.shape] * fewest)
    maps = {"input": pixels, "asked": np.full(drawn.output_shape, spoilt, np.float32)}
    place = tuple(size // 2 for size in drawn.output_shape)
    first, *others = strongest_path(network, "asked", place, {"input": [], "asked": drawn.weights}.__getitem__, maps)
    assert (first.layer, first.place) == ("asked", place)
    assert all(0 < step.share <= 1 for step in others)


def test_what_a_bias_alone_made_is_gone_round() -> None:
    """The strongest input of the sum is 9, made of zeros and a bias; the next one comes from a pixel."""
    network = Network.of(
        *(L.Input((1, 1, 2)), L.DepthwiseConv2D(1), L.Activation("relu"), L.Conv2D(1, 1, use_bias=False)),
    )
    kernels: dict[str, list[Any]] = {
        "depthwise_conv2d": [np.ones((1, 1, 2, 1)), [9.0, 0.0]],
        "conv2d": [np.ones((1, 1, 2, 1))],
    }
    path = Computed(network, [[[0.0, 3.0]]], **kernels).path("conv2d", (0, 0, 0))
    assert path[1:] == (
        PathStep("depthwise_conv2d", (0, 0, 1), 3, 3, 3 / 12),
        PathStep("input", (0, 0, 1), 3, 3, 1.0),
    )
    # Where no input leads on, the strongest is the last that is known.
    black = Computed(network, np.zeros((1, 1, 2)), **kernels).path("conv2d", (0, 0, 0))
    assert black[1:] == (PathStep("depthwise_conv2d", (0, 0, 0), 9, 9, 1.0),)


def test_it_leads_to_what_is_no_number() -> None:
    network = Network.of(L.Input((3, 3, 1)), L.Conv2D(2, 3, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3))
    pixels = PICTURE.copy()
    pixels[2, 0] = np.nan
    assert Computed(network, pixels).path("dense", (1,))[-1].place == (2, 0, 0)


def test_a_value_that_is_not_there_is_refused() -> None:
    network = Network.of(L.Input((3, 3, 1)), L.Flatten())
    with pytest.raises(LayerError, match="no such place"):
        Computed(network, PICTURE).path("flatten", (9,))
