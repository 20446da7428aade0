"""Studies of what the courses claim: which networks are trained on what, with how many seeds; see `make study`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from cnn_core.network.replacing import Replacement, study_network
from cnn_core.sentences import N_
from cnn_core.training import study as pooling
from cnn_core.training.course_plans import cats_dogs_plan, cured_plan, digits_plan, transfer_plan
from cnn_core.training.fitting import FitPlan
from cnn_core.training.sets.sources import DownloadKey, Source
from cnn_core.training.sets.split import Split
from cnn_core.training.transfer import FineTuning

CATS_DOGS_SPLIT: Final = Split(validation=100, test=0.2852, train=400)
"""Of 700 cats and 699 dogs: 800 to train on, 200 to validate with and 399 to test on."""
FEW_SPLIT: Final = replace(CATS_DOGS_SPLIT, train=30)
"""As few to train on as one gathers by hand: 60."""
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


def _pooled(source: Source, way: Replacement) -> FitPlan:
    narrow = study_network(way, NARROW) if way is Replacement.CONVOLUTION else None
    return pooling.study_plan(source, CLOTHES_SPLIT, way, narrow)


STUDIES: Final = (
    StudyPlan(
        "transfer",
        N_("Cats and dogs by transfer"),
        N_(
            "MobileNetV2 has seen 1.28 million photographs; a new head learns to tell cats from dogs by its "
            "features, which stay unchanged or are fine-tuned at the end."
        ),
        DownloadKey.CATS_AND_DOGS,
        (
            Scheme("frozen", N_("frozen"), partial(transfer_plan, split=CATS_DOGS_SPLIT)),
            Scheme("fine_tuned", N_("fine-tuned"), partial(transfer_plan, split=CATS_DOGS_SPLIT, tuning=FineTuning())),
            Scheme("frozen_60", N_("frozen, 60 pictures"), partial(transfer_plan, split=FEW_SPLIT)),
        ),
        3,
    ),
    StudyPlan(
        "mnist",
        N_("Handwritten digits"),
        N_("The first course's network, trained on MNIST."),
        DownloadKey.MNIST,
        (Scheme("course", N_("as in the course"), partial(digits_plan, split=DIGITS_SPLIT)),),
        3,
    ),
    StudyPlan(
        "pooling_equal",
        N_("Methods of making maps smaller, with about the same number of parameters"),
        N_(
            "One small network on Fashion-MNIST, its maps made smaller twice, by four methods. Where convolutions "
            "replace the pools, it has fewer filters, so that the number of parameters is about the same."
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
            Scheme("scratch", N_("without augmentation and dropout"), partial(cats_dogs_plan, split=CATS_DOGS_SPLIT)),
            Scheme("cured", N_("with augmentation and dropout"), partial(cured_plan, split=CATS_DOGS_SPLIT)),
        ),
        3,
    ),
)
"""The quickest first: minutes, and at last hours."""


def study_plan(key: str) -> StudyPlan:
    """Return one of `STUDIES`; raises LookupError."""
    return {study.key: study for study in STUDIES}[key]
