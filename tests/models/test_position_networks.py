"""Networks that differ in what they make of a place: as good as their record says, and what the pictures promise."""

import numpy as np
import pytest

from cnn_core.models.position_networks import (
    Sort,
    Taught,
    answers,
    confusion,
    measured,
    network,
    record,
    shipped_digits,
    shuffled_order,
    weights,
)
from cnn_core.network.summary import summarize
from cnn_core.pictures.chests import chest

each_taught = pytest.mark.parametrize("taught", Taught)


@each_taught
def test_the_networks_have_about_as_many_parameters(taught: Taught) -> None:
    counts = [summarize(network(taught, sort)).parameters for sort in Sort]
    assert max(counts) < 1.1 * min(counts)
    for sort, count in zip(Sort, counts, strict=True):
        assert count == sum(values.size for values in weights(taught, sort)) == measured(taught, sort)["parameters"]


def test_shuffling_loses_no_pixel() -> None:
    assert sorted(shuffled_order().tolist()) == list(range(28 * 28))


@each_taught
def test_the_answers_to_what_comes_along_are_as_good_as_the_record_says(taught: Taught) -> None:
    """Of thirty pictures, so only coarsely."""
    _pictures, digits = shipped_digits()
    labels = np.array([chest(seed).label for seed in range(30)]) if taught is Taught.CHESTS else digits
    for sort in Sort:
        found = measured(taught, sort)
        share = (answers(taught, sort).argmax(axis=1) == labels).mean()
        assert share == pytest.approx(
            found.get("accuracy_shuffled" if taught is Taught.SHUFFLED else "accuracy"), abs=0.2
        )


def test_what_the_record_shows() -> None:
    """What the page says of it: each sentence there rests on one of these."""
    digits = {sort: measured(Taught.DIGITS, sort) for sort in Sort}
    shuffled = {sort: measured(Taught.SHUFFLED, sort)["accuracy_shuffled"] for sort in Sort}
    far = record()["recipe"]["shifts"].index(4)
    assert (
        digits[Sort.DENSE]["by_shift"][far] < digits[Sort.FLATTEN]["by_shift"][far] < digits[Sort.MEAN]["by_shift"][far]
    )
    upside_down = record()["recipe"]["angles"].index(180)
    assert all(found["by_angle"][upside_down] < 0.6 for found in digits.values())
    assert all(found["accuracy_shuffled"] < 0.3 for found in digits.values())
    assert abs(shuffled[Sort.DENSE] - digits[Sort.DENSE]["accuracy"]) < 0.01
    assert all(shuffled[sort] < digits[sort]["accuracy"] - 0.01 for sort in (Sort.FLATTEN, Sort.MEAN))
    sides = confusion(Sort.MEAN)[1:, 1:]
    assert confusion(Sort.MEAN)[0, 0] > 0.98
    assert np.diag(sides).mean() == pytest.approx(0.5, abs=0.1)
    assert all(np.diag(confusion(sort)).min() > 0.95 for sort in (Sort.DENSE, Sort.FLATTEN))


@pytest.mark.keras
@each_taught
def test_keras_answers_what_is_recorded(taught: Taught) -> None:
    from cnn_core.keras_model import build_model

    pictures = shipped_digits()[0].astype(np.float32) / np.float32(255)
    if taught is Taught.SHUFFLED:
        pictures = pictures.reshape(30, -1)[:, shuffled_order()].reshape(pictures.shape)
    if taught is Taught.CHESTS:
        pictures = np.stack([chest(seed).pixels for seed in range(30)])
    for sort in Sort:
        model = build_model(network(taught, sort))
        model.set_weights(list(weights(taught, sort)))
        np.testing.assert_allclose(np.asarray(model(pictures, training=False)), answers(taught, sort), atol=1e-4)
