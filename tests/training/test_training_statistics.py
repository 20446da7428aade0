"""Standard errors and differences, against NumPy and SciPy."""

import numpy as np
import pytest

from cnn_core.training.statistics import standard_error


def test_the_standard_error_is_that_of_a_binomial_share() -> None:
    drawn = np.random.default_rng(0).binomial(1_000, 0.8, 20_000) / 1_000
    assert standard_error(0.8, 1_000) == pytest.approx(drawn.std(), rel=0.02)
    assert standard_error(1, 1_000) == 0
