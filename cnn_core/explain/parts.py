"""What an explanation is made of: the value, the stages on the way to it, and the input values that took part.

Nothing here knows a layer kind. Places are (row, column, channel), or (unit,); all counting begins at 0. Numbers are
float64, although the model computes in float32: what is shown of a sum then adds up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Flags, Indices, Numbers, Table, Values
from cnn_core.errors import LayerError
from cnn_core.layers.shapes import Shape, show
from cnn_core.numerics.taps import NOWHERE
from cnn_core.sentences import N_, Note

Place = tuple[int, ...]
"""(n, 1 + axes): one row a value, the number of the layer's input and then the place in it."""

STRONGEST: Final = 16


class Unit(NamedTuple):
    """What is to be opened: one place of a layer's output, with the layer's weights and inputs."""

    weights: Sequence[Values]
    inputs: Sequence[Values]
    place: Place


class StageKind(StrEnum):
    """What a stage does: a word to translate."""

    WEIGHTED_SUM = N_("weighted sum")
    BIAS = N_("bias")
    ACTIVATION = N_("activation")
    NORMALIZATION = N_("normalization")
    SCALE_AND_SHIFT = N_("scale and shift")
    MAXIMUM = N_("maximum")
    MINIMUM = N_("minimum")
    AVERAGE = N_("average")
    SUM = N_("sum")
    PRODUCT = N_("product")
    INTERPOLATION = N_("interpolation")
    COPY = N_("copy")
    UNCHANGED = N_("unchanged")
    INPUT = N_("input")


class Origin(NamedTuple):
    """An input value: the number of the layer's input that holds it (0 where there is one), and its place there."""

    source: int
    place: Place


class Term(NamedTuple):
    """One of the numbers that a stage puts together.

    Attributes:
        number: which it is: of a channel, a unit, an input or a value under the window, by its stage.
        value: the number itself.
        weight: what it is multiplied by; 1 where nothing weighs.
        amount: its part of the result: value · weight in a sum, the share in a softmax.
        origin: where the value lies; None where it is no input value but was made of several.
        weighing: where the weight lies; None where it is no input value.
    """

    number: int
    value: float
    weight: float
    amount: float
    origin: Origin | None
    weighing: Origin | None = None


class Strongest(NamedTuple):
    """The largest terms by the magnitude of their amounts, first the largest; `others` more add up to `rest`."""

    terms: tuple[Term, ...]
    others: int
    rest: float


@dataclass(frozen=True, eq=False)
class Terms:
    """The numbers that a stage puts together, in the order of the input; `terms[i]` is one, `len(terms)` their count.

    Attributes:
        numbers: (n,), see Term.
        values, weights, amounts: (n,), see Term.
        taken: where the values lie in the inputs; None where they were made of several.
        weighing: where the weights lie in the inputs; None where they are none of their values.
        chosen: which term was taken: the largest of a maximum or the smallest of a minimum (the first of equals), the
            value's own in a softmax or a normalization; None where all count alike.
    """

    numbers: Indices
    values: Numbers
    weights: Numbers
    amounts: Numbers
    taken: Table | None = None
    chosen: int | None = None
    weighing: Table | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Term:
        origin, weighing = (
            None if table is None else origins_of(table[index, np.newaxis])[0] for table in (self.taken, self.weighing)
        )
        value, weight, amount = (float(array[index]) for array in (self.values, self.weights, self.amounts))
        return Term(int(self.numbers[index]), value, weight, amount, origin, weighing)

    def order(self) -> Indices:
        """Return the indices of the terms, first the one with the largest amount in magnitude."""
        return np.argsort(-np.abs(self.amounts), kind="stable")

    def strongest(self, most: int = STRONGEST) -> Strongest:
        """Return the `most` strongest terms, and what the others add up to."""
        order = self.order()
        rest = float(self.amounts[order[most:]].sum())
        return Strongest(tuple(self[index] for index in order[:most]), max(len(self) - most, 0), rest)


@dataclass(frozen=True, eq=False)
class Patch:
    """The piece of the input under a window: a × b places in C channels.

    Attributes:
        rows, columns: where the places lie in the input, a and b numbers; NOWHERE for padding.
        channels: which of the input's channels, C numbers; a channel stands there once for each kernel of its own
            (`depth_multiplier` of SeparableConv2D).
        values: (a, b, C); 0 where padding is.
        weights: (a, b, C), the kernel's value on each place; None for a pool.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    channels: tuple[int, ...]
    values: Numbers
    weights: Numbers | None = None

    @property
    def real(self) -> Flags:
        """Return (a, b), False where padding is."""
        return np.outer(np.not_equal(self.rows, NOWHERE), np.not_equal(self.columns, NOWHERE))

    @property
    def products(self) -> Numbers:
        """Return value · weight, (a, b, C); the values themselves for a pool."""
        return self.values if self.weights is None else self.values * self.weights

    @property
    def channel_sums(self) -> Numbers:
        """Return the sum of each channel's products, (C,)."""
        return np.asarray(self.products.sum(axis=(0, 1)))

    @property
    def terms(self) -> Terms:
        """Return every value that is no padding with its weight, in the order of `taken`."""
        weights = np.ones_like(self.values) if self.weights is None else self.weights
        taken = places(self.rows, self.columns, self.channels)
        return terms_of(self.values[self.real].ravel(), weights[self.real].ravel(), taken)

    @property
    def taken(self) -> Table:
        """Return the places that are no padding, row by row and the channels of one place together."""
        return places(self.rows, self.columns, dict.fromkeys(self.channels))


@dataclass(frozen=True, eq=False)
class Stage:
    """One step on the way to the value. The first takes input values, every other what the one before it made.

    Attributes:
        kind: a word to translate.
        about: what was done, one sentence to translate.
        before: the number that it started from; None where it put several together.
        after: the number that it made.
        formula: with the numbers put in, the same in every language; long sums end in "…".
        constants: the layer's own numbers that took part, by the names that its settings and weights have in Keras
            (`bias`, `mean`, `gamma`, …).
        patch: what lay under the window, where there is one.
        terms: what was put together, where that is more than one number. Over a weighing window these are the channels:
            the values are `patch.channel_sums` (for SeparableConv2D weighted by the 1×1 kernel); under a pool they are
            the values that are no padding, in the order of `patch.taken`; of LayerNormalization they are the values
            whose mean and variance are taken, and of a softmax those that share.
    """

    kind: StageKind
    about: Note
    after: float
    formula: str
    before: float | None = None
    constants: Mapping[str, float] = field(default_factory=dict)
    patch: Patch | None = None
    terms: Terms | None = None

    @property
    def multiplied(self) -> Terms | None:
        """Return what was multiplied by what: where `terms` only add up channels, the values under the window."""
        adds_up = self.terms is not None and bool((self.terms.weights == 1).all())
        is_weighed = self.patch is not None and self.patch.weights is not None
        return self.patch.terms if self.patch is not None and is_weighed and adds_up else self.terms


Opened = tuple[tuple[Stage, ...], Table]
"""The stages on the way to a value, and the input values that took part."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """One value of a layer's output, opened.

    Attributes:
        layer_kind: as Keras writes it.
        place: where the value lies in the output.
        stages: in order, at least one; each begins where the one before it ended.
        taken: the input values that took part, each once. A zero of the padding took part, but is no input value.
    """

    layer_kind: str
    place: Place
    stages: tuple[Stage, ...]
    taken: Table

    @property
    def value(self) -> float:
        return self.stages[-1].after

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Return the input values that took part, to walk on to: their own explanations are those of the layer before.

        Empty for an Input and for a value that padding alone made.
        """
        return origins_of(self.taken)


def origins_of(taken: Table) -> tuple[Origin, ...]:
    """Return a table's rows as origins; NOWHERE fills up the places of an input with fewer axes.

    >>> origins_of(np.array([[0, 4, 5, 1]]))
    (Origin(source=0, place=(4, 5, 1)),)
    """
    if not (taken == NOWHERE).any():
        return tuple(Origin(source, tuple(place)) for source, *place in taken.tolist())
    rows = taken.tolist()
    return tuple(Origin(source, tuple(index for index in place if index != NOWHERE)) for source, *place in rows)


def table_of(origins: Iterable[Origin]) -> Table:
    """Return one or more origins, all with as many axes, as a table."""
    return np.array([(source, *place) for source, place in origins], np.intp)


def places(*axes: Iterable[int]) -> Table:
    """Return every combination of the axes' indices in the first input as a table; NOWHERE is left out.

    >>> places([3, NOWHERE], [5], [0, 1]).tolist()
    [[0, 3, 5, 0], [0, 3, 5, 1]]
    """
    known = [[index for index in axis if index != NOWHERE] for axis in axes]
    grid = np.meshgrid([0], *known, indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, 1 + len(known)).astype(np.intp)


def here(unit: Unit) -> Table:
    """Return the same place in the only input."""
    return table_of([Origin(0, unit.place)])


def along_channels(unit: Unit) -> tuple[Numbers, Table]:
    """Return the input's values at the unit's place in every channel, and where they lie."""
    values = np.asarray(unit.inputs[0][unit.place[:-1]], np.float64)
    return values, places(*([index] for index in unit.place[:-1]), range(len(values)))


def terms_of(
    values: npt.ArrayLike,
    weights: npt.ArrayLike = 1.0,
    taken: Table | None = None,
    chosen: int | None = None,
    numbers: Iterable[int] | None = None,
) -> Terms:
    """Return terms numbered from 0 whose amounts are value · weight."""
    own = np.array(values, np.float64)
    each = np.broadcast_to(np.asarray(weights, np.float64), own.shape).copy()
    counted = np.arange(len(own)) if numbers is None else np.fromiter(numbers, np.intp)
    return Terms(counted, own, each, own * each, taken, chosen)


def inside(place: Place, shape: Shape) -> Place:
    """Return the place in plain numbers; raises LayerError where it is none of the shape's."""
    where = tuple(int(index) for index in place)
    if len(where) != len(shape) or not all(0 <= index < size for index, size in zip(where, shape, strict=True)):
        raise LayerError(
            "There is no such place in the output. Received: {place} for an output of {shape}. "
            "Give one index for each axis, from 0 to its size − 1.",
            place=where,
            shape=show(shape),
        )
    return where
