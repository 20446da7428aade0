"""The modules behind the components: their pure functions, run by the browser and held against the core."""

import base64
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browsing import MODULES_SITE
from folders import ROOT
from playwright.sync_api import Page

from cnn_core.layers.settings import PaddingMode
from cnn_core.layers.windows import Window
from cnn_core.numerics.convolve import conv2d
from cnn_core.numerics.pool import PoolingKind, pool
from cnn_core.numerics.taps import Taps, axis_taps
from pages.ui.components import script

pytestmark = pytest.mark.browser

COMPONENTS = ROOT / "assets" / "components"
MODULES = sorted(path.stem for path in COMPONENTS.glob("*.js"))

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def page(modules: Page) -> Page:
    """The page that consists of the modules alone."""
    return modules


@pytest.mark.parametrize("name", MODULES)
def test_a_module_and_all_that_it_imports_is_one_text(name: str, page: Page) -> None:
    text = script(name)
    assert "\nimport " not in text
    assert not re.search(r"^\s*(//|/\*\*[^*]*\*/$)", text, re.MULTILINE)
    assert "\nexport const" not in text
    program = "async (text) => Object.keys(await import('data:text/javascript;base64,' + text))"
    exported = page.evaluate(program, base64.b64encode(text.encode()).decode())
    assert exported == (["default"] if "export default" in text else [])


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 5, "0"),
        (-0.279_123, 4, "−0.2791"),
        (123_456.7, 5, "123457"),
        (0.1 + 0.2, 5, "0.3"),
        (1e-9, 3, "1e−9"),
        (-41, 5, "−41"),
    ],
)
def test_numbers_are_written_as_people_do(value: float, digits: int, text: str, call: Call) -> None:
    assert call("dom", "show", value, digits) == text


def test_a_channel_goes_from_black_to_its_colour(call: Call) -> None:
    tint = {"colour": [255, 64, 0], "low": -1, "high": 1}
    colours = [call("colours", "tintOf", value, tint) for value in (-2, -1, 0, 1, 3)]
    assert colours == [[0, 0, 0], [0, 0, 0], [128, 32, 0], [255, 64, 0], [255, 64, 0]]
    assert call("colours", "tintOf", 5, {**tint, "low": 5, "high": 5}) == [0, 0, 0]


def test_cells_have_room_for_little(call: Call) -> None:
    shown = [call("dom", "showShort", value) for value in (1e-7, -9.2e-5, 0.123, -2.499, 1234.5)]
    assert shown == ["0", "−9e−5", "0.12", "−2.5", "1235"]


def test_counts_are_written_in_full(call: Call) -> None:
    for count in (0, 999, 1_101_526, 2**53, 2**63 - 1, 10**36 + 1):
        assert call("dom", "counted", count if count <= 2**53 else str(count)) == f"{count:,}"


def test_sentences_are_filled_once(call: Call) -> None:
    assert call("dom", "fill", "{a} and {b}", {"a": "{b}", "b": 2}) == "{b} and 2"


@pytest.mark.parametrize(
    ("colour", "dark"),
    [
        ("#10181d", True),
        ("#ffffff", False),
        (" rgb(16, 24, 29) ", True),
        ("hsl(203 29% 9%)", True),
        ("oklch(0.2 0.02 240)", True),
        ("white", False),
        ("black", True),
        ("no colour", False),
        ("", False),
    ],
)
def test_dark_colours_are_told_in_any_notation(colour: str, dark: bool, call: Call) -> None:
    assert call("colours", "isDark", colour) is dark


def test_colours_lie_between_those_of_the_table(call: Call) -> None:
    tables = {"grey": [[0, 0, 0], [255, 255, 255]], "diverging": [[0, 0, 200], [255, 255, 255], [200, 0, 0]]}
    signed, plain = {"limit": 2, "signed": True}, {"limit": 2, "signed": False}
    assert call("colours", "colourOf", 1, plain, tables) == [128, 128, 128]
    assert [call("colours", "colourOf", value, signed, tables) for value in (-2, 0, 5)] == [
        [0, 0, 200],
        [255, 255, 255],
        [200, 0, 0],
    ]
    # JSON knows no NaN: a value that is none is null there, and drawn as the lowest.
    assert call("colours", "colourOf", None, plain, tables) == [0, 0, 0]


LAYOUT = {"rows": 3, "columns": 4, "count": 10, "size": [41, 31], "step": [10, 10], "cell": [11, 11]}


def test_cells_are_found_under_the_pointer(call: Call) -> None:
    assert call("board", "cellUnder", LAYOUT, 0.0, 0.0) == [0, 0]
    assert call("board", "cellUnder", LAYOUT, 0.3, 0.99) == [2, 1]
    assert call("board", "cellUnder", LAYOUT, 0.99, 0.99) is None
    for place in ([0, 0], [1, 3], [2, 1]):
        frame = call("board", "frameOf", LAYOUT, place)
        middle = frame["left"] + frame["width"] / 2, frame["top"] + frame["height"] / 2
        assert call("board", "cellUnder", LAYOUT, *middle) == place


def test_arrow_keys_stay_on_cells_that_hold_something(call: Call) -> None:
    steps = [([0, 0], [-1, 0]), ([0, 3], [0, 1]), ([1, 3], [1, 0]), ([1, 1], [1, 0]), ([2, 1], [0, 1])]
    ends = [[0, 0], [0, 3], [1, 3], [2, 1], [2, 1]]
    assert [call("board", "walked", LAYOUT, place, by) for place, by in steps] == ends


def test_neighbours_share_no_outline(call: Call) -> None:
    assert len(call("grid", "outline", [[0, 0]], 10)) == 4
    assert len(call("grid", "outline", [[0, 0], [0, 1], [1, 0], [1, 1]], 10)) == 8


WINDOWS = [
    Window(3),
    Window(2, 2),
    Window(3, 2, padding=PaddingMode.SAME),
    Window(2, 1, 2, padding=(1, 0)),
    Window(3, 3, padding=(2, 1)),
]


def axis(taps: Taps) -> dict[str, Any]:
    return {"sources": taps.sources, "taps": taps.taps, "before": 0}


def windows(window: Window, length: int, turned: bool = False) -> dict[str, Any]:
    taps = axis(axis_taps(length, window))
    return {"vertical": taps, "horizontal": taps, "turned": turned}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("turned", [False, True])
def test_sums_are_those_of_the_core(window: Window, turned: bool, call: Call) -> None:
    random = np.random.default_rng(0)
    x, kernel = random.integers(-5, 6, (7, 7)), random.integers(-5, 6, (window.kernel, window.kernel))
    acting = kernel[::-1, ::-1] if turned else kernel
    expected = conv2d(x[..., None].astype(float), acting[..., None, None].astype(float), (window, window))[..., 0]
    for row, column in np.ndindex(expected.shape):
        terms = call("sums", "termsOf", windows(window, 7, turned), x.tolist(), kernel.tolist(), [row, column])
        assert call("sums", "combined", terms, None) == expected[row, column]


@pytest.mark.parametrize("window", [WINDOWS[1], WINDOWS[2]])
@pytest.mark.parametrize("kind", list(PoolingKind))
def test_pools_are_those_of_the_core(window: Window, kind: PoolingKind, call: Call) -> None:
    x = np.random.default_rng(1).integers(-9, 10, (7, 7))
    expected = pool(x[..., None].astype(float), (window, window), kind)[..., 0]
    for row, column in np.ndindex(expected.shape):
        terms = call("sums", "termsOf", windows(window, 7), x.tolist(), None, [row, column])
        assert call("sums", "combined", terms, str(kind)) == pytest.approx(expected[row, column])


@pytest.mark.parametrize("window", WINDOWS)
def test_what_reaches_and_what_is_unseen_agree_with_the_terms(window: Window, call: Call) -> None:
    both = windows(window, 7)
    counts = np.zeros((7, 7), int)
    for output in np.ndindex(len(both["vertical"]["taps"]), len(both["vertical"]["taps"])):
        for row in both["vertical"]["taps"][output[0]]:
            for column in both["vertical"]["taps"][output[1]]:
                source = both["vertical"]["sources"][row[0]], both["vertical"]["sources"][column[0]]
                if min(source) >= 0:
                    counts[source] += 1
    for source in np.ndindex(7, 7):
        assert len(call("sums", "reachedFrom", both, list(source))) == counts[source]
    unseen = call("sums", "unseen", both["vertical"])
    taken = {place for pairs in both["vertical"]["taps"] for place, _ in pairs}
    assert [place for place, is_unseen in enumerate(unseen) if not is_unseen] == sorted(taken)


def test_the_first_maximum_wins_and_padding_never(call: Call) -> None:
    terms = [
        {"place": [0, 0], "real": False, "value": 9, "weight": 1},
        *({"place": [0, n], "real": True, "value": value, "weight": 1} for n, value in enumerate((2, 5, 5), start=1)),
    ]
    assert call("sums", "winners", terms, "max") == [2]
    assert call("sums", "winners", terms, "average") == []


WORDS = {"more": "{count} more", "bias": "bias {value}"}


def terms(*pairs: tuple[float, float]) -> list[dict[str, Any]]:
    return [{"place": [0, 0], "real": True, "value": value, "weight": weight} for value, weight in pairs]


@pytest.mark.parametrize(
    ("channels", "pooling", "bias", "text"),
    [
        ([terms((1, 2), (-3, 0.5))], None, 0, "1·2 + (−3)·0.5"),
        ([terms((1, 2)), terms((3, -1))], None, 0.25, "2 + (−3) + bias 0.25"),
        ([[]], None, 0, "0"),
        ([terms((1, 1), (4, 1))], "max", 0, "max(1, 4)"),
        ([terms((1, 1), (4, 1))], "average", 0, "(1 + 4) / 2"),
        ([terms((1, 1), (-4, 1))], "l2", 0, "√(1² + (−4)²)"),
        ([terms((1, 1), (4, 1))], "sum", 0, "1 + 4"),
        ([terms(*[(1, 1)] * 30)], "sum", 0, " + ".join(["1"] * 25) + " + 5 more"),
    ],
)
def test_sums_are_written_out(channels: Any, pooling: str | None, bias: float, text: str, call: Call) -> None:
    assert call("sums", "written", channels, pooling, bias, WORDS) == text


def test_numbers_travel_as_float32(page: Page) -> None:
    program = "async ([site, text]) => [...(await import(`${site}/packed.js`)).decode(text)]"
    values = np.array([1.5, -2.25, 3e-7], "<f4")
    assert page.evaluate(program, [MODULES_SITE, base64.b64encode(values.tobytes()).decode()]) == values.tolist()


@pytest.mark.parametrize(
    ("seen", "turn"),
    [([False, False], 0), ([False, True, True], 1), ([True, False], 0)],
)
def test_of_all_clocks_one_that_is_seen_looks_first(seen: list[bool], turn: int, call: Call) -> None:
    waiting = [{"isSeen": one, "number": number} for number, one in enumerate(seen)]
    assert call("clock", "nextOf", waiting)["number"] == turn


def test_a_clock_counts_on_from_what_the_server_said(call: Call) -> None:
    data = {"saying": "It runs.", "more": "", "step": "· Importing: {seconds} s", "stepSeconds": 1.5, "seconds": 9.8}
    assert call("clock", "sentence", data, 0.5) == "It runs. 10 s · Importing: 2 s"
    assert call("clock", "sentence", data | {"step": "", "more": "· 3 MB"}, 0) == "It runs. 9 s · 3 MB"


def test_a_clock_that_nobody_answers_has_the_page_drawn_anew(modules: Page) -> None:
    program = """async (site) => {
        const [{ default: draw }, { default: anew }, { clocks }] =
            await Promise.all(["clock", "anew", "clocks"].map((name) => import(`${site}/${name}.js`)));
        const sent = [], place = document.createElement("div");
        place.innerHTML = '<div class="clock"><p></p><progress></progress></div>';
        const data = { saying: "", more: "", step: "", stepSeconds: 0, share: null, seconds: 0, interval: 99 };
        const answer = () => draw({ data, parentElement: place, setTriggerValue: (name) => sent.push(name) });
        anew({ setTriggerValue: (name) => sent.push(name) });
        const end = answer();
        const [clock] = clocks().clocks;
        clock.look();
        answer();
        for (let times = 0; times < 3; times += 1) clock.look();
        end();
        return sent;
    }"""
    assert modules.evaluate(program, MODULES_SITE) == ["look", "look", "look", "anew"]


def test_a_component_that_is_drawn_again_hears_once(modules: Page) -> None:
    program = """async (site) => {
        const { hearing, listen, pass } = await import(`${site}/told.js`);
        let heard = 0;
        for (let drawn = 0; drawn < 3; drawn++) listen("passing", hearing(document.body).signal, () => heard++);
        pass("passing", {});
        return heard;
    }"""
    assert modules.evaluate(program, MODULES_SITE) == 1


@pytest.mark.parametrize(
    ("low", "high", "count", "places"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 2.3, 4, [0, 1, 2]),
        (1, 15, 8, [2, 4, 6, 8, 10, 12, 14]),
        (-5, 5, 8, [-4, -2, 0, 2, 4]),
        (3, 3, 4, [3]),
    ],
)
def test_an_axis_has_round_numbers(low: float, high: float, count: int, places: list[float], call: Call) -> None:
    assert call("curves", "ticks", low, high, count) == places


def test_a_logarithmic_axis_has_powers_of_ten(call: Call) -> None:
    assert call("curves", "powers", 0.01, 100, 6) == [0.01, 0.1, 1, 10, 100]
    assert call("curves", "powers", 1e-12, 1, 5) == [1e-12, 1e-9, 1e-6, 1e-3, 1]


@pytest.mark.parametrize(
    ("value", "is_log", "text"),
    [
        (0.5, False, "0.5"),
        (20, False, "20"),
        (150_000_000, False, "1.5e8"),
        (-200_000, False, "−2e5"),
        (0.01, True, "1e−2"),
    ],
)
def test_a_number_beside_an_axis_is_short(value: float, is_log: bool, text: str, call: Call) -> None:
    assert call("curves", "beside", value, is_log) == text


def chart(**more: Any) -> dict[str, Any]:
    """Return a chart of two series as the component takes it."""
    one = {"name": "a", "group": "", "colour": 0, "points": [1.0, 0.5], "line": [None, 0.25], "now": None}
    two = {"name": "b", "group": "", "colour": 1, "points": [], "line": [2.0], "now": None}
    nothing: dict[str, Any] = {"top": None, "isLog": False, "level": None, "marks": [], "span": None}
    return {"title": "Loss", "series": [one, two]} | nothing | more


def test_an_upright_axis_holds_all_values(call: Call) -> None:
    low, high = call("curves", "reach", chart())
    assert low == 0
    assert 2 < high < 2.5
    assert call("curves", "reach", chart(top=1)) == [0, 1]
    assert call("curves", "reach", chart(level={"value": 4, "label": "guessing"}))[1] > 4
    assert call("curves", "reach", chart(isLog=True)) == [0.1, 10]


def test_curves_grow_place_by_place_and_what_is_marked_comes_with_them(call: Call) -> None:
    whole = chart(marks=[{"at": 2, "label": "lowest"}], span={"from": 2, "label": "overfitting"})
    one, two, all_ = (call("curves", "upTo", whole, places) for places in (1, 2, 3))
    assert [series["points"] for series in one["series"]] == [[1.0], []]
    assert [series["line"] for series in one["series"]] == [[None], [2.0]]
    assert (one["marks"], one["span"]) == ([], None)
    assert (two["series"], two["marks"]) == (whole["series"], whole["marks"])
    assert two["span"] is None
    assert all_ == whole


def test_a_legend_names_a_group_once(call: Call) -> None:
    one, two = chart()["series"]
    assert call("curves", "legend", [one]) == []
    assert call("curves", "legend", [one, two]) == [{"name": "a", "colour": 0}, {"name": "b", "colour": 1}]
    alike = [{**one, "group": "both"}, {**two, "group": "both", "colour": 0}]
    assert call("curves", "legend", alike) == [{"name": "both", "colour": 0}]


def test_a_place_of_a_curve_is_read(call: Call) -> None:
    words = {"across": "epoch", "points": "training", "line": "validation"}
    words |= {"reading": "{across} {at}: {values}", "one": "{name} {value}"}
    data = {"words": words, "from": 1, "step": 1}
    assert call("curves", "reading", chart(), 1, data) == "epoch 1: a · training 1, b · validation 2"
    assert call("curves", "reading", chart(), 2, data) == "epoch 2: a · training 0.5, a · validation 0.25"
    assert call("curves", "reading", chart(), 3, data) == ""


def test_on_a_phone_a_small_grid_has_cells_with_numbers(call: Callable[..., Any]) -> None:
    """Input and output then stand below one another; large grids have no numbers either way, and stand beside."""
    phone = {"width": 330, "rows": 7, "columns": 7, "output": [3, 3], "kernelColumns": 0, "widest": 2, "many": False}
    assert call("stage_size", "cellSide", phone) == 40
    large = {**phone, "rows": 20, "columns": 20, "output": [6, 6], "widest": 1}
    assert 0 < call("stage_size", "cellSide", large) < 21
    wide = {**phone, "width": 560, "widest": 3}
    assert call("stage_size", "cellSide", wide) == (560 - 3 * 52 - 64) // 10
