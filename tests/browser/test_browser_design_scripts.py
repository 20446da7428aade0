"""What the table of layers shows before the server has answered: held against what the core then says."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st
from strategies import any_networks, fitting_networks

from cnn_core.errors import CnnError
from cnn_core.network import editing
from cnn_core.network.line import read_line, write_line
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS
from cnn_core.network.summary import summarize_so_far
from pages.ui.design import layer_table
from pages.ui.design.figures import readable_bytes

pytestmark = pytest.mark.browser

Call = Callable[..., Any]
Rows = list[dict[str, Any]]

FIGURES = ("shape", "parameters", "untrained", "multiplyAdds", "bytes", "memory", "field")


def rows(network: Network) -> Rows:
    """Return what the browser has of a network's layers."""
    sent = layer_table._rows(network.to_json(), "en")
    made: Rows = json.loads(json.dumps([{**sent["alike"][row["alike"]], **row} for row in sent["rows"]]))
    for row in made:
        if "shape" in row:
            row["shape"] = [int(size) for size in row["shape"].split("×")]
    return made


def bare(network: Network) -> Rows:
    """Return the same without any figures."""
    return [{name: value for name, value in row.items() if name not in FIGURES} for row in rows(network)]


def refuse_other_figures(found: Rows, network: Network) -> int:
    """Hold figures against the core's, and return how many layers have some."""
    known = 0
    for ours, theirs in zip(found, rows(network), strict=True):
        if "shape" in theirs and not ours["isWaiting"]:
            known += 1
            for name in FIGURES:
                assert ours[name] == theirs[name] or (name == "field" and ours[name] == "…"), (theirs["name"], name)
    return known


@pytest.mark.parametrize("key", [known.key for known in PRESETS])
def test_the_browser_counts_every_preset_as_the_core_does(key: str, call: Call) -> None:
    network = next(known for known in PRESETS if known.key == key).make()
    found = call("expected_network", "withFigures", bare(network), [])
    known = refuse_other_figures(found, network)
    waits = [row["name"] for row in found if row["isWaiting"]]
    assert known + len(waits) == len(found)
    assert not waits or found[known]["kind"].startswith("Random")


@seed(1)
@settings(max_examples=60, deadline=None)
@given(network=fitting_networks())
def test_a_figure_that_the_browser_knows_is_the_cores(network: Network, call: Call) -> None:
    found = call("expected_network", "withFigures", bare(network), [])
    refuse_other_figures(found, network)


@seed(2)
@settings(max_examples=30, deadline=None)
@given(network=any_networks())
def test_what_does_not_fit_has_no_figures(network: Network, call: Call) -> None:
    fits = len(summarize_so_far(network).rows)
    found = call("expected_network", "withFigures", bare(network), [])
    assert all(row["isWaiting"] for row in found[fits : fits + 1])


@seed(3)
@settings(max_examples=25, deadline=None)
@given(network=fitting_networks())
def test_of_equal_layers_the_browser_knows_what_the_server_said(network: Network, call: Call) -> None:
    found = call("expected_network", "withFigures", bare(network), rows(network))
    assert refuse_other_figures(found, network) == len(network.layers)


@seed(6)
@settings(max_examples=25, deadline=None)
@given(network=fitting_networks(), data=st.data())
def test_the_sums_that_the_browser_says_are_the_cores(network: Network, data: st.DataObject, call: Call) -> None:
    layers = [replace(named, trainable=data.draw(st.booleans())) for named in network.layers]
    summary = summarize_so_far(replace(network, layers=tuple(layers)))
    totals = call("layer_totals", "totalsOf", rows(replace(network, layers=tuple(layers))))
    assert totals == {
        "parameters": summary.parameters,
        "untrained": summary.non_trainable,
        "multiplyAdds": summary.multiply_adds,
        "bytes": summary.activation_bytes,
        "memory": readable_bytes(summary.activation_bytes),
        "peak": summary.peak_bytes,
    }


EDITS = ("move", "remove", "duplicate", "cut", "connect", "paste")


@seed(4)
@settings(max_examples=50, deadline=None)
@given(network=fitting_networks(), what=st.sampled_from(EDITS), data=st.data())
def test_the_browser_edits_as_the_core_does(network: Network, what: str, data: st.DataObject, call: Call) -> None:
    names = [named.name for named in network.layers]
    marked = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    marked = sorted(marked, key=names.index)
    by = data.draw(st.integers(-5, 5))
    done = {"what": what, "name": marked[0], "names": marked, "by": by, "text": ""}
    begun = {"rows": rows(network), "name": marked[0], "marked": [], "past": [], "future": [], "here": "before"}
    begun["copied"] = call("layer_edits", "partOf", begun["rows"], marked)
    try:
        edited = edit(network, done)
    except CnnError:
        edited = network
    after = call("expected_network", "after", begun, done, {}, "")
    assert wiring(after["rows"]) == wiring(rows(edited))
    assert after.get("here") == ("before" if wiring(rows(edited)) == wiring(rows(network)) else None)
    refuse_other_figures(call("expected_network", "withFigures", after["rows"], begun["rows"]), edited)


def wiring(of: Rows) -> list[tuple[Any, ...]]:
    """Return what stands where and what it takes: without names, what stands before it."""
    before = [[], *([row["name"]] for row in of)]
    return [(row["name"], row["kind"], row["facts"], row.get("inputs") or before[i]) for i, row in enumerate(of)]


def edit(network: Network, done: dict[str, Any]) -> Network:
    """Return the network after an edit, as the page makes it."""
    marked = done["names"]
    if done["what"] == "move":
        return editing.move(network, marked, done["by"])
    if done["what"] == "duplicate":
        if len(marked) == 1:
            return editing.duplicate(network, marked[0])
        return editing.repeat(network, marked, 1)
    if done["what"] == "connect":
        return editing.rewire(network, marked[0], marked)
    if done["what"] == "paste":
        line = write_line(editing.part_of(network, marked), names=False)
        return editing.splice(network, marked[-1], read_line(line))
    for name in marked:
        network = editing.remove(network, name)
    return network


def test_a_typed_setting_gives_the_new_figures(call: Call) -> None:
    network, after = (read_line(f"28x28x1-C32-C{filters}v-P2-F-D100-D10sm") for filters in (64, 48))
    found = call("layer_edits", "withSetting", rows(network), "conv2d_1", "filters", 48)["rows"]
    totals = call("layer_totals", "totalsOf", call("expected_network", "withFigures", found, rows(network)))
    assert totals["parameters"] == summarize_so_far(after).parameters == 826_502


def test_undo_and_redo_go_to_what_was_there(call: Call) -> None:
    network = read_line("28x28x1-C32-C64v-P2-F-D100-D10sm")
    state = {"rows": rows(network), "name": "dense", "marked": [], "past": [], "future": [], "here": "before"}
    steps = [
        {"what": what, "name": "conv2d", "names": ["conv2d"], "by": 0, "text": ""}
        for what in ("duplicate", "remove", "undo", "undo", "redo", "undo")
    ]
    known = {"before": dict(state)}
    for step, count in zip(steps, (8, 7, 8, 7, 8, 7), strict=True):
        state = call("expected_network", "after", state, step, known, "")
        assert len(state["rows"]) == count
    assert state["here"] == "before"


FIELDS = [
    ("filters", 48, ["filters", 48]),
    ("kernel_size", 5, ["kernel_size", [5, 5]]),
    ("kernel_size_horizontal", 5, ["kernel_size", [3, 5]]),
    ("padding", "valid", ["padding", "valid"]),
    ("padding", 3, None),
    ("use_bias", False, ["use_bias", False]),
    ("name", "other", None),
]


@pytest.mark.parametrize(("field", "value", "put"), FIELDS)
def test_a_field_says_which_setting_it_is_of(field: str, value: Any, put: Any, call: Call) -> None:
    settings = rows(read_line("28x28x1-C32"))[1]["settings"]
    assert call("typed_settings", "settingOf", settings, field, value) == put


@pytest.mark.parametrize(
    ("settings", "field", "value", "put"),
    [
        ({"shape": [28, 28, 1]}, "shape_2", 3, ["shape", [28, 28, 3]]),
        ({"padding": [[1, 2], [3, 4]]}, "padding_1", 9, ["padding", [[1, 9], [3, 4]]]),
        ({"pool_size": [2, 2], "strides": None}, "strides_none", False, ["strides", [2, 2]]),
        ({"pool_size": [2, 2], "strides": [3, 3]}, "strides_none", True, ["strides", None]),
    ],
)
def test_a_field_of_a_part_of_a_setting(settings: Any, field: str, value: Any, put: Any, call: Call) -> None:
    assert call("typed_settings", "settingOf", settings, field, value) == put


@given(count=st.integers(0, 10**12) | st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
@seed(5)
@example(count=1_125_000)  # halfway between two
def test_memory_is_written_as_the_server_writes_it(count: int, call: Call) -> None:
    assert call("expected_network", "readableBytes", count) == readable_bytes(count)
