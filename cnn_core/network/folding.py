"""A long network folded into blocks, so that 150 layers stay readable: by the names that their author gave them, else
where few paths cross."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final, TypeVar

from cnn_core.network.summary import Row

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")

SHORT: Final = 24
"""A network of up to this many layers is shown whole."""

# block_3_expand, block3_conv1, conv4_block2_1_conv, block2b_se_reduce, expanded_conv_depthwise
_NAMED_BLOCK: Final = re.compile(r"^(.*?(?:block_?\d+[a-z]?|expanded_conv(?:_\d+)?))(?=_|\.|$)")


@dataclass(frozen=True)
class Block:
    """Neighbouring layers under one title: the common beginning of their names, or the name of one of them.

    `parts` are the blocks within it, with all of its rows; none where it unfolds into its layers.
    """

    title: str
    rows: tuple[Row, ...]
    parts: tuple["Block", ...] = ()

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        return sum(row.multiply_adds for row in self.rows)


def fold(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Fold rows into blocks by the names that their author gave them, else where all paths meet in one layer."""
    if len(rows) <= SHORT:
        return singles(rows)
    return by_names(rows) or by_cuts(rows, 1)


def singles(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Return a block for each row."""
    return tuple(Block(row.name, (row,)) for row in rows)


def by_names(rows: Sequence[Row], prefix: str = "") -> tuple[Block, ...]:
    """Fold by names of blocks, read behind the `prefix` that all rows share; nothing where fewer than half have one."""
    matches = [_NAMED_BLOCK.match(row.name.removeprefix(prefix)) for row in rows]
    if sum(match is not None for match in matches) < len(rows) / 2:
        return ()
    names = [match and prefix + match[1] for match in matches]
    closed = _closed(filled(names), rows)
    keys = [name if name is not None else -1 - i for i, name in enumerate(closed)]
    return tuple(
        Block(key if isinstance(key, str) else members[0].name, members) for key, members in grouped(keys, rows)
    )


def filled(names: Sequence[str | None]) -> list[str | None]:
    """Name what stands between two of one name alike.

    >>> filled(["a", None, "a", None, "b"])
    ['a', 'a', 'a', None, 'b']
    """
    found = list(names)
    last = 0
    for i, name in enumerate(names):
        if name is not None:
            if name == names[last]:
                found[last:i] = [name] * (i - last)
            last = i
    return found


def _closed(names: Sequence[str | None], rows: Sequence[Row]) -> list[str | None]:
    """Name what follows a block up to where a path of its own, or one around it, joins it again."""
    found = list(names)
    block: str | None = None
    inside, near = set[str](), set[str]()
    for i, row in enumerate(rows):
        if names[i] is not None:
            if names[i] != block:
                block, inside, near = names[i], set(), set()
            inside |= {row.name, *row.sources}
            end = i + 1
        elif block is not None:
            near.add(row.name)
            if not inside | near >= {row.name, *row.sources}:
                block = None
            elif len(row.sources) > 1 and not inside.isdisjoint(row.sources):
                found[end : i + 1] = [block] * (i + 1 - end)
                block = None
    return found


def by_cuts(rows: Sequence[Row], width: int) -> tuple[Block, ...]:
    """Fold into pieces between places that at most `width` outputs cross.

    One begins where, besides, a layer with kernels follows; with a width of 1 also where paths part, else where more
    outputs crossed before.
    """
    last_use = _last_use(rows)
    crossing = _crossing(last_use)
    pieces = [0]
    for i in range(1, len(rows)):
        parts = last_use[i - 1] > i if width == 1 else crossing[i - 1] > width
        begins = crossing[i] <= width and (parts or rows[i].multiply_adds > 0)
        pieces.append(pieces[-1] + begins)
    return tuple(Block(_title(members), members) for _, members in grouped(pieces, rows))


def _title(rows: Sequence[Row]) -> str:
    """Return the name of the last layer that joins paths, which is often the only telling one: mixed0, add_3."""
    return next((row.name for row in reversed(rows) if len(row.sources) > 1), rows[0].name)


def _last_use(rows: Sequence[Row]) -> list[int]:
    """Return the position of the last row that takes in a row's output; its own where there is none."""
    position = {row.name: i for i, row in enumerate(rows)}
    last_use = list(range(len(rows)))
    for i, row in enumerate(rows):
        for source in row.sources:
            if source in position:
                last_use[position[source]] = i
    return last_use


def _crossing(last_use: Sequence[int]) -> list[int]:
    """Count the outputs that are taken in at each position or below it, with that of the row right above it."""
    changes = [0] * (len(last_use) + 2)
    for i, last in enumerate(last_use):
        changes[i + 1] += 1
        changes[max(last, i + 1) + 1] -= 1
    return list(accumulate(changes))[: len(last_use)]


def grouped(keys: Sequence[Key], things: Sequence[Thing]) -> list[tuple[Key, tuple[Thing, ...]]]:
    """Group neighbours with equal keys."""
    pairs = groupby(zip(keys, things, strict=True), key=lambda pair: pair[0])
    return [(key, tuple(thing for _, thing in members)) for key, members in pairs]
