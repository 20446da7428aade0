"""From a click on a panel that was open before to its picture, against a rerun of a page with one button."""

from bench.clicks import VISIBLE_HEADINGS, goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a panel is opened again")


def button_of(panel: str) -> str:
    """Return what finds the button of a panel."""
    return f'.st-key-asked button:has-text("{panel}")'


def measure() -> Result:
    """Open one and another in turns."""
    clicks = tuple(on(button_of(name)) for name in ("Kernels", "Why?"))
    return measured(GOAL, ".st-key-asked", clicks, shown=VISIBLE_HEADINGS)
