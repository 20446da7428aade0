"""Templates against SciPy's correlation and NumPy's correlation coefficient, place by place."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from cnn_core.errors import CnnError
from cnn_core.numerics.matching import Score, best_place, is_best, scores
from cnn_core.pictures.prepare import brightness
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes

PLANE = np.random.default_rng(7).random((17, 23))
TEMPLATE = PLANE[4:9, 11:18].copy()


def coefficients(plane: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Return NumPy's coefficient of the template and each window, by itself."""
    height, width = template.shape
    return np.array(
        [
            [
                np.corrcoef(plane[row : row + height, column : column + width].ravel(), template.ravel())[0, 1]
                for column in range(plane.shape[1] - width + 1)
            ]
            for row in range(plane.shape[0] - height + 1)
        ]
    )


def test_the_sum_is_scipys_correlation() -> None:
    np.testing.assert_allclose(scores(PLANE, TEMPLATE, Score.SUM), correlate2d(PLANE, TEMPLATE, "valid"))


def test_the_centred_sum_is_scipys_with_the_mean_taken_off() -> None:
    expected = correlate2d(PLANE, TEMPLATE - TEMPLATE.mean(), "valid")
    np.testing.assert_allclose(scores(PLANE, TEMPLATE, Score.CENTRED), expected, atol=1e-12)


def test_the_coefficient_is_numpys() -> None:
    found = scores(PLANE, TEMPLATE, Score.COEFFICIENT)
    np.testing.assert_allclose(found, coefficients(PLANE, TEMPLATE), atol=1e-12)
    assert best_place(found) == (4, 11)
    assert found.max() == pytest.approx(1)


def test_brightness_and_contrast_change_the_sum_and_not_the_coefficient() -> None:
    other = 0.3 * PLANE + 0.5
    coefficient = scores(PLANE, TEMPLATE, Score.COEFFICIENT)
    np.testing.assert_allclose(scores(other, TEMPLATE, Score.COEFFICIENT), coefficient, atol=1e-9)
    assert np.abs(scores(other, TEMPLATE, Score.SUM) - scores(PLANE, TEMPLATE, Score.SUM)).max() > 1


def test_an_even_window_has_no_pattern() -> None:
    plane = np.full((9, 9), 0.7)
    plane[5:, 5:] = PLANE[:4, :4]
    found = scores(plane, plane[5:8, 5:8], Score.COEFFICIENT)
    assert found[:3, :3].tolist() == [[0.0] * 3] * 3
    assert found[5, 5] == pytest.approx(1)


def test_what_is_no_template_is_refused() -> None:
    with pytest.raises(CnnError, match=r"no pattern that could correlate\. Received: 0\.1 at all of its 9 places"):
        scores(PLANE, np.full((3, 3), 0.1), Score.COEFFICIENT)
    with pytest.raises(CnnError, match="Received: a template of 18×3 for a picture of 17×23"):
        scores(PLANE, np.ones((18, 3)), Score.SUM)


def test_equal_places_are_all_best() -> None:
    stripes = np.tile([0.0, 1.0, 0.5], (6, 4))
    found = scores(stripes, stripes[:3, :3], Score.COEFFICIENT)
    assert is_best(found, (0, 0))
    assert is_best(found, (2, 6))
    assert not is_best(found, (0, 1))


def test_bright_fur_fools_the_plain_sum_and_not_the_coefficient() -> None:
    cat = brightness(read_image(sample_bytes("chelsea")).pixels)[::3, ::3, 0].astype(np.float64)
    eye = cat[27:51, 44:71]
    fooled = best_place(scores(cat, eye, Score.SUM))
    under = cat[fooled[0] : fooled[0] + 24, fooled[1] : fooled[1] + 27]
    assert fooled != (27, 44)
    assert under.mean() > eye.mean() + 0.2
    assert best_place(scores(cat, eye, Score.CENTRED)) == best_place(scores(cat, eye, Score.COEFFICIENT)) == (27, 44)
