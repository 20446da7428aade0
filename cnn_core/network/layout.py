"""A network as a picture: where each layer, folded block and edge stands, from left to right, in lines like text.

All lengths are world units: pixels of the screen as long as nothing is magnified; x to the right, y downwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnn_core.network.level import STANDARD, Point, Sizes, Track, straightened
from cnn_core.network.outline import outline
from cnn_core.network.summary import Row
from cnn_core.network.unfolding import Connection, Drawing, connections_of, parts_of


@dataclass(frozen=True)
class Node:
    """A layer, or a folded block of several; x and y are those of its upper left corner.

    Attributes:
        title: the layer's name, or the block's title; no two nodes have the same.
        label: the title without the beginning that the outline around it says already.
        rows: the layer, or those folded in the block.
        block: the title of the innermost unfolded block that it stands in.
    """

    title: str
    label: str
    rows: tuple[Row, ...]
    block: str | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """A line from the right side of a node to the left side of another; it is level where it meets them.

    It runs to the right all the way, except where it goes round from the end of a line to the beginning of the next.
    `skips`: it goes by at least one rank of nodes, as the edge around a residual block does.
    """

    source: str
    target: str
    points: tuple[Point, ...]
    skips: bool


@dataclass(frozen=True)
class Frame:
    """The outline of an unfolded block of `count` layers; those of blocks in it come later and lie within it."""

    title: str
    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class NetworkLayout:
    """All that is drawn of a network, and the size of the whole."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...]
    width: float
    height: float


def lay_out(
    rows: Sequence[Row],
    unfolded: frozenset[str] = frozenset(),
    sizes: Sizes = STANDARD,
    line_width: float | None = None,
) -> NetworkLayout:
    """Lay a network out, with the blocks of `outline` folded except those whose titles are in `unfolded`.

    Args:
        rows: the network, each layer behind those that it takes its input from.
        line_width: what is longer is broken into lines, but only where exactly one edge goes on; None breaks nothing.
    """
    if not rows:
        return NetworkLayout((), (), (), 0.0, 0.0)
    parts = parts_of(outline(rows), unfolded)
    whole = Drawing(parts, connections_of(parts), sizes, line_width)
    picture = _Picture()
    picture.add(whole, (0.0, 0.0))
    edges = tuple(picture.edges())
    return NetworkLayout(tuple(picture.nodes), edges, tuple(picture.frames), whole.box.width, whole.box.height)


class _Picture:
    """Nodes, frames and edges of drawings within drawings, all in the coordinates of the outermost."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.frames: list[Frame] = []
        self._pieces: dict[Connection, list[tuple[Point, ...]]] = {}
        self._skipping: set[Connection] = set()

    def add(self, drawing: Drawing, corner: Point) -> None:
        """Add a drawing with this upper left corner, and then those within it."""
        x, y = corner
        for connection, track in drawing.tracks():
            self._add_piece(connection, track, corner, leads_out=drawing.is_left_by(*connection))
        for part, inside, (across, down), box in drawing.placed():
            place = x + across, y + down
            if inside is None:
                node = Node(part.title, part.label, part.rows, part.around, *place, box.width, box.height)
                self.nodes.append(node)
            else:
                self.frames.append(Frame(part.title, part.label, len(part.rows), *place, box.width, box.height))
                self.add(inside, place)

    def _add_piece(self, connection: Connection, track: Track, corner: Point, *, leads_out: bool) -> None:
        """Add a piece of an edge; the outer one is there already, and the way out of a block comes before that."""
        points = tuple((corner[0] + across, corner[1] + down) for across, down in track.points)
        pieces = self._pieces.setdefault(connection, [])
        pieces.insert(0 if leads_out else len(pieces), points)
        if track.passes:
            self._skipping.add(connection)

    def edges(self) -> Iterator[Edge]:
        """Yield the edges, each joined of its pieces."""
        for connection, pieces in self._pieces.items():
            whole = pieces[0] if len(pieces) == 1 else straightened([point for piece in pieces for point in piece])
            yield Edge(*connection, whole, connection in self._skipping)
