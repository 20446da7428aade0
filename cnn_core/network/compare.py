"""Two networks beside one another: which layer of the one stands for which of the other, and what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from cnn_core.network.summary import Row, Summary


class Difference(StrEnum):
    """How a layer and its counterpart differ. FIGURES: the layer is the same, but what it gets is not."""

    NONE = "none"
    FIGURES = "figures"
    SETTINGS = "settings"
    KIND = "kind"
    ONLY_LEFT = "only_left"
    ONLY_RIGHT = "only_right"


class Changed(NamedTuple):
    """A setting that two layers of one kind have differently."""

    setting: str
    left: Any
    right: Any


@dataclass(frozen=True)
class Pair:
    """A layer of the left network and its counterpart in the right one; one of them may be missing."""

    left: Row | None
    right: Row | None

    @property
    def difference(self) -> Difference:
        left, right = self.left, self.right
        if right is None:
            return Difference.ONLY_LEFT
        if left is None:
            return Difference.ONLY_RIGHT
        if left.kind != right.kind:
            return Difference.KIND
        if left.layer != right.layer:
            return Difference.SETTINGS
        return Difference.NONE if _figures(left) == _figures(right) else Difference.FIGURES

    @property
    def changed(self) -> tuple[Changed, ...]:
        """The settings that two layers of one kind have differently."""
        if self.difference is not Difference.SETTINGS or self.left is None or self.right is None:
            return ()
        ours, theirs = self.left.layer, self.right.layer
        values = [Changed(name, getattr(ours, name), getattr(theirs, name)) for name in ours.settings()]
        return tuple(value for value in values if value.left != value.right)


def _figures(row: Row) -> tuple[Any, ...]:
    return row.output_shape, row.trainable, row.non_trainable, row.multiply_adds, row.receptive_field


def align(left: Summary, right: Summary) -> tuple[Pair, ...]:
    """Return the layers of two networks in pairs, in order; what has no counterpart stands alone.

    Equal layers are found first, the longest row of them before shorter ones (Ratcliff and Obershelp, as in `difflib`);
    between them layers of one kind are put together in order.
    """
    blocks = SequenceMatcher(None, _keys(left.rows), _keys(right.rows), autojunk=False).get_opcodes()
    pairs: list[Pair] = []
    for tag, begin, end, other, other_end in blocks:
        ours, theirs = left.rows[begin:end], right.rows[other:other_end]
        equal = tag == "equal"
        pairs += [Pair(*both) for both in zip(ours, theirs, strict=True)] if equal else _by_kind(ours, theirs)
    return tuple(pairs)


def _keys(rows: Sequence[Row]) -> list[Any]:
    """Return what equal layers have in common; an input is one whatever its shape."""
    return [row.layer if row.sources else row.kind for row in rows]


def _by_kind(ours: Sequence[Row], theirs: Sequence[Row]) -> Iterator[Pair]:
    """Yield pairs of neighbours that are not equal: those of one kind together, the others alone."""
    kinds = SequenceMatcher(None, [row.kind for row in ours], [row.kind for row in theirs], autojunk=False)
    for tag, begin, end, other, other_end in kinds.get_opcodes():
        if tag == "equal" or end - begin == other_end - other:
            yield from (Pair(*both) for both in zip(ours[begin:end], theirs[other:other_end], strict=True))
        else:
            yield from (Pair(row, None) for row in ours[begin:end])
            yield from (Pair(None, row) for row in theirs[other:other_end])
