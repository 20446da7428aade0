"""What outputs say of labelled pictures: NumPy against sums by hand, and scikit-free oracles."""

import numpy as np
import pytest

from cnn_core.training.answers import MOST_SHOWN, confusion, probabilities, surest
from cnn_core.training.heads import Loss

GIVEN = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.5, 0.5]], np.float32)
LABELS = np.array([0, 1, 1, 0, 0], np.int32)


def test_one_unit_is_the_probability_of_the_second_class() -> None:
    outputs = GIVEN[:, 1:]
    np.testing.assert_allclose(probabilities(outputs, Loss.BINARY), GIVEN, rtol=1e-6)
    assert probabilities(GIVEN, Loss.CATEGORICAL) is GIVEN


def test_confusion_counts_rows_by_class_and_columns_by_answer() -> None:
    # Of the first class two were taken for the first and one for the second: at 0.5 the first is said, as Keras does.
    assert confusion(GIVEN, LABELS) == ((2, 1), (1, 1))


@pytest.mark.parametrize("classes", [2, 5])
def test_confusion_is_that_of_a_loop(classes: int) -> None:
    rng = np.random.default_rng(classes)
    given = rng.random((50, classes)).astype(np.float32)
    labels = rng.integers(0, classes, 50).astype(np.int32)
    counted = np.zeros((classes, classes), int)
    for row, label in zip(given, labels, strict=True):
        counted[label, max(range(classes), key=row.__getitem__)] += 1
    assert confusion(given, labels) == tuple(map(tuple, counted.tolist()))


def test_the_surest_answers_come_first() -> None:
    wrong, right = (surest(GIVEN, LABELS, are_right=are_right) for are_right in (False, True))
    assert [(answer.picture, answer.label, answer.said) for answer in wrong] == [(3, 0, 1), (2, 1, 0)]
    assert [answer.picture for answer in right] == [0, 1, 4]
    assert right[0].probability == pytest.approx(0.9)


def test_only_the_first_are_kept() -> None:
    given = np.tile(GIVEN[:1], (100, 1))
    assert len(surest(given, np.zeros(100, np.int32), are_right=True)) == MOST_SHOWN
    assert surest(given, np.zeros(100, np.int32), are_right=False) == ()
