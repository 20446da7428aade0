"""Every value that is opened is Keras's own, adds up, and depends on what it says it depends on."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from math import prod
from typing import Any

import numpy as np
import pytest
from checking import unchecked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layer_cases import Case, case, cases, in_keras, maps
from numpy.testing import assert_allclose
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.errors import LayerError
from cnn_core.explain import seen
from cnn_core.explain.resizing import nearest
from cnn_core.explain.unit import (
    Explanation,
    Origin,
    Patch,
    Place,
    Stage,
    StageKind,
    Term,
    Terms,
    explain_unit,
)
from cnn_core.layers import KINDS, ActivationName, Layer
from cnn_core.models.bundled import bundled_network, model_path
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.summary import summarize

PRECISION = 1e-6
"""How far Keras's float32 may be away, as a share of the largest numbers that took part."""

SUMS = (StageKind.WEIGHTED_SUM, StageKind.SUM, StageKind.AVERAGE, StageKind.INTERPOLATION)

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def largest(why: Explanation) -> float:
    """Return the size of the numbers that a value was made of: rounding is a share of it."""
    found = [abs(why.value)]
    for stage in why.stages:
        if stage.kind is StageKind.ACTIVATION:
            found.append(1)
        found.extend(map(abs, [stage.after, *stage.constants.values()]))
        if stage.kind is StageKind.NORMALIZATION:
            mean, variance = stage.constants["mean"], stage.constants["variance"] + stage.constants.get("epsilon", 0)
            found.append((abs(stage.before or 0) + abs(mean)) / max(np.sqrt(variance), 1e-7))
        if stage.terms is not None:
            found.append(np.abs(stage.terms.amounts).sum() * (1 + abs(why.value)))
        if stage.patch is not None:
            found.append(np.abs(stage.patch.products).sum())
    return max(found)


# As Keras has it ------------------------------------------------------------------------------------------------------


@pytest.mark.keras
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind is not L.Input], ids=lambda kind: kind.__name__
)
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_value_is_keras_own_and_depends_on_its_origins_alone(kind: type[Layer], data: st.DataObject) -> None:
    drawn = data.draw(cases(kind))
    compute = in_keras(drawn)
    output = compute(*(one[np.newaxis] for one in drawn.inputs))[0]
    assert output.shape == drawn.output_shape
    # TensorFlow finds the places that Resizing takes in float32, off by some 1e-7 of the input's length.
    precision = 10 * PRECISION if kind is L.Resizing else PRECISION
    for place in drawn.some_places():
        why = drawn.explain(place)
        assert why.value == pytest.approx(output[place], abs=precision * largest(why), rel=precision)
    others, *changed = compute(*map(np.stack, zip(*perturbed(drawn, why), strict=True)))
    assert others[place] == pytest.approx(output[place], abs=10 * PRECISION * largest(why))
    if not is_constant(drawn):
        for up, down in zip(changed[::2], changed[1::2], strict=True):
            assert not np.allclose([up[place], down[place]], output[place], rtol=1e-3, atol=0)


def perturbed(case: Case, why: Explanation) -> Iterator[list[np.ndarray]]:
    """Yield the inputs with all changed but the origins, then with one origin far up, far down, for a few of them."""
    noise = np.random.default_rng(2)
    others = [one + noise.normal(0, 3, one.shape).astype(np.float32) for one in case.inputs]
    for source, place in why.origins:
        others[source][place] = case.inputs[source][place]
    yield others
    far_up = 1e3 * max(1.0, abs(getattr(case.layer, "fill_value", 0.0)))  # a frame may be larger than all values
    for source, place in [*why.origins[:2], *why.origins[-2:]]:
        for far in (far_up, -far_up):
            inputs = [one.copy() for one in case.inputs]
            inputs[source][place] += np.float32(far)
            yield inputs


def is_constant(case: Case) -> bool:
    """Say whether one value alone is normalized by itself, or takes the whole of a softmax."""
    if isinstance(case.layer, L.GroupNormalization):
        return prod(case.output_shape) == case.layer.groups
    if isinstance(case.layer, L.Dot):
        return case.layer.normalize and case.inputs[0].shape[case.layer.axes[0] - 1] == 1
    alone = getattr(case.layer, "activation", None) is ActivationName.SOFTMAX or isinstance(
        case.layer, L.LayerNormalization
    )
    return alone and case.output_shape[-1] == 1


@pytest.mark.keras
def test_explicit_padding_in_a_built_model() -> None:
    import cnn_core

    drawn = case(L.Conv2D(3, (2, 3), 2, ((0, 3), (2, 1)), activation="tanh"), (5, 6, 2))
    model = cnn_core.build_model(Network.of(L.Input((5, 6, 2)), NamedLayer("layer", drawn.layer)))
    model.get_layer("layer").set_weights(drawn.weights)
    output = np.asarray(model(drawn.inputs[0][np.newaxis]))[0]
    for place in product(*map(range, output.shape)):
        assert drawn.explain(place).value == pytest.approx(output[place], abs=1e-6)


@pytest.mark.keras
@pytest.mark.parametrize("seed", range(4))
def test_a_chain_from_a_class_back_to_a_pixel(seed: int) -> None:
    """Every number on the way is the bundled model's own, and every step's origin is the next step's value."""
    network, chance = bundled_network("mnist"), np.random.default_rng(seed)
    sources = {step.named.name: step.sources for step in network.steps()}
    weights, found = mnist()
    name = "dense_1"
    place: Place = (int(found["dense_1"].argmax()),)
    walked = []
    while True:
        inputs = [found[source] for source in sources[name]] or [found[name]]
        why = explain_unit(network[name].layer, weights.get(name, []), inputs, place)
        assert why.value == pytest.approx(float(found[name][place]), rel=1e-4, abs=1e-5)
        walked.append(name)
        if not why.origins:
            break
        origin = strongest_origin(why) if seed == 0 else why.origins[chance.integers(len(why.origins))]
        name, place = sources[name][origin.source], origin.place
    assert walked == [named.name for named in reversed(network.layers)]


@cache
def mnist() -> tuple[dict[str, list[np.ndarray]], dict[str, np.ndarray]]:
    """Return the bundled model's weights, and its maps of a picture of noise with a stroke."""
    from cnn_core.keras_model import feature_maps
    from cnn_core.keras_model.opening import load_own_model

    picture = np.random.default_rng(0).random((28, 28, 1), np.float32) * np.float32(0.3)
    picture[5:23, 13:16] = 1
    model = load_own_model(model_path("mnist"))
    return {layer.name: layer.get_weights() for layer in model.layers}, feature_maps(model, picture)


def strongest_origin(why: Explanation) -> Origin:
    """Return where the largest product of the first stage comes from."""
    stage = why.stages[0]
    if stage.patch is not None and stage.kind is StageKind.WEIGHTED_SUM:
        row, column, channel = np.unravel_index(np.abs(stage.patch.products).argmax(), stage.patch.values.shape)
        return Origin(0, (stage.patch.rows[row], stage.patch.columns[column], stage.patch.channels[channel]))
    if stage.terms is None:
        return why.origins[0]
    chosen = stage.terms.order()[0] if stage.terms.chosen is None else stage.terms.chosen
    origin = stage.terms[int(chosen)].origin
    assert origin is not None
    return origin


# In itself ------------------------------------------------------------------------------------------------------------


@each_kind
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_kind_can_be_opened_and_adds_up(kind: type[Layer], data: st.DataObject) -> None:
    drawn = data.draw(cases(kind))
    for place in drawn.some_places():
        why = drawn.explain(place)
        assert (why.layer_kind, why.place) == (kind.__name__, place)
        assert len(set(why.origins)) == len(why.origins) == len(why.taken)
        assert (why.origins == ()) == (kind is L.Input or not len(why.taken))
        assert why.stages[0].before in (None, *(float(drawn.inputs[o.source][o.place]) for o in why.origins))
        for before, after in pairwise(why.stages):
            assert after.before == before.after
        for stage in why.stages:
            check(stage, drawn)
        if "activation" in kind.settings():
            assert why.stages[-1].kind is StageKind.ACTIVATION
        again = pickle.loads(pickle.dumps(why))
        assert (again.value, again.origins) == (why.value, why.origins)


def check(stage: Stage, drawn: Case) -> None:
    """Check that a stage's parts make what it says, and that they lie where it says."""
    assert stage.kind.value
    assert "{" not in str(stage.about) + stage.formula
    assert stage.terms is None or check_terms(stage, stage.terms, drawn)
    if stage.patch is None:
        return
    patch = stage.patch
    assert patch.values.shape == (len(patch.rows), len(patch.columns), len(patch.channels))
    for (i, row), (j, column), (k, channel) in product(*map(enumerate, (patch.rows, patch.columns, patch.channels))):
        inside = patch.real[i, j]
        assert patch.values[i, j, k] == (drawn.inputs[0][row, column, channel] if inside else 0)
    assert_allclose(patch.channel_sums, patch.products.sum(axis=(0, 1)))
    if stage.kind is StageKind.WEIGHTED_SUM:
        assert_allclose(terms_of(stage).values, patch.channel_sums)
        check_multiplied(stage, patch, drawn)


def check_multiplied(stage: Stage, patch: Patch, drawn: Case) -> None:
    """What is shown as multiplied was: values of the input by weights of the kernel, adding up to the sum."""
    terms = stage.multiplied
    assert terms is not None
    assert_allclose(terms.amounts, terms.values * terms.weights)
    assert_allclose(terms.amounts.sum(), stage.after, rtol=1e-6, atol=1e-9)
    if isinstance(drawn.layer, L.SeparableConv2D):
        return
    kernel = np.sort(drawn.weights[0].ravel().astype(np.float64))
    for term in terms.strongest(5).terms:
        assert term.origin is not None
        assert term.value == drawn.inputs[0][term.origin.place]
        # The very number of the kernel, and no sum with a weight of 1.
        assert kernel[np.searchsorted(kernel, term.weight).clip(max=len(kernel) - 1)] == term.weight


def terms_of(stage: Stage) -> Terms:
    assert stage.terms is not None
    return stage.terms


def patch_of(stage: Stage) -> Patch:
    assert stage.patch is not None
    return stage.patch


def chosen_of(terms: Terms) -> Term:
    assert terms.chosen is not None
    return terms[terms.chosen]


def check_terms(stage: Stage, terms: Terms, drawn: Case) -> bool:
    strongest = terms.strongest(3)
    assert len(strongest.terms) + strongest.others == len(terms)
    if stage.kind in SUMS:
        assert terms.amounts.sum() == pytest.approx(stage.after)
        assert sum(term.amount for term in strongest.terms) + strongest.rest == pytest.approx(stage.after)
        assert_allclose(terms.amounts, terms.values * terms.weights)
    if stage.kind in (StageKind.AVERAGE, StageKind.INTERPOLATION):
        # A share of what is padded to the aspect ratio comes from no value.
        is_padded = isinstance(drawn.layer, L.Resizing) and drawn.layer.pad_to_aspect_ratio
        assert terms.weights.sum() == pytest.approx(1) or (is_padded and terms.weights.sum() < 1)
    if stage.kind is StageKind.PRODUCT:
        assert terms.values.prod() == pytest.approx(stage.after)
    if stage.kind is StageKind.MAXIMUM:
        assert chosen_of(terms).value == terms.values.max() == stage.after
    if stage.kind is StageKind.ACTIVATION:
        assert terms.amounts.sum() == pytest.approx(1)
        assert (chosen_of(terms).value, chosen_of(terms).amount) == (stage.before, stage.after)
    for term in strongest.terms:
        assert term.origin is None or drawn.inputs[term.origin.source][term.origin.place] == term.value
    return True


# As it is said --------------------------------------------------------------------------------------------------------


def said(layer: Layer, weights: list[Any], inputs: list[Any], place: Place) -> list[tuple[str, str]]:
    arrays = [np.array(one, np.float32) for one in weights], [np.array(one, np.float32) for one in inputs]
    return [(stage.kind.value, stage.formula) for stage in explain_unit(layer, *arrays, place).stages]


GRID = np.arange(1.0, 10).reshape(3, 3, 1)


def test_a_convolution_in_words_and_numbers() -> None:
    kernel = np.array([[1.0, 0], [0, -2]]).reshape(2, 2, 1, 1)
    assert said(L.Conv2D(1, 2, activation="relu"), [kernel, [0.5]], [GRID], (1, 0, 0)) == [
        ("weighted sum", "4·1 + 5·0 + 7·0 + 8·(−2) = −12"),
        ("bias", "−12 + 0.5 = −11.5"),
        ("activation", "relu(−11.5) = max(0, −11.5) = 0"),
    ]
    assert said(L.Conv2D(1, 2, padding="same", use_bias=False), [kernel], [GRID], (2, 2, 0)) == [
        ("weighted sum", "9·1 + 0·0 + 0·0 + 0·(−2) = 9"),
        ("activation", "linear(9) = 9"),
    ]


def test_channels_are_added_and_a_long_sum_is_cut() -> None:
    two = np.concatenate([GRID, -GRID], axis=2)
    assert said(L.Conv2D(1, 1, use_bias=False), [[[[[1], [0.5]]]]], [two], (0, 1, 0))[0][1] == "2 + (−1) = 1"
    long = explain_unit(L.Dense(1, use_bias=False), [np.ones((20, 1))], [np.arange(20.0)], (0,))
    assert long.stages[0].formula.startswith("19·1 + 18·1 + ")
    assert long.stages[0].formula.endswith(" + 11·1 + … = 190")
    strongest = terms_of(long.stages[0]).strongest()
    assert (len(strongest.terms), strongest.others, strongest.rest) == (16, 4, 0 + 1 + 2 + 3)
    assert strongest.terms[0] == (19, 19.0, 1.0, 19.0, Origin(0, (19,)), None)


def test_padding_has_no_origin_and_a_group_only_its_own_channels() -> None:
    drawn = case(L.Conv2D(4, 3, padding="same", groups=2), (4, 4, 6))
    why = drawn.explain((0, 3, 3))
    patch = patch_of(why.stages[0])
    assert (patch.rows, patch.columns, patch.channels) == ((-1, 0, 1), (2, 3, -1), (3, 4, 5))
    assert set(why.origins) == {Origin(0, (r, c, k)) for r in (0, 1) for c in (2, 3) for k in (3, 4, 5)}
    assert "3 to 5" in str(why.stages[0].about)


def test_depthwise_channels_keep_to_themselves_and_separable_ones_are_mixed() -> None:
    depthwise = case(L.DepthwiseConv2D(2, depth_multiplier=3), (3, 3, 2)).explain((0, 0, 4))
    assert {origin.place[2] for origin in depthwise.origins} == {1}
    drawn = case(L.SeparableConv2D(5, 2, depth_multiplier=3), (3, 3, 2))
    separable = drawn.explain((1, 1, 4)).stages[0]
    assert patch_of(separable).channels == (0, 0, 0, 1, 1, 1)
    assert_allclose(terms_of(separable).values, patch_of(separable).channel_sums)
    assert_allclose(terms_of(separable).weights, drawn.weights[1][0, 0, :, 4])
    assert len(drawn.explain((1, 1, 4)).origins) == 8


def test_a_transposed_convolution_may_reach_a_place_from_nowhere() -> None:
    layer = L.Conv2DTranspose(1, 1, 2, use_bias=False)
    assert said(layer, [[[[[2.0]]]]], [GRID], (2, 4, 0))[0] == ("weighted sum", "6·2 = 12")
    why = explain_unit(layer, [np.full((1, 1, 1, 1), 2.0)], [GRID], (1, 0, 0))
    assert (why.value, why.origins, why.stages[0].formula) == (0, (), "0 = 0")
    assert "No place" in str(why.stages[0].about)


def test_winners_and_counts_at_borders() -> None:
    pool = L.MaxPooling2D(2, 2, "same")
    why = explain_unit(pool, [], [-GRID], (1, 1, 0))
    assert (why.value, why.origins, terms_of(why.stages[0]).chosen) == (-9, (Origin(0, (2, 2, 0)),), 0)
    assert said(pool, [], [GRID], (0, 1, 0)) == [("maximum", "max(3, 6) = 6")]
    first = terms_of(explain_unit(pool, [], [np.ones((3, 3, 1))], (0, 0, 0)).stages[0])
    assert chosen_of(first).origin == Origin(0, (0, 0, 0))
    assert said(L.AveragePooling2D(2, 2, "same"), [], [GRID], (0, 1, 0)) == [("average", "(3 + 6) / 2 = 4.5")]
    corner = explain_unit(L.AveragePooling2D(2, 2, "same"), [], [GRID], (1, 0, 0)).stages[0]
    assert (len(terms_of(corner)), str(corner.about)[:19]) == (2, "The mean of the 2 v")
    everything = explain_unit(L.GlobalMaxPooling2D(True), [], [np.arange(32.0).reshape(4, 4, 2)], (0, 0, 1))
    assert (everything.value, len(everything.origins)) == (31, 16)
    assert everything.stages[0].formula == "max(31, 29, 27, 25, 23, 21, 19, 17, 15, …) = 31"


HALF = "(1.5 − 0.5) / √(3.75 + 0.25) = 0.5"
TEXTS = [
    (L.BatchNormalization(epsilon=0.25), [[2.0], [1.0], [0.5], [3.75]], [[1.5]], [HALF, "0.5·2 + 1 = 2"]),
    (L.BatchNormalization(epsilon=0.25, scale=False), [[1.0], [0.5], [3.75]], [[1.5]], [HALF, "0.5 + 1 = 1.5"]),
    (L.BatchNormalization(epsilon=0.25, center=False), [[2.0], [0.5], [3.75]], [[1.5]], [HALF, "0.5·2 = 1"]),
    (L.LayerNormalization(epsilon=0.0, center=False, scale=False), [], [[1.0, 3.0]], ["(1 − 2) / √(1 + 0) = −1"]),
    (L.Normalization((-1.0,), (4.0,)), [], [[1.0]], ["(1 − (−1)) / √4 = 1"]),
    (L.Normalization((1.0,), (0.0,)), [], [[1.0]], ["(1 − 1) / 1e−07 = 0"]),
    (L.Normalization(), [[1.0], [4.0], 3], [[5.0]], ["(5 − 1) / √4 = 2"]),
    (L.Rescaling(0.5, -1), [], [[4.0]], ["4·0.5 + (−1) = 1"]),
    (L.LayerScale(), [[0.5]], [[-4.0]], ["(−4)·0.5 = −2"]),
    (L.Activation("leaky_relu", 0.5), [], [[-1.0]], ["leaky_relu(−1) = 0.5·(−1) = −0.5"]),
    (L.Activation("leaky_relu"), [], [[1.0]], ["leaky_relu(1) = 1"]),
    (L.Activation("silu"), [], [[0.0]], ["silu(0) = 0 / (1 + exp(0)) = 0"]),
    (L.Activation("softmax"), [], [[0.0, 0.0]], ["exp(0) / (exp(0) + exp(0)) = 0.5"]),
    (L.Add(), [], [[1.0], [-2.0]], ["1 + (−2) = −1"]),
    (L.Multiply(), [], [[3.0], [-2.0]], ["3·(−2) = −6"]),
    (L.Average(), [], [[3.0], [5.0]], ["(3 + 5) / 2 = 4"]),
    (L.Maximum(), [], [[3.0], [5.0]], ["max(3, 5) = 5"]),
    (L.Dropout(), [], [[3.0]], ["3"]),
    (L.Input((1,)), [], [[3.0]], ["3"]),
]


@pytest.mark.parametrize(("layer", "weights", "inputs", "formulas"), TEXTS)
def test_formulas(layer: Layer, weights: list[Any], inputs: list[Any], formulas: list[str]) -> None:
    assert [formula for _, formula in said(layer, weights, inputs, (0,))] == formulas


def test_a_dot_product_in_words_and_numbers() -> None:
    queries, keys = np.array([[1.0, 2], [3, -4]]), np.array([[[5.0, 0]], [[6, 1]]])
    assert said(L.Dot((2, 1)), [], [queries, keys], (1, 0, 0)) == [("weighted sum", "3·5 + (−4)·6 = −9")]
    assert said(L.Dot((1, 1), normalize=True), [], [[3.0, 4], [0, 2]], (0,)) == [
        ("weighted sum", "(3·0 + 4·2) / 10 = 0.8")
    ]
    why = explain_unit(L.Dot((2, 1)), [], [queries, keys], (1, 0, 0))
    assert why.origins == (Origin(0, (1, 0)), Origin(0, (1, 1)), Origin(1, (0, 0, 0)), Origin(1, (1, 0, 0)))


MOVES = [
    (L.Flatten(), (5,), (1, 2, 0), "(1·3 + 2)·1 + 0 = 5"),
    (L.Reshape((9, 1)), (5, 0), (1, 2, 0), "(1·3 + 2)·1 + 0 = 5 = 5·1 + 0"),
    (L.Cropping2D(((1, 0), (0, 1))), (0, 1, 0), (1, 1, 0), "0 + 1 = 1, 1 + 0 = 1"),
    (L.ZeroPadding2D(((1, 0), (2, 0))), (2, 3, 0), (1, 1, 0), "2 − 1 = 1, 3 − 2 = 1"),
    (L.UpSampling2D((2, 3)), (3, 5, 0), (1, 1, 0), "⌊3 / 2⌋ = 1, ⌊5 / 3⌋ = 1"),
]


@pytest.mark.parametrize(("layer", "place", "origin", "formula"), MOVES)
def test_where_a_value_was_before(layer: Layer, place: Any, origin: Any, formula: str) -> None:
    why = explain_unit(layer, [], [GRID], place)
    assert (why.origins, why.value) == ((Origin(0, origin),), GRID[origin])
    assert (why.stages[0].kind, why.stages[0].formula) == (StageKind.COPY, formula)


def test_zeros_around_joined_channels_and_values_between() -> None:
    zero = explain_unit(L.ZeroPadding2D(1), [], [GRID], (0, 1, 0))
    assert (zero.value, zero.origins, "zeros" not in str(zero.stages[0].about)) == (0, (), True)
    joined = explain_unit(L.Concatenate(), [], [GRID, 10 * np.repeat(GRID, 2, axis=2)], (1, 1, 2))
    assert (joined.value, joined.origins) == (50, (Origin(1, (1, 1, 1)),))
    between = explain_unit(L.UpSampling2D(2, "bilinear"), [], [GRID], (1, 1, 0))
    assert between.stages[0].formula == "1·0.5625 + 2·0.1875 + 4·0.1875 + 5·0.0625 = 2"
    assert len(explain_unit(L.UpSampling2D(2, "bilinear"), [], [GRID], (0, 0, 0)).origins) == 1


def test_what_acts_in_training_only_says_so() -> None:
    for kind in KINDS.values():
        if kind.group in (L.Group.REGULARIZATION, L.Group.AUGMENTATION):
            stage = explain_unit(kind(), [], [GRID], (0, 0, 0)).stages[0]
            assert (stage.kind, stage.before, stage.after) == (StageKind.UNCHANGED, 1, 1)
            assert "in training only" in str(stage.about)


def test_softmax_behind_weights_sees_what_all_units_see() -> None:
    drawn = case(L.DepthwiseConv2D(2, activation="softmax"), (2, 2, 3))
    why = drawn.explain((0, 0, 1))
    assert {origin.place[2] for origin in why.origins} == {0, 1, 2}
    assert len(why.origins) == 12
    shared = terms_of(why.stages[-1])
    assert shared.taken is None
    assert shared[1].value == why.stages[-2].after


def test_dividing_by_nothing_gives_no_number_and_no_error() -> None:
    layer = L.LayerNormalization(0.0, center=False, scale=False)
    assert np.isnan(explain_unit(layer, [], [np.ones(3)], (0,)).value)
    spoilt = [np.array([number]) for number in (1.0, 0.0, 0.0, -1.0)]
    assert np.isnan(explain_unit(L.BatchNormalization(), spoilt, [np.ones(1)], (0,)).value)


def test_maps_brought_to_a_size() -> None:
    row = np.arange(2.0).reshape(1, 2, 1)
    assert explain_unit(L.Resizing(1, 41, "nearest"), [], [row], (0, 20, 0)).stages[0].formula.endswith("2 / 41⌋ ≈ 0")
    smaller = explain_unit(L.Resizing(2, 1, "nearest"), [], [GRID], (1, 0, 0))
    assert (smaller.origins, smaller.stages[0].formula) == (
        (Origin(0, (2, 1, 0)),),
        "⌊(1 + ½)·3 / 2⌋ = 2, ⌊(0 + ½)·3 / 1⌋ = 1",
    )
    between = explain_unit(L.Resizing(3, 2), [], [GRID], (1, 0, 0))
    assert between.stages[0].formula == "4·0.75 + 5·0.25 = 4.25"


def test_maps_cut_or_padded_to_the_ratio_first() -> None:
    row = np.arange(8.0).reshape(1, 8, 1)
    cut = explain_unit(L.Resizing(2, 4, "nearest", crop_to_aspect_ratio=True), [], [row], (0, 3, 0))
    assert (cut.value, cut.stages[0].formula) == (4.0, "⌊(0 + ½)·1 / 2⌋ = 0, ⌊(3 + ½)·2 / 4⌋ + 3 = 4")
    padded = L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=2.0)
    # 1×8 becomes 7×8 before it becomes 4×4.
    middle, edge = (explain_unit(padded, [], [row + 1], (place, 1, 0)) for place in (1, 0))
    assert [stage.formula for stage in middle.stages] == [
        "3·0.0625 + 4·0.0625 = 0.4375",
        "0.4375 + 2·0.875 = 2.188",
    ]
    assert (edge.stages[0].formula, edge.origins, edge.value) == ("2", (), 2.0)
    nowhere = explain_unit(replace(padded, interpolation="nearest"), [], [row], (0, 0, 0))
    assert (nowhere.stages[0].constants, nowhere.origins) == ({"fill_value": 2.0}, ())


@pytest.mark.keras
@pytest.mark.parametrize("how", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
def test_what_is_cut_or_padded_is_what_keras_cuts_or_pads(how: str) -> None:
    """Of maps whose values tell their places, the nearest ones of every size from 1 to 9 by 1 to 9, and some large."""
    import keras

    sizes = [(height, width) for height in (1, 2, 5, 9) for width in (1, 3, 8)]
    for height, width in [*sizes, (180, 320), (33, 224)]:
        maps = (np.arange(height)[:, np.newaxis] * 1000.0 + np.arange(width) + 1).reshape(height, width, 1)
        for size in [*sizes, (64, 41)]:
            layer = L.Resizing(*size, "nearest", **{how: True})
            theirs = np.asarray(keras.layers.Resizing(*size, "nearest", **{how: True})(maps[np.newaxis]))[0]
            places = [(0, 0, 0), (size[0] - 1, size[1] - 1, 0), (size[0] // 2, size[1] // 3, 0)]
            for place in places:
                assert explain_unit(layer, [], [maps], place).value == theirs[place], (maps.shape, size, place)


@pytest.mark.keras
def test_the_nearest_value_is_the_one_that_tensorflow_takes() -> None:
    import keras

    for length, result in [(2, 41), (14, 23), (64, 61), (300, 224), (256, 224), *product(range(1, 9), range(1, 9))]:
        line = np.arange(length, dtype=np.float32).reshape(1, 1, length, 1)
        theirs = np.asarray(keras.layers.Resizing(1, result, "nearest")(line))[0, 0, :, 0]
        assert [nearest(index, length, result) for index in range(result)] == theirs.tolist()


def test_factors_that_were_learned_below_zero() -> None:
    alpha = np.array([[[0.5]], [[-2.0]], [[1.0]]])
    why = explain_unit(L.PReLU((2, 3)), [alpha], [-GRID], (1, 2, 0))
    assert (why.value, why.stages[0].constants) == (12, {"alpha": -2.0})
    assert why.stages[0].formula == "(−2)·(−6) = 12"
    assert explain_unit(L.PReLU((2, 3)), [alpha], [GRID], (1, 2, 0)).value == 6


def test_a_group_of_channels_is_normalized_together() -> None:
    maps = np.stack([GRID[..., 0], 10 * GRID[..., 0], GRID[..., 0], GRID[..., 0]], axis=-1)
    why = explain_unit(L.GroupNormalization(2, 0.0, center=False, scale=False), [], [maps], (0, 0, 1))
    assert why.value == pytest.approx((10 - maps[..., :2].mean()) / maps[..., :2].std())
    assert len(why.origins) == 2 * GRID.size
    assert "channels 0 to 1" in str(why.stages[0].about)
    assert chosen_of(terms_of(why.stages[0])).origin == Origin(0, (0, 0, 1))


def test_axes_in_another_order() -> None:
    why = explain_unit(L.Permute((3, 1, 2)), [], [GRID], (0, 2, 1))
    assert (why.value, why.origins) == (GRID[2, 1, 0], (Origin(0, (2, 1, 0)),))
    assert why.stages[0].formula == "(2, 1, 0) → (0, 2, 1)"


# Refusals -------------------------------------------------------------------------------------------------------------

CONV = case(L.Conv2D(2, 3), (4, 4, 1))


@pytest.mark.parametrize(
    ("changed", "place", "message"),
    [
        ({}, (0, 0, 2), "no such place in the output. Received: \\(0, 0, 2\\) for an output of 2×2×2"),
        ({}, (0, -1, 0), "no such place"),
        ({}, (0, 0), "no such place"),
        ({"weights": CONV.weights[:1]}, (0, 0, 0), "Received: 3×3×1×2; it has kernel 3×3×1×2, bias 2"),
        ({"weights": CONV.weights[::-1]}, (0, 0, 0), "not the weights of this Conv2D"),
        ({"inputs": []}, (0, 0, 0), "1 to 1 inputs. Received: 0"),
        ({"inputs": CONV.inputs * 2}, (0, 0, 0), "Received: 2"),
        ({"inputs": [np.zeros((1, 4, 4, 1))]}, (0, 0, 0), "needs feature maps"),
        ({"inputs": [np.zeros((2, 4, 1))]}, (0, 0, 0), "window is larger"),
        ({"inputs": [np.zeros(())]}, (0, 0, 0), "without the batch axis"),
        ({"inputs": [np.zeros((4, 0, 1))]}, (0, 0, 0), "without the batch axis"),
        ({"inputs": [np.full((4, 4, 1), "a")]}, (0, 0, 0), "array of numbers"),
        ({"layer": L.Input((4, 4, 2)), "weights": []}, (0, 0, 0), "shape of an input of this Input"),
        ({"layer": L.Add(), "weights": []}, (0, 0, 0), "2 to 64 inputs"),
        ({"layer": L.Add(), "weights": [], "inputs": [GRID, np.ones(3)]}, (0, 0, 0), "same shape"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], place: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        replace(CONV, **changed).explain(place)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    class Strange(Layer):
        group = L.Group.SHAPE

    with pytest.raises(LayerError, match="A value of Strange cannot be opened"):
        explain_unit(Strange(), [], [GRID], (0, 0, 0))


def test_whole_numbers_and_lists_will_do() -> None:
    why = unchecked(explain_unit)(L.Dense(1), [[[2], [3]], [1]], [np.array([4, 5], np.uint8)], (np.int64(0),))
    assert (why.value, why.place) == (24, (0,))


# Pixels ---------------------------------------------------------------------------------------------------------------


def walked_pixels(network: Network, name: str, place: Place) -> set[Place]:
    """Return the pixels that are reached by walking from origin to origin."""
    steps = {step.named.name: step for step in network.steps()}
    waiting: dict[str, set[Place]] = {one: set() for one in steps} | {name: {place}}
    for one, step in reversed(steps.items()):
        if not step.sources:
            return waiting[one]
        drawn = case(step.named.layer, *step.input_shapes)
        for at in waiting[one]:
            for origin in drawn.explain(at).origins:
                waiting[step.sources[origin.source]].add(origin.place)
    raise AssertionError


def seen_pixels(network: Network, layer: str, place: Place) -> seen.Extent | None:
    return seen.seen_pixels({row.name: row for row in summarize(network).rows}, layer, place)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(network=fitting_networks([kind for kind in KINDS.values() if kind is not L.Input], maps, most_layers=4, most=3))
def test_whoever_walks_stays_in_the_box(network: Network) -> None:
    *_, last = network.steps()
    place = tuple(size // 2 for size in last.output_shape)
    box = seen_pixels(network, last.named.name, place)
    walked = walked_pixels(network, last.named.name, place)
    if box is None:
        assert not walked
        return
    (top, left), (bottom, right) = box
    for row, column, _ in walked_pixels(network, last.named.name, place):
        assert top <= row <= bottom
        assert left <= column <= right


@pytest.mark.parametrize(
    ("name", "place", "box"),
    [
        ("input", (3, 4, 0), ((3, 4), (3, 4))),
        ("conv2d", (0, 27, 5), ((-1, 26), (1, 28))),
        ("conv2d_1", (4, 5, 0), ((3, 4), (7, 8))),
        ("max_pooling2d", (4, 5, 0), ((7, 9), (12, 14))),
        ("flatten", ((4 * 13 + 5) * 64 + 7,), ((7, 9), (12, 14))),
        ("dense_1", (3,), ((-1, -1), (28, 28))),
    ],
)
def test_the_box_in_the_picture(name: str, place: Place, box: Any) -> None:
    assert seen_pixels(bundled_network("mnist"), name, place) == box


def test_units_behind_a_flattened_map_are_followed_back_through_branches() -> None:
    flat = NamedLayer("flat", L.Flatten(), ("input",))
    joined = NamedLayer("joined", L.Concatenate(), ("flat", "flat"))
    names = ["joined", *(f"add_{i}" for i in range(40))]
    doubled = [NamedLayer(name, L.Add(), (before, before)) for before, name in pairwise(names)]
    network = Network((NamedLayer("input", L.Input((4, 4, 1))), flat, joined, *doubled))
    assert seen_pixels(network, "add_39", (16 + 6,)) == ((1, 2), (1, 2))


def test_two_flattened_branches_see_what_either_sees() -> None:
    network = Network(
        (
            NamedLayer("input", L.Input((4, 4, 1))),
            NamedLayer("above", L.Conv2D(1, (2, 1), padding=((1, 0), (0, 0)))),
            NamedLayer("beside", L.Conv2D(1, (1, 2), padding=((0, 0), (0, 1))), ("input",)),
            NamedLayer("one", L.Flatten(), ("above",)),
            NamedLayer("other", L.Flatten(), ("beside",)),
            NamedLayer("both", L.Add(), ("one", "other")),
        )
    )
    assert seen_pixels(network, "both", (6,)) == ((0, 2), (1, 3))


def test_a_place_between_two_kernels_sees_nothing() -> None:
    stepping = NamedLayer("stepping", L.Conv2DTranspose(1, 1, strides=2))
    network = Network.of(NamedLayer("input", L.Input((3, 3, 1))), stepping, NamedLayer("flat", L.Flatten()))
    assert seen_pixels(network, "stepping", (1, 0, 0)) is seen_pixels(network, "flat", (7,)) is None
    assert seen_pixels(network, "stepping", (2, 4, 0)) == seen_pixels(network, "flat", (16,)) == ((1, 2), (1, 2))
    joined = Network((*network.layers, NamedLayer("add", L.Add(), ("flat", "flat")), NamedLayer("dense", L.Dense(1))))
    assert seen_pixels(joined, "add", (7,)) is None
    assert seen_pixels(joined, "dense", (0,)) == ((0, 0), (2, 2))


def test_pixels_that_cannot_be_told() -> None:
    with pytest.raises(LayerError, match="takes a picture"):
        seen_pixels(Network.of(L.Input((4,)), L.Dense(2)), "dense", (0,))
    with pytest.raises(LayerError, match="no such place"):
        seen_pixels(bundled_network("mnist"), "dense", (100,))
