"""What maps add to maps is what is missing without them in Keras, and with the bias it is the mean of the map."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from layer_cases import Case, case, cases, in_keras
from numpy.testing import assert_allclose

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError
from cnn_core.explain.added import Added, Computed, added
from cnn_core.explain.contributions import STRONGEST, Contributions, FromMap, contributions, strongest_rows
from cnn_core.layers import KINDS, Layer
from cnn_core.network.network import NamedLayer, Network

WEIGHTED = (L.Conv2D, L.DepthwiseConv2D, L.SeparableConv2D, L.Conv2DTranspose, L.Dense)
ACTIVATIONS = (L.Activation, L.PReLU)
EXTREMES = (L.Maximum, L.Minimum, L.ReduceMax)
BY_OTHERS = (
    L.MaxPooling2D,
    L.GlobalMaxPooling2D,
    L.LayerNormalization,
    L.GroupNormalization,
    L.Multiply,
    L.Dot,
    *EXTREMES,
)
"""Where what a map adds depends on the other values, so that more changes without it than what it added."""

FEW = settings(max_examples=12, suppress_health_check=list(HealthCheck))


def before_activation(drawn: Case) -> Case:
    has_one = "activation" in type(drawn.layer).settings() and not isinstance(drawn.layer, L.Activation)
    return replace(drawn, layer=replace(drawn.layer, activation="linear")) if has_one else drawn  # type: ignore[call-arg]


def added_in(drawn: Case, output: np.ndarray) -> Added:
    counts = [one.shape[-1] for one in drawn.inputs]
    return added(drawn.layer, Computed(drawn.weights, drawn.inputs, output, counts))


def matrix(found: Added, drawn: Case, source: int) -> np.ndarray:
    """Return what each map of an input adds to each map, all pairs, (maps of the input, n)."""
    shape = found.amounts.shape
    pairs = np.zeros((drawn.inputs[source].shape[-1], shape[1]))
    own = np.broadcast_to(found.sources, shape) == source
    columns = np.broadcast_to(np.arange(shape[1]), shape)
    np.add.at(pairs, (np.broadcast_to(found.channels, shape)[own], columns[own]), found.amounts[own])
    return pairs


def means(values: np.ndarray) -> np.ndarray:
    """Return the mean of each map of several outputs, (outputs, maps)."""
    return np.asarray(values.reshape(len(values), -1, values.shape[-1]).mean(axis=1, dtype=np.float64))


def some_maps(drawn: Case) -> list[tuple[int, int]]:
    """Return a few maps of the inputs, first and last ones: (input, channel)."""
    every = [(source, channel) for source, one in enumerate(drawn.inputs) for channel in range(one.shape[-1])]
    return list(dict.fromkeys([*every[:2], *every[-2:]]))


def without(drawn: Case, dropped: list[tuple[int, int]]) -> Iterator[list[np.ndarray]]:
    """Yield the inputs as they are, and then with one map set to 0, one after the other."""
    yield drawn.inputs
    for source, channel in dropped:
        inputs = [one.copy() for one in drawn.inputs]
        inputs[source][..., channel] = 0
        yield inputs


@pytest.mark.keras
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind is not L.Input], ids=lambda kind: kind.__name__
)
@FEW
@given(data=st.data())
def test_it_is_the_mean_before_the_activation_and_what_is_missing_without_a_map(
    kind: type[Layer], data: st.DataObject
) -> None:
    drawn = before_activation(data.draw(cases(kind)))
    dropped = [] if kind in (*BY_OTHERS, *ACTIVATIONS) else some_maps(drawn)
    outputs = in_keras(drawn)(*map(np.stack, zip(*without(drawn, dropped), strict=True)))
    found = added_in(drawn, outputs[0])
    expected = drawn.inputs[0][np.newaxis] if kind in ACTIVATIONS else outputs
    near: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-5 * max(1, np.abs(expected).max(), np.abs(found.amounts).max())}
    assert_allclose(found.amounts.sum(axis=0, dtype=np.float64) + found.bias, means(expected)[0], **near)
    for (source, channel), changed in zip(dropped, means(outputs)[1:], strict=True):
        assert_allclose(matrix(found, drawn, source)[channel], means(outputs)[0] - changed, **near)


@pytest.mark.parametrize("kind", WEIGHTED, ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_pairs_of_maps_are_the_sum_of_all_windows(kind: type[Layer], data: st.DataObject) -> None:
    """Every value of the output opened one by one, and the products of one channel added."""
    drawn = data.draw(cases(kind))
    output = np.zeros(drawn.output_shape, np.float32)
    pairs = np.zeros((drawn.inputs[0].shape[-1], output.shape[-1]))
    for place in product(*map(range, output.shape)):
        stage = drawn.explain(place).stages[0]
        assert stage.terms is not None
        channels = stage.patch.channels if stage.patch is not None else stage.terms.numbers
        np.add.at(pairs[:, place[-1]], np.array(channels, np.intp), stage.terms.amounts)
    found = matrix(added_in(drawn, output), drawn, 0)
    assert_allclose(found, pairs / np.prod(output.shape[:-1]), rtol=1e-4, atol=1e-5)


def test_the_largest_share_alone_is_a_maximums_and_all_factors_share_alike() -> None:
    inputs = [np.array([[[1.0], [5.0]]]), np.array([[[3.0], [2.0]]])]
    largest = added(L.Maximum(), Computed([], inputs, np.array([[[3.0], [5.0]]]), [1, 1]))
    assert largest.amounts.tolist() == [[2.5], [1.5]]
    product_of = added(L.Multiply(), Computed([], inputs, np.array([[[3.0], [10.0]]]), [1, 1]))
    assert product_of.amounts.tolist() == [[3.25], [3.25]]


def test_a_kind_that_nobody_knows_is_refused() -> None:
    class Strange(Layer):
        group = L.Group.SHAPE

    with pytest.raises(LayerError, match="added to a map of Strange is not known"):
        added(Strange(), Computed([], [np.ones(3)], np.ones(3), [3]))


# In a network ---------------------------------------------------------------------------------------------------------


def asked(network: Network, layer: str, **changed: np.ndarray) -> tuple[Contributions, Case]:
    """Ask of a layer with weights and inputs drawn, and return these too; other layers give zeros."""
    steps = {step.named.name: step for step in network.steps()}
    step = steps[layer]
    drawn = case(step.named.layer, *step.input_shapes)
    maps = {name: np.zeros(one.output_shape, np.float32) for name, one in steps.items()}
    maps |= dict(zip(step.sources, drawn.inputs, strict=True)) | changed
    return contributions(network, layer, drawn.weights, maps), replace(
        drawn, inputs=[maps[one] for one in step.sources]
    )


FLATTENED = Network.of(
    L.Input((6, 6, 1)),
    L.Conv2D(4, 3, padding="same"),
    L.MaxPooling2D(2),
    L.Dropout(),
    L.Flatten(),
    L.Dropout(),
    L.Dense(5),
)


def test_units_behind_a_flattened_map_are_added_up_by_its_maps() -> None:
    found, drawn = asked(FLATTENED, "dense")
    assert found.sources == ("max_pooling2d",)
    (units,), (kernel, bias) = drawn.inputs, drawn.weights
    by_map = (units[:, np.newaxis] * kernel).reshape(9, 4, 5).sum(axis=0)
    for unit in range(5):
        to = found.to(unit)
        assert to.others == 0
        assert {term.channel: term.amount for term in to.terms} == pytest.approx(dict(enumerate(by_map[:, unit])))
        assert [abs(term.amount) for term in to.terms] == sorted((abs(term.amount) for term in to.terms), reverse=True)
        assert to.total == pytest.approx(units @ kernel[:, unit] + bias[unit], rel=1e-5)


def test_a_flattened_unit_is_one_value_of_one_map() -> None:
    values = np.arange(36, dtype=np.float32)
    found, _ = asked(FLATTENED, "flatten", flatten=values)
    assert found.sources == ("max_pooling2d",)
    assert found.to(4 * 7 + 2).terms == (FromMap("max_pooling2d", 2, 30.0),)
    assert (found.others, found.amounts.shape) == (0, (1, 36))


@pytest.mark.parametrize(
    ("layers", "asked_for", "source"),
    [
        # A vector of maps, put on a 1×1 map and passed on.
        ([L.GlobalAveragePooling2D(), L.Reshape((1, 1, 3)), L.Dropout(), L.Conv2D(2, 1)], "conv2d", "global_average"),
        # Normalized between Flatten and Dense: these units are no copies.
        ([L.Flatten(), L.BatchNormalization(), L.Dense(2)], "dense", "batch_normalization"),
        ([L.Flatten(), L.BatchNormalization(), L.Dense(2)], "batch_normalization", "input"),
        # Units that become maps: each is its own.
        ([L.Flatten(), L.Dense(8), L.Reshape((2, 2, 2)), L.Conv2D(2, 1)], "conv2d", "reshape"),
        ([L.Flatten(), L.Dense(8), L.Reshape((2, 2, 2)), L.Conv2D(2, 1)], "reshape", "dense"),
        ([L.RandomFlip(), L.Conv2D(2, 1)], "conv2d", "input"),
        ([L.Permute((2, 1, 3)), L.Flatten(), L.Dense(2)], "dense", "permute"),
    ],
)
def test_whose_maps_they_are(layers: list[Layer], asked_for: str, source: str) -> None:
    found, _ = asked(Network.of(L.Input((4, 6, 3)), *layers), asked_for)
    assert len(found.sources) == 1
    assert found.sources[0].startswith(source)


def test_units_that_become_maps_are_counted_one_by_one() -> None:
    network = Network.of(L.Input((12,)), L.Reshape((3, 2, 2)))
    values = np.arange(12, dtype=np.float32)
    to = asked(network, "reshape", reshape=values.reshape(3, 2, 2))[0].to(1)
    assert [term.channel for term in to.terms] == [11, 9, 7, 5, 3, 1]
    assert [term.amount for term in to.terms] == pytest.approx([unit / 6 for unit in (11, 9, 7, 5, 3, 1)])
    assert (to.others, to.rest) == (0, 0)


def test_maps_laid_out_anew_come_from_several() -> None:
    values = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    network = Network.of(L.Input((2, 2, 2)), L.Permute((2, 3, 1)))
    to = asked(network, "permute", permute=values.transpose(1, 2, 0))[0].to(1)
    assert to.terms == (FromMap("input", 1, (5 + 7) / 4), FromMap("input", 0, (4 + 6) / 4))


def test_axes_that_change_places_leave_the_maps() -> None:
    network = Network.of(L.Input((4, 3, 20)), L.Permute((2, 1, 3)))
    found, _ = asked(network, "permute")
    assert found.channels.tolist() == [list(range(20))]


def test_merges_name_the_map_of_each_source() -> None:
    network = Network(
        (
            NamedLayer("input", L.Input((4, 4, 2))),
            NamedLayer("beside", L.Conv2D(3, 1), ("input",)),
            NamedLayer("dropped", L.Dropout(), ("input",)),
            NamedLayer("joined", L.Concatenate(), ("beside", "dropped")),
            NamedLayer("gate", L.GlobalAveragePooling2D(keepdims=True), ("joined",)),
            NamedLayer("sum", L.Add(), ("joined", "gate")),
        )
    )
    joined, drawn = asked(network, "joined", joined=np.full((4, 4, 5), 2, np.float32))
    assert joined.sources == ("beside", "input")
    assert [joined.to(number).terms for number in (2, 3)] == [(FromMap("beside", 2, 2),), (FromMap("input", 0, 2),)]
    total, drawn = asked(network, "sum")
    assert {(term.layer, term.channel) for term in total.to(1).terms} == {("joined", 1), ("gate", 1)}
    amounts = {term.layer: term.amount for term in total.to(1).terms}
    assert amounts == pytest.approx({"joined": drawn.inputs[0][..., 1].mean(), "gate": drawn.inputs[1][0, 0, 1]})


def test_the_strongest_are_named_and_the_others_added() -> None:
    found, drawn = asked(Network.of(L.Input((5, 5, 30)), L.Conv2D(7, 1)), "conv2d")
    amounts = drawn.inputs[0].mean(axis=(0, 1))[:, np.newaxis] * drawn.weights[0][0, 0]
    for number in range(7):
        to, own = found.to(number), amounts[:, number]
        order = np.argsort(-np.abs(own))
        assert [term.channel for term in to.terms] == order[:STRONGEST].tolist()
        assert [term.amount for term in to.terms] == pytest.approx(own[order[:STRONGEST]], rel=1e-4)
        assert to.others == 22
        assert to.rest == pytest.approx(own[order[STRONGEST:]].sum(), rel=1e-4, abs=1e-6)
        assert to.bias == drawn.weights[1][number]


def test_nothing_is_added_to_an_input() -> None:
    found, _ = asked(Network.of(L.Input((4, 4, 3))), "input", input=np.ones((4, 4, 3), np.float32))
    assert (found.sources, found.others) == ((), 0)
    assert found.to(2).terms == ()


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(max_examples=40)
@given(st.integers(0, 200).flatmap(lambda count: arrays(np.float32, (count, 2), elements=numbers)), st.integers(1, 9))
def test_the_strongest_are_found_among_any_numbers(amounts: np.ndarray, most: int) -> None:
    chosen = strongest_rows(amounts, most)
    sizes = np.nan_to_num(np.abs(amounts), nan=np.inf, posinf=np.inf)
    assert chosen.shape == (min(most, len(amounts)), 2)
    for column in range(2):
        assert len(set(chosen[:, column])) == len(chosen)
        assert sizes[chosen[:, column], column].tolist() == sorted(sizes[:, column], reverse=True)[:most]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("spoilt", [np.nan, np.inf, 3e38])
def test_numbers_that_are_none_break_nothing(kind: type[Layer], spoilt: float) -> None:
    starter: Any = kind
    layer = L.Input((16, 16, 8)) if kind is L.Input else starter(**kind.starter)
    inputs = [np.full((16, 16, 8), spoilt, np.float32)] * max(layer.inputs[0], 1)
    drawn = replace(case(layer, *(one.shape for one in inputs)), inputs=inputs)
    output = np.full(drawn.output_shape, spoilt, np.float32)
    network = Network((NamedLayer("input", L.Input((16, 16, 8))),))
    if kind is not L.Input:
        network = Network((*network.layers, NamedLayer("asked", layer, ("input",) * len(inputs))))
    name = network.layers[-1].name
    found = contributions(network, name, drawn.weights, {"input": inputs[0], name: output})
    to = found.to(output.shape[-1] - 1)
    assert len(to.terms) == min(STRONGEST, len(to.terms) + to.others)


def test_what_never_was_a_number_is_named_first_and_spoils_no_place_that_does_not_see_it() -> None:
    spoilt = np.ones((5, 5, 12), np.float32)
    spoilt[1, 1, 4] = np.nan
    network = Network.of(L.Input((5, 5, 12)), L.Conv2D(2, 1, strides=2))
    found, _ = asked(network, "conv2d", input=spoilt)
    assert np.isfinite(found.amounts).all()
    spoilt[2, 2, 4] = np.nan
    found, _ = asked(network, "conv2d", input=spoilt)
    assert found.channels[0].tolist() == [4, 4]
    assert np.isfinite(found.amounts[1:]).all()
    assert np.isfinite(found.rest).all()
