"""What every row of the bench is made of: a goal, durations taken in turns, a result.

Durations of one machine say little about another, ratios taken side by side do; so a result is a ratio, and its
milliseconds only tell where it comes from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True)
class Goal:
    """What is measured against what, and the ratio wanted.

    Args:
        faster: at least so many times faster than what it is measured against, or
        within: at most so many times as slow.
        below_ms: an upper limit for our own milliseconds besides.
    """

    what: str
    against: str
    faster: float | None = None
    within: float | None = None
    below_ms: float | None = None

    @property
    def wanted(self) -> str:
        """Return the goal as the table shows it.

        >>> Goal("a rerun", "a slow one", faster=10, below_ms=50).wanted
        '≥ 10, < 50 ms'
        """
        ratio = f"≥ {self.faster:g}" if self.faster is not None else f"≤ {self.within:g}"
        return ratio if self.below_ms is None else f"{ratio}, < {self.below_ms:g} ms"

    def ratio(self, ours: float, theirs: float) -> float:
        """Return how many times faster, or how many times as slow: whichever the goal speaks of."""
        return theirs / ours if self.faster is not None else ours / theirs

    def met(self, ratio: float, ours_ms: float) -> bool:
        """Say whether the measured figures are what was wanted."""
        enough = ratio >= self.faster if self.faster is not None else ratio <= (self.within or 0)
        return enough and (self.below_ms is None or ours_ms < self.below_ms)


@dataclass(frozen=True)
class Result:
    """A measured row. `ok` says whether the goal is met; `details` are lines for those who ask."""

    what: str
    against: str
    ours_ms: float
    theirs_ms: float
    ratio: float
    wanted: str
    ok: bool
    note: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """Durations in seconds; `ours[i]` and `theirs[i]` were taken one after the other."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def ratios(self, goal: Goal) -> tuple[float, ...]:
        return tuple(map(goal.ratio, self.ours, self.theirs))

    def result(
        self,
        goal: Goal,
        note: str,
        details: tuple[str, ...] = (),
        typical: Callable[[tuple[float, ...]], float] = median,
        fine: bool = True,
    ) -> Result:
        """Return the row: `typical` of the pairs' ratios beside the median milliseconds; `fine` False fails it."""
        ours_ms, theirs_ms = median(self.ours) * 1e3, median(self.theirs) * 1e3
        ratio = typical(self.ratios(goal))
        ok = fine and goal.met(ratio, ours_ms)
        return Result(goal.what, goal.against, ours_ms, theirs_ms, ratio, goal.wanted, ok, note, details)

    def spread(self, goal: Goal) -> str:
        """Return the ratios' smallest, quartiles and largest: what the noise was."""
        ordered = sorted(self.ratios(goal))
        places = [round(part * (len(ordered) - 1) / 4) for part in range(5)]
        return f"{len(ordered)} pairs, ratios " + " … ".join(f"{ordered[place]:.3g}" for place in places)


def seconds(work: Work) -> float:
    """Return how long `work` takes once."""
    began = perf_counter()
    work()
    return perf_counter() - began


def in_turns(ours: Callable[[], float], theirs: Callable[[], float], rounds: int, discard: int = 1) -> Pairs:
    """Return the durations that both report, one after the other, each going first every other time.

    The first `discard` rounds fill caches, of the system too, and do not count.
    """
    taken: list[tuple[float, float]] = []
    for number in range(rounds + discard):
        if number % 2:
            late = theirs()
            taken.append((ours(), late))
        else:
            taken.append((ours(), theirs()))
    mine, other = zip(*taken[discard:], strict=True)
    return Pairs(mine, other)


def typical_seconds(work: Work, times: int) -> float:
    """Return the median of several: for work so short that a single one is mostly noise."""
    return median(seconds(work) for _ in range(times))
