"""Regions of pixels against SciPy's labels and counts by hand."""

import numpy as np
import pytest
from scipy import ndimage

from cnn_core.arrays import PlacedIndices
from cnn_core.numerics.regions import class_overlap, components, instances_of, mask_overlaps


@pytest.mark.parametrize("density", [0.0, 0.3, 0.5, 0.6, 0.7, 1.0])
@pytest.mark.parametrize("shape", [(40, 40), (1, 30), (30, 1), (7, 64)])
def test_components_are_scipys(shape: tuple[int, int], density: float) -> None:
    mask = np.random.default_rng(int(density * 10)).random(shape) < density
    expected, _ = ndimage.label(mask)
    np.testing.assert_array_equal(components(mask), expected)


def test_a_spiral_hangs_together() -> None:
    mask = np.zeros((41, 41), np.bool_)
    top, left, bottom, right = 0, 0, 40, 40
    while left < right:
        mask[top, left : right + 1] = mask[top : bottom + 1, right] = mask[bottom, left : right + 1] = True
        mask[top + 2 : bottom + 1, left] = True
        if left:
            mask[top, left - 1] = mask[top, left - 2] = True
        top, left, bottom, right = top + 2, left + 2, bottom - 2, right - 2
    expected, count = ndimage.label(mask)
    assert count == components(mask).max()
    np.testing.assert_array_equal(components(mask), expected)


def classes() -> PlacedIndices:
    return np.array(
        [
            [0, 1, 1, 0, 2],
            [0, 1, 0, 0, 2],
            [0, 0, 0, 1, 1],
            [2, 0, 1, 1, 1],
        ]
    )


def test_instances_hang_together_within_a_class() -> None:
    sure = np.linspace(0, 1, 20).reshape(4, 5)
    found = instances_of(classes(), sure)
    assert [(one.label, int(one.mask.sum())) for one in found] == [(1, 3), (1, 5), (2, 2), (2, 1)]
    assert found[0].score == pytest.approx(sure[classes() == 1][:3].mean())
    assert [one.label for one in instances_of(classes(), sure, least=3)] == [1, 1]
    assert instances_of(np.zeros((3, 3), np.int64), np.ones((3, 3))) == ()


def test_overlap_of_classes_is_counted_pixel_by_pixel() -> None:
    true = np.array([[0, 0, 1], [0, 1, 1], [2, 2, 1]])
    said = np.array([[0, 1, 1], [0, 0, 1], [2, 1, 1]])
    overlap = class_overlap(said, true, 4)
    assert overlap.shared.tolist() == [2, 3, 1, 0]
    assert overlap.covered.tolist() == [4, 6, 2, 0]
    assert overlap.mean_iou == pytest.approx((0.5 + 0.5 + 0.5) / 3)
    assert np.isnan(overlap.ious[3])
    both = overlap + class_overlap(true, true, 4)
    assert both.shared.tolist() == [5, 7, 3, 0]


def test_overlap_of_masks() -> None:
    one, other = np.zeros((2, 4, 4), np.bool_)
    one[:2], other[1:3] = True, True
    assert mask_overlaps((one, other), (one,)).ravel().tolist() == pytest.approx([1, 1 / 3])
    assert mask_overlaps((), (one,)).shape == (0, 1)
    assert mask_overlaps((one,), ()).shape == (1, 0)
