"""A layer in five numbers: NumPy's, in double precision."""

import numpy as np
import pytest

from cnn_core.drawing.statistics import dead_channels, layer_statistics

RNG = np.random.default_rng(2)
OUTPUTS = {
    "maps": np.maximum(RNG.normal(0.2, 2, (20, 30, 16)), 0).astype(np.float32),
    "units": np.maximum(RNG.normal(size=100), 0).astype(np.float32),
    "large": RNG.normal(1000, 0.5, (64, 64, 8)).astype(np.float32),
    "zeros": np.zeros((4, 4, 3), np.float32),
}
OUTPUTS["maps"][:, :, [2, 11]] = 0


@pytest.mark.parametrize("name", OUTPUTS)
def test_figures_are_numpys(name: str) -> None:
    values = OUTPUTS[name]
    exact, found = values.astype(np.float64), layer_statistics(values)
    assert found.mean == pytest.approx(exact.mean(), rel=1e-5)
    assert found.spread == pytest.approx(exact.std(), rel=1e-4)
    assert found.zero_share == pytest.approx((exact == 0).mean())
    dead = (exact.reshape(-1, values.shape[-1]) == 0).all(axis=0)
    np.testing.assert_array_equal(dead_channels(values), dead)
    assert (found.dead, found.channels) == (dead.sum(), values.shape[-1])
    assert found.dead_share == pytest.approx(dead.mean())


def test_what_is_no_number_is_said_and_not_dead() -> None:
    values = np.full((2, 2, 2), np.nan, np.float32)
    found = layer_statistics(values)
    assert np.isnan(found.mean)
    assert np.isnan(found.spread)
    assert (found.zero_share, found.dead) == (0, 0)
