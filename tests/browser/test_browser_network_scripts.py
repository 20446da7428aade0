"""The modules behind the picture of a network: zoom, curves, keys, columns and what a map is made of."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Call = Callable[..., Any]

ZOOMS = {"least": 0.1, "most": 4, "readable": 0.6, "close": 0.85}


@pytest.mark.parametrize(
    ("world", "zoom"),
    [
        ([800, 300], 0.75),  # all of it can be read
        ([100, 50], 4),  # no larger than what can be sharp
        ([3000, 400], 0.725),  # its height can be read
        ([3000, 100], 0.85),
        ([3000, 3000], 0.85),
    ],
)
def test_a_picture_opens_as_large_as_it_can_be_read(world: list[int], zoom: float, call: Call) -> None:
    assert call("viewport", "firstZoom", world, [600, 290], ZOOMS) == pytest.approx(zoom)


@pytest.mark.parametrize("world", [200, 500, 4000])
@pytest.mark.parametrize("zooms", [(0.5, 2), (3, 0.2)])
def test_what_lies_under_the_pointer_stays_there(world: int, zooms: tuple[float, float], call: Call) -> None:
    view, scroll, point = 600, 37, 111

    def before(zoom: float) -> float:
        space: float = call("viewport", "spaceBefore", world, view, zoom)
        return space

    assert before(zooms[0]) == max(0, (view - world * zooms[0]) / 2)
    there = (scroll + point - before(zooms[0])) / zooms[0]
    after = call("viewport", "scrollKept", scroll, point, world, view, list(zooms))
    assert (after + point - before(zooms[1])) / zooms[1] == pytest.approx(there)


@pytest.mark.parametrize(
    ("now", "fitting", "across", "zoom"),
    [
        (1, 0.8, 0.9, 0.8),  # all of it can be read
        (0.85, 0.4, 0.97, 0.85),  # too high: its width is seen, and as large as before
        (1, 0.4, 0.7, 0.7),
        (1, 0.4, 0.3, 0.6),  # too wide as well: no smaller than can be read
        (0.5, 0.4, 0.9, 0.5),  # never closer than the reader was
    ],
)
def test_a_part_that_is_larger_than_the_window(
    now: float, fitting: float, across: float, zoom: float, call: Call
) -> None:
    assert call("viewport", "partZoom", now, fitting, across, ZOOMS) == zoom


def test_nothing_has_to_lie_under_the_small_map(call: Call) -> None:
    room = [
        call("viewport", "roomBeside", drawn, [600, 290], [140, 80]) for drawn in ([600, 290], [900, 200], [700, 900])
    ]
    assert room == [[0, 0], [140, 0], [0, 80]]


def test_what_is_seen_needs_no_scrolling(call: Call) -> None:
    assert call("viewport", "scrollTo", 100, 300, 150, 200, 12) == 100
    assert call("viewport", "scrollTo", 100, 300, 390, 420, 12) == (390 + 420 - 300) / 2
    part = call("viewport", "shownPart", [100, 0], [300, 200], [600, 200])
    assert part == {"left": 1 / 6, "top": 0, "width": 0.5, "height": 1}


def test_a_curve_leaves_and_enters_level_and_rounds_its_corners(call: Call) -> None:
    assert call("edges", "curveOf", [[0, 0], [100, 40]]) == "M0 0C50 0 50 40 100 40"
    bent = call("edges", "curveOf", [[0, 0], [50, 0], [50, 100], [90, 100]])
    assert bent == "M0 0L34 0Q50 0 50 16L50 84Q50 100 66 100L90 100"


def test_an_edge_is_as_thick_as_its_amount(call: Call) -> None:
    assert call("edges", "strokeOf", -2, 2) == {"width": 6, "className": "less", "opacity": 1}
    assert call("edges", "strokeOf", 0.5, 2)["className"] == "more"
    assert call("edges", "strokeOf", 0.5, 2)["width"] == pytest.approx(2.3)  # 1 and a quarter of 5, to a tenth
    assert call("edges", "strokeOf", 0, 0)["width"] == 1


def standing(*places: tuple[str, float, float]) -> list[dict[str, Any]]:
    return [{"id": name, "x": x, "y": y, "w": 10, "h": 10} for name, x, y in places]


def edge(source: str, target: str, skips: bool = False) -> dict[str, Any]:
    return {"from": source, "to": target, "points": [], "skips": skips}


RESIDUAL = standing(("in", 0, 0), ("a", 20, 0), ("b", 20, 30), ("sum", 40, 0), ("out", 0, 60))
RESIDUAL_EDGES = [edge("in", "sum", skips=True), edge("in", "a"), edge("in", "b"), edge("a", "sum"), edge("b", "sum")]
RESIDUAL_EDGES.append(edge("sum", "out"))


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        ("in", "ArrowRight", "a"),
        ("a", "ArrowDown", "b"),
        ("b", "ArrowUp", "a"),
        ("b", "ArrowRight", "sum"),
        ("sum", "ArrowRight", "out"),
        ("out", "ArrowLeft", "sum"),
        ("sum", "ArrowLeft", "a"),
        ("in", "ArrowLeft", "in"),
        ("out", "ArrowDown", "out"),
        ("b", "Home", "in"),
        ("b", "End", "out"),
        ("b", "a", None),
    ],
)
def test_arrow_keys_walk_along_the_edges(start: str, key: str, end: str | None, call: Call) -> None:
    assert call("edges", "walkTo", RESIDUAL, RESIDUAL_EDGES, start, key) == end


def test_a_picture_reaches_layers_in_waves(call: Call) -> None:
    names = [node["id"] for node in RESIDUAL]
    assert call("edges", "wavesOf", names, RESIDUAL_EDGES) == [["in"], ["a", "b"], ["sum"], ["out"]]


def test_maps_side_by_side_are_told_apart(call: Call) -> None:
    assert [call("folded", "mapUnder", share, [7, 3, 5]) for share in (-0.1, 0.2, 0.5, 0.9, 1)] == [7, 7, 3, 5, 5]
    assert call("folded", "mapUnder", 0.5, []) is None


COLUMNS = [
    {"drawn": "maps", "count": 3, "side": [32, 32]},
    *({"drawn": "maps", "count": 10, "side": [30, 15]} for _ in range(6)),
    {"drawn": "vector", "count": 1, "side": [1, 1]},
    {"drawn": "classes", "count": 10, "side": [1, 1]},
]


@pytest.mark.parametrize("view", [[690, 600], [300, 442], [1600, 900]])
def test_a_network_drawn_whole_fills_its_window_and_nothing_overlaps(view: list[int], call: Call) -> None:
    arranged = call("whole", "arrange", COLUMNS, [1, 0.4, 1, 0.4, 0.4, 1, 0.6, 0.6], view, ZOOMS["close"])
    width, height = arranged["size"]
    assert width == max(view[0], 620)
    # Where it is wider than the window, it opens at the zoom that fills this from top to bottom.
    zoom = call("viewport", "firstZoom", [width, height], view, ZOOMS)
    assert zoom == pytest.approx(1 if view[0] > 620 else 0.85)
    assert height * zoom == pytest.approx(view[1])
    assert [len(column["cells"]) for column in arranged["columns"]] == [3, 10, 10, 10, 10, 10, 10, 1, 10]
    ends = 0.0
    for column in arranged["columns"]:
        assert column["x"] >= ends
        ends = column["x"] + column["w"]
        below = 0.0
        for cell in column["cells"]:
            assert cell["x"] >= column["x"]
            assert cell["x"] + cell["w"] <= ends + 1e-6
            assert cell["y"] > below
            below = cell["y"] + cell["h"]
        assert below <= height
    # The line around the first and the last column is seen as well.
    assert (arranged["columns"][0]["x"], width - ends) == pytest.approx((5, 5))
    map_of_two = arranged["columns"][1]["cells"][0]
    assert map_of_two["w"] == pytest.approx(2 * map_of_two["h"])


@pytest.mark.parametrize(
    ("way", "pairs"),
    [
        ({"first": 0, "count": 2, "groups": 1}, [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ({"first": 0, "count": 2, "groups": 2}, [(0, 0), (1, 1)]),
        ({"first": 2, "count": 2, "groups": 2}, [(0, 2), (1, 3)]),
        ({"first": 0, "count": 4, "groups": 2}, [(0, 0), (0, 1), (1, 2), (1, 3)]),
    ],
)
def test_edges_join_the_maps_of_a_group(way: dict[str, int], pairs: list[tuple[int, int]], call: Call) -> None:
    assert call("whole", "joined", way, 2, 4) == [list(pair) for pair in pairs]


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([(0, 40), (60, 40)], [0, 60]),
        ([(0, 40), (90, 40)], [0, 60]),
        ([(30, 40), (80, 44)], [8, 56]),
        ([(0, 70), (40, 60)], [0, 40]),
    ],
)
def test_colour_scales_touch_nothing_and_stay_within_the_picture(
    spans: list[tuple[int, int]], kept: list[int], call: Call
) -> None:
    """What stood out of the picture brought the small map, which covered it."""
    placed = call("whole", "keptApart", [{"x": x, "w": width} for x, width in spans], 8, 100)
    assert [span["x"] for span in placed] == kept


def test_an_edge_past_other_columns_goes_above_them(call: Call) -> None:
    near, far = {"x": 0, "y": 50, "w": 10, "h": 10}, {"x": 200, "y": 50, "w": 10, "h": 10}
    assert "28" not in call("whole", "curveBetween", near, far, 0)
    assert " 28" in call("whole", "curveBetween", near, far, 28)


INFLUENCES: dict[str, Any] = {
    "layer": "conv",
    "sources": [
        {
            "layer": "a",
            "names": [],
            "picture": None,
            "channels": [4, 9, 11],
            "columns": 2,
            "cell": [20, 10],
            "size": [40, 20],
        },
        {"layer": "b", "names": [], "picture": None, "channels": [], "columns": 1, "cell": [1, 1], "size": [1, 1]},
    ],
    "parts": [[0, 9, 0.52, 1, 2, -0.3123, 0, 4, None]],
    "others": 56,
    "rest": [0.034],
    "bias": [0],
    "words": {
        "title": "Map {channel} is made of",
        "others": "the others ({count}) add up to {amount}",
        "bias": "bias {amount}",
        "of": "{channel} of {layer}",
    },
}


def test_what_a_map_is_made_of_is_said(call: Call) -> None:
    said = call("influences", "saidOf", INFLUENCES, 0)
    assert said == ("Map 0 is made of 9 of a: +0.52 · 2 of b: −0.31 · 4 of a: NaN · the others (56) add up to +0.034")
    alone = {**INFLUENCES, "sources": INFLUENCES["sources"][:1], "parts": [[0, 9, 1]], "others": 0, "bias": [-2]}
    assert call("influences", "saidOf", alone, 0) == "Map 0 is made of 9: +1 · bias −2"
    colours = {**INFLUENCES["sources"][0], "names": ["red", "green", "blue"]}
    of_picture = {**alone, "sources": [colours], "parts": [[0, 2, 1]]}
    assert call("influences", "saidOf", of_picture, 0) == "Map 0 is made of blue: +1 · bias −2"
    parts = call("influences", "partsOf", INFLUENCES, 0)
    assert parts == [[0, 9, 0.52], [1, 2, -0.3123], [0, 4, None]]
    assert call("influences", "largestOf", parts) == 0.52
    assert call("influences", "partsOf", INFLUENCES, 5) == []


def test_maps_are_cut_out_of_their_sheet(call: Call) -> None:
    cuts = [call("influences", "cutOf", INFLUENCES["sources"][0], channel) for channel in (4, 9, 11, 5)]
    assert cuts == [{"left": 0, "top": 0}, {"left": 20, "top": 0}, {"left": 0, "top": 10}, None]


def test_names_are_shortened_in_their_middle(call: Call) -> None:
    names = [call("lettering", "shortened", "conv2_block1_out", most) for most in (16, 10, 3, 1)]
    assert names == ["conv2_block1_out", "con…k1_out", "c…t", "c…t"]


@pytest.mark.parametrize("apart", [0, -0.3])
def test_of_a_name_is_shown_as_much_as_fits(apart: float, call: Call) -> None:
    name, lettering = "mixed_a_3x3_reduce", {"font": "600 10px sans-serif", "apart": apart}

    def width(text: str) -> float:
        measured: float = call("lettering", "widthOf", text, lettering)
        return measured

    all_of_it = width(name)
    assert call("lettering", "fitted", name, all_of_it, lettering) == name
    shown = call("lettering", "fitted", name, all_of_it - 1, lettering)
    assert shown == call("lettering", "shortened", name, len(shown))
    assert len(shown) < len(name)
    assert width(shown) <= all_of_it - 1 < width(call("lettering", "shortened", name, len(shown) + 1))
    assert call("lettering", "fitted", name, 0, lettering) == "m…e"


def test_a_path_takes_the_shortest_way_along_the_edges(call: Call) -> None:
    assert call("edges", "routeBetween", RESIDUAL_EDGES, "in", "out") == [0, 5]
    assert call("edges", "routeBetween", RESIDUAL_EDGES, "a", "out") == [3, 5]
    assert call("edges", "routeBetween", RESIDUAL_EDGES, "out", "in") == []
    assert call("edges", "routeBetween", RESIDUAL_EDGES, "a", "a") == []


@pytest.mark.parametrize(("at", "push"), [(300, 0), (100 + 28, 0), (100 + 20, -8), (90, -14), (500 - 25, 3), (700, 14)])
def test_the_picture_scrolls_under_an_edge_that_is_held_at_its_border(at: int, push: int, call: Call) -> None:
    assert call("connecting", "pushOf", at, 100, 500) == push
