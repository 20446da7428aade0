"""From a click on a map of a network that is drawn whole to its picture, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a map of a network drawn whole")


def measure() -> Result:
    """Open maps of one layer and another in turns."""
    clicks = tuple(
        on(f'.network button[data-layer="{layer}"][data-channel="{channel}"]')
        for channel in range(5)
        for layer in ("conv_1_1", "max_pool_1")
    )
    return measured(GOAL, ".picker img", clicks, address="/Feature_maps?model=cifar10")
