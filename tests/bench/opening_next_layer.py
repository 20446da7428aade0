"""From a click on a layer beside the open one, shown for the first time, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a layer beside the open one")


def measure() -> Result:
    """Load the page, which opens a layer, and open the one after it."""
    return measured(GOAL, ".mosaic img", (on(".network [data-layer=conv2d_1]"),), anew=True)
