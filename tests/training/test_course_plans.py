"""The trainings of the courses: their figures, and plans that can be made."""

import pytest

from cnn_core.layers import Dropout, RandomFlip, RandomRotation, RandomZoom
from cnn_core.network.summary import summarize
from cnn_core.training.course_plans import cats_dogs_plan, cured_plan, digits_plan, transfer_plan
from cnn_core.training.fitting import FitPlan
from cnn_core.training.sets.sources import Shipped, Textures
from cnn_core.training.sets.split import Split

DIGITS = digits_plan(Shipped("mnist_small"), Split(0.1, 0.2))
PLAIN, CURED = (make(Textures(), Split(0.2, 0.2)) for make in (cats_dogs_plan, cured_plan))
TRANSFER = transfer_plan(Textures(per_class=100, size=224), Split(0.2, 0.2))


@pytest.mark.parametrize("plan", [DIGITS, PLAIN, CURED, TRANSFER])
def test_a_plan_is_read_as_it_was_written(plan: FitPlan) -> None:
    assert FitPlan.from_json(plan.to_json()) == plan


def test_the_networks_are_those_of_the_courses() -> None:
    # The figures of the courses, which say nothing of Rescaling, augmentation and dropout: these have no parameters.
    assert summarize(PLAIN.whole).parameters == 991_041
    assert summarize(CURED.whole).parameters == 991_041
    assert summarize(DIGITS.whole).parameters == 1_101_526


def test_the_cure_is_that_of_the_course() -> None:
    assert not PLAIN.augmentation
    assert CURED.augmentation == (RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2))
    assert CURED.network.layers[-2].layer == Dropout(0.5)
    for plan in (PLAIN, CURED):
        assert (plan.optimizer.name, plan.batch_size, plan.head.loss) == ("rmsprop", 32, "binary_crossentropy")
        assert plan.data.shape == (180, 180, 3)
