"""What figures measured several times can say: standard errors, and whether two ways differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Final

NORMAL_95: Final = NormalDist().inv_cdf(0.975)
"""How many standard deviations to either side hold 95 % of a normal distribution: 1.96."""


def standard_error(share: float, count: int) -> float:
    """Return the standard error of a share of `count` independent trials: √(p (1 − p) / n).

    >>> round(standard_error(0.8, 1_000), 4)
    0.0126
    """
    return math.sqrt(share * (1 - share) / count)


def wilson(right: int, count: int, z: float = NORMAL_95) -> tuple[float, float]:
    """Return the interval, by default that of 95 %, of a share of which `right` of `count` trials came true.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927. Unlike share ±
    two standard errors it never leaves [0, 1] and holds for few trials too.

    >>> tuple(round(end, 3) for end in wilson(387, 399))
    (0.948, 0.983)
    """
    share, spread = right / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class PairedTest:
    """Student's paired t-test, two-sided: whether differences measured in pairs have a mean other than 0.

    Attributes:
        differences: first less second, one for each pair.
    """

    differences: tuple[float, ...]

    @classmethod
    def of(cls, first: Sequence[float], second: Sequence[float]) -> "PairedTest":
        """Return the test of figures in the same order; raises ValueError where they are not as many."""
        return cls(tuple(one - other for one, other in zip(first, second, strict=True)))

    @property
    def n(self) -> int:
        return len(self.differences)

    @property
    def mean(self) -> float:
        return fmean(self.differences)

    @property
    def statistic(self) -> float | None:
        """Return t = mean / (standard deviation / √n); None for fewer than two pairs, which leave nothing to test.

        Differences that are all 0 have t = 0; those that are all the same otherwise are infinitely many errors apart.
        """
        if self.n < 2:
            return None
        if len(set(self.differences)) == 1:
            return math.copysign(math.inf, self.mean) if self.mean else 0.0
        return self.mean / (stdev(self.differences) / math.sqrt(self.n))

    @property
    def p(self) -> float | None:
        """Return how probable a |t| at least as large is where there is no difference; None for fewer than two pairs.

        >>> round(PairedTest.of([3.0, 5.0, 8.0], [1.0, 2.0, 4.0]).p, 4)
        0.0351
        """
        return None if self.statistic is None else beyond(self.statistic, self.n - 1)


def beyond(statistic: float, freedom: int) -> float:
    """Return the probability that Student's t with whole degrees of freedom, 1 at least, is farther from 0 than this.

    By the finite sums of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4. Exact to about
    1e-15, so a probability below that comes out as 0.
    """
    angle = math.atan(abs(statistic) / math.sqrt(freedom))
    term = math.sin(angle) * (math.cos(angle) if freedom % 2 else 1.0)
    total = 0.0 if freedom == 1 else term
    for step in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= (step - 1) / step * math.cos(angle) ** 2
        total += term
    within = 2 / math.pi * (angle + total) if freedom % 2 else total
    return max(0.0, 1 - within)


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Return p-values corrected for being so many, so that none of them is small by chance alone.

    S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    corrected, smallest = list(probabilities), 0.0
    for rank, place in enumerate(sorted(range(len(corrected)), key=corrected.__getitem__)):
        smallest = max(smallest, min(1.0, (len(corrected) - rank) * probabilities[place]))
        corrected[place] = smallest
    return tuple(corrected)
