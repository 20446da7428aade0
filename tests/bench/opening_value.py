"""From a click on a value to how it was made, in the browser, against a rerun of a page with one button.

Every click is on a value that was not opened before.
"""

from bench.clicks import goal_of_opening, measured, spread
from bench.measure import Result

GOAL = goal_of_opening("a value is opened")


def measure() -> Result:
    """Open one after the other."""
    return measured(GOAL, ".value-stage", spread(".picker .board"))
