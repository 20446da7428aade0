"""From a click on a map to its picture in the browser, against a rerun of a page with one button.

Every click is on a map that was not opened before, as far as there are so many.
"""

from bench.clicks import goal_of_opening, measured, spread
from bench.measure import Result

GOAL = goal_of_opening("a map is opened")


def measure() -> Result:
    """Open one after the other."""
    return measured(GOAL, ".picker img", spread(".mosaic .board"))
