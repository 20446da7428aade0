"""How fast this machine is: a few small networks are run and trained, and the times explained by what they calculate.

Measured once; it takes half a minute. The least of several times counts: whatever else the machine does only adds.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from time import perf_counter
from typing import Any, Final

import keras
import numpy as np
import numpy.typing as npt

from cnn_core.keras_model.build import build_model
from cnn_core.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
)
from cnn_core.network.network import Network
from cnn_core.network.summary import summarize
from cnn_core.network.timing import Machine, Speed, Work, seconds, work_of

BATCH: Final = 16
"""Pictures of a training step that is measured."""
LEAST_FACTOR: Final = 2.0
"""However well the fit goes: of five networks of the courses, measured while others used the machine, the worst was off
by 1.9, ResNet-20 for one picture."""
_SECONDS: Final = 0.25
"""For which a network is run again and again."""
_LEAST_RUNS: Final = 3


def _convolutions(filters: int, count: int) -> list[Layer]:
    return [Conv2D(filters, 3, padding="same", activation="relu") for _ in range(count)]


def _separable(filters: int, count: int) -> list[Layer]:
    one = (DepthwiseConv2D(3, padding="same"), BatchNormalization(), Conv2D(filters, 1, activation="relu"))
    return [*one] * count


NETWORKS: Final = (
    Network.of(Input((28, 28, 1)), *_convolutions(16, 1), MaxPooling2D(), Flatten(), Dense(10)),
    Network.of(Input((56, 56, 16)), *_convolutions(64, 3), GlobalAveragePooling2D(), Dense(10)),
    Network.of(Input((14, 14, 128)), *_convolutions(128, 4), GlobalAveragePooling2D(), Dense(10)),
    Network.of(Input((1024,)), Dense(2048, activation="relu"), Dense(2048, activation="relu"), Dense(10)),
    Network.of(Input((56, 56, 32)), *_separable(32, 4), GlobalAveragePooling2D(), Dense(10)),
    Network.of(Input((16, 16, 8)), *_convolutions(8, 16), Flatten(), Dense(10)),
    Network.of(
        Input((112, 112, 3)), *_convolutions(32, 2), MaxPooling2D(), *_convolutions(64, 1), Flatten(), Dense(10)
    ),
)
"""Of the kinds that people design: small and large maps, few and many layers, mostly Dense, depthwise."""


def measure_machine() -> Machine:
    """Return how fast this machine runs and trains networks."""
    summaries = [summarize(network) for network in NETWORKS]
    models = [build_model(network) for network in NETWORKS]
    once = [_seconds(_run(model)) for model in models]
    trained = [_seconds(_train(model)) for model in models]
    return Machine(
        fitted([work_of(summary) for summary in summaries], once),
        fitted([work_of(summary, BATCH) for summary in summaries], trained),
    )


def _run(model: keras.Model) -> Callable[[], Any]:
    """Return what sends one picture through a model."""
    import tensorflow as tf

    traced = tf.function(lambda picture: model(picture, training=False))
    picture = tf.zeros((1, *model.inputs[0].shape[1:]))
    return lambda: np.asarray(traced(picture))


def _train(model: keras.Model) -> Callable[[], Any]:
    """Return what trains a model with a batch."""
    model.compile(optimizer="adam", loss="mse")
    pictures = np.zeros((BATCH, *model.inputs[0].shape[1:]), np.float32)
    wanted = np.zeros((BATCH, *model.outputs[0].shape[1:]), np.float32)
    return lambda: model.train_on_batch(pictures, wanted)


def _seconds(run: Callable[[], Any]) -> float:
    """Return the least time that a run takes, after the first, which traces it."""
    run()
    times: list[float] = []
    while sum(times) < _SECONDS or len(times) < _LEAST_RUNS:
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return min(times)


def fitted(works: Sequence[Work], times: Sequence[float]) -> Speed:
    """Return the speed that explains the times (seconds) of some works, none of its parts below 0.

    Its factor is the worst that came about where each in turn was estimated from the others, at least `LEAST_FACTOR`.
    """
    off = LEAST_FACTOR
    for left_out, (work, time) in enumerate(zip(works, times, strict=True)):
        others = [i for i in range(len(works)) if i != left_out]
        estimate = seconds(work, _least_squares([works[i] for i in others], [times[i] for i in others]))
        off = max(off, estimate / time, time / estimate) if estimate else np.inf
    return _least_squares(works, times)._replace(factor=off)


def _least_squares(works: Sequence[Work], times: Sequence[float]) -> Speed:
    """Return the speed with the least squares of relative errors: the best choice of parts without one below 0."""
    matrix = np.array(works, np.float64) / np.array(times)[:, np.newaxis]
    best, found = np.inf, np.zeros(3)
    for count in (1, 2, 3):
        for parts in map(list, combinations(range(3), count)):
            solution: npt.NDArray[np.float64] = np.linalg.lstsq(matrix[:, parts], np.ones(len(times)), rcond=None)[0]
            wrong = float(np.sum((matrix[:, parts] @ solution - 1) ** 2))
            if (solution >= 0).all() and wrong < best:
                best, found = wrong, np.zeros(3)
                found[parts] = solution
    return Speed(float(found[0]), float(found[1]), float(found[2]), factor=1.0)
