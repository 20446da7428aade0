"""The trainings of the courses, and one that takes seconds: each a plan that a reader may change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from cnn_core.layers import Layer, RandomFlip, RandomRotation, RandomZoom
from cnn_core.network.presets import courses
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.sentences import N_
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import fitted, small_network, with_dropout
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import Shapes, Shipped, Source, Textures
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import Transfer, transfer_network

COURSE_AUGMENTATION: Final[tuple[Layer, ...]] = (RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2))
"""Of the cats and dogs: mirrored, turned by up to ±36°, up to a fifth nearer or farther."""
COURSE_DROPOUT: Final = 0.5


@dataclass(frozen=True)
class FitPreset:
    """A training that is offered.

    Args:
        make: makes its plan, each time anew.
    """

    key: str
    title: str
    about: str
    make: Callable[[], FitPlan]


def _shapes() -> FitPlan:
    kinds = (ShapeKind.CIRCLE, ShapeKind.STAR)
    data = Data(Shapes(kinds, per_class=800, size=32), Split(0.2, 0.2), (32, 32))
    optimizer = OptimizerSettings(OptimizerName.ADAM, 0.003)
    return FitPlan(data, small_network(data.shape, 2), optimizer=optimizer, epochs=12)


def _mnist() -> FitPlan:
    data = Data(Shipped("mnist_small"), Split(0.1, 0.2), (28, 28), 1)
    return FitPlan(data, fitted(courses.mnist(), data.shape, 10), batch_size=128, epochs=5)


def cats_dogs_plan(source: Source, is_augmented: bool) -> FitPlan:
    """Return the training of the second course, on any pictures in two classes, with its cure or without."""
    plan = FitPlan(Data(source, Split(0.2, 0.2), (180, 180)), courses.cats_dogs(), epochs=30)
    if not is_augmented:
        return plan
    network = with_dropout(plan.network, COURSE_DROPOUT)
    return replace(plan, network=network, augmentation=COURSE_AUGMENTATION, epochs=100)


def _transfer() -> FitPlan:
    transfer = Transfer()
    data = Data(Textures(per_class=100, size=224), Split(0.2, 0.2), (224, 224))
    network = transfer_network(transfer, data.size, 2)
    return FitPlan(data, network, transfer=transfer, optimizer=OptimizerSettings(OptimizerName.ADAM), epochs=15)


PRESETS: Final = (
    FitPreset(
        "shapes",
        N_("Circles and stars, in seconds"),
        N_("A small network on 32×32 drawings: it learns to tell two shapes apart while you look on."),
        _shapes,
    ),
    FitPreset(
        "mnist",
        N_("Handwritten digits"),
        N_("The first course's network on 5,000 handwritten digits."),
        _mnist,
    ),
    FitPreset(
        "cats_dogs",
        N_("Two classes, 180×180: it overfits"),
        N_("The second course's network, with 991,041 parameters and nothing against overfitting."),
        partial(cats_dogs_plan, Textures(), is_augmented=False),
    ),
    FitPreset(
        "cats_dogs_augmented",
        N_("Two classes, 180×180: the cure"),
        N_("The same network with augmentation in front and a dropout of 0.5 before its last layer."),
        partial(cats_dogs_plan, Textures(), is_augmented=True),
    ),
    FitPreset(
        "transfer",
        N_("A new head on MobileNetV2"),
        N_("The frozen features of a network that saw 1.28 million photographs, under a new head for two classes."),
        _transfer,
    ),
)


def fit_preset(key: str) -> FitPlan:
    """Return the plan of this key, one of those in `PRESETS`."""
    return {preset.key: preset for preset in PRESETS}[key].make()
