"""Standard errors and differences, against NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cnn_core.training.statistics import PairedTest, beyond, holm, standard_error, wilson


def test_the_standard_error_is_that_of_a_binomial_share() -> None:
    drawn = np.random.default_rng(0).binomial(1_000, 0.8, 20_000) / 1_000
    assert standard_error(0.8, 1_000) == pytest.approx(drawn.std(), rel=0.02)
    assert standard_error(1, 1_000) == 0


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 12), apart=st.sampled_from([0.0, 0.5, 3.0, 40.0]))
def test_the_paired_test_is_scipys(seed: int, count: int, apart: float) -> None:
    generator = np.random.default_rng(seed)
    first, second = generator.normal(apart, 1, count), generator.normal(0, 1, count)
    test, theirs = PairedTest.of(first.tolist(), second.tolist()), stats.ttest_rel(first, second)
    assert test.n == count
    assert test.mean == pytest.approx(float((first - second).mean()))
    assert test.statistic == pytest.approx(theirs.statistic, rel=1e-9)
    assert test.p == pytest.approx(theirs.pvalue, abs=1e-12)


@given(statistic=st.floats(-1e6, 1e6), freedom=st.integers(1, 60))
def test_the_tails_are_scipys(statistic: float, freedom: int) -> None:
    # Close to 0 SciPy itself is off by 6e-10: for one degree of freedom it calls 1 − 2/π · arctan(1e-9) a whole 1.
    assert beyond(statistic, freedom) == pytest.approx(2 * stats.t.sf(abs(statistic), freedom), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "statistic", "p"),
    [
        ([0.5], [0.4], None, None),
        ([], [], None, None),
        ([0.5, 0.75], [0.5, 0.75], 0.0, 1.0),
        ([0.5, 0.75], [0.25, 0.5], float("inf"), 0.0),
        ([0.25, 0.5], [0.5, 0.75], float("-inf"), 0.0),
    ],
)
def test_differences_that_do_not_vary(
    first: list[float], second: list[float], statistic: float | None, p: float | None
) -> None:
    test = PairedTest.of(first, second)
    assert (test.statistic, test.p) == (statistic, p)


def test_pairs_are_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        PairedTest.of([1.0, 2.0], [1.0])


@given(probabilities=st.lists(st.floats(0, 1), max_size=10))
def test_correction_by_its_definition(probabilities: list[float]) -> None:
    """Holm's rule: in order, reject as long as each is at most the level by how many are left."""
    corrected = holm(probabilities)
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for rank, place in enumerate(sorted(range(len(probabilities)), key=probabilities.__getitem__)):
            if (len(probabilities) - rank) * probabilities[place] > level:
                break
            rejected.add(place)
        assert {place for place, p in enumerate(corrected) if p <= level} == rejected


@pytest.mark.parametrize(("right", "count"), [(0, 5), (5, 5), (1, 3), (387, 399), (7_232, 10_000)])
def test_the_interval_of_a_share_is_wilsons(right: int, count: int) -> None:
    wanted = stats.binomtest(right, count).proportion_ci(0.95, "wilson")
    assert wilson(right, count) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
