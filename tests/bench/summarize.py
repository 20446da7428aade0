"""`summarize` of every network of keras.applications against Keras building it."""

import gc
import inspect
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from bench.measure import Goal, Pairs, Result, seconds, typical_seconds

GOAL = Goal("summarize each network of keras.applications", "Keras building it (weights=None)", faster=300)
TIMES = 75
"""Enough for a median over more than one moment of a busy machine."""


def measure() -> Result:
    """Build each network once, read it, and summarize it many times; the row is the network where we are slowest."""
    names, taken = [], []
    for name, build in _networks():
        names.append(name)
        taken.append(_one(build))
    pairs = Pairs(*map(tuple, zip(*taken, strict=True)))
    ratios = pairs.ratios(GOAL)
    slowest = names[ratios.index(min(ratios))]
    note = f"{len(names)} networks; the smallest ratio is {slowest}'s, the median ratio {median(ratios):.0f}"
    return pairs.result(GOAL, note, _details(names, pairs), typical=min)


def _networks() -> Iterator[tuple[str, Callable[..., Any]]]:
    import keras

    keras.applications.MobileNet(weights=None)  # what only the first model of a process costs is no network's fault
    for name, value in sorted(vars(keras.applications).items()):
        if inspect.isfunction(value):
            yield name, value


def _one(build: Callable[..., Any]) -> tuple[float, float]:
    """Return the seconds of one summary and of one build; the model is gone before anything else is measured."""
    import keras

    from cnn_core import network_from_keras, summarize

    built = []
    theirs = seconds(lambda: built.append(build(weights=None)))
    network = network_from_keras(built.pop())
    keras.backend.clear_session()
    gc.collect()
    return typical_seconds(lambda: summarize(network), TIMES), theirs


def _details(names: list[str], pairs: Pairs) -> tuple[str, ...]:
    rows = zip(names, pairs.ours, pairs.theirs, pairs.ratios(GOAL), strict=True)
    return tuple(
        f"{name:<20} summarize {ours * 1e3:7.2f} ms   build {theirs * 1e3:8.0f} ms   {ratio:6.0f}"
        for name, ours, theirs, ratio in rows
    )
