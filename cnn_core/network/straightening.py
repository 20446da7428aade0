"""How high each vertex of a layered graph lies: its main path is one straight line, and all else lies close to it.

Lines that do not cross are made straight first, as Brandes and Köpf do (Fast and simple horizontal coordinate
assignment, Graph Drawing 2001); what hangs together so is then moved towards the main path as far as there is room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

from cnn_core.network.layering import Layered, Link


@dataclass(frozen=True)
class Extents:
    """What of a drawing matters for heights, in world units, downwards from the upper side of each vertex.

    Attributes:
        heights: of every vertex, passing points among them.
        leaves, enters: where an edge leaves its source and enters its target.
        gap: between two neighbours of a rank.
    """

    heights: Sequence[float]
    leaves: Mapping[Link, float]
    enters: Mapping[Link, float]
    gap: Callable[[int, int], float]


def upper_sides(graph: Layered, extents: Extents) -> list[float]:
    """Return the upper side of every vertex, measured from one vertex of the main path."""
    lines = _lines(graph, extents)
    main = _main_path(graph)
    follows = _straight(graph, lines, set(pairwise(main)))
    strand, offset = _strands(graph, lines, follows)
    levels = _levels(_limits(graph, extents, strand, offset), strand[main[0]])
    return [levels[strand[vertex]] + offset[vertex] for vertex in range(len(strand))]


_Lines = dict[tuple[int, int], tuple[float, float]]
"""For two vertices in neighbouring ranks, where the line between them leaves the first and enters the second."""


def _lines(graph: Layered, extents: Extents) -> _Lines:
    found: _Lines = {}
    for link, path in graph.paths.items():
        middle = [extents.heights[point] / 2 for point in path[1:-1]]
        outs = [extents.leaves[link], *middle]
        ins = [*middle, extents.enters[link]]
        for pair, out, in_ in zip(pairwise(path), outs, ins, strict=True):
            found.setdefault(pair, (out, in_))
    return found


def _main_path(graph: Layered) -> list[int]:
    """Return a path through all ranks, by passing points only where there is no other way."""
    path = [min(graph.ranks[-1], key=lambda vertex: (min(graph.before[vertex], default=0) >= graph.vertices, vertex))]
    while graph.before[path[0]]:
        path.insert(0, min(graph.before[path[0]]))
    return path


def _straight(graph: Layered, lines: _Lines, main: set[tuple[int, int]]) -> dict[int, int]:
    """Choose lines to be straight, none crossing another and at most one on each side of a vertex: those of the main
    path, then those of edges that go by, then those of chains, then those nearest to their middle neighbour."""

    def worth(pair: tuple[int, int]) -> tuple[int, float]:
        source, target = pair
        if pair in main:
            return 0, 0.0
        if min(pair) >= graph.vertices:
            return 1, 0.0
        outs = sorted(graph.after[source], key=place.__getitem__)
        ins = sorted(graph.before[target], key=place.__getitem__)
        away = abs(ins.index(source) - (len(ins) - 1) / 2) + abs(outs.index(target) - (len(outs) - 1) / 2)
        return (2 if len(outs) == len(ins) == 1 else 3), away

    place = {vertex: i for rank in graph.ranks for i, vertex in enumerate(rank)}
    follows: dict[int, int] = {}
    by_rank: list[list[tuple[int, int]]] = [[] for _ in graph.ranks]
    for pair in lines:
        by_rank[graph.rank_of[pair[0]]].append(pair)
    for pairs in by_rank:
        chosen: list[tuple[int, int]] = []
        for source, target in sorted(pairs, key=worth):
            first, second = place[source], place[target]
            if all((first - one) * (second - other) > 0 for one, other in chosen):
                chosen.append((first, second))
                follows[source] = target
    return follows


def _strands(graph: Layered, lines: _Lines, follows: dict[int, int]) -> tuple[list[int], list[float]]:
    """Return for each vertex the first of those that lie on straight lines with it, and how much lower it is."""
    strand = list(range(len(graph.rank_of)))
    offset = [0.0] * len(strand)
    for rank in graph.ranks:
        for vertex in rank:
            if vertex in follows:
                target = follows[vertex]
                out, in_ = lines[vertex, target]
                strand[target], offset[target] = strand[vertex], offset[vertex] + out - in_
    return strand, offset


_Limits = dict[int, dict[int, float]]
"""For each strand those right above it, with the least distance between the two."""


def _limits(graph: Layered, extents: Extents, strand: Sequence[int], offset: Sequence[float]) -> _Limits:
    limits: _Limits = {one: {} for one in strand}
    for rank in graph.ranks:
        for upper, lower in pairwise(rank):
            least = offset[upper] + extents.heights[upper] + extents.gap(upper, lower) - offset[lower]
            above = limits[strand[lower]]
            above[strand[upper]] = max(above.get(strand[upper], least), least)
    return limits


def _levels(limits: _Limits, main: int) -> dict[int, float]:
    """Return how low every strand lies: those below the main one as high, those above it as low as they can."""
    order = list(TopologicalSorter(limits).static_order())
    levels = {main: 0.0}
    for one in order:
        known = [levels[above] + least for above, least in limits[one].items() if above in levels]
        if one != main and known:
            levels[one] = max(known)
    below = _turned(limits)
    for one in reversed(order):
        if one not in levels:
            levels[one] = min((levels[other] - least for other, least in below[one]), default=0.0)
    return levels


def _turned(limits: _Limits) -> dict[int, list[tuple[int, float]]]:
    below: dict[int, list[tuple[int, float]]] = {one: [] for one in limits}
    for one, above in limits.items():
        for other, least in above.items():
            below[other].append((one, least))
    return below
