"""Opening a value down to its sum, once its layer is there, against asking Keras for the layer as tutorials do."""

from typing import Any

from bench.measure import Goal, Result, in_turns, seconds

GOAL = Goal("opening one value of MobileNetV2", "a submodel's predict for its layer", faster=20, below_ms=100)
ROUNDS = 12
LAYERS = ("Conv1", "block_3_depthwise", "block_5_project", "Conv_1", "block_6_expand_BN", "predictions")


def measure() -> Result:
    """Open a value of one layer after the other, each at another place."""
    import keras
    import numpy as np

    from cnn_core.explain.unit import explain_unit
    from cnn_core.keras_model import feature_maps
    from cnn_core.models.loading import load
    from cnn_core.models.run import layer_weights

    numbers = np.random.default_rng(0)
    loaded = load("mobilenet_v2")
    pixels = numbers.random((224, 224, 3), dtype=np.float32)
    maps = feature_maps(loaded.model, pixels)
    steps = {step.named.name: step for step in loaded.network.steps()}
    turn = iter(range(10**6))

    def place_of(name: str) -> tuple[int, ...]:
        return tuple(int(numbers.integers(size)) for size in maps[name].shape)

    opened: dict[str, tuple[Any, Any, Any]] = {
        name: (steps[name].named.layer, layer_weights("mobilenet_v2", name), [maps[one] for one in steps[name].sources])
        for name in LAYERS
    }

    def ours() -> float:
        name = LAYERS[next(turn) % len(LAYERS)]
        place = place_of(name)
        return seconds(lambda: explain_unit(*opened[name], place))

    def theirs() -> float:
        name = LAYERS[next(turn) % len(LAYERS)]
        part = keras.Model(loaded.model.inputs, loaded.model.get_layer(name).output)
        return seconds(lambda: part.predict(pixels[np.newaxis], verbose=0))

    pairs = in_turns(ours, theirs, ROUNDS)
    return pairs.result(GOAL, f"layers {', '.join(LAYERS)}", (pairs.spread(GOAL),))
