"""From a click on a layer far from the open one, for the first time, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a layer not beside the open one")


def measure() -> Result:
    """Load the page, which opens the last layer with maps, and open the first convolution."""
    clicks = (on(".network [data-layer=conv2d]"),)
    return measured(GOAL, ".mosaic img", clicks, anew=True, address="/Feature_maps?model=mnist&layer=max_pooling2d")
