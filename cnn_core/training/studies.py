"""Studies of what the courses claim: which networks are trained on what, with how many seeds; see `make study`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from cnn_core.network.presets import courses
from cnn_core.network.replacing import Replacement, study_network
from cnn_core.sentences import N_
from cnn_core.training import study as pooling
from cnn_core.training.fitting import FitPlan
from cnn_core.training.networks import fitted, with_dropout
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings
from cnn_core.training.presets import COURSE_AUGMENTATION, COURSE_DROPOUT
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import DownloadKey, Source
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import FineTuning, Transfer, transfer_network

CATS_DOGS_SPLIT: Final = Split(validation=100, test=0.2852, train=400)
"""Of 700 cats and 699 dogs: 800 to train on, 200 to validate with and 399 to test on."""
DIGITS_SPLIT: Final = Split(validation=500, test=0.139)
"""Of MNIST's 70,000: nearly all of the 10,000 that were published to test on, as many of each digit as of all of it."""
CLOTHES_SPLIT: Final = Split(validation=500, test=1_000)
"""Of Fashion-MNIST's 7,000 of each class: all that were published to test on."""
NARROW: Final = (14, 26, 52)
"""Filters with which convolutions in place of the pools take about as many parameters as the other ways."""


@dataclass(frozen=True)
class Scheme:
    """What is trained in one way, with each seed.

    Args:
        make: makes the plan for some pictures, but for its seed.
    """

    key: str
    title: str
    make: Callable[[Source], FitPlan]

    def plan(self, source: Source, seed: int) -> FitPlan:
        """Return what is trained; raises CnnError where the pictures do not fit."""
        return replace(self.make(source), seed=seed)


@dataclass(frozen=True)
class StudyPlan:
    """Schemes that are compared: all see the same pictures, divided in the same way.

    Args:
        pictures: which ones; pictures in class folders may take the place of cats and dogs.
        seeds: with how many each scheme is trained.
    """

    key: str
    title: str
    about: str
    pictures: DownloadKey
    schemes: tuple[Scheme, ...]
    seeds: int

    def scheme(self, key: str) -> Scheme:
        """Return one of the schemes."""
        return {scheme.key: scheme for scheme in self.schemes}[key]


def _mnist(source: Source) -> FitPlan:
    data = Data(source, DIGITS_SPLIT, (28, 28), 1)
    return FitPlan(data, fitted(courses.mnist(), data.shape, 10), batch_size=128, epochs=5)


def _scratch(source: Source) -> FitPlan:
    return FitPlan(Data(source, CATS_DOGS_SPLIT, (180, 180)), courses.cats_dogs(), epochs=30)


def _cured(source: Source) -> FitPlan:
    plan = _scratch(source)
    network = with_dropout(plan.network, COURSE_DROPOUT)
    return replace(plan, network=network, augmentation=COURSE_AUGMENTATION, epochs=100)


def _transfer(source: Source, tuning: FineTuning | None = None, train: int | None = CATS_DOGS_SPLIT.train) -> FitPlan:
    transfer = Transfer(fine_tuning=tuning)
    data = Data(source, replace(CATS_DOGS_SPLIT, train=train), (224, 224))
    network = transfer_network(transfer, data.size, 2)
    return FitPlan(data, network, transfer=transfer, optimizer=OptimizerSettings(OptimizerName.ADAM), epochs=15)


def _pooled(source: Source, way: Replacement) -> FitPlan:
    narrow = study_network(way, NARROW) if way is Replacement.CONVOLUTION else None
    return pooling.study_plan(source, CLOTHES_SPLIT, way, narrow)


STUDIES: Final = (
    StudyPlan(
        "transfer",
        N_("Cats and dogs by transfer"),
        N_(
            "MobileNetV2 has seen 1.28 million photographs; a new head learns to tell cats from dogs by its features, "
            "which stay as they are or are tuned at the end."
        ),
        DownloadKey.CATS_AND_DOGS,
        (
            Scheme("frozen", N_("frozen"), _transfer),
            Scheme("fine_tuned", N_("fine-tuned"), partial(_transfer, tuning=FineTuning())),
            Scheme("frozen_60", N_("frozen, 60 pictures"), partial(_transfer, train=30)),
        ),
        3,
    ),
    StudyPlan(
        "mnist",
        N_("Handwritten digits"),
        N_("The first course's network, trained on MNIST."),
        DownloadKey.MNIST,
        (Scheme("course", N_("as in the course"), _mnist),),
        3,
    ),
    StudyPlan(
        "pooling_equal",
        N_("Ways of making maps smaller, with as many parameters"),
        N_(
            "One small network on Fashion-MNIST, its maps made smaller twice in four ways. Where convolutions take the "
            "pools' place it has fewer filters, so that it has about as many parameters as the others."
        ),
        DownloadKey.FASHION_MNIST,
        (
            Scheme("max", N_("max pooling"), partial(_pooled, way=Replacement.MAX)),
            Scheme("average", N_("average pooling"), partial(_pooled, way=Replacement.AVERAGE)),
            Scheme("stride", N_("stride in the convolution before"), partial(_pooled, way=Replacement.STRIDE)),
            Scheme("convolution", N_("convolution with stride"), partial(_pooled, way=Replacement.CONVOLUTION)),
        ),
        5,
    ),
    StudyPlan(
        "cats_dogs",
        N_("Cats and dogs from scratch"),
        N_(
            "The second course's network on 180×180 pixels, from scratch: as it is, and with augmentation and a "
            "dropout of 0.5."
        ),
        DownloadKey.CATS_AND_DOGS,
        (
            Scheme("scratch", N_("as it is"), _scratch),
            Scheme("cured", N_("with augmentation and dropout"), _cured),
        ),
        3,
    ),
)
"""The quickest first: minutes, and at last hours."""


def study_plan(key: str) -> StudyPlan:
    """Return one of `STUDIES`; raises LookupError."""
    return {study.key: study for study in STUDIES}[key]
