"""Processor time of a new window on the page Pooling and stride, against the loop that tutorials pool with.

The page makes ten results of a 512×512×3 picture, draws them and measures what is open; the loop makes one of the ten.
"""

from itertools import product
from time import sleep
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

from bench.measure import Goal, Result, in_turns, seconds
from bench.servers import ROOT, Server, running
from bench.visitor import Visitor

GOAL = Goal(
    "CPU of a new window on Pooling and stride, 512×512×3",
    "max pooling alone, by a tutorial's loop",
    faster=2,
    below_ms=100,
)
ADDRESS = "picture=astronaut"
SIDE = 512
MEASURES = (
    *("Size and cost", "Difference of two", "Where they are the same"),
    *("Position", "Noise", "Edges, contrast, energy"),
)
SIZES = range(2, 8)
"""Of windows, down and across: for each measure others, so that nothing is remembered."""
PAUSE = 0.05
"""Seconds after each change: what Streamlit tidies up once a page has ended belongs to it."""


def measure() -> Result:
    """Change the window six times with each measure open, and pool by the loop once for each measure."""
    import numpy as np

    plane = np.random.default_rng(0).random((SIDE, SIDE))
    windows = {name: [(size, across) for size in SIZES] for name, across in zip(MEASURES, SIZES, strict=True)}
    left, took = list(MEASURES), dict[str, float]()
    with running(ROOT, CONVSCOPE_WORKERS="1") as server:
        server.wait_for_port()
        visitor = Visitor.at(server.url, "Pooling_and_stride")
        visitor.query = ADDRESS

        def ours() -> float:
            name = left.pop(0)
            took[name] = _cpu_of_a_change(server, visitor, name, windows[name])
            return took[name]

        with visitor:
            visitor.run()
            pairs = in_turns(ours, lambda: seconds(lambda: _pooled(plane)), len(MEASURES), discard=0)

    each = ", ".join(f"{name} {one * 1e3:.0f} ms" for name, one in took.items())
    slowest = max(took.values()) * 1e3
    fine = GOAL.below_ms is None or slowest < GOAL.below_ms
    return pairs.result(GOAL, f"the median; by what is measured: {each}", (pairs.spread(GOAL),), fine=fine)


def _cpu_of_a_change(server: Server, visitor: Visitor, name: str, windows: list[tuple[int, int]]) -> float:
    """Return the mean of several, since the system counts processor time in steps of 10 ms."""
    _field(visitor, "measured_widget").string_array_value.data[:] = [name]
    visitor.run()  # loads what the others use
    before = server.cpu_seconds()
    for down, across in windows:
        _field(visitor, "pool_down_widget").int_value = down
        _field(visitor, "pool_across_widget").int_value = across
        visitor.run()
        sleep(PAUSE)
    return (server.cpu_seconds() - before) / len(windows)


def _field(visitor: Visitor, key: str) -> WidgetState:
    """Return a field of the page, to put something into it as a person would."""
    (field,) = (widget for widget in visitor.widgets if widget.id.endswith(f"-{key}"))
    return field


def _pooled(plane: Any) -> Any:
    """Return the largest of every 2×2 values of (H, W), window by window."""
    import numpy as np

    result = np.zeros((plane.shape[0] // 2, plane.shape[1] // 2))
    for row, column in product(range(result.shape[0]), range(result.shape[1])):
        result[row, column] = np.max(plane[2 * row : 2 * row + 2, 2 * column : 2 * column + 2])
    return result
