"""From a click on a value to its picture in the browser, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a value is opened")


def measure() -> Result:
    """Open one and another in turns."""
    return measured(GOAL, ".value-stage", (on(".picker .board", 0.4), on(".picker .board", 0.6)))
