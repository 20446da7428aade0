"""The picture of a network: ranks, no overlap, few crossings, lines broken where one edge goes on, blocks in place."""

from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core.layers import Activation, Add, Concatenate, Conv2D, Input, MaxPooling2D, UpSampling2D
from cnn_core.models.bundled import bundled_network
from cnn_core.network.folding import Block
from cnn_core.network.layering import Layered, Link, crossings, ranks, untangle
from cnn_core.network.layout import Edge, Frame, NetworkLayout, Node, lay_out
from cnn_core.network.level import Point, Sizes
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.outline import outline
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.summary import Row, summarize

quick = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
branching = fitting_networks(kinds=(Conv2D, Activation, Add, Concatenate), shape=st.just((3, 3, 2)), most_layers=22)


def rows_of(network: Network) -> tuple[Row, ...]:
    return summarize(network).rows


# Networks that people know by their look ------------------------------------------------------------------------------


def conv(name: str, *inputs: str) -> NamedLayer:
    return NamedLayer(name, Conv2D(4, 3, padding="same"), inputs)


def residual(blocks: int) -> Network:
    layers = [NamedLayer("input", Input((8, 8, 4)))]
    for i in range(blocks):
        start = layers[-1].name
        layers += [conv(f"conv_{i}", start), NamedLayer(f"relu_{i}", Activation()), conv(f"conv_{i}b")]
        layers += [NamedLayer(f"add_{i}", Add(), (start, f"conv_{i}b")), NamedLayer(f"out_{i}", Activation())]
    return Network(tuple(layers))


def inception() -> Network:
    """Szegedy et al., Going deeper with convolutions, arXiv:1409.4842, figure 2 (b)."""
    pool = NamedLayer("pool", MaxPooling2D(3, 1, "same"), ("stem",))
    layers = [conv("stem"), conv("one", "stem"), conv("three_reduce", "stem"), conv("three")]
    layers += [conv("five_reduce", "stem"), conv("five"), pool, conv("project")]
    join = NamedLayer("join", Concatenate(), ("one", "three", "five", "project"))
    return Network((NamedLayer("input", Input((8, 8, 4))), *layers, join, conv("after")))


def u_net(levels: int, prefix: str = "") -> Network:
    """Ronneberger, Fischer and Brox, U-Net, arXiv:1505.04597, figure 1, with one convolution a level and side."""
    layers: list[NamedLayer] = [NamedLayer("input", Input((64, 64, 4)))]
    for i in range(levels):
        layers += [conv(f"{prefix}down_{i}", layers[-1].name), NamedLayer(f"{prefix}pool_{i}", MaxPooling2D(2))]
    layers.append(conv(f"{prefix}bottom"))
    for i in reversed(range(levels)):
        layers.append(NamedLayer(f"{prefix}enlarge_{i}", UpSampling2D(2)))
        layers.append(NamedLayer(f"{prefix}join_{i}", Concatenate(), (f"{prefix}down_{i}", layers[-1].name)))
        layers.append(conv(f"{prefix}up_{i}"))
    return Network(tuple(layers))


def two_outputs() -> Network:
    heads = [conv("left_1", "body"), conv("left_2"), conv("right_1", "body"), conv("right_2")]
    return Network((NamedLayer("input", Input((8, 8, 4))), conv("body"), *heads))


def towers(stages: int) -> Network:
    """Two paths side by side through the same blocks, whose layers come now in the one order, now in the other."""
    layers, paths = [NamedLayer("input", Input((8, 8, 4)))], ["input", "input"]
    for i in range(stages):
        for path in (0, 1) if i % 2 else (1, 0):
            layers += [conv(f"block_{i}_p{path}", paths[path]), NamedLayer(f"block_{i}_relu{path}", Activation())]
            paths[path] = layers[-1].name
    return Network((*layers, NamedLayer("join", Add(), tuple(paths))))


def side_paths(stages: int) -> Network:
    """From every block a path leads to the end, as to the heads of a feature pyramid."""
    layers = [NamedLayer("input", Input((8, 8, 4)))]
    for i in range(stages):
        start = f"block_{i - 1}_main" if i else "input"
        layers += [conv(f"block_{i}_in", start), NamedLayer(f"block_{i}_main", Activation())]
        layers += [conv(f"block_{i}_side", f"block_{i}_main"), NamedLayer(f"block_{i}_relu", Activation())]
    return Network((*layers, NamedLayer("join", Add(), tuple(f"block_{i}_relu" for i in range(stages)))))


def transfer() -> Network:
    """A nested model between layers of its user, named as `keras_model/walk.py` names them."""
    names = [f"mobilenetv2_1.00_224.block_{i}_{part}" for i in range(8) for part in ("expand", "project", "BN")]
    ends = [NamedLayer("rescaling", Activation()), *map(conv, names), NamedLayer("head", Activation())]
    return Network((NamedLayer("input", Input((8, 8, 4))), *ends))


LOOKS = {
    "residual": residual(4),
    "inception": inception(),
    "U-Net": u_net(3),
    "two outputs": two_outputs(),
    "U-Net of 31 layers": u_net(6),
    "residual of 81 layers": residual(16),
    "two towers": towers(8),
    "side paths": side_paths(7),
    "transfer": transfer(),
}


# What is measured, independently of how it was laid out ---------------------------------------------------------------


def longest_path(links: list[tuple[int, int]], vertex: int) -> int:
    return max((1 + longest_path(links, source) for source, target in links if target == vertex), default=0)


def crossing(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Say whether two pieces of lines cross between their ends."""

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return side(a, b, c) * side(a, b, d) < -1e-6 and side(c, d, a) * side(c, d, b) < -1e-6


def crossings_seen(layout: NetworkLayout) -> int:
    return sum(
        crossing(piece, other)
        for one, two in combinations(layout.edges, 2)
        for piece in pairwise(one.points)
        for other in pairwise(two.points)
    )


def titles(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if len(block.rows) > 1:
            yield block.title
            yield from titles(block.parts)


def is_within(inner: Node | Frame, outer: Frame) -> bool:
    across = outer.x < inner.x and inner.x + inner.width < outer.x + outer.width
    return across and outer.y < inner.y and inner.y + inner.height < outer.y + outer.height


def is_apart(one: Node | Frame, other: Node | Frame) -> bool:
    beside = one.x + one.width < other.x or other.x + other.width < one.x
    return beside or one.y + one.height < other.y or other.y + other.height < one.y


def goes_round(edge: Edge) -> bool:
    return any(second[0] < first[0] for first, second in pairwise(edge.points))


def check_boxes(layout: NetworkLayout) -> None:
    """Nothing overlaps, all lies in the picture, and each node in the frames of its blocks and in no other."""
    whole = Frame("", "", 0, 0, 0, layout.width, layout.height)
    assert all(is_within(node, whole) for node in layout.nodes)
    assert all(is_within(frame, whole) for frame in layout.frames)
    assert all(is_apart(one, other) for one, other in combinations(layout.nodes, 2))
    for frame in layout.frames:
        inside = [node for node in layout.nodes if is_within(node, frame)]
        assert sum(len(node.rows) for node in inside) == frame.count
        assert all(is_apart(node, frame) for node in layout.nodes if node not in inside)
        assert {node.title for node in layout.nodes if node.block == frame.title} <= {node.title for node in inside}
    for one, other in combinations(layout.frames, 2):
        assert is_apart(one, other) or is_within(other, one)


def check_edges(layout: NetworkLayout, rows: tuple[Row, ...]) -> None:
    """The edges are the network's; each leaves at the right, enters at the left, and runs to the right or goes round;
    none runs through a node."""
    node = {row.name: node for node in layout.nodes for row in node.rows}
    pairs = {(node[source].title, node[row.name].title) for row in rows for source in row.sources}
    assert sorted((edge.source, edge.target) for edge in layout.edges) == sorted(
        (source, target) for source, target in pairs if source != target
    )
    by_title = {node.title: node for node in layout.nodes}
    for edge in layout.edges:
        source, target = by_title[edge.source], by_title[edge.target]
        (x, y), (end_x, end_y) = edge.points[0], edge.points[-1]
        assert x == pytest.approx(source.x + source.width)
        assert source.y < y < source.y + source.height
        assert end_x == pytest.approx(target.x)
        assert target.y < end_y < target.y + target.height
        for piece in pairwise(edge.points):
            assert not any(runs_through(piece, node) for node in layout.nodes)


def runs_through(piece: tuple[Point, Point], node: Node) -> bool:
    """Say whether a piece of a line, sampled, has a point within a node."""
    (x, y), (end_x, end_y) = piece
    samples = [(x + (end_x - x) * i / 8, y + (end_y - y) * i / 8) for i in range(9)]
    return any(
        node.x + 1 < x < node.x + node.width - 1 and node.y + 1 < y < node.y + node.height - 1 for x, y in samples
    )


def check_lines(layout: NetworkLayout) -> None:
    """Where an edge goes round, nothing else leads from what stands before it to what comes from it."""
    following: dict[str, set[str]] = {}
    for edge in layout.edges:
        following.setdefault(edge.source, set()).add(edge.target)
    for edge in filter(goes_round, layout.edges):
        if any(node.block for node in layout.nodes if node.title in (edge.source, edge.target)):
            continue
        reached, waiting = set[str](), [edge.target]
        while waiting:
            title = waiting.pop()
            reached.add(title)
            waiting += following.get(title, set()) - reached
        assert [other for other in layout.edges if other.source not in reached and other.target in reached] == [edge]


def check(rows: tuple[Row, ...], unfolded: frozenset[str] = frozenset(), line_width: float | None = None) -> None:
    layout = lay_out(rows, unfolded, line_width=line_width)
    assert sorted(row.name for node in layout.nodes for row in node.rows) == sorted(row.name for row in rows)
    assert len({node.title for node in layout.nodes}) == len(layout.nodes)
    check_boxes(layout)
    check_edges(layout, rows)
    check_lines(layout)


# Ranks and crossings --------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(st.integers(1, 9))
    pairs = [(i, j) for j in range(count) for i in range(j)]
    return count, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []


@given(graphs())
def test_a_rank_is_the_length_of_the_longest_path(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = graph
    assert ranks(count, [Link(*pair) for pair in pairs]) == [longest_path(pairs, vertex) for vertex in range(count)]


@example((6, [(0, 1), (1, 4), (2, 4), (0, 5), (1, 5), (2, 5), (0, 2), (1, 3)]))  # no sweep finds the one crossing
@given(graphs())
def test_no_more_lines_cross_than_in_the_order_of_the_rows(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = graph
    layered = Layered(count, [Link(*pair) for pair in pairs])
    trivial = [sorted(rank) for rank in layered.ranks]
    first = [list(rank) for rank in layered.ranks]
    untangle(layered, {})
    assert [sorted(rank) for rank in layered.ranks] == trivial
    assert crossings(layered.ranks, layered.after) == crossing_pairs(layered.ranks, layered.after)
    assert crossing_pairs(layered.ranks, layered.after) <= crossing_pairs(first, layered.after)
    assert crossing_pairs(layered.ranks, layered.after) <= crossing_pairs(trivial, layered.after)


def crossing_pairs(order: list[list[int]], after: list[list[int]]) -> int:
    place = {vertex: i for rank in order for i, vertex in enumerate(rank)}
    lines = [[(place[a], place[b]) for a in rank for b in after[a]] for rank in order]
    return sum((a - c) * (b - d) < 0 for rank in lines for (a, b), (c, d) in combinations(rank, 2))


@quick
@given(branching)
def test_ranks_stand_from_left_to_right(network: Network) -> None:
    rows = rows_of(network)
    number = {row.name: i for i, row in enumerate(rows)}
    links = [(number[source], i) for i, row in enumerate(rows) for source in row.sources]
    rank = {row.name: longest_path(links, i) for i, row in enumerate(rows)}
    layout = lay_out(rows)
    columns = sorted({node.x + node.width / 2 for node in layout.nodes})
    assert [node.x + node.width / 2 for node in layout.nodes] == [columns[rank[node.title]] for node in layout.nodes]
    for edge in layout.edges:
        assert edge.skips == (rank[edge.target] - rank[edge.source] > 1)


@pytest.mark.parametrize("name", LOOKS)
def test_no_lines_cross_where_none_must(name: str) -> None:
    rows = rows_of(LOOKS[name])
    assert crossings_seen(lay_out(rows)) == 0
    assert crossings_seen(lay_out(rows, frozenset(titles(outline(rows))), line_width=900)) == 0


# Everything in its place ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [None, 700.0, 1230.0])
@pytest.mark.parametrize("name", LOOKS)
def test_known_looks_are_drawn_right(name: str, width: float | None) -> None:
    rows = rows_of(LOOKS[name])
    check(rows, line_width=width)
    check(rows, frozenset(titles(outline(rows))), width)


@pytest.mark.parametrize("preset_", PRESETS, ids=lambda preset_: preset_.key)
def test_every_preset_is_drawn_right(preset_: Preset) -> None:
    rows = rows_of(preset_.make())
    check(rows, line_width=1230)
    check(rows, frozenset(titles(outline(rows))), 1230)


@quick
@given(branching, st.none() | st.floats(100, 1500))
def test_any_network_is_drawn_right(network: Network, width: float | None) -> None:
    check(rows_of(network), line_width=width)


@quick
@given(branching, st.data())
def test_any_long_network_is_drawn_right_whatever_is_unfolded(network: Network, data: st.DataObject) -> None:
    more = tuple(conv(f"block_{i // 5}_more_{i}") for i in range(20))
    rows = rows_of(Network(network.layers + more))
    assume(len(rows) > 24)
    blocks = list(titles(outline(rows)))
    check(rows, frozenset(data.draw(st.sets(st.sampled_from(blocks)))), data.draw(st.none() | st.floats(300, 1500)))


@pytest.mark.parametrize("name", LOOKS)
def test_the_same_network_gives_the_same_picture(name: str) -> None:
    rows = rows_of(LOOKS[name])
    assert lay_out(rows, line_width=800) == lay_out(rows, line_width=800)


def test_nothing_is_drawn_of_nothing() -> None:
    assert lay_out(()) == NetworkLayout((), (), (), 0.0, 0.0)


def test_nodes_have_the_sizes_that_are_asked_for() -> None:
    rows = rows_of(preset("mobilenet_v2").make())
    sizes = Sizes(layer=(30, 40), block=(50, 60), own={"block_3": (70, 200)})
    layout = lay_out(rows, sizes=sizes)
    for node in layout.nodes:
        standard = (30, 40) if len(node.rows) == 1 else (50, 60)
        assert (node.width, node.height) == ((70, 200) if node.title == "block_3" else standard)


def test_room_that_is_kept_above_moves_all_down() -> None:
    rows = rows_of(preset("mobilenet_v2").make())
    usual, lower = lay_out(rows, line_width=800), lay_out(rows, sizes=Sizes(above=6.0), line_width=800)
    assert lower.height == usual.height + 6
    assert [node.y for node in lower.nodes] == [node.y + 6 for node in usual.nodes]


# Looking like what it is ----------------------------------------------------------------------------------------------


def edge_of(layout: NetworkLayout, source: str, target: str) -> Edge:
    return next(edge for edge in layout.edges if (edge.source, edge.target) == (source, target))


def node_of(layout: NetworkLayout, title: str) -> Node:
    return next(node for node in layout.nodes if node.title == title)


def height_between(edge: Edge) -> float:
    """Return how high an edge lies half-way."""
    return edge.points[len(edge.points) // 2][1]


def is_straight(edge: Edge) -> bool:
    return len({y for _, y in edge.points}) == 1


def test_a_chain_is_one_straight_line() -> None:
    layout = lay_out(rows_of(preset("alexnet").make()))
    assert len({y for edge in layout.edges for _, y in edge.points}) == 1
    assert not any(edge.skips for edge in layout.edges)


def test_a_residual_block_shows_its_bypass_as_an_arc() -> None:
    """In an unfolded block as well: all of it stands straight but the edge from the block before."""
    rows = rows_of(preset("resnet_20").make())
    layout = lay_out(rows, frozenset({"conv2_block2"}))
    bypass = edge_of(layout, "conv2_block1", "conv2_block2_add")
    inside = [node for node in layout.nodes if node.block == "conv2_block2"]
    assert [edge for edge in layout.edges if edge.skips] == [bypass]
    assert height_between(bypass) < min(node.y for node in inside)
    assert all(is_straight(edge) for edge in layout.edges if edge is not bypass)


def test_an_inception_block_shows_four_branches() -> None:
    layout = lay_out(rows_of(inception()))
    branches = [("one",), ("three_reduce", "three"), ("five_reduce", "five"), ("pool", "project")]
    heights = [{node_of(layout, title).y for title in branch} for branch in branches]
    assert all(len(branch) == 1 for branch in heights)
    assert len(set.union(*heights)) == 4
    assert is_straight(edge_of(layout, "input", "stem"))


def test_a_u_net_shows_its_bridges_one_above_the_other() -> None:
    layout = lay_out(rows_of(u_net(4)))
    bridges = [edge_of(layout, f"down_{i}", f"join_{i}") for i in range(4)]
    assert [edge for edge in layout.edges if edge.skips] == bridges
    heights = [height_between(bridge) for bridge in bridges]
    assert heights == sorted(heights)
    assert len(set(heights)) == 4
    assert max(heights) < min(node.y for node in layout.nodes)
    assert all(is_straight(edge) for edge in layout.edges if not edge.skips)


def test_a_u_net_is_not_broken_under_its_bridges() -> None:
    layout = lay_out(rows_of(u_net(4)), line_width=300)
    assert {(edge.source, edge.target) for edge in layout.edges if goes_round(edge)} <= {
        ("input", "down_0"),
        ("join_0", "up_0"),
    }
    assert layout.width > 300


def test_lines_are_as_long_as_they_may_be() -> None:
    layout = lay_out(rows_of(preset("vgg16").make()), line_width=1000)
    lines = sorted({node.y for node in layout.nodes})
    ends = [max(node.x + node.width for node in layout.nodes if node.y == line) for line in lines]
    step = layout.nodes[1].x - layout.nodes[0].x
    assert len(lines) > 1
    assert layout.width <= 1000
    assert all(end <= 1000 < end + step + 20 for end in ends[:-1])
    assert sum(map(goes_round, layout.edges)) == len(lines) - 1


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_unfolding_replaces_one_node_by_its_layers() -> None:
    rows = rows_of(bundled_network("mobilenet_v2"))
    folded, unfolded = lay_out(rows), lay_out(rows, frozenset({"block_3"}))
    (frame,) = unfolded.frames
    assert (frame.title, frame.count) == ("block_3", len(node_of(folded, "block_3").rows))
    inside = [node for node in unfolded.nodes if node.block == "block_3"]
    assert tuple(row for node in inside for row in node.rows) == node_of(folded, "block_3").rows
    assert [node.label for node in inside[:2]] == ["expand", "expand_BN"]
    outside = [(node.title, node.rows) for node in unfolded.nodes if node.block is None]
    assert outside == [(node.title, node.rows) for node in folded.nodes if node.title != "block_3"]


def test_a_nested_model_is_one_block_that_says_its_name_once() -> None:
    rows = rows_of(transfer())
    folded = lay_out(rows)
    base = "mobilenetv2_1.00_224"
    assert [(node.title, len(node.rows)) for node in folded.nodes] == [
        ("input", 1),
        ("rescaling", 1),
        (base, 24),
        ("head", 1),
    ]
    unfolded = lay_out(rows, frozenset({base}))
    assert [frame.label for frame in unfolded.frames] == [base]
    assert [node.label for node in unfolded.nodes if node.block == base][:2] == ["block_0_expand", "block_0_project"]


def test_titles_that_are_not_there_unfold_nothing() -> None:
    rows = rows_of(transfer())
    assert lay_out(rows, frozenset({"head", "nothing"})) == lay_out(rows)
