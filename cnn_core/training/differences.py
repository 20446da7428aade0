"""Ways compared by runs that share their seeds: which differences are shown to be real, and what else differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Final, Generic, TypeVar

from cnn_core.training.statistics import PairedTest, holm

Way = TypeVar("Way", bound=str)

LEVEL: Final = 0.05
"""How often differences may be called significant where there are none."""


@dataclass(frozen=True)
class Size:
    """How large the network of a way is."""

    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Difference(Generic[Way]):
    """The best way less another one.

    Attributes:
        p: of the test, corrected for all pairs of the ways compared; None where there is nothing to test.
        parameters, multiply_adds: of the best way's network, by the other's, less 1: 0 where they are equal.
    """

    best: Way
    other: Way
    test: PairedTest
    p: float | None
    parameters: float
    multiply_adds: float

    @property
    def is_significant(self) -> bool:
        return self.p is not None and self.p < LEVEL


def differences_from_best(
    figures: Mapping[Way, Mapping[int, float]], sizes: Mapping[Way, Size]
) -> tuple[Difference[Way], ...]:
    """Return how the way with the highest mean differs from each of the others, the nearest first.

    The best one is chosen by the very figures that are tested, so the p-values are corrected for every pair that might
    have been asked about, not only for these.

    Args:
        figures: of each way by the seed of the run; what is compared are the seeds that two ways share, at least one.
        sizes: of each way's network.
    """
    ranked = sorted(figures, key=lambda way: fmean(figures[way].values()), reverse=True)
    tests = {pair: _paired(figures[pair[0]], figures[pair[1]]) for pair in combinations(ranked, 2)}
    testable = {pair: test.p for pair, test in tests.items() if test.p is not None}
    corrected = dict(zip(testable, holm(list(testable.values())), strict=True))
    return tuple(
        Difference(
            best,
            other,
            test,
            corrected.get((best, other)),
            sizes[best].parameters / sizes[other].parameters - 1,
            sizes[best].multiply_adds / sizes[other].multiply_adds - 1,
        )
        for (best, other), test in tests.items()
        if best == ranked[0]
    )


def _paired(first: Mapping[int, float], second: Mapping[int, float]) -> PairedTest:
    seeds = sorted(first.keys() & second.keys())
    return PairedTest.of([first[seed] for seed in seeds], [second[seed] for seed in seeds])
