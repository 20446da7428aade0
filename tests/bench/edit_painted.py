"""From a click that edits a network of 200 layers to the new numbers, against a rerun of a page with one button.

The browser makes the edit by itself and paints what comes of it; the server's answer takes its place.
"""

from bench.clicks import goal_of_opening, measured, on
from bench.edit import PAGE, address
from bench.measure import Result

GOAL = goal_of_opening("an edit of 200 layers on Design a network")
EDITED = "tr.layer >> nth=5"
TOTALS = "tfoot"
"""Below the table, which is drawn after the totals above it."""


def measure() -> Result:
    """Duplicate a convolution and take that back, in turns."""
    clicks = (on(".st-key-design_duplicate button"), on(".st-key-design_undo button"))
    return measured(GOAL, TOTALS, clicks, address=f"/{PAGE}?{address()}", ready=on(EDITED))
