"""From a click on a map to its picture in the browser, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a map is opened")


def measure() -> Result:
    """Open one and another in turns."""
    return measured(GOAL, ".picker img", (on(".mosaic .board", 0.3), on(".mosaic .board", 0.6)))
