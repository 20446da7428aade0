"""What each map of the layers before really adds to each map of a layer, for one picture.

>>> from cnn_core.layers import Dense, Input
>>> network = Network.of(Input((2,)), Dense(1))
>>> maps = {"input": np.array([3.0, 1.0]), "dense": np.array([7.5])}
>>> found = contributions(network, "dense", [np.array([[2.0], [1.0]]), np.array([0.5])], maps)
>>> found.to(0)
ToMap(terms=(FromMap(layer='input', channel=0, amount=6.0), FromMap(layer='input', channel=1, amount=1.0)), others=0, \
rest=0.0, bias=0.5)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Indices, Values
from cnn_core.explain.added import Added, Computed, added
from cnn_core.explain.opened import IN_TRAINING_ONLY
from cnn_core.layers import Layer
from cnn_core.layers.shapes import Shape
from cnn_core.network.network import Network, Step

STRONGEST: Final = 8


class FromMap(NamedTuple):
    """One map and what it adds to another."""

    layer: str
    channel: int
    amount: float


class ToMap(NamedTuple):
    """What is added to one map: by the strongest maps, first the largest amount in magnitude; `others` more add up to
    `rest`; `bias` is added beside."""

    terms: tuple[FromMap, ...]
    others: int
    rest: float
    bias: float

    @property
    def total(self) -> float:
        """Return the mean of the map before its activation."""
        return sum(term.amount for term in self.terms) + self.rest + self.bias


@dataclass(frozen=True, eq=False)
class Contributions:
    """What the maps before a layer add to each of its n maps: the k strongest amounts of each.

    An amount is the mean over all places of what one map adds there, before bias, normalization and activation. What
    enters an activation is that of the map before it; of a normalization it is the map times its scale; a pool, a map
    in another size or place and a copy take all of what they give from one map; each factor of a product has an equal
    share. Amounts, rest and bias add up to the mean of the map before its activation.

    Attributes:
        sources: the layers whose maps add something: those before the layer, and where these only pass on what a layer
            before them made (Flatten, Dropout, …), that layer. None of an Input.
        numbers: (k, n), which of the sources an amount comes from.
        channels: (k, n), and which of its maps, or units where it has no maps.
        amounts: (k, n), first the largest in magnitude; what is no number counts as the largest.
        others: how many more add something to each map.
        rest: (n,), what these add up to.
        bias: (n,), what is added beside: the bias of a filter, the shift of a normalization.
    """

    sources: tuple[str, ...]
    numbers: Indices
    channels: Indices
    amounts: Values
    others: int
    rest: Values
    bias: Values

    def to(self, channel: int) -> ToMap:
        """Return what is added to one map."""
        columns = (array[:, channel].tolist() for array in (self.numbers, self.channels, self.amounts))
        terms = tuple(FromMap(self.sources[number], own, amount) for number, own, amount in zip(*columns, strict=True))
        return ToMap(terms, self.others, float(self.rest[channel]), float(self.bias[channel]))


def contributions(network: Network, layer: str, weights: Sequence[Values], maps: Mapping[str, Values]) -> Contributions:
    """Return what the maps before a layer add to each of its maps.

    Args:
        network: which has the layer.
        layer: its name.
        weights: its arrays in the order of Keras's `layer.get_weights()`.
        maps: every layer's output for one picture by its name, (H, W, C) or (units,).

    Raises:
        NetworkError: a network that does not fit together.
        LayerError: a layer of a kind that is not known.
    """
    steps = {step.named.name: step for step in network.steps()}
    step = steps[layer]
    behind = [_behind_copies(steps, source) for source in step.sources]
    inputs, counts = [maps[source] for source in step.sources], [count for _, count in behind]
    # What is infinite or no number stays so in what it adds.
    with np.errstate(all="ignore"):
        found = added(step.named.layer, Computed(weights, inputs, maps[layer], counts))
        return _strongest(tuple(name for name, _ in behind), found, counts)


def _behind_copies(steps: Mapping[str, Step], source: str) -> tuple[str, int]:
    """Return the last layer whose values `source` only passes on, each in its own map or all in one row, and how many
    maps it has."""
    name, shape = source, steps[source].output_shape
    while _passes_on(steps[name].named.layer):
        (before,) = steps[name].sources
        if not _tells_maps(steps[before].output_shape, shape):
            break
        name = before
    return name, steps[name].output_shape[-1]


def _passes_on(layer: Layer) -> bool:
    """Say whether a layer gives the values that it takes, in their order."""
    return layer.group in IN_TRAINING_ONLY or isinstance(layer, layers.Flatten | layers.Reshape)


def _tells_maps(before: Shape, after: Shape) -> bool:
    """Say whether an index of the last axis tells the map before: the axis is as long, or there is no other."""
    return before[-1] == after[-1] or len(after) == 1


def _strongest(sources: tuple[str, ...], found: Added, counts: Sequence[int]) -> Contributions:
    every = np.asarray(found.amounts)
    chosen = strongest_rows(every, STRONGEST)
    numbers, channels = (
        np.take_along_axis(np.broadcast_to(one, every.shape), chosen, axis=0) for one in (found.sources, found.channels)
    )
    amounts = np.take_along_axis(every, chosen, axis=0)
    left = np.ones(every.shape, bool)
    np.put_along_axis(left, chosen, False, axis=0)
    return Contributions(
        sources,
        numbers.astype(np.int32),
        (channels % np.array(counts or [1])[numbers]).astype(np.int32),
        amounts.astype(np.float32),
        len(every) - len(chosen),
        np.asarray(np.sum(every, axis=0, dtype=np.float64, where=left), np.float32),
        np.asarray(found.bias, np.float32),
    )


def strongest_rows(amounts: Values, most: int) -> Indices:
    """Return which rows hold the `most` largest magnitudes of each column of (k, n), first the largest; what is no
    number counts as infinite.

    >>> strongest_rows(np.array([[1.0], [-3.0], [2.0]]), 2)[:, 0].tolist()
    [1, 2]
    """
    count, columns = amounts.shape
    group = max(math.isqrt(count // most), 1)
    groups = -(-count // group)
    # What fills the last groups up is smaller than any magnitude.
    sizes = np.full((groups * group, columns), -1.0, amounts.dtype)
    np.abs(amounts, out=sizes[:count])
    if group == 1:
        return _first(sizes, most)
    # The largest of all lie in those groups whose own largest are the largest, so only these are put in order.
    best = _first(sizes.reshape(group, groups, columns).max(axis=0), most)
    rows = np.concatenate([best + number * groups for number in range(group)])
    order = _first(np.take_along_axis(sizes, rows, axis=0), most)
    return np.take_along_axis(rows, order, axis=0)


def _first(sizes: Values, most: int) -> Indices:
    """Return which rows hold the `most` largest of each column, first the largest."""
    return np.argsort(np.where(np.isnan(sizes), -np.inf, -sizes), axis=0)[:most]
