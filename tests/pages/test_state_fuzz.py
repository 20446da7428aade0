"""Thousands of addresses, valid, nearly valid and hostile: no page fails on one, none takes long, and what a page uses
of an address it also hands on.

`CONVSCOPE_FUZZ=2000` runs so many addresses of each page, others than the quick run's.
"""

import os
import time
from math import prod
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote

import numpy as np
import pytest
from folders import ROOT
from running import address_of, no_exception, run_page, set_to
from streamlit.testing.v1 import AppTest

from cnn_core.models.bundled import BUNDLED, bundled_network
from cnn_core.network.presets import PRESETS
from cnn_core.numerics.grids import GRIDS, grid_text
from cnn_core.numerics.hand_made import HAND_MADE
from cnn_core.numerics.reductions.ways import Reduction
from cnn_core.pictures.outlines import ShapeKind
from pages.ui import state
from pages.ui.address import Choice, Flag, Kind, Names, Number, Rows, Text, Whole
from pages.ui.convolution.ideas import IDEAS
from pages.ui.design.parts.which import PARTS
from pages.ui.feature_maps.menus import MENUS
from pages.ui.feature_maps.panels import PANELS
from pages.ui.neuron.views import VIEWS
from pages.ui.tasks.further import PARTS as FURTHER
from pages.ui.train.parts.which import PARTS as TRAIN_PARTS

RUNS = int(os.environ.get("CONVSCOPE_FUZZ", "50"))
READINGS = 2000
SECONDS = 3.0
"""Of the processor, for one run of a page on a machine that others use as well; most take a twentieth."""

PAGES = (
    "1_Feature_maps",
    "2_Design_a_network",
    "3_Convolution",
    "4_Pooling_and_stride",
    "5_Train",
    "6_Neuron",
    "7_Tasks",
)
# What a name may be for a text whose kind does not tell.
KNOWN: dict[str, list[str]] = {
    "model": [*(model.key for model in BUNDLED), "file::"],  # others are described by Keras
    "layer": [row.name for model in BUNDLED for row in bundled_network(model.key).layers],
    "open": [*(idea.key for idea in IDEAS), *(further.key for further in FURTHER)],
    "ask": [panel.key for panel in PANELS],
    "grid": [*(grid.key for grid in GRIDS), "single", "noise", "cut", "own"],
    "kernel": [*(kernel.key for kernel in HAND_MADE), "learned", "own"],
    "way": list(Reduction),
    "design": [*(preset.key for preset in PRESETS), "empty", "own"],
    "shape_classes": list(ShapeKind),
    "trained_ways": ["max", "average", "convolution", "stride", "blur"],
}
KNOWN |= {"heat_layer": KNOWN["layer"], "reduced_grid": KNOWN["grid"], "filter_kernels": KNOWN["kernel"]}
KNOWN |= {"way_one": KNOWN["way"], "other_way": KNOWN["way"], "replaced": KNOWN["design"]}
KNOWN["compared"] = [*KNOWN["design"], "before", "opened"]
PACKED = ("numbers", "weights", "filter_weights", "mix_weights")
SHAPES = [(3, 3), (1, 1), (7, 7), (2, 9), (32, 32), (3, 3, 3, 2), (3, 3, 3, 4), (1, 1, 3, 1), (5,), (4, 4, 3)]
HOSTILE = [
    *("", " ", "0", "-1", "-0", "+1", "007", "0000000011500", "1_000", "1e5", "1e999", "nan", "inf", "-inf", "0x10"),
    *(
        "9" * 18,
        "9" * 5000,
        "-" + "9" * 400,
        "٣",
        "²",
        "½",
        "１",
        "\u202e7",
        "\x00",
        "\n",
        "%00",
        "%",
        "&a=b",
        "=",
        "#",
    ),
    *("None", "True", "False", "true", "null", "undefined", "[]", "{}", ":", "::", "position:", ".", "..", "a..b"),
    *(
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "![x](http://evil.test/a.png)",
        "$x$",
        "`",
        "é" * 250,
        "x" * 20_000,
    ),
    *("eNo", "eJwzVDA0AgAB7QDL", "A" * 9_999, "-1x1", "1x1 1", "kept-", "kept-0123456789abcdef", "1eNo"),
]


def valid(random: Random, name: str, kind: Kind[Any]) -> str:
    """Return a text that makes sense for a value, or would for another."""
    if name in PACKED:
        shape = random.choice(SHAPES)
        return grid_text(np.array(random.choices(range(-9, 10), k=prod(shape))).reshape(shape))
    match kind:
        case Whole():
            return str(random.choice([kind.low, kind.high, random.randint(kind.low, kind.high), random.randint(0, 12)]))
        case Number():
            return str(random.choice([kind.low, kind.high, random.uniform(kind.low, kind.high)]))
        case Choice():
            return str(random.choice(kind.choices))
        case Flag():
            return random.choice(["True", "False"])
        case Names():
            return ".".join(random.choices(KNOWN[name], k=random.randint(0, 5)))
        case Rows():
            return kind.write(tuple(tuple(random.choices(range(9), k=random.choice([2, 4]))) for _stop in range(3)))
        case Text():
            return str(random.choice(KNOWN.get(name, ["x"])))
    raise AssertionError(f"no texts are known for {kind}")


def nearly(random: Random, text: str) -> str:
    """Return a text with a character too many, too few or another."""
    place, piece = random.randint(0, len(text)), random.choice(["0", "-", ".", ":", "x", "٣", " ", "9" * 30, "%"])
    return random.choice(
        [text[:place] + piece + text[place:], text[:place] + text[place + 1 :], text * 3, text.upper()]
    )


def address(random: Random) -> dict[str, str]:
    """Return what stands behind the `?`: some names, each with a text of some kind."""
    names = random.sample(list(state.ADDRESSED), random.randint(1, len(state.ADDRESSED)))
    texts = {}
    for name in names:
        kind = state.ADDRESSED[name].kind
        assert kind is not None
        text = valid(random, name, kind)
        texts[name] = random.choice([text, text, text, nearly(random, text), random.choice(HOSTILE)])
    return texts


def test_thousands_of_addresses_are_read_in_no_time() -> None:
    random, slowest = Random(7), 0.0
    for _number in range(READINGS):
        said = dict(parse_qsl("&".join(f"{name}={quote(text)}" for name, text in address(random).items())))
        began = time.process_time()
        for key in state.ADDRESSED.values():
            value = key.said_by(said)
            assert key.kind is not None
            assert value == key.default or key.kind.read(key.kind.write(value)) == value
        slowest = max(slowest, time.process_time() - began)
    assert slowest < 0.5


@pytest.fixture
def used_and_shared(monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    """Collect what pages ask for that may stand in an address, and what they share."""
    used: set[str] = set()
    shared: set[str] = set()
    get, share = state.Key.get, state.share

    def noted_get(key: state.Key[Any]) -> Any:
        if key.in_address:
            used.add(key.name)
        return get(key)

    def noted_share(*keys: state.Key[Any], **more: Any) -> None:
        shared.update(key.name for key in keys)
        shared.update(more.get("instead") or {})
        share(*keys, **more)

    monkeypatch.setattr(state.Key, "get", noted_get)
    monkeypatch.setattr(state, "share", noted_share)
    return used, shared


def run(page: str, query: dict[str, str]) -> AppTest:
    at = AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=60)
    at.session_state[state.FRONT_DOOR.name] = True  # saves a run
    for name, text in query.items():
        at.query_params[name] = text
    return at.run()


ON_EVERY_PAGE = {state.LESSON.name, state.LARGE_TYPE.name}
"""What `share` adds by itself."""


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("surveyed", "heat")
def test_no_address_ends_a_page(page: str, used_and_shared: tuple[set[str], set[str]]) -> None:
    used, shared = used_and_shared
    no_exception(run(page, {}))
    random = Random(f"{page} {RUNS}")
    for _number in range(RUNS):
        query = address(random)
        used.clear()
        shared.clear()
        began = time.process_time()
        at = run(page, query)
        took = time.process_time() - began
        assert not at.exception, (query, at.exception[0].message, at.exception[0].stack_trace)
        assert took < SECONDS, query
        told = {name for name in used if at.session_state[name] != state.ADDRESSED[name].default}
        # A page that waits or has no file yet has not come so far as to share anything.
        assert not shared or told <= shared | ON_EVERY_PAGE, (told - shared, query)


EVERYTHING: dict[str, tuple[dict[str, str], ...]] = {
    "1_Feature_maps": tuple({"ask": panel.key} for panel in PANELS),
    "2_Design_a_network": tuple({"part": part} for part in PARTS),
    "3_Convolution": ({},),
    "4_Pooling_and_stride": (
        {"reduced": "grid", "reduced_grid": "own", "numbers": grid_text(np.eye(4)), "kernel": "learned"},
        {"reduced": "map", "kernel": "own", "weights": grid_text(np.eye(3))},
    ),
    "5_Train": tuple({"train_part": part, "train_network": "design"} for part in TRAIN_PARTS),
    "6_Neuron": tuple({"neuron_view": view} for view in VIEWS),
    "7_Tasks": (
        {"task": "detection", "open": "coders.enlarging.photographs", "box": "1-2-30-40"},
        {"task_picture": "photograph", "task": "instance"},
    ),
}
"""Addresses under which the pages, one after the other, show all that they can."""


@pytest.mark.usefixtures("surveyed", "heat")
def test_what_may_stand_in_an_address_is_shared_by_a_page(used_and_shared: tuple[set[str], set[str]]) -> None:
    run_page("pages/0_Course.py", lang="en")  # it links to the other pages, so it needs the front door
    for page, queries in EVERYTHING.items():
        for query in queries:
            no_exception(run(page, query))
    shared = used_and_shared[1] | ON_EVERY_PAGE
    assert shared & state.ADDRESSED.keys() == state.ADDRESSED.keys()


@pytest.mark.usefixtures("surveyed", "heat")
def test_a_fixed_range_of_colours_travels_with_its_limit() -> None:
    at = no_exception(run("1_Feature_maps", {"lang": "en", "scope": "fixed", "limit": "2.5"}))
    set_to(at, state.MENUS, tuple(MENUS))
    assert at.number_input(key="limit_widget").value == 2.5
    assert address_of(at)["limit"] == "2.5"
