"""From a click on a panel that is not on the page to its picture, against a rerun of a page with one button."""

from bench.clicks import VISIBLE_HEADINGS, goal_of_opening, measured
from bench.measure import Result
from bench.opening_panel import on_panel

GOAL = goal_of_opening("a panel that is not on the page")


def measure() -> Result:
    """Open three in turns, of which the page keeps two."""
    clicks = tuple(map(on_panel, ("Kernels", "Excites", "Why?")))
    return measured(GOAL, ".st-key-asked", clicks, shown=VISIBLE_HEADINGS)
