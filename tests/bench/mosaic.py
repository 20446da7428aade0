"""512 maps in one picture, from floats to PNG, against a Plotly subplot a map, from floats to JSON."""

from typing import Any

from bench.measure import Goal, Result, in_turns, seconds, typical_seconds
from cnn_core.drawing.mosaic import RangeScope, mosaic_png

GOAL = Goal("tile, colour and encode 512 maps of 14×14", "one Plotly subplot a map", faster=100)
COUNT, SIDE, COLUMNS, CELL = 512, 14, 16, 56
ROUNDS = 5
TIMES = 10


def measure(rounds: int = ROUNDS) -> Result:
    """Take both in turns; maps as after a ReLU, which compress as real ones do."""
    import numpy as np

    maps = np.maximum(np.random.default_rng(0).normal(size=(SIDE, SIDE, COUNT)), 0).astype(np.float32)
    sizes = f"{len(_ours(maps)) / 1e3:,.0f} kB of PNG against {len(_theirs(maps)) / 1e3:,.0f} kB of JSON"
    pairs = in_turns(
        lambda: typical_seconds(lambda: _ours(maps), TIMES), lambda: seconds(lambda: _theirs(maps)), rounds, discard=0
    )
    return pairs.result(GOAL, f"{sizes}; drawing in the browser is not counted", (pairs.spread(GOAL),))


def _ours(maps: Any) -> bytes:
    return mosaic_png(maps, range(COUNT), RangeScope.PER_LAYER, columns=COLUMNS, cell=CELL).png


def _theirs(maps: Any) -> str:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    figure = make_subplots(COUNT // COLUMNS, COLUMNS, horizontal_spacing=0.002, vertical_spacing=0.002)
    for index in range(COUNT):
        row, column = divmod(index, COLUMNS)
        figure.add_trace(go.Heatmap(z=maps[:, :, index], showscale=False), row + 1, column + 1)
    return str(figure.to_json())
