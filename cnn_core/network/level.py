"""Boxes and the edges between them on a plane, from left to right, broken into lines like text.

All lengths are world units: pixels of the screen as long as nothing is magnified.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final

from cnn_core.network.layering import Layered, Link, untangle
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
    """

    layer: Size = (72.0, 64.0)
    block: Size = (88.0, 64.0)
    own: Mapping[str, Size] = field(default_factory=dict)
    gap: Size = (28.0, 20.0)
    lane: float = 12.0
    padding: float = 20.0
    heading: float = 22.0
    line_gap: float = 36.0


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


def place(boxes: Sequence[Box], links: Sequence[Link], sizes: Sizes, line_width: float | None, ends: "Ends") -> Level:
    """Place boxes in ranks, with few crossings and the longest path straight."""
    last = frozenset(range(len(boxes) - ends.right, len(boxes)))
    graph = Layered(len(boxes), links, last)
    untangle(graph)
    return _Placing(boxes, graph, sizes, ends).level(inf if line_width is None else line_width)


@dataclass(frozen=True)
class Ends:
    """How many of the boxes, the first and the last ones, are ends of edges on the left and on the right side of the
    frame; `heading` is kept free above all of them."""

    left: int = 0
    right: int = 0
    heading: float = 0.0


@dataclass(frozen=True)
class _Line:
    """Ranks from `first` up to but without `stop`, and how far its boxes reach down from the top of the frame."""

    first: int
    stop: int
    bottom: float
    right: float


class _Placing:
    """Coordinates of one graph, found step by step."""

    def __init__(self, boxes: Sequence[Box], graph: Layered, sizes: Sizes, ends: Ends) -> None:
        self._boxes, self._graph, self._sizes, self._ends = boxes, graph, sizes, ends
        points = len(graph.rank_of) - len(boxes)
        self._widths = [box.width for box in boxes] + [0.0] * points
        self._heights = [box.height for box in boxes] + [sizes.lane] * points
        self._columns = [max(self._widths[vertex] for vertex in rank) for rank in graph.ranks]
        self._leaves = {link: self._side(link.source, boxes[link.source].leaves, link) for link in graph.paths}
        self._enters = {link: self._side(link.target, boxes[link.target].enters, link) for link in graph.paths}

    def _side(self, vertex: int, known: Mapping[str, float], link: Link) -> float:
        return known.get(link.tag, self._heights[vertex] / 2)

    def level(self, line_width: float) -> Level:
        """Return all coordinates."""
        upper = upper_sides(self._graph, Extents(self._heights, self._leaves, self._enters, self._gap))
        self._left = [0.0] * len(self._columns)
        self._lines: list[_Line] = []
        self._y = upper
        top = self._ends.heading + self._sizes.padding
        for first, stop in self._broken(line_width):
            self._lines.append(self._line(first, stop, top))
            top = self._lines[-1].bottom + self._sizes.line_gap
        width = max(line.right for line in self._lines) + self._sizes.padding
        if self._ends.right:
            self._left[-1] = width
        self._line_of = [number for number, line in enumerate(self._lines) for _ in range(line.first, line.stop)]
        tracks = {link: Track(self._track(link, path), len(path) > 2) for link, path in self._graph.paths.items()}
        corners = tuple(self._corner(vertex) for vertex in range(len(self._boxes)))
        return Level(corners, tracks, width, self._lines[-1].bottom + self._sizes.padding)

    def _gap(self, upper: int, lower: int) -> float:
        """Return what is free between two neighbours of a rank: less where only an edge goes by."""
        thin = (not self._widths[upper]) + (not self._widths[lower])
        return self._sizes.gap[1] * (1 - thin / 2)

    def _broken(self, line_width: float) -> Iterator[tuple[int, int]]:
        """Yield the ranks of each line. Between two of them exactly one edge goes, and none of its ends is at a side
        of the frame."""
        ranks = self._graph.ranks
        words = [0]
        for number in range(1, len(ranks)):
            count = sum(len(self._graph.after[vertex]) for vertex in ranks[number - 1])
            at_side = (number == 1 and self._ends.left) or (number == len(ranks) - 1 and self._ends.right)
            if count == 1 and not at_side:
                words.append(number)
        first, right = 0, 2 * self._sizes.padding - self._sizes.gap[0]
        for start, stop in pairwise([*words, len(ranks)]):
            width = sum(self._columns[start:stop]) + self._sizes.gap[0] * (stop - start)
            if start > first and right + width > line_width:
                yield first, start
                first, right = start, 2 * self._sizes.padding - self._sizes.gap[0]
            right += width
        yield first, len(ranks)

    def _line(self, first: int, stop: int, top: float) -> _Line:
        """Place the ranks of a line from left to right, and move them down below `top`."""
        x = self._sizes.padding
        for rank in range(first + (first == 0 and self._ends.left > 0), stop):
            self._left[rank] = x
            x += self._columns[rank] + self._sizes.gap[0]
        vertices = [vertex for rank in self._graph.ranks[first:stop] for vertex in rank]
        down = top - min(self._y[vertex] for vertex in vertices)
        for vertex in vertices:
            self._y[vertex] += down
        at_side = stop == len(self._columns) and self._ends.right > 0
        right = x - self._sizes.gap[0] * (1 + at_side)
        return _Line(first, stop, max(self._y[vertex] + self._heights[vertex] for vertex in vertices), right)

    def _corner(self, vertex: int) -> Point:
        rank = self._graph.rank_of[vertex]
        return self._left[rank] + (self._columns[rank] - self._widths[vertex]) / 2, self._y[vertex]

    def _track(self, link: Link, path: Sequence[int]) -> tuple[Point, ...]:
        """Return the line of an edge: level beside and past the boxes of every rank, sloping between the ranks."""
        x, y = self._corner(link.source)
        points = [(x + self._widths[link.source], y + self._leaves[link])]
        for number, vertex in enumerate(path):
            rank = self._graph.rank_of[vertex]
            left, right = self._left[rank], self._left[rank] + self._columns[rank]
            if number:
                y = self._y[vertex] + (self._enters[link] if vertex == link.target else self._heights[vertex] / 2)
                points += self._turn(path[number - 1], vertex, points[-1][1], y)
                points.append((left, y))
            else:
                y = points[0][1]
            if vertex != link.target:
                points.append((right, y))
        points.append((self._corner(link.target)[0], y))
        return straightened(points)

    def _turn(self, before: int, after: int, start: float, end: float) -> list[Point]:
        """Return the way from the right end of a line around to the beginning of the next; nothing within a line."""
        one, other = (self._line_of[self._graph.rank_of[vertex]] for vertex in (before, after))
        if one == other:
            return []
        right, left = self._lines[one].right + self._sizes.padding / 2, self._sizes.padding / 2
        between = self._lines[one].bottom + self._sizes.line_gap / 2
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
