"""What a worker does for a new picture until its network can be drawn, against the traced forward pass alone."""

from statistics import median
from typing import Any

from bench.measure import Goal, Result, in_turns, seconds

GOAL = Goal("a new picture in the network, MobileNetV2", "200 ms and 1.5 × its traced forward pass", within=1)
ROUNDS = 12


def allowance(forward: float) -> float:
    """Return the seconds that all may take: thumbnails and statistics of 158 layers beside the forward pass."""
    return 0.2 + 1.5 * forward


def measure() -> Result:
    """Send chance pictures, each another one, so that nothing is remembered."""
    import numpy as np

    from cnn_core.keras_model import feature_maps
    from cnn_core.models import run
    from cnn_core.models.loading import entered

    numbers = np.random.default_rng(0)

    def picture() -> Any:
        return numbers.random((224, 224, 3), dtype=np.float32)

    run.run("mobilenet_v2", picture())
    forward: list[float] = []

    def ours() -> float:
        pixels = picture()
        return seconds(lambda: run.run("mobilenet_v2", pixels))

    def theirs() -> float:
        pixels = picture()
        forward.append(seconds(lambda: feature_maps(*entered("mobilenet_v2", pixels))))
        return allowance(forward[-1])

    pairs = in_turns(ours, theirs, ROUNDS)
    return pairs.result(GOAL, f"the forward pass takes {median(forward) * 1e3:.0f} ms", (pairs.spread(GOAL),))
