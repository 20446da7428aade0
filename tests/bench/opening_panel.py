"""From a click on a panel to its picture in the browser, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a panel is opened")


_BUTTON = '.st-key-asked button:has-text("{name}")'


def measure() -> Result:
    """Open one and another in turns."""
    clicks = tuple(on(_BUTTON.format(name=name)) for name in ("Kernels", "Why?"))
    return measured(GOAL, ".st-key-asked_line h2", clicks)
