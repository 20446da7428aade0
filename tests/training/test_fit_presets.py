"""The trainings that are offered: the courses' figures, and plans that can be made."""

import pytest

from cnn_core.layers import Dropout, RandomFlip, RandomRotation, RandomZoom
from cnn_core.network.summary import summarize
from cnn_core.training.fitting import FitPlan
from cnn_core.training.presets import PRESETS, fit_preset


@pytest.mark.parametrize("key", [preset.key for preset in PRESETS])
def test_every_preset_is_a_plan(key: str) -> None:
    plan = fit_preset(key)
    assert FitPlan.from_json(plan.to_json()) == plan


def test_the_networks_are_those_of_the_courses() -> None:
    # The figures of the courses, which say nothing of Rescaling, augmentation and dropout: these have no parameters.
    assert summarize(fit_preset("cats_dogs").whole).parameters == 991_041
    assert summarize(fit_preset("cats_dogs_augmented").whole).parameters == 991_041
    assert summarize(fit_preset("mnist").whole).parameters == 1_101_526


def test_the_cure_is_that_of_the_course() -> None:
    plain, cured = fit_preset("cats_dogs"), fit_preset("cats_dogs_augmented")
    assert not plain.augmentation
    assert cured.augmentation == (RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2))
    assert cured.network.layers[-2].layer == Dropout(0.5)
    for plan in (plain, cured):
        assert (plan.optimizer.name, plan.batch_size, plan.head.loss) == ("rmsprop", 32, "binary_crossentropy")
        assert plan.data.shape == (180, 180, 3)
