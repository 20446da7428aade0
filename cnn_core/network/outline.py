"""A network as blocks in blocks, so that at most some forty nodes are seen at first and each unfolds in its place."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, takewhile
from typing import Final

from cnn_core.network.folding import SHORT, Block, by_cuts, by_names, filled, grouped, singles
from cnn_core.network.network import INSIDE
from cnn_core.network.summary import Row

MOST: Final = 40
"""So many nodes are shown at first, where the network allows it."""
OPENED: Final = 60
"""So many nodes a block unfolds into: a cell of NASNetLarge has 52 layers, a stage of DenseNet201 48 blocks."""

_WIDEST: Final = 8
"""Outputs that may cross between two pieces: the bridges of a U-Net of seven levels."""
_RANGE: Final = " … "
# conv4_block12 → conv4, convnext_tiny_stage_2_block_3 → convnext_tiny_stage_2, block6c → block6
_STAGE: Final = re.compile(r"^(?:(.+?)_block_?\d+[a-z]?|(.*block_?\d+)[a-z])$")


def outline(rows: Sequence[Row]) -> tuple[Block, ...]:
    """Fold a network into blocks in blocks; the layers themselves up to SHORT of them.

    A nested model is one block. The rest is folded by the names of blocks, by stages where those are too many, else
    where few paths cross; what is still too much, by runs of alike blocks. All titles differ.
    """
    if len(rows) <= SHORT:
        return singles(rows)
    return _Titles(rows).settle(_divided(rows, "", MOST))


def _divided(rows: Sequence[Row], prefix: str, most: int) -> tuple[Block, ...]:
    """Fold `rows`, whose names all begin with `prefix`, into at most `most` blocks."""
    runs = _models(rows, prefix)
    plain = sum(len(members) for inner, members in runs if not inner)
    blocks: list[Block] = []
    for inner, members in runs:
        if inner:
            blocks.append(Block(inner.removesuffix(INSIDE), members, _parts(members, inner)))
        else:
            blocks += singles(members) if plain <= SHORT else _pieces(members, prefix)
    return _gathered(_stages(blocks, most), most)


def _parts(rows: Sequence[Row], prefix: str = "") -> tuple[Block, ...]:
    """Return what a block of `rows` unfolds into; nothing for its layers."""
    return _divided(rows, prefix, OPENED) if len(rows) > OPENED else ()


def _models(rows: Sequence[Row], prefix: str) -> list[tuple[str, tuple[Row, ...]]]:
    """Part `rows` into nested models, each with the beginning of all its names, and what lies between, with none."""

    def first_model(row: Row) -> str:
        head, dot, _ = row.name.removeprefix(prefix).partition(INSIDE)
        return head if dot else ""

    runs: list[tuple[str, tuple[Row, ...]]] = []
    for head, members in groupby(rows, first_model):
        group = tuple(members)
        inner = ""
        if head and len(group) > 1:
            inner = _shared_path([row.name for row in group])
        if not inner and runs and not runs[-1][0]:
            group = runs.pop()[1] + group
        runs.append((inner, group))
    return runs


def _shared_path(names: Sequence[str]) -> str:
    """Return the models that all of these layers are in, as their names begin.

    >>> _shared_path(["base_1.00.conv", "base_1.00.block.conv"])
    'base_1.00.'
    """
    levels = zip(*(name.split(INSIDE)[:-1] for name in names), strict=False)
    return "".join(level[0] + INSIDE for level in takewhile(lambda level: len(set(level)) == 1, levels))


def _pieces(rows: tuple[Row, ...], prefix: str) -> tuple[Block, ...]:
    """Fold by names, else between places that few paths cross: as few as leave no piece more than a third of all."""
    blocks = by_names(rows, prefix)
    if len(blocks) < 2:
        cut = (by_cuts(rows, width) for width in range(1, _WIDEST + 1))
        fine = (pieces for pieces in cut if 3 * max(len(piece.rows) for piece in pieces) <= len(rows))
        blocks = next(fine, singles(rows))
    return tuple(replace(block, parts=_parts(block.rows, prefix)) for block in blocks)


def _stages(blocks: Sequence[Block], most: int) -> tuple[Block, ...]:
    """Fold blocks into the stages that their names tell of, where there are too many of them."""
    if len(blocks) <= most:
        return tuple(blocks)
    matches = [_STAGE.match(block.title) if len(block.rows) > 1 else None for block in blocks]
    names = filled([match and (match[1] or match[2]) for match in matches])
    keys = [-1 - i if name is None else name for i, name in enumerate(names)]
    return tuple(_joined(members, str(key)) for key, members in grouped(keys, blocks))


def _gathered(blocks: Sequence[Block], most: int) -> tuple[Block, ...]:
    """Fold blocks into runs of alike ones, or into runs of equal length, until there are no more than `most`."""
    if len(blocks) <= most:
        return tuple(blocks)
    runs = [members for _, members in grouped([_build(block) for block in blocks], blocks)]
    if not SHORT / 3 <= len(runs) <= most:
        length = -(-len(blocks) // most)
        runs = [tuple(blocks[i : i + length]) for i in range(0, len(blocks), length)]
    return tuple(_joined(members, members[0].title + _RANGE + members[-1].title) for members in runs)


def _build(block: Block) -> tuple[str, ...]:
    """Say what a block is made of."""
    return tuple(row.kind for row in block.rows)


def _joined(blocks: tuple[Block, ...], title: str) -> Block:
    """Return the only block, or one block of all."""
    if len(blocks) == 1:
        return blocks[0]
    return Block(title, tuple(row for block in blocks for row in block.rows), _gathered(blocks, OPENED))


class _Titles:
    """Titles of blocks: no two alike, and none of them the name of a layer outside of its block."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._names = {row.name for row in rows}
        self._taken: set[str] = set()

    def settle(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Return the blocks with all their parts, renamed where they must be."""
        return tuple(self._settled(block) for block in blocks)

    def _settled(self, block: Block) -> Block:
        if len(block.rows) == 1:
            return block
        title = self._free(block.title, {row.name for row in block.rows})
        return Block(title, block.rows, self.settle(block.parts))

    def _free(self, title: str, own: set[str]) -> str:
        while title in self._taken or (title in self._names and title not in own):
            title += _RANGE.rstrip()
        self._taken.add(title)
        return title
