"""A network as a picture: where each layer, folded block and edge stands, from left to right, in lines like text.

All lengths are world units: pixels of the screen as long as nothing is magnified; x to the right, y downwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnn_core.network.folding import Block, singles
from cnn_core.network.layering import Link
from cnn_core.network.level import STANDARD, Box, Ends, Level, Point, Sizes, place, straightened
from cnn_core.network.network import INSIDE
from cnn_core.network.outline import outline
from cnn_core.network.summary import Row


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
    parts = _parts(outline(rows), unfolded, None)
    whole = _drawn(parts, _connections(rows, parts), sizes, line_width, heading=0.0)
    composed = _Composed(sizes)
    composed.add(whole, 0.0, 0.0)
    return NetworkLayout(
        tuple(composed.nodes), tuple(composed.edges()), tuple(composed.frames), whole.level.width, whole.level.height
    )


@dataclass(frozen=True)
class _Part:
    """A node, or an unfolded block with what stands in it; `around` is the block that it stands in itself."""

    block: Block
    around: str | None
    inside: tuple["_Part", ...] = ()

    @property
    def label(self) -> str:
        """The title without that of the block around it: 1_conv in conv2_block1, block_3 in a nested model."""
        title, around = self.block.title, self.around or ""
        joint, rest = title[len(around) : len(around) + 1], title[len(around) + 1 :]
        says_more = (joint == INSIDE and rest) or (joint == "_" and not rest.isdecimal())
        return rest if title.startswith(around) and rest and says_more else title

    def nodes(self) -> Iterator["_Part"]:
        """Yield the nodes in it, or itself."""
        if not self.inside:
            yield self
        for part in self.inside:
            yield from part.nodes()


def _parts(blocks: Sequence[Block], unfolded: frozenset[str], around: str | None) -> tuple[_Part, ...]:
    return tuple(
        _Part(block, around, _parts(block.parts or singles(block.rows), unfolded, block.title))
        if len(block.rows) > 1 and block.title in unfolded
        else _Part(block, around)
        for block in blocks
    )


_Connection = tuple[str, str]
"""The titles of two nodes with an edge between them."""


def _connections(rows: Sequence[Row], parts: Sequence[_Part]) -> list[_Connection]:
    """Return the connections between nodes, in the order of their sources."""
    node = {row.name: one.block.title for part in parts for one in part.nodes() for row in one.block.rows}
    pairs = dict.fromkeys((node[source], node[row.name]) for row in rows for source in row.sources)
    number = {title: i for i, title in enumerate(dict.fromkeys(node.values()))}
    return sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: (number[pair[0]], number[pair[1]]))


@dataclass(frozen=True)
class _Drawn:
    """The inside of an unfolded block, or the whole picture.

    Attributes:
        corners: where its parts stand.
        links: for each connection that it has a piece of, the edge that stands for it here.
        inside: the drawn insides of its parts, where they are unfolded.
    """

    parts: tuple[_Part, ...]
    level: Level
    corners: tuple[Point, ...]
    links: dict[_Connection, Link]
    inside: dict[int, "_Drawn"]
    enters: dict[str, float]
    leaves: dict[str, float]


def _drawn(
    parts: tuple[_Part, ...],
    connections: Sequence[_Connection],
    sizes: Sizes,
    line_width: float | None,
    heading: float,
) -> _Drawn:
    """Draw parts and what connects them with one another and with nodes elsewhere, which is led to the sides."""
    home = {node.block.title: i for i, part in enumerate(parts) for node in part.nodes()}
    # What comes from farther away is led in higher up, for it stands higher where it goes by.
    left = list(dict.fromkeys(source for source, _ in connections if source not in home))
    right = list(dict.fromkeys(source for source, target in connections if source in home and target not in home))
    mine = _shared_out(home, connections, len(parts))
    narrower = None if line_width is None else line_width - 2 * sizes.padding
    inside = {
        i: _drawn(part.inside, mine[i], sizes, narrower, sizes.heading) for i, part in enumerate(parts) if part.inside
    }
    first = {source: i for i, source in enumerate(left)}
    last = {source: i + len(left) + len(parts) for i, source in enumerate(right)}
    links = {}
    for source, target in connections:
        start = home[source] + len(left) if source in home else first[source]
        end = home[target] + len(left) if target in home else last[source]
        if start != end:
            links[source, target] = Link(start, end, source)
    boxes = [_box(part, inside.get(i), sizes) for i, part in enumerate(parts)]
    port = Box(0.0, sizes.lane)
    level = place(
        [port] * len(left) + boxes + [port] * len(right),
        list(dict.fromkeys(links.values())),
        sizes,
        line_width,
        Ends(len(left), len(right), heading),
    )
    half = sizes.lane / 2
    return _Drawn(
        parts,
        level,
        level.corners[len(left) :],
        links,
        inside,
        {source: level.corners[i][1] + half for source, i in first.items()},
        {source: level.corners[i][1] + half for source, i in last.items()},
    )


def _shared_out(home: dict[str, int], connections: Sequence[_Connection], count: int) -> list[list[_Connection]]:
    """Return for each part the connections that begin or end in it."""
    found: list[list[_Connection]] = [[] for _ in range(count)]
    for connection in connections:
        for i in {home[title] for title in connection if title in home}:
            found[i].append(connection)
    return found


def _box(part: _Part, inside: _Drawn | None, sizes: Sizes) -> Box:
    if inside is not None:
        return Box(inside.level.width, inside.level.height, inside.enters, inside.leaves)
    standard = sizes.layer if len(part.block.rows) == 1 else sizes.block
    return Box(*sizes.own.get(part.block.title, standard))


class _Composed:
    """Nodes, frames and edges of all levels in the coordinates of the whole picture."""

    def __init__(self, sizes: Sizes) -> None:
        self.nodes: list[Node] = []
        self.frames: list[Frame] = []
        self._sizes = sizes
        self._pieces: dict[_Connection, list[tuple[Point, ...]]] = {}
        self._skipping: set[_Connection] = set()

    def add(self, drawn: _Drawn, x: float, y: float) -> None:
        """Add what stands within a frame with this upper left corner, the outer before the inner ones."""
        self._add_tracks(drawn, x, y)
        for i, part in enumerate(drawn.parts):
            box = _box(part, drawn.inside.get(i), self._sizes)
            corner = x + drawn.corners[i][0], y + drawn.corners[i][1]
            title, rows = part.block.title, part.block.rows
            if i in drawn.inside:
                self.frames.append(Frame(title, part.label, len(rows), *corner, box.width, box.height))
                self.add(drawn.inside[i], *corner)
            else:
                self.nodes.append(Node(title, part.label, rows, part.around, *corner, box.width, box.height))

    def _add_tracks(self, drawn: _Drawn, x: float, y: float) -> None:
        here = {node.block.title for part in drawn.parts for node in part.nodes()}
        for connection, link in drawn.links.items():
            track = drawn.level.tracks[link]
            points = tuple((x + across, y + down) for across, down in track.points)
            pieces = self._pieces.setdefault(connection, [])
            # An outer level comes first: on the way out of a block its piece follows, on the way in it goes before.
            pieces.insert(0 if connection[1] not in here else len(pieces), points)
            if track.passes:
                self._skipping.add(connection)

    def edges(self) -> Iterator[Edge]:
        """Yield the edges, each joined of its pieces."""
        for connection, pieces in self._pieces.items():
            points = straightened([point for piece in pieces for point in piece])
            yield Edge(*connection, points, connection in self._skipping)
