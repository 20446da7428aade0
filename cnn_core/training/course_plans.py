"""The trainings of the courses, as plans for any pictures of the right kind."""

from dataclasses import replace
from typing import Final

from cnn_core.network.presets import courses
from cnn_core.training.augmentation import COURSE
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import fitted, with_dropout
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Source
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import FineTuning, Transfer, transfer_network

DROPOUT: Final = 0.5


def digits_plan(source: Source, split: Split) -> FitPlan:
    """Return the training of the first course: ten classes of 28×28 pixels in one channel."""
    data = Data(source, split, (28, 28), 1)
    return FitPlan(data, fitted(courses.mnist(), data.shape, 10), batch_size=128, epochs=5)


def cats_dogs_plan(source: Source, split: Split) -> FitPlan:
    """Return the training of the second course, with nothing against overfitting: two classes of 180×180 pixels."""
    return FitPlan(Data(source, split, (180, 180)), courses.cats_dogs(), epochs=30)


def cured_plan(source: Source, split: Split) -> FitPlan:
    """Return the same with the course's cure: augmentation, and dropout before the last layer."""
    plan = cats_dogs_plan(source, split)
    return replace(plan, network=with_dropout(plan.network, DROPOUT), augmentation=COURSE, epochs=100)


def transfer_plan(source: Source, split: Split, tuning: FineTuning | None = None) -> FitPlan:
    """Return the training of the third course: a new head on MobileNetV2 for two classes, then what `tuning` says."""
    transfer = Transfer(fine_tuning=tuning)
    data = Data(source, split, (224, 224))
    network = transfer_network(transfer, data.size, 2)
    return FitPlan(data, network, transfer=transfer, optimizer=OptimizerSettings(OptimizerName.ADAM), epochs=15)
