"""All layers of MobileNetV2 as `feature_maps` gives them, against a model and a `predict` for each, as tutorials do."""

from statistics import median
from typing import Any

from bench.all_layers import bundled_mobilenet, picture
from bench.measure import Goal, Pairs, Result, seconds

GOAL = Goal("all layers of MobileNetV2 for one picture", "one predict per layer, as tutorials do", faster=50)
WARM = 3


def measure() -> Result:
    """Take `feature_maps` once before every `predict`: the row is one of ours against the sum of theirs."""
    from cnn_core import feature_maps

    model, pixels = bundled_mobilenet(), picture()
    for _ in range(WARM):
        feature_maps(model, pixels)
    ours, theirs = [], []
    for layer in model.layers[1:]:
        ours.append(seconds(lambda: feature_maps(model, pixels)))
        theirs.append(_predict(model, layer, pixels))
    note = f"ours once against {len(theirs)} models with one predict each; the input layer is left out"
    return Pairs((median(ours),), (sum(theirs),)).result(GOAL, note, (Pairs(tuple(ours), tuple(theirs)).spread(GOAL),))


def _predict(model: Any, layer: Any, pixels: Any) -> float:
    """Return the seconds of a tutorial's lines for one layer."""
    import keras

    return seconds(lambda: keras.Model(model.inputs, layer.output).predict(pixels[None], verbose=0))
