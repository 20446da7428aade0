"""In which numbers pixels enter, and back."""

import numpy as np
import pytest

from cnn_core.pictures.scaling import Scaling, gradient_of_pixels, scaled, unscaled


@pytest.mark.parametrize("scaling", Scaling)
def test_a_gradient_of_pixels_is_that_of_what_enters_through_the_scaling(scaling: Scaling) -> None:
    """Scaling is a straight line: a change of the pixels changes what enters by as much as the gradient says."""
    pixels, change, gradient = np.random.default_rng(0).random((3, 4, 5, 3)).astype(np.float32)
    entering = scaled(pixels + change, scaling) - scaled(pixels, scaling)
    received = (gradient_of_pixels(gradient, scaling) * change).sum()
    assert received == pytest.approx((gradient * entering).sum(), rel=1e-4)


@pytest.mark.parametrize("scaling", Scaling)
def test_what_entered_comes_back(scaling: Scaling) -> None:
    pixels = np.random.default_rng(1).random((4, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(unscaled(scaled(pixels, scaling), scaling), pixels, atol=1e-5)
