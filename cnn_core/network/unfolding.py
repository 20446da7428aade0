"""A network with some blocks unfolded: each of those is laid out by itself and then placed like any other box."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cnn_core.network.folding import Block, singles
from cnn_core.network.layering import Layered, Link, mean, untangle
from cnn_core.network.level import Box, Ends, Point, Sizes, Track, place
from cnn_core.network.network import INSIDE
from cnn_core.network.summary import Row


@dataclass(frozen=True)
class Part:
    """A node, or an unfolded block with what stands in it; `around` is the title of the block that it stands in."""

    block: Block
    around: str | None
    inside: tuple["Part", ...] = ()

    @property
    def title(self) -> str:
        return self.block.title

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.block.rows

    @property
    def label(self) -> str:
        """The title without that of the block around it: 1_conv in conv2_block1, block_3 in a nested model; a number
        alone would not say enough."""
        rest = self.title.removeprefix(self.around or "")
        says_enough = rest[:1] == INSIDE or (rest[:1] == "_" and not rest[1:].isdecimal())
        return rest[1:] if self.around and says_enough and rest[1:] else self.title

    def nodes(self) -> Iterator["Part"]:
        """Yield the nodes in it, or itself."""
        if not self.inside:
            yield self
        for part in self.inside:
            yield from part.nodes()


def parts_of(blocks: Sequence[Block], unfolded: frozenset[str], around: str | None = None) -> tuple[Part, ...]:
    """Return what is seen of blocks: those with titles in `unfolded` as what stands in them."""
    return tuple(
        Part(block, around, parts_of(block.parts or singles(block.rows), unfolded, block.title))
        if len(block.rows) > 1 and block.title in unfolded
        else Part(block, around)
        for block in blocks
    )


Connection = tuple[str, str]
"""The titles of two nodes with an edge from the first to the second."""


def connections_of(parts: Sequence[Part]) -> list[Connection]:
    """Return the connections between the nodes in these parts, in the order of their sources."""
    nodes = [node for part in parts for node in part.nodes()]
    node_of = {row.name: i for i, node in enumerate(nodes) for row in node.rows}
    pairs = {(node_of[source], i) for i, node in enumerate(nodes) for row in node.rows for source in row.sources}
    return [(nodes[source].title, nodes[target].title) for source, target in sorted(pairs) if source != target]


@dataclass(frozen=True)
class _Around:
    """What leads to a part and from it, in the drawing that it stands in.

    Attributes:
        entering: the sources elsewhere of edges into it, from top to bottom.
        bands: for each source in it of edges out of it how far down these lead.
    """

    entering: tuple[str, ...]
    bands: Mapping[str, float]


class Drawing:
    """Parts laid out, with what connects them with one another and with nodes elsewhere, which leads to the sides.

    Attributes:
        parts: what is drawn.
        box: its size, and where the edges of each source elsewhere enter it and those of its own nodes leave it.
        leaving: the sources of the edges that leave it, from top to bottom.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        connections: Sequence[Connection],
        sizes: Sizes,
        line_width: float | None,
        around: _Around | None = None,
    ) -> None:
        self.parts = parts
        self._home = {node.title: i for i, part in enumerate(parts) for node in part.nodes()}
        self._left = around.entering if around else ()
        self._right = tuple(dict.fromkeys(source for source, target in connections if self.is_left_by(source, target)))
        self._links = self._linked(connections)
        self._graph = self._ordered(around)
        self._inside: dict[int, Drawing] = {}
        shares = self._shares(connections)
        narrower = None if line_width is None else line_width - 2 * sizes.padding
        for i, part in enumerate(parts):
            if part.inside:
                self._inside[i] = Drawing(part.inside, shares[i], sizes, narrower, self._around(i))
        self._place(sizes, line_width, sizes.heading if around else sizes.above)
        last = self._graph.ranks[-1] if self._right else []
        self.leaving = tuple(self._right[vertex - len(self._left) - len(parts)] for vertex in last)

    def is_left_by(self, source: str, target: str) -> bool:
        """Say whether a connection leads out of this drawing."""
        return source in self._home and target not in self._home

    def _linked(self, connections: Sequence[Connection]) -> dict[Connection, Link]:
        """Return for each connection that has a piece here the edge that stands for it: between two parts, or between
        a part and an end at a side. The ends on the left have the first numbers, those on the right the last."""
        number = {title: i + len(self._left) for title, i in self._home.items()}
        first = {source: i for i, source in enumerate(self._left)}
        last = {source: i + len(self._left) + len(self.parts) for i, source in enumerate(self._right)}
        links = {}
        for source, target in connections:
            link = Link(
                number[source] if source in number else first[source],
                number[target] if target in number else last[source],
                source,
            )
            if link.source != link.target:
                links[source, target] = link
        return links

    def _ordered(self, around: _Around | None) -> Layered:
        """Return the graph of the parts and ends, with few crossings; the ends stand as what they lead to does."""
        inner = len(self._left) + len(self.parts)
        last = range(inner, inner + len(self._right))
        graph = Layered(inner + len(self._right), list(dict.fromkeys(self._links.values())), frozenset(last))
        bands = {i: float(i) for i in range(len(self._left))}
        if around:
            bands |= {vertex: around.bands[source] for vertex, source in zip(last, self._right, strict=True)}
        untangle(graph, bands)
        return graph

    def _shares(self, connections: Sequence[Connection]) -> list[list[Connection]]:
        """Return for each part the connections that begin or end in it."""
        shares: list[list[Connection]] = [[] for _ in self.parts]
        for connection in connections:
            for i in {self._home[title] for title in connection if title in self._home}:
                shares[i].append(connection)
        return shares

    def _around(self, i: int) -> _Around:
        """Return what leads to and from a part; the parts before it are drawn already."""
        place = {vertex: number for rank in self._graph.ranks for number, vertex in enumerate(rank)}
        entering: dict[str, tuple[int, int]] = {}
        bands: dict[str, list[int]] = {}
        for link, path in self._graph.paths.items():
            if link.target == i + len(self._left):
                before = self._inside.get(path[-2] - len(self._left))
                entering[link.tag] = place[path[-2]], before.leaving.index(link.tag) if before else 0
            if link.source == i + len(self._left):
                bands.setdefault(link.tag, []).append(place[path[1]])
        return _Around(
            tuple(sorted(entering, key=entering.__getitem__)),
            {source: mean(places) for source, places in bands.items()},
        )

    def _place(self, sizes: Sizes, line_width: float | None, heading: float) -> None:
        self._boxes = [self._part_box(i, sizes) for i in range(len(self.parts))]
        left, right = [[Box(0.0, sizes.lane)] * len(ends) for ends in (self._left, self._right)]
        ends = Ends(len(left), len(right), heading)
        self._level = place([*left, *self._boxes, *right], self._graph, sizes, line_width, ends)
        heights = [y + sizes.lane / 2 for _, y in self._level.corners]
        self.box = Box(
            self._level.width,
            self._level.height,
            enters=dict(zip(self._left, heights, strict=False)),
            leaves=dict(zip(self._right, heights[len(heights) - len(right) :], strict=True)),
        )

    def _part_box(self, i: int, sizes: Sizes) -> Box:
        if i in self._inside:
            return self._inside[i].box
        part = self.parts[i]
        return Box(*sizes.own.get(part.title, sizes.layer if len(part.rows) == 1 else sizes.block))

    def placed(self) -> Iterator[tuple[Part, "Drawing | None", Point, Box]]:
        """Yield each part with its drawing where it is unfolded, its upper left corner and its size."""
        corners = self._level.corners[len(self._left) :]
        for i, (part, corner, box) in enumerate(zip(self.parts, corners, self._boxes, strict=False)):
            yield part, self._inside.get(i), corner, box

    def tracks(self) -> Iterator[tuple[Connection, Track]]:
        """Yield the piece of each connection that lies here."""
        for connection, link in self._links.items():
            yield connection, self._level.tracks[link]
