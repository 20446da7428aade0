"""A long network folded into blocks, so that 150 layers stay readable."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from cnn_core.network.summary import Row

SHORT: Final = 24
"""A network of up to this many layers is shown whole."""

# block_3_expand, block3_conv1, conv4_block2_1_conv, block2b_se_reduce, expanded_conv_depthwise
_NAMED_BLOCK: Final = re.compile(r"^(.*?(?:block_?\d+[a-z]?|expanded_conv(?:_\d+)?))(?=_|\.|$)")


@dataclass(frozen=True)
class Block:
    """Neighbouring layers under one title: the common beginning of their names, or the first layer's name."""

    title: str
    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)


def fold(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Fold rows into blocks by the names that their author gave them, else where all paths meet in one layer."""
    if len(rows) <= SHORT:
        return tuple(Block(row.name, (row,)) for row in rows)
    named = [match and match[1] for match in (_NAMED_BLOCK.match(row.name) for row in rows)]
    if sum(name is not None for name in named) >= len(rows) / 2:
        keys: list[str | int] = [name if name is not None else -1 - i for i, name in enumerate(named)]
        return tuple(_blocks(rows, keys))
    return tuple(_blocks(rows, list(_pieces(rows))))


def _blocks(rows: Sequence[Row], keys: Sequence[str | int]) -> list[Block]:
    blocks = []
    for key, pairs in groupby(zip(keys, rows, strict=True), key=lambda pair: pair[0]):
        members = tuple(row for _, row in pairs)
        blocks.append(Block(key if isinstance(key, str) else members[0].name, members))
    return blocks


def _pieces(rows: Sequence[Row]) -> list[int]:
    """Number the pieces. One begins where everything below depends on the layer above alone, and there either a layer
    with kernels follows or paths part."""
    position = {row.name: i for i, row in enumerate(rows)}
    last_use = list(range(len(rows)))
    for i, row in enumerate(rows):
        for source in row.sources:
            last_use[position[source]] = i
    pieces = [0]
    still_used = 0
    for i in range(1, len(rows)):
        alone = still_used < i
        begins = alone and (rows[i].multiply_adds > 0 or last_use[i - 1] > i)
        pieces.append(pieces[-1] + begins)
        still_used = max(still_used, last_use[i - 1])
    return pieces
