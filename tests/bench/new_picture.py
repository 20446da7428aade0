"""What a worker does for a new picture until the film strip can be drawn, against the traced forward pass alone."""

from typing import Any

from bench.measure import Goal, Result, in_turns, seconds

GOAL = Goal("a new picture's film strip, MobileNetV2, less 200 ms", "its traced forward pass", within=1.5)
ROUNDS = 12
ALLOWED = 0.2
"""Seconds that thumbnails and statistics of 158 layers may take besides."""


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
    whole: list[float] = []

    def ours() -> float:
        pixels = picture()
        whole.append(seconds(lambda: run.run("mobilenet_v2", pixels)))
        return max(whole[-1] - ALLOWED, 1e-6)

    def theirs() -> float:
        pixels = picture()
        return seconds(lambda: feature_maps(*entered("mobilenet_v2", pixels)))

    pairs = in_turns(ours, theirs, ROUNDS)
    middle = sorted(whole)[len(whole) // 2]
    return pairs.result(GOAL, f"with everything {middle * 1e3:.0f} ms", (pairs.spread(GOAL),))
