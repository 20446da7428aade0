"""From a click on a panel that is not on the page to its picture, against a rerun of a page with one button.

The pointer comes to rest on the panel's button before the click: the page draws the panel meanwhile.
"""

from bench.clicks import VISIBLE_HEADINGS, after_a_rest, goal_of_opening, measured
from bench.measure import Result
from bench.opening_panel import button_of

GOAL = goal_of_opening("a panel that is not on the page, once the pointer rests on its button")
PANELS = "Kernels", "Excites", "Why?"
"""Three, of which the page keeps two."""


def measure() -> Result:
    """Open them in turns."""
    clicks = tuple(after_a_rest(button_of(name)) for name in PANELS)
    return measured(GOAL, ".st-key-asked", clicks, shown=VISIBLE_HEADINGS)
