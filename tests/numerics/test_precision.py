"""Average precision by hand, and of a published example."""

import numpy as np
import pytest

from cnn_core.numerics.precision import hits, precision_recall

# Padilla, Netto and da Silva, A survey on performance metrics for object-detection algorithms, IWSSIP 2020, and their
# repository Object-Detection-Metrics: 24 answers by confidence, 15 things, AP over all points 24.56 %.
PUBLISHED = "TFTFFFFFFTFTTTFFFFFFFFTF"


def test_average_precision_by_hand() -> None:
    curve = precision_recall(np.array([True, False, True, False]), 3)
    np.testing.assert_allclose(curve.precision, [1, 1 / 2, 2 / 3, 1 / 2])
    np.testing.assert_allclose(curve.recall, [1 / 3, 1 / 3, 2 / 3, 2 / 3])
    np.testing.assert_allclose(curve.envelope, [1, 2 / 3, 2 / 3, 1 / 2])
    # A third of the things at a precision of 1, another at 2/3, the last is never found.
    assert curve.average_precision == pytest.approx(1 / 3 + 2 / 9)


def test_average_precision_of_a_published_example() -> None:
    curve = precision_recall(np.array([letter == "T" for letter in PUBLISHED]), 15)
    assert curve.average_precision == pytest.approx(0.2456, abs=1e-4)


def test_bounds_of_average_precision() -> None:
    assert precision_recall(np.ones(4, np.bool_), 4).average_precision == pytest.approx(1)
    assert precision_recall(np.zeros(4, np.bool_), 4).average_precision == 0
    assert precision_recall(np.zeros(0, np.bool_), 4).average_precision == 0


def test_a_thing_is_found_once() -> None:
    overlaps = np.array([[0.9, 0.1], [0.7, 0.6], [0.2, 0.5], [0.4, 0.45]])
    # The second overlaps the first thing most, which is taken: VOC counts it as wrong, though it fits the other too.
    assert hits(overlaps).tolist() == [True, False, True, False]
    assert hits(overlaps, 0.95).tolist() == [False] * 4
    assert hits(np.zeros((2, 0))).tolist() == [False, False]
