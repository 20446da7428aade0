"""The strongest path: from one value back to the pixel, each time to the input value that has the largest part in it.

A value is opened as `explain_unit` opens it. Of a sum the amount that is largest in magnitude is followed, of a maximum
or a minimum the winner, of a product the largest factor. What is no number has the largest part: it makes all that it
enters none. A value that its bias alone made leads to no pixel, so the next largest is followed where there is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from cnn_core import layers
from cnn_core.arrays import Numbers, Table, Values
from cnn_core.explain.parts import Origin, Place, Stage, StageKind, Terms, origins_of
from cnn_core.explain.unit import Explanation, explain_unit
from cnn_core.layers import Group
from cnn_core.network.network import Network, Step

MOST_TRIED: Final = 16
"""How many of the input values with the largest parts are looked at for one that leads on."""

PASSED: Final = (
    *(Group.RESIZING, Group.NORMALIZATION, Group.ACTIVATION, Group.REGULARIZATION, Group.AUGMENTATION, Group.SHAPE),
)
"""Layers of these groups copy, move or scale a value; a path leads through them and does not name them."""


@dataclass(frozen=True)
class PathStep:
    """A value on the way from another one back to the pixel.

    Attributes:
        layer: whose output it is in.
        place: where it lies there, (row, column, channel) or (unit,).
        value: the number itself.
        amount: what it adds to the value of the step before, behind all that lies between them, and before that one's
            bias and activation. Of the first step, and of one that is only passed on to the first, the first value.
        share: the amount's part in all amounts there by magnitude, from 0 to 1.
    """

    layer: str
    place: Place
    value: float
    amount: float
    share: float


class Part(NamedTuple):
    """An input value that takes part in a value, its amount and its share in all amounts by magnitude."""

    origin: Origin
    amount: float
    share: float


def strongest_path(
    network: Network,
    layer: str,
    place: Place,
    weights: Callable[[str], Sequence[Values]],
    maps: Mapping[str, Values],
) -> tuple[PathStep, ...]:
    """Return the steps from a value, the first, back to a value of the Input, the last.

    The path ends sooner where nothing takes part in a value: it lies in padding, no kernel reaches it, or all that is
    added is 0.

    Args:
        network: which has the layer.
        layer, place: where the value lies.
        weights: gives a layer's arrays by its name, in the order of Keras's `layer.get_weights()`.
        maps: every layer's output for one picture by its name, (H, W, C) or (units,).

    Raises:
        NetworkError: a network that does not fit together.
        LayerError: a place outside of the output, a layer of a kind that is not known.
    """
    walk = _Walk({step.named.name: step for step in network.steps()}, cache(weights), maps)
    # What is infinite or no number stays so in what it adds.
    with np.errstate(all="ignore"):
        at = walk.open(layer, place)
        value = walk.value(at)
        path = [PathStep(layer, at.place, value, value, 1.0)]
        while at.parts:
            part, behind = walk.back(at)
            amount, share = (value, 1.0) if walk.is_passed(at) else part[1:]
            at = behind
            if not walk.is_passed(at):
                path.append(PathStep(at.layer, at.place, walk.value(at), amount, share))
    return tuple(path)


class _At(NamedTuple):
    """A value, and the input values that have the largest parts in it, none where nothing takes part."""

    layer: str
    place: Place
    parts: tuple[Part, ...]


class _Walk(NamedTuple):
    """Goes through a network's values, from each to those that made it."""

    steps: Mapping[str, Step]
    weights: Callable[[str], Sequence[Values]]
    maps: Mapping[str, Values]

    def open(self, layer: str, place: Place) -> _At:
        step = self.steps[layer]
        inputs = [self.maps[source] for source in step.sources or (layer,)]
        why = explain_unit(step.named.layer, self.weights(layer), inputs, place)
        return _At(layer, why.place, strongest_parts(why, MOST_TRIED))

    def value(self, at: _At) -> float:
        return float(self.maps[at.layer][at.place])

    def is_passed(self, at: _At) -> bool:
        layer = self.steps[at.layer].named.layer
        return layer.group in PASSED or isinstance(layer, layers.Concatenate)

    def back(self, at: _At) -> tuple[Part, _At]:
        """Return the largest part that leads on, the largest of all where none does, and where it leads."""
        first = None
        for part in at.parts:
            behind = self._behind(at, part)
            if behind.parts or isinstance(self.steps[behind.layer].named.layer, layers.Input):
                return part, behind
            first = first or (part, behind)
        assert first is not None
        return first

    def _behind(self, at: _At, part: Part) -> _At:
        """Return the value that took part, behind all layers that only pass it on."""
        behind = self._before(at, part)
        while behind.parts and self.is_passed(behind):
            behind = self._before(behind, behind.parts[0])
        return behind

    def _before(self, at: _At, part: Part) -> _At:
        return self.open(self.steps[at.layer].sources[part.origin.source], part.origin.place)


def strongest_parts(why: Explanation, most: int) -> tuple[Part, ...]:
    """Return up to `most` input values with the largest parts in a value, first the largest; none that add 0."""
    stage = why.stages[0]
    if not len(why.taken):
        return ()
    if stage.patch is not None and stage.patch.weights is not None:
        return _largest(_products(stage), stage.patch.taken, most)
    if stage.terms is None or stage.terms.taken is None:
        return (Part(origins_of(why.taken[:1])[0], stage.after, 1.0),)
    parts = _largest(stage.terms.amounts, _leading(stage.terms, stage.terms.taken), most)
    if stage.kind is StageKind.PRODUCT:
        return tuple(Part(part.origin, stage.after / len(stage.terms), 1 / len(stage.terms)) for part in parts)
    if parts and stage.terms.chosen is not None:
        origin, amount = stage.terms[stage.terms.chosen].origin, stage.terms.amounts[stage.terms.chosen]
        assert origin is not None
        return (Part(origin, float(amount), 1.0),)
    return parts


def _leading(terms: Terms, taken: Table) -> Table:
    """Return where each term leads: of two input values that are multiplied to the larger one."""
    if terms.weighing is None:
        return taken
    is_smaller = np.abs(terms.values) < np.abs(terms.weights)
    return np.where(is_smaller[:, np.newaxis], terms.weighing, taken)


def _products(stage: Stage) -> Numbers:
    """Return what each value under a kernel adds, in the order of the patch's `taken`."""
    assert stage.patch is not None
    assert stage.terms is not None
    # The terms are the sums of channels: SeparableConv2D weighs each, and has several for one channel of the input.
    products = (stage.patch.products * stage.terms.weights)[stage.patch.real]
    return np.asarray(products.reshape(len(stage.patch.taken), -1).sum(axis=1))


def _largest(amounts: Numbers, taken: Table, most: int) -> tuple[Part, ...]:
    """Return the largest of (n,) amounts by magnitude, which come from these places."""
    sizes = np.abs(amounts)
    sizes[np.isnan(sizes)] = np.inf
    order = np.argsort(-sizes, kind="stable")[: min(most, np.count_nonzero(sizes))]
    infinite = np.isinf(sizes)
    shares = infinite / infinite.sum() if infinite.any() else sizes / sizes.sum()
    return tuple(map(Part, origins_of(taken[order]), amounts[order].tolist(), shares[order].tolist()))
