"""Ways compared by runs that share their seeds: crafted figures in which a difference is there, and is not."""

import pytest

from cnn_core.network.replacing import Replacement
from cnn_core.training.differences import LEVEL, Difference, Size, differences_from_best
from cnn_core.training.study import recorded_study

MAX, AVERAGE, STRIDE = Replacement.MAX, Replacement.AVERAGE, Replacement.STRIDE
SIZES = {MAX: Size(100, 1_000), AVERAGE: Size(100, 1_000), STRIDE: Size(148, 500)}


def differences(**figures: list[float]) -> tuple[Difference[Replacement], ...]:
    by_way = {Replacement(way): dict(enumerate(accuracies)) for way, accuracies in figures.items()}
    return differences_from_best(by_way, SIZES)


def test_a_steady_difference_is_significant_though_the_seeds_vary_more_than_it() -> None:
    """All seeds move both ways together: unpaired, the spread of 0.1 would hide a difference of 0.02."""
    (difference,) = differences(max=[0.720, 0.811, 0.619, 0.900], average=[0.700, 0.790, 0.600, 0.879])
    assert (difference.best, difference.other, difference.test.n) == (MAX, AVERAGE, 4)
    assert difference.test.mean == pytest.approx(0.02025)
    assert difference.p is not None
    assert difference.p < 0.001
    assert difference.is_significant


def test_a_larger_one_that_every_seed_tells_otherwise_is_not() -> None:
    (difference,) = differences(max=[0.90, 0.70, 0.80], average=[0.70, 0.75, 0.72])
    assert difference.test.mean > 0.07
    assert not difference.is_significant


def test_whoever_is_best_is_corrected_for_every_pair() -> None:
    pair = {"max": [0.80, 0.82, 0.815], "average": [0.76, 0.785, 0.78]}
    (alone,) = differences(**pair)
    among_three = differences(**pair, stride=[0.775, 0.78, 0.79])
    assert [difference.other for difference in among_three] == [STRIDE, AVERAGE]
    (same,) = (difference for difference in among_three if difference.other is AVERAGE)
    assert alone.p == alone.test.p == same.test.p
    assert alone.p is not None
    assert same.p == pytest.approx(3 * alone.p)


def test_ties_are_no_difference() -> None:
    (difference,) = differences(max=[0.5, 0.75, 0.25], average=[0.5, 0.75, 0.25])
    assert (difference.test.mean, difference.test.statistic, difference.p) == (0, 0, 1)
    assert not difference.is_significant


def test_differences_without_any_variance() -> None:
    (difference,) = differences(max=[0.5, 0.75], average=[0.25, 0.5])
    assert (difference.p, difference.is_significant) == (0, True)


def test_two_seeds_are_tested_and_one_is_not() -> None:
    (two,) = differences(max=[0.8, 0.9], average=[0.7, 0.6])
    assert two.test.n == 2
    assert two.p is not None
    assert not two.is_significant
    (one,) = differences(max=[0.8], average=[0.1])
    assert (one.test.n, one.p, one.is_significant) == (1, None, False)


def test_one_way_has_nothing_to_differ_from() -> None:
    assert differences(max=[0.8, 0.9]) == ()


def test_only_seeds_that_both_have_are_compared() -> None:
    figures = {MAX: {0: 0.9, 1: 0.8, 7: 0.7}, AVERAGE: {1: 0.5, 0: 0.4}}
    (difference,) = differences_from_best(figures, SIZES)
    assert difference.test.differences == pytest.approx((0.5, 0.3))


def test_what_else_differs() -> None:
    for difference in differences(stride=[0.9, 0.9], max=[0.7, 0.6], average=[0.7, 0.7]):
        assert (difference.parameters, difference.multiply_adds) == pytest.approx((0.48, -0.5))


def test_what_the_recorded_study_supports() -> None:
    """Moved by 4 pixels: 77.17 ± 4.70 against 75.93 ± 2.67 over three seeds; it was said to have "kept the most"."""
    study = recorded_study()
    moved = study.differences(4)
    assert moved[0].best is Replacement.CONVOLUTION
    assert not any(difference.is_significant for difference in moved)
    still = study.differences(0)
    assert {difference.other for difference in still if difference.is_significant} == {STRIDE, Replacement.BLUR}
    (to_max,) = (difference for difference in still if difference.other is MAX)
    assert to_max.test.p is not None
    assert to_max.test.p < LEVEL < 0.1 < (to_max.p or 0)
    assert to_max.parameters == pytest.approx(0.483, abs=0.001)
