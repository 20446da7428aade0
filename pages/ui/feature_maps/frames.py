"""What the film strip shows: the network's blocks, each layer with its strongest maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnn_core.layers.shapes import show
from cnn_core.models.run import Answers
from cnn_core.network.folding import Block
from cnn_core.network.summary import Row
from pages.ui.components import data_url
from pages.ui.entered import Entered
from pages.ui.text import _


@dataclass(frozen=True, eq=False)
class Strip:
    """A network from input to output.

    Attributes:
        answers: what its layers make of the picture; None as long as it has not run.
        unfolded: titles of the blocks whose layers are all shown with pictures; of the others only the last is, for
            most of a long network would be sent unseen.
    """

    picture: Entered
    blocks: Sequence[Block]
    answers: Answers | None
    unfolded: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other, for caches."""
        return self.picture.key, self.answers is not None, self.unfolded

    def frames(self) -> list[dict[str, Any]]:
        return [_block(block, self.answers, block.title in self.unfolded) for block in self.blocks]


def _block(block: Block, answers: Answers | None, is_open: bool) -> dict[str, Any]:
    return {
        "title": block.title,
        "label": _("{count} layers").format(count=len(block.rows)),
        "parameters": _parameters(block.parameters),
        "layers": [_frame(row, answers, is_open or row is block.rows[-1]) for row in block.rows],
    }


def _parameters(count: int) -> str:
    return _("{count} params").format(count=f"{count:,}")


def _frame(row: Row, answers: Answers | None, is_seen: bool) -> dict[str, Any]:
    seen = answers.layers.get(row.name) if answers else None
    strongest = ", ".join(map(str, seen.strongest)) if seen else ""
    return {
        "name": row.name,
        "kind": row.kind,
        "group": str(row.layer.group),
        "shape": show(row.output_shape),
        "parameters": _parameters(row.parameters),
        "picture": data_url(seen.thumbnail) if seen and is_seen else None,
        "strongest": _("Strongest maps: {channels}").format(channels=strongest) if seen else "",
    }
