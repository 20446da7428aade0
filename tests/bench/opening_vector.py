"""From a click on a layer without maps to its bars and its open unit, against a rerun of a page with one button."""

from bench.clicks import goal_of_opening, measured, on
from bench.measure import Result

GOAL = goal_of_opening("a layer without maps")


def measure() -> Result:
    """Open two in turns."""
    clicks = tuple(on(f".network [data-layer={layer}]") for layer in ("dense_1", "dense"))
    return measured(GOAL, ".layer .bars .said", clicks, address="/Feature_maps?model=mnist&layer=dense")
