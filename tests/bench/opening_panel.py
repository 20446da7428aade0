"""From a click on a panel that was open before to its picture, against a rerun of a page with one button."""

from bench.clicks import VISIBLE_HEADINGS, Click, goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a panel is opened again")


def on_panel(name: str) -> Click:
    """Return a click on the button of a panel."""
    return on(f'.st-key-asked button:has-text("{name}")')


def measure() -> Result:
    """Open one and another in turns."""
    return measured(GOAL, ".st-key-asked", (on_panel("Kernels"), on_panel("Why?")), shown=VISIBLE_HEADINGS)
