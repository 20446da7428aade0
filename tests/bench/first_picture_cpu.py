"""Processor time of the server's own process for a photograph that nobody gave before, until its maps are there."""

from bench.measure import Goal, Result
from bench.students import give, measured

GOAL = Goal(
    "server's CPU of a photograph's first maps",
    "a run of the page in which nothing changed",
    within=2,
    below_ms=60,
)


def measure() -> Result:
    """Drop one photograph after the other; the workers' time is not counted."""
    return measured(GOAL, give)
