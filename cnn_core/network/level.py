"""Boxes and the edges between them on a plane, from left to right, broken into lines like text.

All lengths are world units: pixels of the screen as long as nothing is magnified.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final

from cnn_core.network.layering import Layered, Link
from cnn_core.network.straightening import Extents, upper_sides

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class Sizes:
    """Width and height of what is drawn, and what is left free.

    Attributes:
        layer: of a layer; `block` of a folded block; `own` of nodes that have another size, by their titles.
        gap: between two ranks, and between two nodes of one rank.
        lane: height that is kept free for an edge that goes by.
        padding: around all within the picture, and within the outline of an unfolded block.
        heading: height of a block's title within its outline.
        line_gap: between two lines.
        above: height that is kept free above the first line besides.
    """

    layer: Size = (72.0, 64.0)
    block: Size = (88.0, 64.0)
    own: Mapping[str, Size] = field(default_factory=dict)
    gap: Size = (28.0, 20.0)
    lane: float = 12.0
    padding: float = 20.0
    heading: float = 22.0
    line_gap: float = 36.0
    above: float = 0.0


STANDARD: Final = Sizes()


@dataclass(frozen=True)
class Box:
    """What is placed: `enters` and `leaves` say for some edges, by their tags, how far below the upper side of the box
    they meet it; all others meet it half-way."""

    width: float
    height: float
    enters: Mapping[str, float] = field(default_factory=dict)
    leaves: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Track:
    """The line of an edge from the right side of a box to the left side of another. `passes`: it goes by a rank."""

    points: tuple[Point, ...]
    passes: bool


@dataclass(frozen=True)
class Level:
    """Where the upper left corners of the boxes lie, and the edges, in a frame of this size."""

    corners: tuple[Point, ...]
    tracks: Mapping[Link, Track]
    width: float
    height: float


@dataclass(frozen=True)
class Ends:
    """How many of the boxes, the first and the last ones, are ends of edges on the left and on the right side of the
    frame; `heading` is kept free above all of them."""

    left: int = 0
    right: int = 0
    heading: float = 0.0


def place(boxes: Sequence[Box], graph: Layered, sizes: Sizes, line_width: float | None, ends: Ends) -> Level:
    """Place boxes in the ranks of a graph of their positions, the longest path straight.

    Args:
        line_width: what is longer is broken where it can be; None breaks nothing.
    """
    return _Placing(boxes, graph, sizes, inf if line_width is None else line_width, ends).level()


@dataclass(frozen=True)
class _Line:
    """Ranks from `first` up to but without `stop`, and how far their boxes reach to the right and down."""

    first: int
    stop: int
    right: float
    bottom: float


class _Placing:
    """Coordinates of one graph: first how high all lies, then line by line."""

    def __init__(self, boxes: Sequence[Box], graph: Layered, sizes: Sizes, line_width: float, ends: Ends) -> None:
        self._graph, self._sizes, self._ends = graph, sizes, ends
        points = len(graph.rank_of) - len(boxes)
        self._widths = [box.width for box in boxes] + [0.0] * points
        self._heights = [box.height for box in boxes] + [sizes.lane] * points
        self._columns = [max(self._widths[vertex] for vertex in rank) for rank in graph.ranks]
        self._leaves = {link: self._side(link.source, boxes[link.source].leaves, link) for link in graph.paths}
        self._enters = {link: self._side(link.target, boxes[link.target].enters, link) for link in graph.paths}
        self._y = upper_sides(graph, Extents(self._heights, self._leaves, self._enters, self._gap))
        self._left = [0.0] * len(self._columns)
        self._lines: list[_Line] = []
        for first, stop in self._broken(line_width):
            self._lines.append(self._line(first, stop))
        self._line_of = [line for line in self._lines for _ in range(line.first, line.stop)]

    def level(self) -> Level:
        """Return all coordinates."""
        width = max(line.right for line in self._lines) + self._sizes.padding
        height = self._lines[-1].bottom + self._sizes.padding
        if self._ends.right:
            self._left[-1] = width
        corners = tuple(self._corner(vertex) for vertex in range(self._graph.vertices))
        tracks = {link: Track(self._track(link, path), len(path) > 2) for link, path in self._graph.paths.items()}
        return Level(corners, tracks, width, height)

    def _side(self, vertex: int, known: Mapping[str, float], link: Link) -> float:
        return known.get(link.tag, self._heights[vertex] / 2)

    def _gap(self, upper: int, lower: int) -> float:
        """Return what is free between two neighbours of a rank: less where only an edge goes by."""
        thin = (not self._widths[upper]) + (not self._widths[lower])
        return self._sizes.gap[1] * (1 - thin / 2)

    def _broken(self, line_width: float) -> Iterator[tuple[int, int]]:
        """Yield the ranks of each line. Between two of them exactly one edge goes, and none of its ends is at a side
        of the frame."""
        ranks, across = self._graph.ranks, self._sizes.gap[0]
        words = [0]
        for number in range(1, len(ranks)):
            lines = sum(len(self._graph.after[vertex]) for vertex in ranks[number - 1])
            at_side = (number == 1 and self._ends.left) or (number == len(ranks) - 1 and self._ends.right)
            if lines == 1 and not at_side:
                words.append(number)
        margins = 2 * self._sizes.padding - across
        first, length = 0, margins
        for start, stop in pairwise([*words, len(ranks)]):
            width = sum(self._columns[start:stop]) + across * (stop - start)
            if start > first and length + width > line_width:
                yield first, start
                first, length = start, margins
            length += width
        yield first, len(ranks)

    def _line(self, first: int, stop: int) -> _Line:
        """Place the ranks of a line from left to right, and move them down below the line before; ends at the sides of
        the frame have their places there."""
        across, _ = self._sizes.gap
        x = self._sizes.padding
        at_right = stop == len(self._columns) and self._ends.right > 0
        for rank in range(first + (first == 0 and self._ends.left > 0), stop - at_right):
            self._left[rank] = x
            x += self._columns[rank] + across
        vertices = [vertex for rank in self._graph.ranks[first:stop] for vertex in rank]
        above = (
            self._lines[-1].bottom + self._sizes.line_gap if self._lines else self._ends.heading + self._sizes.padding
        )
        down = above - min(self._y[vertex] for vertex in vertices)
        for vertex in vertices:
            self._y[vertex] += down
        return _Line(first, stop, x - across, max(self._y[vertex] + self._heights[vertex] for vertex in vertices))

    def _corner(self, vertex: int) -> Point:
        rank = self._graph.rank_of[vertex]
        return self._left[rank] + (self._columns[rank] - self._widths[vertex]) / 2, self._y[vertex]

    def _track(self, link: Link, path: Sequence[int]) -> tuple[Point, ...]:
        """Return the line of an edge: level beside and past the boxes of every rank, sloping between the ranks."""
        x, y = self._corner(link.source)
        points = [(x + self._widths[link.source], y + self._leaves[link])]
        for before, vertex in pairwise([link.source, *path]):
            rank = self._graph.rank_of[vertex]
            y = points[-1][1]
            if vertex != before:
                y = self._y[vertex] + (self._enters[link] if vertex == link.target else self._heights[vertex] / 2)
                points += [*self._turn(before, vertex, points[-1][1], y), (self._left[rank], y)]
            if vertex != link.target:
                points.append((self._left[rank] + self._columns[rank], y))
        points.append((self._corner(link.target)[0], y))
        return straightened(points)

    def _turn(self, before: int, after: int, start: float, end: float) -> list[Point]:
        """Return the way from the right end of a line around to the beginning of the next; nothing within a line."""
        line = self._line_of[self._graph.rank_of[before]]
        if line is self._line_of[self._graph.rank_of[after]]:
            return []
        left, right = self._sizes.padding / 2, line.right + self._sizes.padding / 2
        between = line.bottom + self._sizes.line_gap / 2
        return [(right, start), (right, between), (left, between), (left, end)]


def straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the line without points that say nothing: those on the level way between two others.

    >>> straightened([(0, 1), (2, 1), (2, 1), (3, 1), (4, 2)])
    ((0, 1), (3, 1), (4, 2))
    """
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and found[-2][1] == found[-1][1] == point[1]:
            found.pop()
        found.append(point)
    return tuple(found)
