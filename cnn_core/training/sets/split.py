"""How pictures are divided into those to train on, to validate with and to test on: seeded, and class by class."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from cnn_core.arrays import Indices
from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.bounds import check_whole

MOST_IN_A_CLASS: Final = 10**6

_NEEDED: Final = N_(
    'The class "{label}" has too few pictures for this split. Received: {count}; {needed} are needed, at least one '
    "of them to train on. Add pictures, or use fewer for validation and test."
)
_PUBLISHED: Final = N_(
    'The class "{label}" has too few of the pictures published for testing. Received: {count}; {needed} are needed. '
    "Use fewer for the test."
)


class Part(StrEnum):
    """What a picture is there for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Counts(NamedTuple):
    """How many pictures of a class are in each part."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Split:
    """What each part gets of every class; each picture is in one part at most.

    Args:
        validation, test: a share of each class, 0 ≤ share < 1, as a float; or so many pictures of each class, as an
            int. A share above 0 gives one picture at least.
        seed: which ones.
        train: at most so many of each class are trained on; None for all that are left.
    """

    validation: float | int = 0.2
    test: float | int = 0.2
    seed: int = 0
    train: int | None = None

    def __post_init__(self) -> None:
        _check_share("validation", self.validation)
        _check_share("test", self.test)
        check_whole("seed", self.seed, 0, 2**31 - 1)
        if self.train is not None:
            check_whole("train", self.train, 1, MOST_IN_A_CLASS)

    def counts(self, label: str, count: int, published: int = 0) -> Counts:
        """Return how many of the `count` pictures of a class go into each part.

        Args:
            label: what the class is called.
            count: its pictures in all.
            published: how many of these its publisher set apart to test on; where there are some, all of the test
                pictures come from them, and none of the others.

        Raises:
            CnnError: they are too few.
        """
        test, validation = _number(self.test, count), _number(self.validation, count)
        if published:
            _refuse_too_few(label, published, test, _PUBLISHED)
        needed = validation + 1 + (0 if published else test)
        _refuse_too_few(label, count - published, needed, _NEEDED)
        left = count - published - needed + 1
        return Counts(left if self.train is None else min(left, self.train), validation, test)

    def places(self, label: str, number: int, count: int, published: int = 0) -> dict[Part, Indices]:
        """Return the places, 0 to `count` less 1, of the pictures of each part, in a random order.

        Args:
            number: of the class among the classes: each is shuffled in its own way.
            label, count, published: as in `counts`; the published test pictures are the last ones.

        Raises:
            CnnError: they are too few.
        """
        counts = self.counts(label, count, published)
        chance = np.random.default_rng((self.seed, number))
        order, theirs = chance.permutation(count - published), chance.permutation(published) + count - published
        test, rest = (theirs[: counts.test], order) if published else np.split(order, [counts.test])
        validation, train = np.split(rest, [counts.validation])
        return {Part.TRAIN: train[: counts.train], Part.VALIDATION: validation, Part.TEST: test}

    def to_json(self) -> dict[str, Any]:
        """Return the split as what JSON takes."""
        return asdict(self)


def _number(share: float | int, count: int) -> int:
    """Return how many of `count` pictures a share is."""
    if isinstance(share, int):
        return share
    return max(1, round(share * count)) if share else 0


def _refuse_too_few(label: str, count: int, needed: int, sentence: str) -> None:
    if count < needed:
        raise CnnError(sentence, label=label, count=f"{count:,}", needed=f"{needed:,}")


def _check_share(name: str, value: float | int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        is_good = False
    elif isinstance(value, int):
        is_good = 0 <= value <= MOST_IN_A_CLASS
    else:
        is_good = 0 <= value < 1
    if not is_good:
        raise CnnError(
            N_(
                "{name} must be a share below 1, such as 0.2, or a whole number of pictures per class. Received: "
                "{value}."
            ),
            name=name,
            value=value,
        )
