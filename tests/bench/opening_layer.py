"""From a click on a layer that was open before to its picture, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a layer is opened again")


def measure() -> Result:
    """Open one and another in turns."""
    return measured(GOAL, ".mosaic img", (on(".network [data-layer=conv2d_1]"), on(".network [data-layer=conv2d]")))
