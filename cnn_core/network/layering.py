"""A directed graph without circles in ranks with few crossings, after Sugiyama, Tagawa and Toda, Methods for visual
understanding of hierarchical system structures, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).

Vertices are numbers from 0, and every edge goes from a smaller to a larger one.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

PATIENCE: Final = 4
"""Sweeps over the ranks, every other one backwards, that may bring nothing before the best order is taken."""


class Link(NamedTuple):
    """An edge; `tag` tells apart those between the same two vertices."""

    source: int
    target: int
    tag: str = ""


class Layered:
    """The graph with a passing point in every rank that an edge goes by, so that its lines join neighbouring ranks.

    Attributes:
        ranks: the vertices of each rank from top to bottom, passing points among them.
        rank_of: the rank of each vertex.
        vertices: how many are no passing points; those have the larger numbers.
        paths: for each edge its vertices in order, from its source over its passing points to its target.
        before, after: the neighbours of each vertex in the rank before and in the rank after.
    """

    def __init__(self, vertices: int, links: Sequence[Link], last: frozenset[int] = frozenset()) -> None:
        """Rank the graph; `last` are vertices without edges out of them that stand in the last rank."""
        self.vertices = vertices
        self.rank_of = ranks(vertices, links, last)
        self.paths: dict[Link, list[int]] = {link: self._path(link) for link in links}
        self.before: list[list[int]] = [[] for _ in self.rank_of]
        self.after: list[list[int]] = [[] for _ in self.rank_of]
        for path in self.paths.values():
            for source, target in pairwise(path):
                self.after[source].append(target)
                self.before[target].append(source)
        self.ranks = self._first_order()

    def _path(self, link: Link) -> list[int]:
        first, last = self.rank_of[link.source], self.rank_of[link.target]
        points = range(len(self.rank_of), len(self.rank_of) + last - first - 1)
        self.rank_of += range(first + 1, last)
        return [link.source, *points, link.target]

    def _first_order(self) -> list[list[int]]:
        """Order by number, edges that go by above: those that begin first and end last on top."""
        key = {vertex: (1, vertex, 0) for vertex in range(self.vertices)}
        for link, path in self.paths.items():
            key.update((point, (0, link.source, -link.target)) for point in path[1:-1])
        found: list[list[int]] = [[] for _ in range(1 + max(self.rank_of, default=0))]
        for vertex in sorted(key, key=key.__getitem__):
            found[self.rank_of[vertex]].append(vertex)
        return found


def ranks(vertices: int, links: Sequence[Link], last: frozenset[int] = frozenset()) -> list[int]:
    """Return for each vertex the length of the longest path to it; those in `last` come behind all others."""
    found = [0] * vertices
    for link in sorted(links, key=lambda link: link.target):
        found[link.target] = max(found[link.target], found[link.source] + 1)
    end = 1 + max((rank for vertex, rank in enumerate(found) if vertex not in last), default=-1)
    return [end if vertex in last else rank for vertex, rank in enumerate(found)]


def mean(places: Sequence[int]) -> float:
    return sum(places) / len(places)


def crossings(order: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> int:
    """Count the pairs of lines between neighbouring ranks that cross."""
    count = 0
    for rank, following in pairwise(order):
        if len(rank) == 1 or len(following) == 1:
            continue
        place = {vertex: i for i, vertex in enumerate(following)}
        ends: list[int] = []
        for vertex in rank:
            mine = sorted(place[target] for target in after[vertex])
            count += sum(len(ends) - bisect_right(ends, end) for end in mine)
            for end in mine:
                insort(ends, end)
    return count


def untangle(graph: Layered, bands: Mapping[int, float]) -> None:
    """Order the vertices of each rank so that few lines cross: sweeps by barycentres, and the best order is kept, or
    that of the numbers where that is better.

    Args:
        bands: of vertices in the first and in the last rank; those of a smaller band stay above those of a larger.
    """
    for rank in graph.ranks:
        rank.sort(key=lambda vertex: bands.get(vertex, 0.0))
    best, fewest = graph.ranks, crossings(graph.ranks, graph.after)
    order = [list(rank) for rank in best]
    sweep = since = 0
    while fewest and since < PATIENCE:
        _sweep(order, graph.after if sweep % 2 else graph.before, bands, backwards=bool(sweep % 2))
        _exchange(order, graph, bands)
        count = crossings(order, graph.after)
        sweep, since = sweep + 1, since + 1
        if count < fewest:
            best, fewest, since = [list(rank) for rank in order], count, 0
    plain = [sorted(rank, key=lambda vertex: (bands.get(vertex, 0.0), vertex)) for rank in order]
    graph.ranks = plain if fewest and crossings(plain, graph.after) < fewest else best


def _sweep(
    order: list[list[int]], neighbours: Sequence[Sequence[int]], bands: Mapping[int, float], *, backwards: bool
) -> None:
    """Put each vertex at the mean place of its neighbours in the rank passed before."""
    place: dict[int, int] = {}
    for rank in reversed(order) if backwards else order:
        key = {
            vertex: (bands.get(vertex, 0.0), mean([place[other] for other in neighbours[vertex]] or [i]))
            for i, vertex in enumerate(rank)
        }
        rank.sort(key=key.__getitem__)
        place = {vertex: i for i, vertex in enumerate(rank)}


def _exchange(order: list[list[int]], graph: Layered, bands: Mapping[int, float]) -> None:
    """Exchange neighbours of a rank wherever fewer lines cross then."""
    for number, rank in enumerate(order):
        if len(rank) == 1:
            continue
        sides = [
            ({vertex: i for i, vertex in enumerate(order[other])}, neighbours)
            for other, neighbours in ((number - 1, graph.before), (number + 1, graph.after))
            if 0 <= other < len(order)
        ]
        for i in range(len(rank) - 1):
            upper, lower = rank[i], rank[i + 1]
            gain = 0
            for place, neighbours in sides:
                above = [place[other] for other in neighbours[upper]]
                below = [place[other] for other in neighbours[lower]]
                gain += sum((a > b) - (a < b) for a in above for b in below)
            if gain > 0 and bands.get(upper, 0.0) == bands.get(lower, 0.0):
                rank[i], rank[i + 1] = lower, upper
