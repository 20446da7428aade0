"""In which numbers pixels enter, and back."""

import numpy as np
import pytest

from cnn_core.pictures.scaling import Scaling, gradient_of_pixels, scaled


@pytest.mark.parametrize("scaling", Scaling)
def test_a_gradient_of_pixels_is_that_of_what_enters_through_the_scaling(scaling: Scaling) -> None:
    """Scaling is a straight line: a change of the pixels changes what enters by as much as the gradient says."""
    pixels, change, gradient = np.random.default_rng(0).random((3, 4, 5, 3)).astype(np.float32)
    entering = scaled(pixels + change, scaling) - scaled(pixels, scaling)
    received = (gradient_of_pixels(gradient, scaling) * change).sum()
    assert received == pytest.approx((gradient * entering).sum(), rel=1e-4)
