"""Advice: each piece has networks that call for it and networks that do not, and its change takes the reason away."""

import pytest
from hypothesis import given
from strategies import any_networks, fitting_networks

from cnn_core.layers import Conv2D, Input
from cnn_core.network.advice import Advice, advise
from cnn_core.network.advice.learning import RULES as LEARNING
from cnn_core.network.advice.sizes import RULES as SIZES
from cnn_core.network.line import read_line
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize, summarize_so_far

CASES = [
    ("channels_first", "3x64x64-C8v", "64x64x3-C8v"),
    ("window_too_large", "8x8x3-P2-P2-C8k5v", "8x8x3-P2-P2-C8k5"),
    ("window_too_large", "8x8x3-P2-P2-P5", "8x8x3-P2-P2-P2"),
    ("window_too_large", "8x8x3-P2-P2-DW3v", "8x8x3-P2-DW3v"),
    ("dropped", "43x20x8-P2", "44x20x8-P2"),
    ("dropped", "7x7x1-C1k3s3v", "7x7x1-C1k3s2v"),
    ("dropped", "10x10x1-Conv2D(filters=1, kernel_size=3, strides=4, padding=((1, 0), (0, 0)))", "9x9x1-C1k3s4p1"),
    ("leaping", "7x7x1-C1k1s2", "7x7x1-C1k2s2v"),
    ("leaping", "9x9x4-DW2s3", "9x9x4-DW3s3"),
    ("even_kernel", "8x8x3-C8k2", "8x8x3-C8k3"),
    ("even_kernel", "8x8x3-C8k3x4", "8x8x3-C8k4v"),
    ("even_kernel", "8x8x3-DW4", "8x8x3-C8k2s2"),
    ("missing_flatten", "8x8x3-C8-D10sm", "8x8x3-C8-F-D10sm"),
    ("wide_flatten", "28x28x1-C8-F-D10sm", "28x28x1-C8-P2-P2-F-D10sm"),
    ("wide_flatten", "28x28x1-C8-F-DO0.5-D10sm", "28x28x1-C8-GA-D10sm"),
    ("wide_flatten", "7x7x512-F-D4096", "7x7x512-F-D100"),
    ("no_activation", "8x8x3-C8lin-C8", "8x8x3-C8-C8"),
    ("no_activation", "8x8x3-C8nblin-B-C8", "8x8x3-C8nblin-B-R-C8"),
    ("no_activation", "8x8x3-C8lin-A2-F-D10sm", "8x8x3-C8lin-P2-F-D10sm"),
    ("no_activation", "8x8x3-C8lin-C16k1", "8x8x3-DW3lin-C16k1"),
    ("no_activation", "8x8x3-F-D10lin-D10sm", "8x8x3-C64-C8k1lin-C64"),
    ("softmax_of_one", "8x8x3-F-D1sm", "8x8x3-F-D1sigmoid"),
    ("softmax_of_one", "8x8x3-F-D1lin-softmax", "8x8x3-F-D2lin-softmax"),
    ("many_sigmoids", "8x8x3-F-D10sigmoid", "8x8x3-F-D1sigmoid"),
    ("many_sigmoids", "8x8x3-F-D10lin-sigmoid", "8x8x3-C4k1sigmoid"),
    ("dropout_at_the_input", "8x8x3-DO0.5-C8", "8x8x3-C8-DO0.5"),
    ("dropout_at_the_input", "8x8x3-Rescaling-DO0.2-F-D10sm", "8x8x3-F-DO0.5-D10sm"),
    ("bias_before_normalization", "8x8x3-C8lin-B-R", "8x8x3-C8nblin-B-R"),
    ("bias_before_normalization", "8x8x3-F-D8lin-B-R", "8x8x3-F-D8-B"),
    ("bottleneck", "8x8x3-F-D4-D10sm", "8x8x3-F-D16-D10sm"),
    ("bottleneck", "8x8x3-C8-GA-D10sm", "8x8x3-C16-GA-D10sm"),
    # Squeeze-and-excite narrows beside the maps, not all of them.
    ("bottleneck", "8x8x3-C4-B-R-GA-D10sm", "8x8x3-c=C16 -> GAkeep-C2k1-C16k1sigmoid | -> *-GA-D10sm"),
]
NAMES = [f"{rule}: {calls}" for rule, calls, _ in CASES]


def given_by(rule: str, network: Network) -> list[Advice]:
    return [advice for advice in advise(network) if advice.rule == rule]


@pytest.mark.parametrize(("rule", "calls", "_calm"), CASES, ids=NAMES)
def test_it_is_given_and_its_change_takes_the_reason_away(rule: str, calls: str, _calm: str) -> None:
    network = read_line(calls)
    [advice] = given_by(rule, network)
    mended = advice.fix.change(network)
    assert not given_by(rule, mended)
    assert mended != network
    # Whatever fitted together before still does, and what did not, now does.
    assert summarize_so_far(mended).error is None
    assert str(advice.note)
    assert str(advice.fix.label)


@pytest.mark.parametrize(("rule", "_calls", "calm"), CASES, ids=NAMES)
def test_it_is_not_given(rule: str, _calls: str, calm: str) -> None:
    assert not given_by(rule, read_line(calm))


def test_every_rule_has_its_cases() -> None:
    assert {rule for rule, _, _ in CASES} == {rule.__name__.removeprefix("_") for rule in (*SIZES, *LEARNING)}


@given(fitting_networks())
def test_every_change_takes_its_own_reason_away(network: Network) -> None:
    for advice in advise(network):
        mended = advice.fix.change(network)
        assert (advice.rule, advice.layer) not in [(left.rule, left.layer) for left in advise(mended)]


@given(any_networks())
def test_no_network_is_too_odd(network: Network) -> None:
    for advice in advise(network):
        assert str(advice.note)
        advice.fix.change(network)


def test_the_layers_that_shrank_a_map_are_named() -> None:
    [advice] = given_by("window_too_large", read_line("20x20x3-C8-first=P2-C8v-second=P2-C8k7v"))
    assert "first (20×20 → 10×10)" in str(advice.note)
    assert "conv2d_1 (10×10 → 8×8)" in str(advice.note)
    assert "second (8×8 → 4×4)" in str(advice.note)


def test_what_a_wide_flatten_costs_is_counted() -> None:
    """The course's own network: 1,081,700 of 1,101,526 parameters; a mean of each map would leave 64 · 100 + 100."""
    [advice] = given_by("wide_flatten", preset("mnist").make())
    assert "1,081,700 parameters, 98%" in str(advice.note)
    assert "6,500" in str(advice.note)
    rows = {row.name: row for row in summarize(advice.fix.change(preset("mnist").make())).rows}
    assert rows["dense"].parameters == 6_500


@pytest.mark.parametrize("key", ["resnet_20", "mobilenet_v2", "lenet_5", "pattern_three_pools", "cifar10"])
def test_well_known_networks_are_left_in_peace(key: str) -> None:
    assert advise(preset(key).make()) == ()


def test_a_network_of_nothing_gets_no_advice() -> None:
    assert advise(Network(())) == ()
    assert advise(Network.of(Conv2D(8, 3))) == ()
    assert advise(Network.of(Input((8, 8, 1)))) == ()
