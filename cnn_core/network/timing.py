"""How long a network takes on a machine, from what it calculates and moves, and how fast the machine was found to be.

A layer takes time for its multiply-adds, for the bytes that it reads and writes, and for being called at all (the
roofline of Williams, Waterman and Patterson, CACM 52(4), 2009, with its parts added up, and a constant). It is an
estimate: how good, `Speed.factor` says, found out on networks that were not used to fit it.
"""

from typing import NamedTuple

from cnn_core.layers.cost import BYTES_PER_VALUE
from cnn_core.network.summary import Summary


class Work(NamedTuple):
    """What a batch takes: multiply-adds, bytes that are read and written, layers that are called."""

    multiply_adds: float
    bytes: float
    layers: float


class Speed(NamedTuple):
    """Seconds for each of these; `factor`: measured times of other networks lay between 1 / factor and factor times
    what was estimated."""

    per_multiply_add: float
    per_byte: float
    per_layer: float
    factor: float


class Machine(NamedTuple):
    """A machine's speed: for one picture on its way, and for a training step."""

    picture: Speed
    training: Speed


def work_of(summary: Summary, batch: int = 1) -> Work:
    """Return what a batch takes on its way through a network.

    >>> from cnn_core.network.presets import preset
    >>> from cnn_core.network.summary import summarize
    >>> work_of(summarize(preset("mnist").make())).multiply_adds
    13768424
    """
    sizes = {row.name: row.activation_bytes for row in summary.rows}
    moved = sum(row.activation_bytes + sum(sizes[source] for source in row.sources) for row in summary.rows)
    parameters = summary.parameters * BYTES_PER_VALUE
    return Work(batch * summary.multiply_adds, batch * moved + parameters, len(summary.rows))


def seconds(work: Work, speed: Speed) -> float:
    """Return how long some work is estimated to take."""
    return work.multiply_adds * speed.per_multiply_add + work.bytes * speed.per_byte + work.layers * speed.per_layer


def span(estimate: float, speed: Speed) -> tuple[float, float]:
    """Return between what an estimate may lie, as far as was measured."""
    return estimate / speed.factor, estimate * speed.factor


def epoch_seconds(summary: Summary, speed: Speed, batch: int, pictures: int) -> float:
    """Return how long a training sees so many pictures once; the last batch may be smaller, and counts as a whole."""
    return -(-pictures // batch) * seconds(work_of(summary, batch), speed)
