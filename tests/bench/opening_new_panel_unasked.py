"""From a click on a panel that is not on the page to its picture, where no pointer came near its button before.

That is how a script and a quick finger click: the page begins to draw the panel only then.
"""

from bench.clicks import VISIBLE_HEADINGS, goal_of_opening, measured, on
from bench.measure import Result
from bench.opening_new_panel import PANELS
from bench.opening_panel import button_of

GOAL = goal_of_opening("a panel that is not on the page, out of the blue")


def measure() -> Result:
    """Open three in turns, of which the page keeps two."""
    return measured(GOAL, ".st-key-asked", tuple(on(button_of(name)) for name in PANELS), shown=VISIBLE_HEADINGS)
