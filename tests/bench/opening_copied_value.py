"""From a click on a value that a layer copies, padded by zeros, to how it was made, against a page with one button.

Every click is on a value that was not opened before.
"""

from bench.clicks import goal_of_opening, measured, spread
from bench.measure import Result

GOAL = goal_of_opening("a value of a layer that pads")


def measure() -> Result:
    """Open one after the other, in MobileNetV2 on its first picture."""
    address = "/Feature_maps?model=mobilenet_v2&layer=Conv1_pad"
    return measured(GOAL, ".value-stage", spread(".picker .board"), address=address)
